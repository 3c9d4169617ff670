/**
 * What the address and service names of a firewall's rules stand for. Some can't be known without the
 * device (FQDNs, dynamic groups, external lists, countries), or are names of several objects: hence two bounds,
 * what is surely meant and what is possibly meant.
 */
import type { AddressObject, Rulebase, RulebaseRule, ServiceObject } from "../panos/policy";
import {
  ALL_ADDRESSES,
  NO_ADDRESS,
  UNKNOWN_ADDRESSES,
  UNKNOWN_TRAFFIC,
  exactly,
  oneOfAddresses,
  oneOfTraffic,
  unionOfAddresses,
  unionOfTraffic,
} from "./bounds";
import type { AddressSet, Bounds } from "./bounds";
import { FAMILIES, parseAddress, parseCidr } from "../lib/net/cidr";
import type { Family, Interval } from "../lib/net/cidr";
import { isCountry } from "./countries";
import { EMPTY, difference } from "../lib/net/intervals";
import type { IntervalSet } from "../lib/net/intervals";
import { once, onceEach } from "../lib/once";
import { ALL_TRAFFIC, portSet, possiblyDefault, surelyDefault } from "./traffic";

/** Predefined on every PAN-OS firewall (PAN-OS documentation, Objects > Services). */
const PREDEFINED_SERVICES: Record<string, ServiceObject> = {
  "service-http": { kind: "tcp", port: "80,8080" },
  "service-https": { kind: "tcp", port: "443" },
};

/** The service of rules that match applications on their own ports. */
export const APPLICATION_DEFAULT = "application-default";

const ANY_TRAFFIC = exactly(ALL_TRAFFIC);

/** The addresses that a rule's source or destination matches. */
export function addressBounds(
  members: string[],
  negate: boolean,
  objects: Rulebase["addresses"],
): Bounds<AddressSet> {
  return addressReader(objects)(members, negate);
}

/** `addressBounds` for many rules: each name, and each list of names, is read once. Equal lists give one object. */
export function addressReader(
  objects: Rulebase["addresses"],
): (members: string[], negate: boolean) => Bounds<AddressSet> {
  // A host that many groups have is one object of the firewall's, or the same text.
  const plain = once((text: string) => literal(text));
  const read = once((member: string) => memberAddresses(member, { objects, plain }, new Set()));
  const ofNames = once((members: string[]) => unionOfAddresses(members.map(read)), JSON.stringify);
  // Thousands of rules can share one list of thousands of addresses.
  const ofList = onceEach(ofNames);
  const negated = onceEach(allBut);
  return (members, negate) => (negate ? negated(ofList(members)) : ofList(members));
}

function allBut(bounds: Bounds<AddressSet>): Bounds<AddressSet> {
  const surely = complement(bounds.possibly);
  for (const family of FAMILIES) {
    // Whether "not 10.0.0.0/8" also means all of IPv6 is not documented: not surely, but possibly.
    if (bounds.possibly[family].length === 0) surely[family] = EMPTY;
  }
  return { surely, possibly: complement(bounds.surely) };
}

/**
 * The protocols and ports on which a rule matches one application.
 * @param application a name, or "any" for traffic of whatever application
 */
export function serviceBounds(
  { service }: Pick<RulebaseRule, "service">,
  application: string,
  objects: Rulebase["services"],
): Bounds<IntervalSet> {
  return serviceReader(objects)(service, application);
}

/** `serviceBounds` for many rules: each name, and each list of names, is read once. Equal lists give one object. */
export function serviceReader(
  objects: Rulebase["services"],
): (service: string[], application: string) => Bounds<IntervalSet> {
  const read = once((name: string) => memberTraffic(name, objects, new Set()));
  const byDefault = once((application: string) => ({
    surely: surelyDefault(application),
    possibly: possiblyDefault(application),
  }));
  const ofNames = once(
    ([service, application]: [service: string[], application: string]) =>
      unionOfTraffic(
        service.map((name) =>
          name === "any" ? ANY_TRAFFIC : name === APPLICATION_DEFAULT ? byDefault(application) : read(name),
        ),
      ),
    JSON.stringify,
  );
  return (service, application) =>
    ofNames([service, service.includes(APPLICATION_DEFAULT) ? application : ""]);
}

