import ipaddr from "ipaddr.js";

/** Addresses from `low` to `high`, both included, of one family. */
export interface AddressRange {
  family: 4 | 6;
  low: bigint;
  high: bigint;
}

/**
 * What PAN-OS accepts as an address in a rule or an address object: an address, an address with a
 * prefix length (host bits are tolerated) or a range. Undefined when it is none of these.
 */
export function addressRange(text: string): AddressRange | undefined {
  const dash = text.indexOf("-");
  if (dash >= 0) {
    const low = single(text.slice(0, dash));
    const high = single(text.slice(dash + 1));
    if (!low || !high || low.family !== high.family || low.low > high.low) return undefined;
    return { family: low.family, low: low.low, high: high.low };
  }
  const slash = text.indexOf("/");
  if (slash < 0) return single(text);
  const base = single(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (!base || !/^\d{1,3}$/.test(digits)) return undefined;
  const bits = base.family === 4 ? 32 : 128;
  const length = Number(digits);
  if (length > bits) return undefined;
  const size = 1n << BigInt(bits - length);
  const low = base.low - (base.low % size);
  return { family: base.family, low, high: low + size - 1n };
}

function single(text: string): AddressRange | undefined {
  let bytes: number[];
  let family: 4 | 6;
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    bytes = ipaddr.IPv4.parse(text).toByteArray();
    family = 4;
  } else if (text.includes(":") && !text.includes("%") && ipaddr.IPv6.isValid(text)) {
    bytes = ipaddr.IPv6.parse(text).toByteArray();
    family = 6;
  } else return undefined;
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { family, low: value, high: value };
}

/** As the device prints one: an address, a network with its length, or a range that is neither. */
export function rangeText({ family, low, high }: AddressRange): string {
  const bits = family === 4 ? 32 : 128;
  const text = (value: bigint): string => {
    const bytes = Array.from({ length: bits / 8 }, (_, index) =>
      Number((value >> BigInt(bits - 8 - 8 * index)) & 255n),
    );
    return ipaddr.fromByteArray(bytes).toString();
  };
  if (low === high) return text(low);
  const size = high - low + 1n;
  const host = size.toString(2).length - 1;
  const isNetwork = size === 1n << BigInt(host) && low % size === 0n;
  return isNetwork ? `${text(low)}/${bits - host}` : `${text(low)}-${text(high)}`;
}

export function contains(outer: AddressRange, inner: AddressRange): boolean {
  return outer.family === inner.family && outer.low <= inner.low && inner.high <= outer.high;
}
