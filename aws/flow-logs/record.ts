/**
 * What a record of a VPC flow log says, whatever file it stands in. Source: Amazon VPC user guide, "Flow log records"
 * (fields, their order in the default format, `-` for what doesn't apply) and "Flow log limitations".
 */

export interface FlowRecord {
  interfaceId: string;
  /** The packets' own addresses where the log has them (`pkt-srcaddr`), which of an interface's several says only that. */
  source: string;
  destination: string;
  /** 0 where the protocol has none. */
  sourcePort: number;
  destinationPort: number;
  /** IP protocol number. */
  protocol: number;
  /** Of the time in which it was seen, in seconds since 1970. */
  start: number;
  end: number;
  isAccepted: boolean;
  /** All flags of the packets in that time: SYN is 2, SYN-ACK 18; absent where the log doesn't have them. */
  flags?: number;
  /** Which way the packets went, seen from the interface; absent where the log doesn't say. */
  direction?: "ingress" | "egress";
  /** Whose the interface is, and where, where the log has it. */
  accountId?: string;
  vpcId?: string;
}

/** What a line of a log is. */
export type Entry =
  | { kind: "flow"; record: FlowRecord }
  /** Nothing was seen, or something could not be recorded, in this time (`log-status`). */
  | { kind: "no data" | "skipped"; interfaceId: string; start: number; end: number }
  /** It can't be made out. */
  | { kind: "malformed" };

/** The fields of the default format, version 2, in their order. */
export const DEFAULT_FIELDS: readonly string[] = [
  ...["version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol"],
  ...["packets", "bytes", "start", "end", "action", "log-status"],
];

/** Fields without which a log says nothing that can be used here; of alternatives, one. */
const NEEDED: readonly (readonly string[])[] = [
  ["interface-id"],
  ["srcaddr", "pkt-srcaddr"],
  ["dstaddr", "pkt-dstaddr"],
  ...["srcport", "dstport", "protocol", "start", "end", "action"].map((name) => [name]),
];

/** The fields that are read. */
export const USED_FIELDS: readonly string[] = [
  ...new Set([...NEEDED.flat(), "tcp-flags", "flow-direction", "account-id", "vpc-id", "log-status"]),
];

/** Names as the documentation has them: parquet files write `interface_id`. */
export function fieldName(text: string): string {
  return text.trim().toLowerCase().replaceAll("_", "-");
}

/** Those fields that a log with these lacks, for people: "srcaddr or pkt-srcaddr". */
export function missingFields(names: readonly string[]): string[] {
  return NEEDED.filter((any) => !any.some((name) => names.includes(name))).map((any) => any.join(" or "));
}

const MAX_PORT = 65_535;
const MAX_PROTOCOL = 255;

/**
 * Makes records of lists of values; there are millions, so each costs one object.
 * @param names of the fields, in the order of the values
 */
export function entryReader(names: readonly string[]): (values: readonly string[]) => Entry {
  const at = (name: string) => names.indexOf(name);
  const [id, start, end, status] = [at("interface-id"), at("start"), at("end"), at("log-status")];
  const recordOf = recordReader(names);
  return (values) => {
    const interfaceId = values[id];
    const [first, last] = [Number(values[start]), Number(values[end])];
    if (!interfaceId?.startsWith("eni-") || !isTime(first) || !isTime(last)) return MALFORMED;
    const said = status < 0 ? "" : values[status];
    if (said === "NODATA" || said === "SKIPDATA") {
      return { kind: said === "NODATA" ? "no data" : "skipped", interfaceId, start: first, end: last };
    }
    const record = recordOf(values, interfaceId, first, last);
    return record === undefined ? MALFORMED : { kind: "flow", record };
  };
}

const MALFORMED: Entry = { kind: "malformed" };

/** Makes the records of what was seen; undefined: it can't be made out. */
function recordReader(names: readonly string[]) {
  const at = (name: string) => names.indexOf(name);
  const [src, dst, pktSrc, pktDst] = [at("srcaddr"), at("dstaddr"), at("pkt-srcaddr"), at("pkt-dstaddr")];
  const [srcPort, dstPort, protocol] = [at("srcport"), at("dstport"), at("protocol")];
  const [action, flags, way] = [at("action"), at("tcp-flags"), at("flow-direction")];
  const [account, vpc] = [at("account-id"), at("vpc-id")];

  return (
    values: readonly string[],
    interfaceId: string,
    start: number,
    end: number,
  ): FlowRecord | undefined => {
    const source = given(values[pktSrc]) ?? given(values[src]);
    const destination = given(values[pktDst]) ?? given(values[dst]);
    const isAccepted = values[action] === "ACCEPT";
    if (source === undefined || destination === undefined) return undefined;
    if (!isAccepted && values[action] !== "REJECT") return undefined;
    const sourcePort = numberOf(values[srcPort]);
    const destinationPort = numberOf(values[dstPort]);
    const number = numberOf(values[protocol]);
    // What is no number is within no bound.
    if (!(sourcePort <= MAX_PORT && destinationPort <= MAX_PORT && number <= MAX_PROTOCOL)) return undefined;
    const record: FlowRecord = {
      interfaceId,
      source,
      destination,
      sourcePort,
      destinationPort,
      protocol: number,
      start,
      end,
      isAccepted,
    };
    const set = flags < 0 ? NaN : numberOf(values[flags]);
    if (Number.isInteger(set)) record.flags = set;
    const direction = way < 0 ? undefined : values[way];
    if (direction === "ingress" || direction === "egress") record.direction = direction;
    const accountId = given(values[account]);
    if (accountId !== undefined && accountId !== "unknown") record.accountId = accountId;
    const vpcId = given(values[vpc]);
    if (vpcId !== undefined) record.vpcId = vpcId;
    return record;
  };
}

/** A value that is there and applies. */
function given(text: string | undefined): string | undefined {
  return text === undefined || text === "-" || text === "" ? undefined : text;
}

/** A whole number of at most nine digits, otherwise NaN. */
function numberOf(text: string | undefined): number {
  if (text === undefined || text.length === 0 || text.length > 9) return NaN;
  let number = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return NaN;
    number = number * 10 + digit;
  }
  return number;
}

/** Seconds between 2001 and 2286: milliseconds, or another field altogether, are none. */
function isTime(seconds: number): boolean {
  return seconds >= 1e9 && seconds < 1e10;
}
