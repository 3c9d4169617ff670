/** Addresses that interfaces of several VPCs behind the firewall share: a rule that lets in to one lets in to all. */
import { listed } from "../lib/text";
import type { NetworkInterface } from "../inventory/types";
import { compareCidrs, isInside, parseBlock } from "../lib/net/cidr";
import type { Cidr } from "../lib/net/cidr";
import { compareTexts } from "../lib/order";
import { nearTexts } from "./routing";

/** How many addresses one sentence names. */
const SOME = 10;

/** What an interface has in a zone: an address, or a prefix that is delegated to it. */
interface Held {
  block: Cidr;
  owner: NetworkInterface;
}

/**
 * One sentence for each pair of VPCs whose interfaces share addresses in one zone, which names both ends.
 * @param mapped those that rules lead to
 * @param others those that none does, and that packets may come to: what is opened to the former is opened to them
 * @param inside the zone of an interface: packets to another zone match no rule of this one
 */
export function sharedAddresses(
  mapped: readonly NetworkInterface[],
  others: readonly NetworkInterface[],
  inside: (networkInterface: NetworkInterface) => string,
): string[] {
  const isMapped = new Set(mapped.map(({ id }) => id));
  const byZone = new Map<string, Held[]>();
  for (const owner of [...mapped, ...others.filter(({ id }) => !isMapped.has(id))]) {
    for (const block of nearTexts(owner).flatMap((text) => parseBlock(text) ?? [])) {
      const key = JSON.stringify([inside(owner), block.family]);
      const held = byZone.get(key);
      if (held) held.push({ block, owner });
      else byZone.set(key, [{ block, owner }]);
    }
  }
  const shared = new Map<string, string[]>();
  for (const held of [...byZone.values()].flatMap(piles)) {
    const owners = [...new Set(held.map(({ owner }) => owner))];
    const vpcIds = [...new Set(owners.map(({ vpcId }) => vpcId))].sort(compareTexts);
    if (vpcIds.length < 2 || !owners.some(({ id }) => isMapped.has(id))) continue;
    const ids = owners.map(({ id, vpcId }) => `${id} in ${vpcId}`).sort(compareTexts);
    const pair = vpcIds.join(" and ");
    shared.set(pair, [...(shared.get(pair) ?? []), `${held[0]!.block.text} (${ids.join(", ")})`]);
  }
  return [...shared]
    .sort(([a], [b]) => compareTexts(a, b))
    .map(
      ([pair, texts]) =>
        `${pair} share addresses behind the firewall, so what is opened to one is opened to the other: ${listed(texts.sort(compareTexts), SOME)}.`,
    );
}

/** What lies in one another's blocks, the widest first: blocks lie in one another or apart. */
function piles(held: readonly Held[]): Held[][] {
  const found: Held[][] = [];
  for (const each of held.toSorted((a, b) => compareCidrs(a.block, b.block))) {
    const pile = found.at(-1);
    if (pile !== undefined && isInside(each.block, pile[0]!.block)) pile.push(each);
    else found.push([each]);
  }
  return found;
}
