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
import { addressObjects, applicationObjects, serviceObjects, taggedAddresses } from "./named-objects";
import { namesInReach } from "./group-names";
import type { Rulebase } from "./policy";
import { countsAround, rulesAround, type Layers, type Locals, type Scope } from "./group-order";
import type { Counts } from "./room";
import { rulebaseFrom } from "./rulebase";
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
  /** What each of these has beside what the group's rulebase and objects are. */
  elsewhere: { firewall: ManagedFirewall; counts: Counts }[];
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
  const judged = (scopes: Scopes): Rulebase => {
    const own = asVsys(panorama, scopes, local);
    // A name may be something else on some firewall: each is a reading of it.
    const places = [scopes.shared, own, ...scopes.below.values(), ...local];
    return {
      ...rulebaseFrom(own, scopes.shared),
      addresses: addressObjects(places),
      services: serviceObjects(places),
      applications: applicationObjects(places),
      taggedAddresses: places.flatMap(taggedAddresses),
      names: namesInReach({ ...scopes, below: scopesIn(scopes.below) }, locals),
      ...rulesAround(panorama, layersOf(scopes, hierarchy), firewalls, locals),
    };
  };
  return {
    candidate: judged(candidate),
    running: judged(running),
    candidateVsys: candidate.asRead,
    runningVsys: running.asRead,
    fleet: {
      firewalls,
      notes: [...unasked(firewalls, panorama), ...ofTheirOwn(locals)],
    },
    locals,
    elsewhere: locals.map(({ firewall, vsys }) => ({
      firewall,
      counts: countsAround(panorama, layersOf(running, hierarchy), firewall, vsys),
    })),
  };
}

interface Scopes {
  asRead: XmlElement | undefined;
  /** The group, and those above it, the nearest first: each with its own entries alone. */
  groups: Scope[];
  /** Those below it, in the same form. */
  below: ReadonlyMap<string, XmlElement | undefined>;
  shared: XmlElement | undefined;
}

async function scopesOf(
  client: PanosClient,
  group: string,
  { above, below }: Hierarchy,
  configuration: "candidate" | "running",
): Promise<Scopes> {
  const ask = (xpath: string) => (configuration === "candidate" ? client.get(xpath) : client.show(xpath));
  const names = [group, ...above, ...below];
  const [common, ...answers] = await Promise.all(
    [SHARED_XPATH, ...names.map((name) => groupXpath(name))].map(ask),
  );
  const scopes = names.map((name, at) => ({ name, scope: ownOnly(child(answers[at], "entry"), name) }));
  return {
    asRead: child(answers[0], "entry"),
    groups: scopes.slice(0, 1 + above.length),
    below: new Map(scopes.slice(1 + above.length).map(({ name, scope }) => [name, scope])),
    shared: child(common, "shared"),
  };
}

function scopesIn(scopes: Scopes["below"]): Scope[] {
  return [...scopes].map(([name, scope]) => ({ name, scope }));
}

function layersOf({ groups, below, shared }: Scopes, { ways }: Hierarchy): Layers {
  const [own, ...above] = groups;
  const scopesOn = (names: readonly string[]) => names.map((name) => ({ name, scope: below.get(name) }));
  return {
    shared,
    own: own!,
    above,
    ways: new Map([...ways].map(([group, names]) => [group, scopesOn(names)])),
  };
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

function unasked(firewalls: readonly ManagedFirewall[], { rulebase }: DeviceGroup): string[] {
  const names = firewalls.filter(({ isConnected }) => !isConnected).map(labelOf);
  if (names.length === 0) return [];
  const why = rulebase === "pre-rulebase" ? "" : ", rules that may deny before ours included,";
  return [
    `not connected to Panorama, so what they have of their own${why} wasn't looked at: ${names.join(", ")}`,
  ];
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
