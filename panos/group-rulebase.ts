import type { PanosClient } from "./client";
import {
  hierarchyOf,
  labelOf,
  managedFirewalls,
  withoutInherited,
  type Hierarchy,
  type ManagedFirewall,
} from "./device-groups";
import { PanosError } from "./error";
import { groupXpath, SHARED_XPATH, vsysXpath, type DeviceGroup } from "./location";
import type { Rulebase, RulebaseRule } from "./policy";
import { rulebaseFrom, rulebaseRule } from "./rulebase";
import { child, entries, find, nameOf, parent, textAt, type XmlElement } from "./xml";

/** The firewalls of a device group. */
export interface Fleet {
  /** Every one that its rules reach. */
  firewalls: ManagedFirewall[];
  /** What decides over ours on them and isn't in the group's own rulebase, one sentence each. */
  notes: string[];
}

/** A device group as a plan takes it. */
export interface GroupRulebases {
  candidate: Rulebase;
  running: Rulebase;
  /** The group's `<entry>` in each, with what it inherits where Panorama lists that. */
  candidateVsys: XmlElement | undefined;
  runningVsys: XmlElement | undefined;
  fleet: Fleet;
  /** Of each connected firewall the vsys's `<entry>` that is its own. */
  locals: Locals;
}

/** What objects are in, within a group, a vsys or shared; of shared and the groups above those count that are not its own. */
const OBJECTS = [
  ...["address", "address-group", "external-list", "region"],
  ...["service", "service-group", "application", "application-group", "application-filter", "tag"],
];
/** What only firewalls know in the end: a name has to be pushed to them, or be on each of them. */
const ON_FIREWALLS = [["zone"], ["profile-group"], ["log-settings", "profiles"]];

/**
 * Reads everything that judging a device group takes, in both of Panorama's configurations: its own rulebase, the
 * objects in its reach, and of each connected firewall what it has itself, which takes one read.
 * @throws PanosError `UNSUPPORTED` where no firewall can be asked for its zones
 */
export async function readGroupRulebases(
  client: PanosClient,
  panorama: DeviceGroup,
): Promise<GroupRulebases> {
  const { deviceGroup } = panorama;
  const hierarchy = await hierarchyOf(client, deviceGroup);
  const firewalls = await managedFirewalls(client, [deviceGroup, ...hierarchy.below]);
  const connected = firewalls.filter(({ isConnected }) => isConnected);
  if (connected.length === 0) {
    throw new PanosError(
      "UNSUPPORTED",
      `no firewall of the device group ${deviceGroup} is connected to ${client.connection.hostname} (it has ` +
        `${firewalls.length}), so nobody can say which zones they have`,
    );
  }
  const locals = await Promise.all(
    connected.map(async (firewall) => {
      const { serial, vsys } = firewall;
      const answer = await client.forFirewall(serial, vsys).get(vsysXpath({ vsys }));
      return { firewall, vsys: child(answer, "entry") };
    }),
  );
  const [candidate, running] = await Promise.all([
    scopesOf(client, deviceGroup, hierarchy, "candidate"),
    scopesOf(client, deviceGroup, hierarchy, "running"),
  ]);
  const local = locals.map(({ vsys }) => vsys);
  const judged = (scopes: Scopes): Rulebase => ({
    ...rulebaseFrom(asVsys(panorama, scopes, local), scopes.shared),
    ...(panorama.rulebase === "pre-rulebase" && { inherited: inherited(scopes) }),
  });
  return {
    candidate: judged(candidate),
    running: judged(running),
    candidateVsys: candidate.asRead,
    runningVsys: running.asRead,
    fleet: {
      firewalls,
      notes: [...unasked(firewalls), ...aboveOurs(panorama, running, locals), ...ofTheirOwn(locals)],
    },
    locals,
  };
}

interface Scopes {
  asRead: XmlElement | undefined;
  /** The group, and those above it, the nearest first: each with its own entries alone. */
  groups: { name: string; scope: XmlElement | undefined }[];
  shared: XmlElement | undefined;
}

async function scopesOf(
  client: PanosClient,
  group: string,
  { above }: Hierarchy,
  configuration: "candidate" | "running",
): Promise<Scopes> {
  const ask = (xpath: string) => (configuration === "candidate" ? client.get(xpath) : client.show(xpath));
  const names = [group, ...above];
  const [common, ...answers] = await Promise.all(
    [SHARED_XPATH, ...names.map((name) => groupXpath(name))].map(ask),
  );
  const groups = names.map((name, at) => ({ name, scope: ownOnly(child(answers[at], "entry"), name) }));
  return { asRead: child(answers[0], "entry"), groups, shared: child(common, "shared") };
}

/** A scope with its own entries alone, at every place. */
function ownOnly(scope: XmlElement | undefined, group: string): XmlElement | undefined {
  const own = withoutInherited(scope, group);
  return (
    own && {
      ...own,
      children: own.children.map((each) => (each.name === "entry" ? each : ownOnly(each, group)!)),
    }
  );
}

