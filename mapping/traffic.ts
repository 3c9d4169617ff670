/**
 * Protocols and ports on one line of numbers, so that services are interval sets like addresses: TCP
 * ports first, then UDP ports, then a point each for ICMP, ICMPv6 and everything else.
 */
import { applicationKindIn } from "../declaration/names";
import { everyDefaultPort, knownApplication } from "../panos/applications";
import { difference, EMPTY, intersection, overlaps, setOf } from "../lib/net/intervals";
import type { IntervalSet } from "../lib/net/intervals";
import type { Traffic } from "../lib/net/protocols";

const UDP = 65536;
const ICMP = 2 * UDP;
const ICMPV6 = ICMP + 1;
const OTHER = ICMP + 2;

/** Every port of every protocol. */
export const ALL_TRAFFIC = span(0, OTHER);

const ICMP_POINTS = new Map([
  ["icmp", ICMP],
  ["ping", ICMP],
  ["ipv6-icmp", ICMPV6],
  ["ping6", ICMPV6],
]);

/**
 * The ports of a protocol, or undefined if the text can't be read.
 * @param ports as PAN-OS writes them: "443", "8000-8100", "80,443-445"
 */
export function portSet(protocol: "tcp" | "udp", ports: string): IntervalSet | undefined {
  const offset = protocol === "tcp" ? 0 : UDP;
  const spans: IntervalSet[] = [];
  for (const part of ports.split(",")) {
    const match = /^\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?$/.exec(part);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    if (!(first <= last && last < UDP)) return undefined;
    spans.push(span(offset + first, offset + last));
  }
  return setOf(spans.flat());
}

/** Where traffic is on the line; protocols without ports share what is left of it. */
export function lineOf(traffic: Traffic): IntervalSet {
  switch (traffic.protocol) {
    case "all":
      return ALL_TRAFFIC;
    case "tcp":
      return span(traffic.fromPort, traffic.toPort);
    case "udp":
      return span(UDP + traffic.fromPort, UDP + traffic.toPort);
    case "icmp":
      return span(ICMP, ICMP);
    case "icmpv6":
      return span(ICMPV6, ICMPV6);
    case "ip":
      return span(OTHER, OTHER);
  }
}

/** The point of an application that is known by its protocol alone: PAN-OS's own for ICMP, and ours. */
function pointOf(application: string): number | undefined {
  const kind = applicationKindIn(application);
  if (kind !== undefined) return kind === "i4" ? ICMP : kind === "i6" ? ICMPV6 : OTHER;
  return ICMP_POINTS.get(application);
}

/** Whether PAN-OS would take packets of an application of ours for this one, if it weren't for ours. */
export function isTakenFor(ours: string, application: string): boolean {
  return applicationKindIn(ours) !== undefined && pointOf(ours) === pointOf(application);
}

/** What `application-default` surely opens for an application: its plain ports. Nothing if unknown. */
export function surelyDefault(application: string): IntervalSet {
  const point = pointOf(application);
  if (point !== undefined) return span(point, point);
  return parsePorts(knownApplication(application)?.ports ?? []);
}

/** What `application-default` may open for an application: secure ports too. Everything if unknown. */
export function possiblyDefault(application: string): IntervalSet {
  const point = pointOf(application);
  if (point !== undefined) return span(point, point);
  const ports = everyDefaultPort(application);
  return ports ? parsePorts(ports) : ALL_TRAFFIC;
}

/** A point on the line for people: "tcp/443", "udp/53", "ICMP". */
export function describePoint(point: bigint): string {
  const number = Number(point);
  if (number < UDP) return `tcp/${number}`;
  if (number < ICMP) return `udp/${number - UDP}`;
  return number === ICMP ? "ICMP" : number === ICMPV6 ? "ICMPv6" : "other protocols";
}

/** Ports for people: "tcp/443", "udp/8000-8100", "ICMP"; "any", or "any but tcp/80", alone. */
export function describePorts(ports: IntervalSet): string[] {
  if (!overlaps(ports, span(OTHER, OTHER))) return portTexts(ports);
  const others = portTexts(difference(ALL_TRAFFIC, ports));
  return [others.length === 0 ? "any" : `any but ${others.join(", ")}`];
}

function portTexts(ports: IntervalSet): string[] {
  const within = (protocol: string, offset: number) =>
    intersection(ports, span(offset, offset + UDP - 1)).map(({ first, last }) => {
      const [low, high] = [first - BigInt(offset), last - BigInt(offset)];
      return `${protocol}/${low}${high === low ? "" : `-${high}`}`;
    });
  const points = [ICMP, ICMPV6, OTHER].filter((point) => overlaps(ports, span(point, point)));
  return [...within("tcp", 0), ...within("udp", UDP), ...points.map((point) => describePoint(BigInt(point)))];
}

function parsePorts(ports: string[]): IntervalSet {
  return setOf(
    ports.flatMap((port) => {
      const [protocol, number] = port.split("/") as ["tcp" | "udp", string];
      return portSet(protocol, number) ?? EMPTY;
    }),
  );
}

function span(first: number, last: number): IntervalSet {
  return [{ first: BigInt(first), last: BigInt(last) }];
}
