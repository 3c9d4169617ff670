/** Larger and larger blocks that addresses and ports lie in, for a picture with room for a few. */

/** How many sizes of block there are; size 0 is the thing itself. */
export const SIZES = 5;

const IPV4 = [32, 24, 16, 8, 0];
const IPV6 = [128, 48, 32, 16, 0];

/**
 * The block of an address or network; what is larger than the block, or no address, is its own.
 * @param {string} text
 * @param {number} size from 0
 */
export function addressBlock(text, size) {
  // The whole internet is never one of many.
  if (size === 0 || text === "any" || /\/0$/.test(text)) return text;
  const [, address = "", length] = /^([0-9a-f.:]+)(?:\/(\d+))?$/i.exec(text) ?? [];
  const isIpv6 = address.includes(":");
  const bits = (isIpv6 ? IPV6 : IPV4)[size] ?? 0;
  if (address === "" || (length !== undefined && Number(length) <= bits)) return text;
  if (bits === 0) return isIpv6 ? "IPv6 addresses" : "IPv4 addresses";
  if (!isIpv6) {
    const bytes = address.split(".").slice(0, bits / 8);
    return `${[...bytes, 0, 0, 0].slice(0, 4).join(".")}/${bits}`;
  }
  const [head = "", tail] = address.split("::");
  const [before, after] = [head, tail ?? ""].map((part) => (part === "" ? [] : part.split(":")));
  const zeros = tail === undefined ? 0 : 8 - (before?.length ?? 0) - (after?.length ?? 0);
  const words = [...(before ?? []), ...Array(Math.max(zeros, 0)).fill("0"), ...(after ?? [])];
  return `${words.slice(0, bits / 16).join(":")}::/${bits}`;
}

const PORTS = [1, 100, 1000, 10_000];

/**
 * The block of ports; what doesn't lie in one is its own.
 * @param {string} text
 * @param {number} size from 0
 */
export function portBlock(text, size) {
  const [, protocol, first, last = first] = /^(tcp|udp)\/(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  if (size === 0 || protocol === undefined) return text;
  const ports = PORTS[size];
  if (ports === undefined) return `${protocol} ports`;
  const low = Math.floor(Number(first) / ports) * ports;
  const high = Math.min(low + ports - 1, 65_535);
  return Number(last) <= high ? `${protocol}/${low}-${high}` : text;
}
