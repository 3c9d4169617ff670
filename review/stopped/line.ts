/**
 * Protocols, ports and ICMP types on one line of numbers, as network ACLs tell them apart: TCP's ports, UDP's, ICMP's
 * types with their codes, ICMPv6's, then a point for each other protocol.
 */
import type { NetworkAclEntry } from "../../inventory/filters";
import type { Family } from "../../lib/net/cidr";
import { difference, intersection, setOf, type IntervalSet } from "../../lib/net/intervals";
import type { Traffic } from "../../lib/net/protocols";

const SPAN = 65536;
const CODES = 256;
const PROTOCOLS = 256;

/** Where each protocol with a span of its own begins; its IANA number is the key. */
const STARTS: Record<string, number> = { 6: 0, 17: SPAN, 1: 2 * SPAN, 58: 3 * SPAN };
const OTHERS = 4 * SPAN;
const NUMBERS = { tcp: 6, udp: 17, icmp: 1, icmpv6: 58 } as const;

/**
 * The ports of who began a connection, where answers go. Any can be: that is what the VPC user guide says to open for
 * clients of every kind ("Ephemeral ports").
 */
const EPHEMERAL = { from: 1024, to: 65535 };

/** Everything: ICMP is IPv4's, ICMPv6 is IPv6's. */
const ALL = span(0, OTHERS + PROTOCOLS - 1);
const EVERYTHING: Record<Family, IntervalSet> = {
  IPv4: difference(ALL, wholeOf(58)),
  IPv6: difference(ALL, wholeOf(1)),
};

/** Where some traffic of a family is on the line. */
export function lineOf(traffic: Traffic, family: Family): IntervalSet {
  switch (traffic.protocol) {
    case "all":
      return EVERYTHING[family];
    case "tcp":
    case "udp":
      return ports(NUMBERS[traffic.protocol], { from: traffic.fromPort, to: traffic.toPort });
    case "icmp":
    case "icmpv6":
      return types(NUMBERS[traffic.protocol], traffic);
    case "ip":
      return span(OTHERS + traffic.number, OTHERS + traffic.number);
  }
}

/** What an entry of a network ACL fits. A protocol without ports is all of it, whatever the entry says of them. */
export function lineOfEntry({ protocol, portRange, icmpTypeCode }: NetworkAclEntry): IntervalSet {
  if (protocol === "-1") return ALL;
  const number = Number(protocol);
  if (number === NUMBERS.tcp || number === NUMBERS.udp) {
    return ports(number, portRange ?? { from: 0, to: SPAN - 1 });
  }
  if (number === NUMBERS.icmp || number === NUMBERS.icmpv6) {
    return types(number, icmpTypeCode ?? { type: -1, code: -1 });
  }
  return span(OTHERS + number, OTHERS + number);
}

/**
 * Where the answers to some traffic are: of TCP and UDP to the ports of who asks, of a ping its reply, of any other
 * protocol the same. Other ICMP has no answers.
 */
export function answersTo(line: IntervalSet): IntervalSet {
  const has = (number: number) => intersection(line, wholeOf(number)).length > 0;
  const ephemeral = ([6, 17] as const).flatMap((number) => (has(number) ? ports(number, EPHEMERAL) : []));
  const replies = [
    { number: 1, request: 8, reply: 0 },
    { number: 58, request: 128, reply: 129 },
  ].flatMap(({ number, request, reply }) => {
    const asks = intersection(line, types(number, { type: request, code: -1 })).length > 0;
    return asks ? types(number, { type: reply, code: -1 }) : [];
  });
  return setOf([...ephemeral, ...replies, ...intersection(line, span(OTHERS, OTHERS + PROTOCOLS - 1))]);
}

/** What of it nobody answers: ICMP but for pings. */
export function unanswered(line: IntervalSet): IntervalSet {
  const requests = [...types(1, { type: 8, code: -1 }), ...types(58, { type: 128, code: -1 })];
  const icmp = intersection(line, setOf([...wholeOf(1), ...wholeOf(58)]));
  return difference(icmp, setOf(requests));
}

/** For people: "tcp/443", "ICMP type 3", "ICMP", "protocol 47"; "everything" alone. */
export function describeLine(line: IntervalSet, family: Family): string[] {
  if (difference(EVERYTHING[family], line).length === 0) return ["everything"];
  const within = (number: number) => {
    const start = BigInt(STARTS[number]!);
    return intersection(line, wholeOf(number)).map(({ first, last }) => [
      Number(first - start),
      Number(last - start),
    ]);
  };
  const portTexts = (name: string, number: number) =>
    within(number).map(([first, last]) => {
      if (first === 0 && last === SPAN - 1) return name;
      return `${name}/${first}${last === first ? "" : `-${last}`}`;
    });
  const others = intersection(line, span(OTHERS, OTHERS + PROTOCOLS - 1));
  return [
    ...portTexts("tcp", 6),
    ...portTexts("udp", 17),
    ...within(1).map((found) => typeText("ICMP", found)),
    ...within(58).map((found) => typeText("ICMPv6", found)),
    ...others.map(({ first, last }) => {
      const [low, high] = [Number(first) - OTHERS, Number(last) - OTHERS];
      if (low === 0 && high === PROTOCOLS - 1) return "other protocols";
      return low === high ? `protocol ${low}` : `protocols ${low} to ${high}`;
    }),
  ];
}

function typeText(name: string, [first = 0, last = 0]: number[]): string {
  if (first === 0 && last === SPAN - 1) return name;
  const [type, lastType] = [Math.floor(first / CODES), Math.floor(last / CODES)];
  const isWhole = first % CODES === 0 && last % CODES === CODES - 1;
  if (type !== lastType) return `${name} types ${type} to ${lastType}`;
  return isWhole ? `${name} type ${type}` : `${name} type ${type} code ${first % CODES}`;
}

function wholeOf(number: number): IntervalSet {
  return span(STARTS[number]!, STARTS[number]! + SPAN - 1);
}

function ports(number: number, { from, to }: { from: number; to: number }): IntervalSet {
  return span(STARTS[number]! + from, STARTS[number]! + to);
}

function types(number: number, { type, code }: { type: number; code: number }): IntervalSet {
  if (type === -1) return wholeOf(number);
  const start = STARTS[number]! + type * CODES;
  return code === -1 ? span(start, start + CODES - 1) : span(start + code, start + code);
}

function span(first: number, last: number): IntervalSet {
  return first > last ? [] : [{ first: BigInt(first), last: BigInt(last) }];
}
