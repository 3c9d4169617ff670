import type {
  AddressObject,
  Ambiguous,
  ApplicationObject,
  Rulebase,
  ServiceObject,
  TakenNames,
} from "./policy";
import { child, entries, members, textAt, type XmlElement } from "./xml";

// What the names in a vsys's rules may stand for. The places are `<shared>`, the vsys's `<entry>`, and what Panorama
// has pushed into each: a name in one
// hides the same name in the other in some cases, and a group hides an address, a list a group, a region all of
// them. Which of several objects a device takes is nowhere written down as a whole, so each counts as a reading.

type Place = XmlElement | undefined;

/** Address objects, address groups, external lists and regions. */
export function addressObjects(places: readonly Place[]): Rulebase["addresses"] {
  return byName(
    places.flatMap((place) => [
      ...all(place, "address", address),
      ...all(place, "address-group", addressGroup),
      ...all(place, "external-list", (): AddressObject => ({
        kind: "opaque",
        why: "an external dynamic list",
      })),
      ...all(place, "region", region),
    ]),
  );
}

/** What objects of each name are, by the containers that hold them. */
const NOUNS = {
  addresses: {
    address: "address object",
    "address-group": "address group",
    "external-list": "external dynamic list",
    region: "region",
  },
  services: { service: "service", "service-group": "service group" },
  applications: {
    application: "custom application",
    "application-group": "application group",
    "application-filter": "application filter",
  },
} as const;

/** Somewhere that objects are, and what one there is called: "shared region". */
export interface NamingPlace {
  place: XmlElement | undefined;
  what: (noun: string, entry: XmlElement) => string;
}

/** The firewall's own places. */
export function localPlaces(vsys: XmlElement | undefined, shared: XmlElement | undefined): NamingPlace[] {
  return [
    { place: shared, what: (noun) => `shared ${noun}` },
    { place: vsys, what: (noun) => noun },
  ];
}

/** Every name that a member of a rule may mean in place of what it says, because PAN-OS looks for objects first. */
export function takenNames(places: readonly NamingPlace[]): TakenNames {
  const of = (nouns: Record<string, string>) => {
    const taken = new Map<string, string[]>();
    for (const { place, what } of places) {
      for (const [kind, noun] of Object.entries(nouns)) {
        for (const [name, entry] of entries(child(place, kind))) {
          taken.set(name, [...(taken.get(name) ?? []), what(noun, entry)]);
        }
      }
    }
    return taken;
  };
  return {
    addresses: of(NOUNS.addresses),
    services: of(NOUNS.services),
    applications: of(NOUNS.applications),
  };
}

/** Those of two places together. */
export function bothNames(one: TakenNames, other: TakenNames): TakenNames {
  const joined = (side: keyof TakenNames) => {
    const taken = new Map(one[side]);
    for (const [name, what] of other[side]) taken.set(name, [...(taken.get(name) ?? []), ...what]);
    return taken;
  };
  return {
    addresses: joined("addresses"),
    services: joined("services"),
    applications: joined("applications"),
  };
}

/** Address objects that carry tags. */
export function taggedAddresses(place: Place): Rulebase["taggedAddresses"] {
  return [...entries(child(place, "address"))]
    .map(([name, entry]) => ({ name, tag: members(child(entry, "tag")) }))
    .filter(({ tag }) => tag.length > 0);
}

/** Services and service groups. */
export function serviceObjects(places: readonly Place[]): Rulebase["services"] {
  return byName(
    places.flatMap((place) => [
      ...all(place, "service", service),
      ...all(place, "service-group", serviceGroup),
    ]),
  );
}

/** Custom applications, application groups and application filters. */
export function applicationObjects(places: readonly Place[]): Rulebase["applications"] {
  return byName(
    places.flatMap((place) => [
      ...all(place, "application", (): ApplicationObject => ({ kind: "custom" })),
      ...all(place, "application-group", applicationGroup),
      ...all(place, "application-filter", (): ApplicationObject => ({ kind: "opaque", why: "a filter" })),
    ]),
  );
}

function all<T>(place: Place, container: string, read: (entry: XmlElement) => T): [string, T][] {
  return [...entries(child(place, container))].map(([name, entry]) => [name, read(entry)]);
}

/** By name; several that don't say the same are each a reading of it. */
function byName<T extends object>(objects: readonly [string, T][]): Map<string, T | Ambiguous<T>> {
  const found = new Map<string, T | Ambiguous<T>>();
  const seen = new Map<string, Map<string, T>>();
  for (const [name, object] of objects) {
    const readings = seen.get(name) ?? new Map<string, T>();
    seen.set(name, readings.set(JSON.stringify(object), object));
    found.set(name, readings.size === 1 ? object : { kind: "ambiguous", readings: [...readings.values()] });
  }
  return found;
}

function address(entry: XmlElement): AddressObject {
  const netmask = textAt(entry, "ip-netmask");
  const range = textAt(entry, "ip-range");
  if (netmask !== "") return { kind: "ip-netmask", value: netmask };
  if (range !== "") return { kind: "ip-range", value: range };
  return opaque(entry);
}

function addressGroup(entry: XmlElement): AddressObject {
  const fixed = child(entry, "static");
  return fixed === undefined ? opaque(entry) : { kind: "static-group", members: members(fixed) };
}

function region(entry: XmlElement): AddressObject {
  const addresses = members(child(entry, "address"));
  return addresses.length === 0 ? opaque(entry) : { kind: "region", addresses };
}

function opaque(entry: XmlElement): AddressObject {
  const kind = entry.children.find(({ name }) => name !== "description" && name !== "tag")?.name ?? "empty";
  return { kind: "opaque", why: `its value is known to the firewall only (${kind})` };
}

function service(entry: XmlElement): ServiceObject {
  const protocol = child(entry, "protocol")?.children[0];
  if (protocol === undefined || (protocol.name !== "tcp" && protocol.name !== "udp")) {
    return { kind: "opaque", why: `protocol ${protocol?.name ?? "missing"}` };
  }
  const sourcePort = textAt(protocol, "source-port");
  return { kind: protocol.name, port: textAt(protocol, "port"), ...(sourcePort !== "" && { sourcePort }) };
}

function serviceGroup(entry: XmlElement): ServiceObject {
  return { kind: "group", members: members(child(entry, "members")) };
}

function applicationGroup(entry: XmlElement): ApplicationObject {
  return { kind: "group", members: members(child(entry, "members")) };
}
