import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** An address without zone: "10.20.1.10", "2001:db8::1". */
export function isAddress(text: string, family: 4 | 6): boolean {
  return isIP(text) === family && !text.includes("%");
}

/** An address and a prefix length, whether or not bits are set beyond it. */
export function isCidr(text: string, family: 4 | 6): boolean {
  const [, address = "", length = ""] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  return isAddress(address, family) && Number(length) <= (family === 4 ? 32 : 128);
}

/**
 * The network that a CIDR stands for, as AWS writes it: 100.68.0.18/18 → 100.68.0.0/18. Text that isn't a
 * CIDR comes back as it is.
 */
export function networkOf(cidr: string): string {
  const length = cidr.slice(cidr.indexOf("/") + 1);
  if (isCidr(cidr, 4)) return `${ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()}/${length}`;
  if (isCidr(cidr, 6)) return `${ipaddr.IPv6.networkAddressFromCIDR(cidr).toRFC5952String()}/${length}`;
  return cidr;
}

function addressOf(cidr: string): string {
  return ipaddr.parse(cidr.slice(0, cidr.indexOf("/"))).toNormalizedString();
}

/** Whether a valid CIDR has no bits set beyond its prefix length. */
export function isNetwork(cidr: string): boolean {
  return addressOf(cidr) === addressOf(networkOf(cidr));
}
