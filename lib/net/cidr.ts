/**
 * Addresses as intervals of whole numbers, so that "inside", "overlaps" and "what is left" are plain
 * arithmetic. IPv4 and IPv6 never mix: every interval belongs to one family.
 */
import ipaddr from "ipaddr.js";

export type Family = "IPv4" | "IPv6";

export const FAMILIES: readonly Family[] = ["IPv4", "IPv6"];

/** A closed interval of addresses, as numbers. */
export interface Interval {
  first: bigint;
  last: bigint;
}

/** A CIDR block with its host bits cleared. */
export interface Cidr extends Interval {
  family: Family;
  prefixLength: number;
  /** The canonical text: "192.0.2.0/24", "2001:db8::/32" */
  text: string;
}

/** A single address. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
  /** The canonical text: "192.0.2.1", "2001:db8::1" */
  readonly text: string;
}

const BITS: Record<Family, number> = { IPv4: 32, IPv6: 128 };

const FOUR_PARTS = /^\d{1,3}(\.\d{1,3}){3}$/;

/** Every address of a family. */
export const EVERY_ADDRESS: Record<Family, Interval> = {
  IPv4: { first: 0n, last: (1n << 32n) - 1n },
  IPv6: { first: 0n, last: (1n << 128n) - 1n },
};

/** The CIDR blocks that make up an interval, in order. */
export function cidrsOf(family: Family, { first, last }: Interval): Cidr[] {
  const cidrs: Cidr[] = [];
  for (let next = first; next <= last;) {
    let hostBits = 0n;
    const fits = (bits: bigint) => next % (1n << bits) === 0n && next + (1n << bits) - 1n <= last;
    while (hostBits < BigInt(BITS[family]) && fits(hostBits + 1n)) hostBits++;
    const prefixLength = BITS[family] - Number(hostBits);
    const end = next + (1n << hostBits) - 1n;
    const text = `${addressText(family, next)}/${prefixLength}`;
    cidrs.push({ family, first: next, last: end, prefixLength, text });
    next = end + 1n;
  }
  return cidrs;
}

/** What texts were found to say: a plan meets most of its addresses many times. */
const parsed = new Map<string, Address | undefined>();
const MOST_PARSED = 20_000;

/** The address that `text` writes, or undefined. Octal, hexadecimal, short and zoned forms are refused. */
export function parseAddress(text: string): Address | undefined {
  const before = parsed.get(text);
  if (before !== undefined || parsed.has(text)) return before;
  if (parsed.size === MOST_PARSED) parsed.clear();
  const address = readAddress(text);
  parsed.set(text, address);
  return address;
}

function readAddress(text: string): Address | undefined {
  // Asked about a text of another form, ipaddr.js throws and catches: of thousands of them that takes seconds.
  if (FOUR_PARTS.test(text) && ipaddr.IPv4.isValidFourPartDecimal(text)) {
    const bytes = ipaddr.IPv4.parse(text).octets;
    return { family: "IPv4", value: fromBytes(bytes), text: bytes.join(".") };
  }
  if (!text.includes(":") || text.includes("%") || !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return { family: "IPv6", value: fromBytes(address.toByteArray()), text: address.toString() };
}

/** The CIDR block that `text` writes, its host bits cleared, or undefined. The prefix length is required. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const address = parseAddress(match?.[1] ?? "");
  const prefixLength = Number(match?.[2]);
  if (!address || prefixLength > BITS[address.family]) return undefined;
  const hostBits = BigInt(BITS[address.family] - prefixLength);
  const first = (address.value >> hostBits) << hostBits;
  const network = first === address.value ? address.text : addressText(address.family, first);
  return {
    family: address.family,
    first,
    last: first + (1n << hostBits) - 1n,
    prefixLength,
    text: `${network}/${prefixLength}`,
  };
}

/** An address, or a CIDR block with its host bits cleared, as a block; an address keeps its plain text. */
export function parseBlock(text: string): Cidr | undefined {
  const address = parseAddress(text);
  if (!address) return parseCidr(text);
  const { family, value } = address;
  return { family, first: value, last: value, prefixLength: BITS[family], text: address.text };
}

/** Order of CIDRs: by first address, wider ones first. For one family at a time. */
export function compareCidrs(a: Cidr, b: Cidr): number {
  return compareBigInts(a.first, b.first) || a.prefixLength - b.prefixLength;
}

/** Those of these texts that are blocks or single addresses, IPv4 first, in the order of their addresses. */
export function sortedBlocks(texts: readonly string[]): Cidr[] {
  const parsed = texts.flatMap((text) => parseBlock(text) ?? []);
  return FAMILIES.flatMap((family) => parsed.filter((block) => block.family === family).sort(compareCidrs));
}

/** Whether `inner` lies inside `outer`; both of one family. */
export function isInside(inner: Interval, outer: Interval): boolean {
  return inner.first >= outer.first && inner.last <= outer.last;
}

function compareBigInts(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The canonical text of an address. */
export function addressText(family: Family, value: bigint): string {
  const bytes: number[] = [];
  for (let shift = BigInt(BITS[family] - 8); shift >= 0n; shift -= 8n) {
    bytes.push(Number((value >> shift) & 255n));
  }
  return family === "IPv4" ? bytes.join(".") : new ipaddr.IPv6(bytes).toString();
}

function fromBytes(bytes: number[]): bigint {
  return BigInt("0x" + bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(""));
}
