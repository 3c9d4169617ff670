import { listed } from "../lib/text";
import { INTERZONE_DEFAULT } from "./cleanup-rule";
import { eachPart, kindOf, type FoundOf, type Part } from "./kinds/index";
import { takenMembers } from "./taken-names";
import type { PanosClient } from "../panos/client";
import type { FoundRule } from "../panos/policy";
import { withoutInherited, withoutInheritedObjects } from "../panos/device-groups";
import { containerPath, SHARED_XPATH, vsysXpath, type DeviceGroup } from "../panos/location";
import { readNamesBeside } from "../panos/group-names";
import { bothNames, localPlaces, takenNames } from "../panos/named-objects";
import { requirePresent } from "../panos/presence";
import type { TakenNames } from "../panos/policy";
import { child, entries, find, type XmlElement } from "../panos/xml";
import { DeclarationError } from "./error";

type FoundObjects = { [P in Part]: Map<string, FoundOf<P>> };

/**
 * Every object of the kinds that we declare, whoever's it is, in one of a firewall's configurations. Rules are in
 * evaluation order.
 */
export interface PolicyObjects extends FoundObjects {
  /** What a rule's members mean before they mean what they say; absent: not asked. */
  names?: TakenNames;
}

/** A rule as the firewall takes it: where a member is somebody's object by name, that is among its extras. */
export function ruleAsTaken(objects: PolicyObjects, name: string): FoundRule | undefined {
  const rule = objects.rules.get(name);
  const taken = namesTakenIn(objects, name);
  if (rule === undefined || taken.length === 0) return rule;
  return { ...rule, extras: [...rule.extras, ...taken].sort() };
}

/** What in a rule is somebody's object by name, one sentence each: "10.0.1.10 is the name of a region". */
export function namesTakenIn({ rules, names }: PolicyObjects, name: string): string[] {
  const rule = rules.get(name);
  const taken = rule === undefined || names === undefined ? [] : takenMembers(rule, [names]);
  return [
    ...new Set(
      taken.map(
        ({ member, what }) => `${member} is the name of ${/^[aeiou]/.test(what) ? "an" : "a"} ${what}`,
      ),
    ),
  ];
}

/** A configuration as it was read. */
export interface Read {
  objects: PolicyObjects;
  /** The `<entry>` of the vsys or device group, whole; undefined: running has none. */
  entry: XmlElement | undefined;
}

/**
 * Reads what members' names may mean besides what a read of objects tells: of a device group, the groups around it and its
 * firewalls.
 */
export async function readNamesAround(client: PanosClient): Promise<TakenNames | undefined> {
  const { panorama } = client.connection;
  return panorama && readNamesBeside(client, panorama);
}

/**
 * Reads them, and what their members' names may mean: the vsys and `<shared>`, each as a whole and at one moment.
 * @param around what these may mean besides
 * @throws PanosError `unsupported` where the candidate has no such vsys or device group: that says nothing of what was in it.
 *   Running lacks one that was never committed
 */
export async function readObjects(
  client: PanosClient,
  configuration: "candidate" | "running",
  around: Promise<TakenNames | undefined> = Promise.resolve(undefined),
): Promise<Read> {
  const ask = (xpath: string) => (configuration === "candidate" ? client.get(xpath) : client.show(xpath));
  const [own, common, beside] = await Promise.all([
    ask(vsysXpath(client.connection)),
    ask(SHARED_XPATH),
    around,
  ]);
  const vsys = child(own, "entry");
  if (configuration === "candidate") requirePresent(vsys, client.connection);
  const { panorama } = client.connection;
  const place = panorama ? withoutInheritedObjects(vsys, panorama.deviceGroup) : vsys;
  const here = takenNames(localPlaces(place, child(common, "shared")));
  const names = beside === undefined ? here : bothNames(here, beside);
  return { objects: objectsIn(vsys, names, panorama), entry: vsys };
}

/**
 * Takes them from the `<entry>` of a vsys that has been read as a whole, or of a device group: of that only what it has
 * itself, and not what it inherits.
 */
export function objectsIn(
  vsys: XmlElement | undefined,
  names?: TakenNames,
  panorama?: DeviceGroup,
): PolicyObjects {
  const found = eachPart((part) => {
    const kind = kindOf(part);
    const container = find(vsys, ...containerPath({ panorama }, kind.container));
    const all = entries(
      panorama === undefined ? container : withoutInherited(container, panorama.deviceGroup),
    );
    return new Map([...all].map(([name, entry]) => [name, kind.from(entry)]));
  }) as FoundObjects;
  return { ...found, ...(names && { names }) };
}

/**
 * What members of a rule's source or destination stand for: address objects and static groups as their
 * values, everything else as it is written.
 */
export function addressesNamed(
  members: readonly string[],
  objects: Pick<PolicyObjects, "addresses" | "addressGroups">,
  above: ReadonlySet<string> = new Set(),
): string[] {
  return members.flatMap((member) => {
    const group = objects.addressGroups.get(member);
    // PAN-OS refuses a group that contains itself; a recording of one must not hang us.
    if (group !== undefined && group.members.length > 0 && !above.has(member)) {
      return addressesNamed(group.members, objects, new Set([...above, member]));
    }
    return [objects.addresses.get(member)?.value || member];
  });
}

/** Names of what rules and groups of addresses name as such. */
export function addressNamesUsed({
  rules,
  addressGroups,
}: {
  rules: Iterable<Pick<FoundRule, "source" | "destination">>;
  addressGroups: Iterable<Pick<FoundOf<"addressGroups">, "members">>;
}): Set<string> {
  const used = new Set<string>();
  for (const { source, destination } of rules) for (const name of [...source, ...destination]) used.add(name);
  for (const { members } of addressGroups) for (const name of members) used.add(name);
  return used;
}

/**
 * Whether `name` stands above `other` in the rulebase; false where either is missing. Everything there stands above
 * the predefined interzone-default.
 */
export function standsAbove(objects: PolicyObjects, name: string, other: string): boolean {
  if (other === INTERZONE_DEFAULT && !objects.rules.has(other)) return objects.rules.has(name);
  for (const rule of objects.rules.keys()) {
    if (rule === name) return objects.rules.has(other);
    if (rule === other) return false;
  }
  return false;
}

/**
 * @param setting what names it
 * @throws DeclarationError that names the rules that exist, when the cleanup rule isn't among them
 */
export function requireCleanupRule(
  objects: PolicyObjects,
  cleanupRule: string,
  firewall: string,
  setting = "cleanupRule",
): void {
  if (objects.rules.has(cleanupRule) || (setting === "cleanupRule" && cleanupRule === INTERZONE_DEFAULT))
    return;
  const names = [...objects.rules.keys()];
  throw new DeclarationError(
    "NO_CLEANUP_RULE",
    `there is no rule ${JSON.stringify(cleanupRule)} on ${firewall} to place rules above ` +
      `(aws-panos-rules:${setting}). Nothing was written. Its rules are: ${listed(names) || "none"}`,
  );
}
