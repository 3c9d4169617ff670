import type { References } from "../schema/references";
import type { XmlElement } from "../xml/element";
import { portRanges } from "./ports";
import type { PortRange } from "./ports";

/** Where an application is expected: a port of TCP or UDP, or an IP protocol as a whole. */
export type DefaultPlace =
  { kind: "port"; protocol: "tcp" | "udp"; ports: PortRange[] } | { kind: "protocol"; protocol: number };

/** Applications that a rule names: "any", or each with its default places. */
export type ApplicationSet = "any" | Map<string, DefaultPlace[]>;

const ICMP = 1;
const ICMPV6 = 58;

export function applications(names: string[], references: References): ApplicationSet {
  if (names.includes("any")) return "any";
  const found = new Map<string, DefaultPlace[]>();
  for (const name of names) addApplication(found, name, references, new Set());
  return found;
}

function addApplication(
  found: Map<string, DefaultPlace[]>,
  name: string,
  references: References,
  seen: Set<string>,
): void {
  if (seen.has(name)) return;
  seen.add(name);
  const object = references.find("application", name);
  // Which applications a filter takes is in the device's content: none that is known here.
  if (object?.parent?.tag === "application-filter") return;
  const members = object?.child("members")?.memberTexts();
  if (members) for (const member of members) addApplication(found, member, references, seen);
  else found.set(name, defaultPlaces(name, references));
}

/** Where a single application is expected; [] when it has no default or isn't known. */
export function defaultPlaces(name: string, references: References): DefaultPlace[] {
  const custom = references.find("application", name)?.child("default");
  if (custom) return customPlaces(custom);
  const { ports = [], protocol = [] } = references.content.application(name) ?? {};
  return [
    ...ports.flatMap(portPlace),
    ...protocol.map((number) => ({ kind: "protocol" as const, protocol: number })),
  ];
}

function customPlaces(defaults: XmlElement): DefaultPlace[] {
  const number = defaults.value("ident-by-ip-protocol");
  if (number !== undefined) return [{ kind: "protocol", protocol: Number(number) }];
  if (defaults.child("ident-by-icmp-type")) return [{ kind: "protocol", protocol: ICMP }];
  if (defaults.child("ident-by-icmp6-type")) return [{ kind: "protocol", protocol: ICMPV6 }];
  return defaults.members("port").flatMap(portPlace);
}

/** "tcp/80,443", "udp/dynamic" */
function portPlace(text: string): DefaultPlace[] {
  const [protocol, list = ""] = text.split("/");
  if (protocol !== "tcp" && protocol !== "udp") return [];
  const ports = list === "dynamic" ? [{ low: 1, high: 65535 }] : portRanges(list);
  return ports ? [{ kind: "port", protocol, ports }] : [];
}

export function isAt(place: DefaultPlace, protocol: number, port: number): boolean {
  if (place.kind === "protocol") return place.protocol === protocol;
  if ((place.protocol === "tcp" ? 6 : 17) !== protocol) return false;
  return place.ports.some(({ low, high }) => low <= port && port <= high);
}
