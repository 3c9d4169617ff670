/** Addresses that interfaces of several VPCs behind the firewall share: a rule that lets in to one lets in to all. */
import { listed } from "../lib/text";
import type { NetworkInterface } from "../inventory/types";
import { parseBlock } from "../lib/net/cidr";
import { compareTexts } from "../lib/order";
import { nearTexts } from "./routing";

/** How many addresses one sentence names. */
const SOME = 10;

/**
 * One sentence for each pair of VPCs whose interfaces share addresses in one zone, which names both ends.
 * @param inside the zone of an interface: packets to another zone match no rule of this one
 */
export function sharedAddresses(
  interfaces: readonly NetworkInterface[],
  inside: (networkInterface: NetworkInterface) => string,
): string[] {
  const byAddress = new Map<string, NetworkInterface[]>();
  for (const each of interfaces) {
    for (const text of nearTexts(each)) {
      const key = JSON.stringify([inside(each), parseBlock(text)?.text ?? text]);
      const known = byAddress.get(key);
      if (known) known.push(each);
      else byAddress.set(key, [each]);
    }
  }
  const shared = new Map<string, string[]>();
  for (const [key, owners] of byAddress) {
    const vpcIds = [...new Set(owners.map(({ vpcId }) => vpcId))].sort(compareTexts);
    if (vpcIds.length < 2) continue;
    const [, address] = JSON.parse(key) as [string, string];
    const ids = owners.map(({ id, vpcId }) => `${id} in ${vpcId}`).sort(compareTexts);
    const pair = vpcIds.join(" and ");
    shared.set(pair, [...(shared.get(pair) ?? []), `${address} (${ids.join(", ")})`]);
  }
  return [...shared]
    .sort(([a], [b]) => compareTexts(a, b))
    .map(
      ([pair, texts]) =>
        `${pair} share addresses behind the firewall, so what is opened to one is opened to the other: ${listed(texts.sort(compareTexts), SOME)}.`,
    );
}
