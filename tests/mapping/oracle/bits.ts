/**
 * IP arithmetic on strings of bits: slow and plain, and nothing of the mapping's own, so that the two
 * can't share a mistake.
 */

const known = new Map<string, string>();

/** The bits of an address, 32 or 128 of them. */
export function bitsOf(address: string): string {
  let bits = known.get(address);
  if (bits === undefined) known.set(address, (bits = computed(address)));
  return bits;
}

function computed(address: string): string {
  if (!address.includes(":")) {
    return address
      .split(".")
      .map((byte) => Number(byte).toString(2).padStart(8, "0"))
      .join("");
  }
  const [head = "", tail] = address.split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":"));
  const missing = 8 - groups(head).length - groups(tail ?? "").length;
  const all = [
    ...groups(head),
    ...Array<string>(tail === undefined ? 0 : missing).fill("0"),
    ...groups(tail ?? ""),
  ];
  return all.map((group) => parseInt(group, 16).toString(2).padStart(16, "0")).join("");
}

/** Whether an address lies in a CIDR block, whose host bits say nothing; a plain address is a block. */
export function isWithin(address: string, cidr: string): boolean {
  const bits = bitsOf(address);
  const { size, prefix } = prefixOf(cidr);
  return bits.length === size && bits.startsWith(prefix);
}

const knownPrefixes = new Map<string, { size: number; prefix: string }>();

/** The bits that a block's addresses begin with, and how many such an address has. */
function prefixOf(cidr: string): { size: number; prefix: string } {
  let found = knownPrefixes.get(cidr);
  if (found === undefined) {
    const [network = "", length] = cidr.split("/");
    const bits = bitsOf(network);
    found = { size: bits.length, prefix: length === undefined ? bits : bits.slice(0, Number(length)) };
    knownPrefixes.set(cidr, found);
  }
  return found;
}

/** Whether all of a CIDR block lies in another. */
export function isBlockWithin(inner: string, outer: string): boolean {
  const length = (cidr: string) => Number(cidr.split("/")[1]);
  return length(inner) >= length(outer) && isWithin(inner.split("/")[0]!, outer);
}

const knownEdges = new Map<string, string[]>();

/** A block's first and last address, and those just outside, as far as they exist. */
export function edgesOf(cidr: string): string[] {
  let edges = knownEdges.get(cidr);
  if (!edges) knownEdges.set(cidr, (edges = computedEdges(cidr)));
  return edges;
}

function computedEdges(cidr: string): string[] {
  const [network = "", length] = cidr.split("/");
  const bits = bitsOf(network);
  const kept = bits.slice(0, Number(length));
  const first = BigInt("0b" + kept.padEnd(bits.length, "0"));
  const last = BigInt("0b" + kept.padEnd(bits.length, "1"));
  const limit = 1n << BigInt(bits.length);
  return [first - 1n, first, last, last + 1n]
    .filter((value) => value >= 0n && value < limit)
    .map((value) => textOf(value.toString(2).padStart(bits.length, "0")));
}

function textOf(bits: string): string {
  const size = bits.length === 32 ? 8 : 16;
  const parts = (bits.match(new RegExp(`.{${size}}`, "g")) ?? []).map((part) => parseInt(part, 2));
  return size === 8 ? parts.join(".") : parts.map((part) => part.toString(16)).join(":");
}
