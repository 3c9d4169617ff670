import type { PanosClient } from "./client";
import { PanosError } from "./error";
import { child, entries, find, nameOf, textAt, type XmlElement } from "./xml";

/** A firewall, or one vsys of it, as a member of a device group. */
export interface ManagedFirewall {
  serial: string;
  vsys: string;
  /** The group that it is in itself. */
  group: string;
  /** Its host name; its serial where Panorama doesn't know it. */
  name: string;
  isConnected: boolean;
  /** Whether it has what Panorama runs; undefined where Panorama doesn't say. */
  isInSync: boolean | undefined;
  /** How the last push to it ended, in Panorama's words; "" where it doesn't say. */
  lastPush: string;
}

/** How it is called for people: "fw-1 (015100000000001)". */
export function labelOf({ name, serial }: ManagedFirewall): string {
  return `${name} (${serial})`;
}

/** What tells it from every other: a firewall may have several vsys in several groups. */
export function memberKey({ serial, vsys }: ManagedFirewall): string {
  return `${serial} ${vsys}`;
}

/** Whether the last push to one has failed there, or may have: Panorama says neither that it went well nor that there was none. */
export function hasFailed({ lastPush }: ManagedFirewall): boolean {
  return lastPush !== "" && !/^none$|succe(ss|eded)/i.test(lastPush);
}

/** The groups that firewalls are in, each once. */
export function groupsOf(firewalls: readonly ManagedFirewall[]): string[] {
  return [...new Set(firewalls.map(({ group }) => group))];
}

/** Where a device group stands among the others. */
export interface Hierarchy {
  /** The groups above it, the nearest first. */
  above: string[];
  /** Those below it, however deep. */
  below: string[];
  /** Of each of those: the groups on the way down to it, itself the last. */
  ways: ReadonlyMap<string, readonly string[]>;
}

/**
 * A container of a device group with the group's own entries alone: a read of a group lists what it inherits as well,
 * each entry with the group that wrote it. Own ones say so too, or nothing.
 */
export function withoutInherited(container: XmlElement | undefined, group: string): XmlElement | undefined {
  return (
    container && {
      ...container,
      children: container.children.filter(({ attributes: { loc } }) => loc === undefined || loc === group),
    }
  );
}

/** The `<entry>` of a device group with its own objects alone. */
export function withoutInheritedObjects(
  entry: XmlElement | undefined,
  group: string,
): XmlElement | undefined {
  return entry && { ...entry, children: entry.children.map((each) => withoutInherited(each, group)!) };
}

/** The names of all device groups, those above before those below. */
export async function deviceGroups(client: PanosClient): Promise<string[]> {
  const root = await rootOf(client);
  return root === undefined ? [] : below(root);
}

async function rootOf(client: PanosClient): Promise<XmlElement | undefined> {
  const { result } = await client.op("<show><dg-hierarchy></dg-hierarchy></show>", true);
  return child(result, "dg-hierarchy");
}

/**
 * Where a device group stands.
 * @throws PanosError `unsupported` where there is none of that name
 */
export async function hierarchyOf(client: PanosClient, group: string): Promise<Hierarchy> {
  const root = await rootOf(client).catch((error: unknown) => {
    // A role that lacks a right is another matter, and says so.
    if (!(error instanceof PanosError) || error.code !== "REFUSED") throw error;
    throw new PanosError(
      "SETTINGS",
      `${client.connection.hostname} has no device groups, so it is no Panorama: panos:panorama is for one. Remove it, ` +
        `or set panos:hostname to the Panorama's (${error.message})`,
      { cause: error },
    );
  });
  const way = root && pathTo(root, group);
  if (way === undefined) {
    const known = root === undefined ? [] : below(root);
    throw new PanosError(
      "UNSUPPORTED",
      `there is no device group ${JSON.stringify(group)} on ${client.connection.hostname} (panos:panorama); it has ` +
        `${known.join(", ") || "none"}`,
    );
  }
  const [own, ...above] = way;
  const ways = new Map((own === undefined ? [] : waysBelow(own)).map((names) => [names.at(-1)!, names]));
  return { above: above.map(nameOf), below: [...ways.keys()], ways };
}

/** The element of a group and of those above it, the nearest first. */
function pathTo(at: XmlElement, group: string): XmlElement[] | undefined {
  for (const inner of at.children.filter(({ name }) => name === "dg")) {
    if (nameOf(inner) === group) return [inner];
    const found = pathTo(inner, group);
    if (found !== undefined) return [...found, inner];
  }
  return undefined;
}

function below(at: XmlElement): string[] {
  return waysBelow(at).map((names) => names.at(-1)!);
}

/** The names on the way down to each group below one. */
function waysBelow(at: XmlElement): string[][] {
  return at.children
    .filter(({ name }) => name === "dg")
    .flatMap((inner) => [[], ...waysBelow(inner)].map((names) => [nameOf(inner), ...names]));
}

/** The firewalls of some device groups, each once for each of its vsys in them. */
export async function managedFirewalls(
  client: PanosClient,
  groups: readonly string[],
): Promise<ManagedFirewall[]> {
  const { result } = await client.op("<show><devicegroups></devicegroups></show>", true);
  const all = entries(child(result, "devicegroups"));
  return groups.flatMap((group) =>
    [...entries(find(all.get(group), "devices"))].flatMap(([serial, device]) =>
      membersIn(group, serial, device),
    ),
  );
}

function membersIn(group: string, serial: string, device: XmlElement): ManagedFirewall[] {
  const slots = [...entries(child(device, "vsys"))];
  const common = {
    serial,
    group,
    name: textAt(device, "hostname") || serial,
    isConnected: textAt(device, "connected") === "yes",
    lastPush: textAt(device, "last-commit-all-state-sp"),
  };
  const own = inSync(textAt(device, "shared-policy-status"));
  // Without a vsys it is one that has no more than one.
  if (slots.length === 0) return [{ ...common, vsys: "vsys1", isInSync: own }];
  return slots.map(([vsys, slot]) => ({
    ...common,
    vsys,
    isInSync: inSync(textAt(slot, "shared-policy-status")) ?? own,
  }));
}

function inSync(status: string): boolean | undefined {
  return status === "" ? undefined : /^in sync$/i.test(status);
}
