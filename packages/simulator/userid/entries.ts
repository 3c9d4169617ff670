import ipaddr from "ipaddr.js";
import { addressRange, contains } from "../policy/addresses";
import type { AddressRange } from "../policy/addresses";

/** What an entry of a `<uid-message>` names: an address, or several of IPv4 as one entry. */
export interface RegisteredKey {
  /** Its one spelling. */
  ip: string;
  range: AddressRange;
}

/**
 * What can be registered: an IPv4 address, subnet or range, or a single IPv6 address (PAN-OS documentation
 * since 10.0). Undefined for everything else.
 */
export function registeredKey(text: string): RegisteredKey | undefined {
  const range = addressRange(text);
  if (!range) return undefined;
  if (range.low === range.high) return { ip: single(text), range };
  return range.family === 4 ? { ip: text, range } : undefined;
}

/** One spelling for an address: lower case, the longest run of zeros shortened, no length of all its bits. */
function single(text: string): string {
  return ipaddr.parse(text.split(/[/-]/)[0] ?? text).toString();
}

/** Whether `inner` lies in `outer` and is something else. */
export function isInside(inner: AddressRange, outer: AddressRange): boolean {
  return contains(outer, inner) && !contains(inner, outer);
}
