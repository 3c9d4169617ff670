/** Zones by address: the longest of the blocks that have one decides, and a known interface is the longest. */
import { compareCidrs, isInside, parseBlock } from "../lib/net/cidr";
import type { Cidr, Family, Interval } from "../lib/net/cidr";
import { difference, intersection, overlaps, setOf } from "../lib/net/intervals";
import type { IntervalSet } from "../lib/net/intervals";

/** Blocks or addresses, and their zone; absent: none of their own. */
export interface Named {
  texts: string[];
  zone: string | undefined;
  /** By its CIDR in the configuration, which goes before what follows from the inventory. */
  isNamed?: boolean;
}

/** What of a block is in which zone, as far as it crosses the firewall. */
export type ZoneMap = (remote: Cidr, crossings: readonly IntervalSet[]) => { zone: string; remote: Cidr }[];

/** A block of addresses, and the zones that it may be reached through. */
interface ZonedBlock extends Cidr {
  zones: string[];
  isNamed: boolean;
}

/**
 * @param blocks the configuration's, VPCs and subnets; several VPCs may share addresses, and so one block zones
 * @param interfaces known ones
 * @param around the VPCs' blocks: by them a zone's interfaces are told, so that a rule outlasts each of them
 * @param otherwise the zone of everything that is in no block
 */
export function zoneMap({
  blocks: given,
  interfaces,
  around,
  family,
  otherwise,
}: {
  blocks: readonly Named[];
  interfaces: readonly Named[];
  around: readonly Cidr[];
  family: Family;
  otherwise: string;
}): ZoneMap {
  const blocks = zonedBlocks(given, family);
  const odd = oddInterfaces(interfaces, blocks, family, otherwise);
  const anyOdd = setOf([...odd.values()].flat());
  const own = new Map(
    blocks.map((block) => [
      block,
      difference(
        without(
          block,
          blocks.filter((other) => isStrictlyInside(other, block)),
        ),
        anyOdd,
      ),
    ]),
  );
  const vpcs = around.filter((each) => each.family === family);
  const longest = longestAround(blocks);
  return (remote, crossings) => {
    const crosses = (set: IntervalSet) => crossings.some((crossing) => overlaps(crossing, set));
    const within = blocks.filter((block) => isStrictlyInside(block, remote));
    const zones = longest(remote)?.zones ?? [otherwise];
    const rest = difference(without(remote, within), anyOdd);
    const kept = new Set(crosses(rest) ? zones : []);
    const parts: { zone: string; remote: Cidr }[] = [];
    for (const block of within) {
      if (crosses(own.get(block)!)) parts.push(...block.zones.map((zone) => ({ zone, remote: block })));
    }
    for (const [zone, set] of odd) {
      const addresses = intersection(set, [remote]);
      if (kept.has(zone) || !crosses(addresses)) continue;
      const inner = vpcs.filter(
        (vpc) => isStrictlyInside(vpc, remote) && crosses(intersection(addresses, [vpc])),
      );
      if (crosses(difference(addresses, setOf(inner)))) kept.add(zone);
      else parts.push(...inner.map((vpc) => ({ zone, remote: vpc })));
    }
    const inZone = new Map<string, { zone: string; remote: Cidr }>();
    for (const part of parts) {
      if (!kept.has(part.zone)) inZone.set(JSON.stringify([part.zone, part.remote.text]), part);
    }
    return [...[...kept].map((zone) => ({ zone, remote })), ...inZone.values()];
  };
}

function zonedBlocks(given: readonly Named[], family: Family): ZonedBlock[] {
  const blocks = new Map<string, { cidr: Cidr; zones: Set<string>; isNamed: boolean }>();
  for (const { texts, zone, isNamed = false } of given) {
    if (zone === undefined) continue;
    for (const cidr of texts.flatMap((text) => parseBlock(text) ?? [])) {
      if (cidr.family !== family) continue;
      const known = blocks.get(cidr.text);
      if (!known) blocks.set(cidr.text, { cidr, zones: new Set([zone]), isNamed });
      else if (!known.isNamed) known.zones.add(zone);
    }
  }
  return [...blocks.values()]
    .map(({ cidr, zones, isNamed }) => ({ ...cidr, zones: [...zones].sort(), isNamed }))
    .sort(compareCidrs);
}

/** The addresses of interfaces that are in other zones than the block around them says, by zone. */
function oddInterfaces(
  interfaces: readonly Named[],
  blocks: readonly ZonedBlock[],
  family: Family,
  otherwise: string,
): Map<string, IntervalSet> {
  const byText = new Map<string, { block: Cidr; zones: Set<string> }>();
  for (const { texts, zone } of interfaces) {
    if (zone === undefined) continue;
    for (const text of texts) {
      if (text.includes(":") !== (family === "IPv6")) continue;
      const known = byText.get(text);
      if (known) known.zones.add(zone);
      else {
        const block = parseBlock(text);
        if (block) byText.set(text, { block, zones: new Set([zone]) });
      }
    }
  }
  const longest = longestAround(blocks);
  const named = blocks.filter(({ isNamed }) => isNamed);
  const odd = new Map<string, Interval[]>();
  for (const { block, zones } of byText.values()) {
    const usual = longest(block)?.zones ?? [otherwise];
    if (usual.length === 1 && zones.size === 1 && zones.has(usual[0]!)) continue;
    const left = without(
      block,
      named.filter((each) => isInside(each, block)),
    );
    for (const zone of zones) {
      const known = odd.get(zone);
      if (known) known.push(...left);
      else odd.set(zone, [...left]);
    }
  }
  return new Map([...odd].sort(([a], [b]) => (a < b ? -1 : 1)).map(([zone, all]) => [zone, setOf(all)]));
}

/** Finds the longest of the blocks around a block. They lie inside one another or apart. */
function longestAround(blocks: readonly ZonedBlock[]): (inner: Cidr) => ZonedBlock | undefined {
  const parents: number[] = [];
  const open: number[] = [];
  blocks.forEach((block, index) => {
    while (open.length > 0 && blocks[open.at(-1)!]!.last < block.first) open.pop();
    parents.push(open.at(-1) ?? -1);
    open.push(index);
  });
  return (inner) => {
    let [low, high] = [0, blocks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (blocks[middle]!.first <= inner.first) low = middle + 1;
      else high = middle;
    }
    for (let index = low - 1; index >= 0; index = parents[index]!) {
      if (isInside(inner, blocks[index]!)) return blocks[index];
    }
    return undefined;
  };
}

function without({ first, last }: Interval, inner: readonly Interval[]): IntervalSet {
  return difference([{ first, last }], setOf(inner));
}

function isStrictlyInside(inner: Cidr, outer: Cidr): boolean {
  return inner.prefixLength > outer.prefixLength && isInside(inner, outer);
}
