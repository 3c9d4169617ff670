import type { References } from "../schema/references";
import type { XmlElement } from "../xml/element";
import { addressRange } from "./addresses";
import type { AddressRange } from "./addresses";
import { applications } from "./applications";
import type { ApplicationSet } from "./applications";
import { groupMatches } from "./groups";
import { portRanges } from "./ports";
import type { PortRange } from "./ports";
import { PREDEFINED_SERVICES } from "./predefined";
import { regionNamed } from "./regions";

/** Addresses that a rule names, resolved. Names whose addresses the device would have to ask for match nothing. */
export interface AddressSet {
  any: boolean;
  negate: boolean;
  ranges: AddressRange[];
  /** Names without addresses here: FQDNs, external lists, countries, groups of what is registered. */
  unknown: string[];
}

interface ServicePorts {
  protocol: "tcp" | "udp" | "sctp";
  ports: PortRange[];
}

/** A security rule ready for matching. */
export interface PolicyRule {
  name: string;
  /** Position in the rulebase, from 1. */
  index: number;
  disabled: boolean;
  type: "universal" | "intrazone" | "interzone";
  from: Set<string>;
  to: Set<string>;
  source: AddressSet;
  destination: AddressSet;
  application: ApplicationSet;
  service: "any" | "application-default" | ServicePorts[];
  /** Users, URL categories, host profiles and schedules that narrow the rule, by their tags. */
  conditions: Map<string, Set<string>>;
  action: string;
  icmpUnreachable: boolean;
}

/** Security rules in the order in which they are evaluated. */
export function policyRules(entries: readonly XmlElement[], references: References): PolicyRule[] {
  return entries.map((entry, position) => policyRule(entry, position + 1, references));
}

function policyRule(entry: XmlElement, index: number, references: References): PolicyRule {
  const type = entry.value("rule-type");
  return {
    name: entry.name ?? "",
    index,
    disabled: entry.value("disabled") === "yes",
    type: type === "intrazone" || type === "interzone" ? type : "universal",
    from: new Set(entry.members("from")),
    to: new Set(entry.members("to")),
    source: addressSet(entry.members("source"), entry.value("negate-source") === "yes", references),
    destination: addressSet(
      entry.members("destination"),
      entry.value("negate-destination") === "yes",
      references,
    ),
    application: applications(entry.members("application"), references),
    service: services(entry.members("service"), references),
    conditions: conditions(entry),
    action: entry.value("action") ?? "",
    icmpUnreachable: entry.value("icmp-unreachable") === "yes",
  };
}

function conditions(entry: XmlElement): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const tag of [
    "source-user",
    "category",
    "source-hip",
    "destination-hip",
    "hip-profiles",
    "source-imei",
    "source-imsi",
    "source-nw-slice",
    "saas-user-list",
    "saas-tenant-list",
  ]) {
    const members = entry.members(tag).filter((member) => member !== "any");
    if (members.length > 0) found.set(tag, new Set(members));
  }
  const schedule = entry.value("schedule");
  if (schedule) found.set("schedule", new Set([schedule]));
  return found;
}

/** The addresses that a side of a rule names. */
export function addressSet(names: string[], negate: boolean, references: References): AddressSet {
  const set: AddressSet = { any: names.includes("any"), negate, ranges: [], unknown: [] };
  for (const name of names) if (name !== "any") addAddress(set, name, references, new Set());
  return set;
}

function addAddress(set: AddressSet, name: string, references: References, seen: Set<string>): void {
  if (seen.has(name)) return;
  seen.add(name);
  const region = regionNamed(name, references);
  if (region) {
    const ranges = region.map(addressRange).filter((range) => range !== undefined);
    if (ranges.length === 0) set.unknown.push(name);
    set.ranges.push(...ranges);
    return;
  }
  const object = references.find("address", name);
  if (!object) {
    const literal = addressRange(name);
    if (literal) set.ranges.push(literal);
    else set.unknown.push(name);
    return;
  }
  const statics = object.child("static");
  const filter = object.child("dynamic")?.value("filter");
  if (statics) {
    for (const member of statics.memberTexts()) addAddress(set, member, references, seen);
  } else if (filter !== undefined) {
    for (const entry of references.all(["address"])) {
      if (groupMatches(filter, new Set(entry.members("tag"))))
        addAddress(set, entry.name ?? "", references, seen);
    }
    const registered = references.registered?.((tags) => groupMatches(filter, tags));
    if (!registered) set.unknown.push(name);
    for (const ip of registered ?? []) {
      const range = addressRange(ip);
      if (range) set.ranges.push(range);
    }
  } else {
    const range = addressRange(object.value("ip-netmask") ?? object.value("ip-range") ?? "");
    if (range) set.ranges.push(range);
    else set.unknown.push(name);
  }
}

function services(names: string[], references: References): PolicyRule["service"] {
  if (names.includes("any")) return "any";
  if (names.includes("application-default")) return "application-default";
  const ports: ServicePorts[] = [];
  for (const name of names) addService(ports, name, references, new Set());
  return ports;
}

function addService(found: ServicePorts[], name: string, references: References, seen: Set<string>): void {
  if (seen.has(name)) return;
  seen.add(name);
  const object = references.find("service", name);
  if (!object) {
    const predefined = Object.hasOwn(PREDEFINED_SERVICES, name) ? PREDEFINED_SERVICES[name] : undefined;
    if (predefined) found.push({ protocol: "tcp", ports: portRanges(predefined) ?? [] });
    return;
  }
  for (const member of object.members("members")) addService(found, member, references, seen);
  for (const protocol of ["tcp", "udp", "sctp"] as const) {
    const ports = portRanges(object.at("protocol", protocol, "port")?.text ?? "");
    if (ports) found.push({ protocol, ports });
  }
}
