/** The protocol and ports of a permission, in one form, and how people and names say them. */
import type { Family } from "./cidr";

/**
 * What a permission lets in: everything, ports of TCP or UDP, ICMP types and codes (-1 for all), or all of
 * an IP protocol.
 */
export type Traffic =
  | { protocol: "all" }
  | { protocol: "tcp" | "udp"; fromPort: number; toPort: number }
  | { protocol: "icmp" | "icmpv6"; type: number; code: number }
  | { protocol: "ip"; number: number };

/** As EC2 says it: a protocol by name or number ("-1" for all), and ports or an ICMP type and code. */
export interface ProtocolAndPorts {
  ipProtocol: string;
  fromPort: number;
  toPort: number;
}

/** IANA protocol numbers which EC2 also knows by name. */
const NAMES = new Map([
  ["1", "icmp"],
  ["6", "tcp"],
  ["17", "udp"],
  ["58", "icmpv6"],
]);
const LAST_PORT = 65535;
const LAST_ICMP = 255;
const LAST_PROTOCOL = 255;

/**
 * The one way to write a permission's protocol and ports, so that equal ones compare equal: names for
 * numbers that have one, 0 to 65535 for all ports, -1 where EC2 ignores the ports (EC2 API reference: a
 * protocol other than tcp, udp, icmp and icmpv6 means all ports, whatever range is given).
 */
export function normalised({ ipProtocol, fromPort, toPort }: ProtocolAndPorts): ProtocolAndPorts {
  const text = ipProtocol.trim().toLowerCase();
  const protocol = NAMES.get(text) ?? text;
  switch (protocol) {
    case "tcp":
    case "udp":
      return fromPort === -1 && toPort === -1
        ? { ipProtocol: protocol, fromPort: 0, toPort: LAST_PORT }
        : { ipProtocol: protocol, fromPort, toPort };
    case "icmp":
    case "icmpv6":
      return { ipProtocol: protocol, fromPort, toPort: fromPort === -1 ? -1 : toPort };
    default:
      return { ipProtocol: protocol, fromPort: -1, toPort: -1 };
  }
}

/** What a normalised permission lets in, or undefined for impossible protocols and ports. */
export function trafficOf({ ipProtocol, fromPort, toPort }: ProtocolAndPorts): Traffic | undefined {
  switch (ipProtocol) {
    case "-1":
      return { protocol: "all" };
    case "tcp":
    case "udp":
      return isBetween(fromPort, 0, toPort) && isBetween(toPort, fromPort, LAST_PORT)
        ? { protocol: ipProtocol, fromPort, toPort }
        : undefined;
    case "icmp":
    case "icmpv6":
      return isBetween(fromPort, -1, LAST_ICMP) && isBetween(toPort, -1, LAST_ICMP)
        ? { protocol: ipProtocol, type: fromPort, code: toPort }
        : undefined;
    default:
      // PAN-OS knows no protocol 0, which in IPv6 is no protocol but a header before another one.
      return /^[1-9]\d{0,2}$/.test(ipProtocol) && Number(ipProtocol) <= LAST_PROTOCOL
        ? { protocol: "ip", number: Number(ipProtocol) }
        : undefined;
  }
}

/** The family that a protocol belongs to: ICMP is IPv4's, ICMPv6 is IPv6's; undefined for both. */
export function familyOf(ipProtocol: string): Family | undefined {
  return ipProtocol === "icmp" ? "IPv4" : ipProtocol === "icmpv6" ? "IPv6" : undefined;
}

/** Ports as rule and object names have them: "443", "8000-8100", "8" (an ICMP type), "3-1" (and code), "47" (a protocol). */
export function portsInName(traffic: Traffic): string {
  switch (traffic.protocol) {
    case "all":
      return "";
    case "tcp":
    case "udp":
      return traffic.fromPort === traffic.toPort
        ? String(traffic.fromPort)
        : `${traffic.fromPort}-${traffic.toPort}`;
    case "icmp":
    case "icmpv6":
      if (traffic.type === -1) return "";
      return traffic.code === -1 ? String(traffic.type) : `${traffic.type}-${traffic.code}`;
    case "ip":
      return String(traffic.number);
  }
}

/** A permission's traffic as rules' names have it: "tcp-443", "icmp-3-1", "all"; "" where it is impossible. */
export function trafficName(permission: ProtocolAndPorts): string {
  const traffic = trafficOf(normalised(permission));
  return traffic === undefined
    ? ""
    : [traffic.protocol, portsInName(traffic)].filter((part) => part !== "").join("-");
}

/** For people: "TCP port 443", "ICMP type 3 code 1", "protocol 47". Takes a normalised permission. */
export function describeTraffic(permission: ProtocolAndPorts): string {
  const { ipProtocol, fromPort, toPort } = permission;
  switch (ipProtocol) {
    case "-1":
      return "all protocols";
    case "tcp":
    case "udp":
      return fromPort === toPort
        ? `${ipProtocol.toUpperCase()} port ${fromPort}`
        : `${ipProtocol.toUpperCase()} ports ${fromPort} to ${toPort}`;
    case "icmp":
    case "icmpv6": {
      const name = ipProtocol === "icmp" ? "ICMP" : "ICMPv6";
      if (fromPort === -1) return `all ${name}`;
      return toPort === -1 ? `${name} type ${fromPort}` : `${name} type ${fromPort} code ${toPort}`;
    }
    default:
      return `protocol ${ipProtocol}`;
  }
}

function isBetween(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}

/** Whether two traffics have a packet in common. */
export function meets(a: Traffic, b: Traffic): boolean {
  if (a.protocol === "all" || b.protocol === "all") return true;
  if ((a.protocol === "tcp" || a.protocol === "udp") && a.protocol === b.protocol) {
    return a.fromPort <= b.toPort && b.fromPort <= a.toPort;
  }
  if ((a.protocol === "icmp" || a.protocol === "icmpv6") && a.protocol === b.protocol) {
    const same = (x: number, y: number) => x === -1 || y === -1 || x === y;
    return same(a.type, b.type) && same(a.code, b.code);
  }
  return a.protocol === "ip" && b.protocol === "ip" && a.number === b.number;
}

/** Whether every packet of `inner` is one of `outer`. */
export function includes(outer: Traffic, inner: Traffic): boolean {
  if (outer.protocol === "all") return true;
  if ((outer.protocol === "tcp" || outer.protocol === "udp") && outer.protocol === inner.protocol) {
    return outer.fromPort <= inner.fromPort && inner.toPort <= outer.toPort;
  }
  if ((outer.protocol === "icmp" || outer.protocol === "icmpv6") && outer.protocol === inner.protocol) {
    const within = (wide: number, narrow: number) => wide === -1 || wide === narrow;
    return within(outer.type, inner.type) && within(outer.code, inner.code);
  }
  return outer.protocol === "ip" && inner.protocol === "ip" && outer.number === inner.number;
}