/** What names are read by: the firewall's objects, and each plain address once. */
interface Names {
  objects: Map<string, AddressObject>;
  plain: (text: string) => Bounds<AddressSet>;
}

function memberAddresses(member: string, names: Names, above: Set<string>): Bounds<AddressSet> {
  if (isCountry(member)) return UNKNOWN_ADDRESSES;
  const object = names.objects.get(member);
  if (!object) return member === "any" ? exactly(ALL_ADDRESSES) : names.plain(member);
  // PAN-OS refuses a group that contains itself; a recording of one must not hang us.
  if (above.has(member)) return UNKNOWN_ADDRESSES;
  return addressesIn(object, names, new Set([...above, member]));
}

function addressesIn(object: AddressObject, names: Names, above: Set<string>): Bounds<AddressSet> {
  switch (object.kind) {
    case "ip-netmask":
    case "ip-range":
      return names.plain(object.value);
    case "static-group":
      return unionOfAddresses(object.members.map((name) => memberAddresses(name, names, above)));
    case "region":
      return unionOfAddresses(object.addresses.map(names.plain));
    case "ambiguous":
      return oneOfAddresses(object.readings.map((reading) => addressesIn(reading, names, above)));
    case "opaque":
      return UNKNOWN_ADDRESSES;
  }
}

function memberTraffic(
  name: string,
  objects: Map<string, ServiceObject>,
  above: Set<string>,
): Bounds<IntervalSet> {
  const predefined = Object.hasOwn(PREDEFINED_SERVICES, name) ? PREDEFINED_SERVICES[name] : undefined;
  const readings = [objects.get(name), predefined].filter((object) => object !== undefined);
  if (above.has(name)) return UNKNOWN_TRAFFIC;
  const within = new Set([...above, name]);
  return oneOfTraffic(readings.map((object) => trafficIn(object, objects, within)));
}

function trafficIn(
  object: ServiceObject,
  objects: Map<string, ServiceObject>,
  above: Set<string>,
): Bounds<IntervalSet> {
  switch (object.kind) {
    case "opaque":
      return UNKNOWN_TRAFFIC;
    case "ambiguous":
      return oneOfTraffic(object.readings.map((reading) => trafficIn(reading, objects, above)));
    case "group":
      return unionOfTraffic(object.members.map((member) => memberTraffic(member, objects, above)));
    case "tcp":
    case "udp": {
      const ports = portSet(object.kind, object.port);
      if (!ports) return UNKNOWN_TRAFFIC;
      // Only some clients use those source ports, so it surely matches nothing we ask for.
      return object.sourcePort === undefined ? exactly(ports) : { surely: EMPTY, possibly: ports };
    }
  }
}

/** "192.0.2.1", "192.0.2.0/24" or "192.0.2.1-192.0.2.9"; anything else (a region, a list) is unknown. */
function literal(text: string): Bounds<AddressSet> {
  const cidr = parseCidr(text);
  if (cidr) return exactly(single(cidr.family, cidr));
  const [first, last] = (text.includes("-") ? text.split("-") : [text, text]).map((part) =>
    parseAddress(part.trim()),
  );
  if (!first || !last || first.family !== last.family || first.value > last.value) {
    return UNKNOWN_ADDRESSES;
  }
  return exactly(single(first.family, { first: first.value, last: last.value }));
}

function single(family: Family, { first, last }: Interval): AddressSet {
  return { ...NO_ADDRESS, [family]: [{ first, last }] };
}

function complement(set: AddressSet): AddressSet {
  return {
    IPv4: difference(ALL_ADDRESSES.IPv4, set.IPv4),
    IPv6: difference(ALL_ADDRESSES.IPv6, set.IPv6),
  };
}

/** The addresses that a name stands for, as far as that is known here; others by the name itself. */
export function addressesOf(
  name: string,
  addresses: ReadonlyMap<string, AddressObject>,
  depth = 0,
): string[] {
  const object = addresses.get(name);
  if (object?.kind === "ip-netmask" || object?.kind === "ip-range") return [object.value];
  // PAN-OS refuses groups in a circle; a recording of one must not hang us.
  if (object?.kind !== "static-group" || depth > 8) return [name];
  return object.members.flatMap((member) => addressesOf(member, addresses, depth + 1));
}