/** A device group in the form of a vsys: its rulebase, the objects in reach, and what firewalls have of their own. */
function asVsys(
  { rulebase }: DeviceGroup,
  { groups, shared }: Scopes,
  locals: readonly (XmlElement | undefined)[],
): XmlElement {
  const scopes = groups.map(({ scope }) => scope);
  const own = find(scopes[0], rulebase, "security");
  const nat = [
    ...[shared, ...scopes.toReversed()].map((scope) => find(scope, "pre-rulebase", "nat", "rules")),
    ...[...scopes, shared].map((scope) => find(scope, "post-rulebase", "nat", "rules")),
  ];
  const overrides = [shared, ...scopes].flatMap((scope) => [
    find(scope, "pre-rulebase", "application-override", "rules"),
    find(scope, "post-rulebase", "application-override", "rules"),
  ]);
  const defaults = [
    ...locals.map((scope) => find(scope, "rulebase")),
    ...[...scopes, shared].map((scope) => find(scope, "post-rulebase")),
  ];
  return parent("entry", [
    parent("rulebase", [
      ...(own ? [own] : []),
      parent("nat", [parent("rules", joined(nat))]),
      parent("application-override", [parent("rules", joined(overrides))]),
      parent("default-security-rules", [
        parent(
          "rules",
          allowingFirst(defaults.map((place) => find(place, "default-security-rules", "rules"))),
        ),
      ]),
    ]),
    // A name that some firewall has for something of its own is taken as well.
    ...OBJECTS.map((home) => parent(home, joined([...scopes, ...locals].map((scope) => child(scope, home))))),
    ...ON_FIREWALLS.map((path) => nested(path, known(path, [...scopes, shared], locals))),
  ]);
}

/** The pre-rules that come before those of the group itself. */
function inherited({ groups, shared }: Scopes): RulebaseRule[] {
  const [, ...above] = groups;
  return [{ name: "shared", scope: shared }, ...above.toReversed()].flatMap(({ name, scope }) => {
    const rules = entries(find(scope, "pre-rulebase", "security", "rules"));
    return [...rules.values()].map((entry) => ({ ...rulebaseRule(entry), panorama: name }));
  });
}

/** What is pushed, and of the firewalls' own what all of them have. */
function known(
  path: readonly string[],
  pushed: readonly (XmlElement | undefined)[],
  locals: readonly (XmlElement | undefined)[],
): XmlElement[] {
  const [first, ...others] = locals.map((scope) => entries(find(scope, ...path)));
  const everywhere = [...(first ?? [])].filter(([name]) => others.every((other) => other.has(name)));
  const rest = joined(pushed.map((scope) => find(scope, ...path)));
  return [...everywhere.map(([, entry]) => entry), ...rest];
}

/** The default rules as the place nearest to a firewall has them; one that lets in anywhere counts before all others. */
function allowingFirst(places: readonly (XmlElement | undefined)[]): XmlElement[] {
  const all = places.flatMap((place) => [...entries(place).values()]);
  return joined([parent("rules", [...all.filter((rule) => textAt(rule, "action") === "allow"), ...all])]);
}

/** The entries of several containers, of each name the first. */
function joined(containers: readonly (XmlElement | undefined)[]): XmlElement[] {
  const found = new Map<string, XmlElement>();
  for (const container of containers) {
    for (const entry of container?.children ?? []) {
      const name = nameOf(entry);
      if (entry.name === "entry" && !found.has(name)) found.set(name, entry);
    }
  }
  return [...found.values()];
}

function nested([name = "", ...rest]: readonly string[], content: XmlElement[]): XmlElement {
  return parent(name, rest.length === 0 ? content : [nested(rest, content)]);
}

export type Locals = readonly { firewall: ManagedFirewall; vsys: XmlElement | undefined }[];

function unasked(firewalls: readonly ManagedFirewall[]): string[] {
  const names = firewalls.filter(({ isConnected }) => !isConnected).map(labelOf);
  if (names.length === 0) return [];
  return [`not connected to Panorama, so what they have of their own wasn't looked at: ${names.join(", ")}`];
}

/** Rules that come before ours on every firewall, or on some, and what they may do to them. */
function aboveOurs({ rulebase }: DeviceGroup, { groups, shared }: Scopes, locals: Locals): string[] {
  const [, ...above] = groups;
  const pushed = [
    ...above,
    { name: "shared", scope: shared },
    ...(rulebase === "post-rulebase" ? groups.slice(0, 1) : []),
  ];
  const places = pushed.map(({ name, scope }) => ({ name, rules: rulesIn(find(scope, "pre-rulebase")) }));
  const own = rulebase === "post-rulebase" ? locals : [];
  const local = own.map(({ firewall, vsys }) => ({
    name: firewall.name,
    rules: rulesIn(find(vsys, "rulebase")),
  }));
  const said = [...places, ...local].flatMap(({ name, rules }) => {
    const denying = rules.filter((rule) => textAt(rule, "action") !== "allow");
    return denying.length === 0
      ? []
      : [`${name} (${denying.map(nameOf).slice(0, 3).join(", ")}${denying.length > 3 ? ", …" : ""})`];
  });
  return said.length === 0
    ? []
    : [`rules that deny stand above ours and may deny what they allow: ${said.join("; ")}`];
}

/** What firewalls have of their own that makes other packets of those that ours are written for. */
function ofTheirOwn(locals: Locals): string[] {
  return [
    ["nat", "NAT", "may change their destinations"],
    ["application-override", "application override", "may change their applications"],
  ].flatMap(([kind = "", what, why]) => {
    const having = locals.filter(({ vsys }) => entries(find(vsys, "rulebase", kind, "rules")).size > 0);
    if (having.length === 0) return [];
    const names = having.map(({ firewall }) => firewall.name).join(", ");
    return [`${names}: ${what} rules of their own, which ${why}, aren't read`];
  });
}

function rulesIn(rulebase: XmlElement | undefined): XmlElement[] {
  const rules = [...entries(find(rulebase, "security", "rules")).values()];
  return rules.filter((rule) => textAt(rule, "disabled") !== "yes");
}
