/** Peers as networks, where there are too many to keep each address apart. */
import { parseCidr } from "../../lib/net/cidr";

/** The prefix lengths, step by step; with the last one ports aren't kept apart either. */
const STEPS: readonly { IPv4: number; IPv6: number }[] = [
  { IPv4: 32, IPv6: 128 },
  { IPv4: 24, IPv6: 64 },
  { IPv4: 16, IPv6: 48 },
  { IPv4: 8, IPv6: 32 },
  { IPv4: 0, IPv6: 0 },
  { IPv4: 0, IPv6: 0 },
];

export const LAST_STEP = STEPS.length - 1;

export function prefixLengthsAt(step: number): { IPv4: number; IPv6: number } {
  return { ...STEPS[step]! };
}

/** The network around a peer; with step 0, and where it can't be read, the peer itself. */
export function networkAt(peer: string, step: number): string {
  if (step === 0) return peer;
  const [address = ""] = peer.split("/");
  const { IPv4, IPv6 } = STEPS[step]!;
  if (address.includes(":")) return parseCidr(`${address}/${IPv6}`)?.text ?? peer;
  const parts = address.split(".");
  if (parts.length !== 4) return peer;
  const kept = IPv4 / 8;
  return `${parts.map((part, at) => (at < kept ? part : "0")).join(".")}/${IPv4}`;
}
