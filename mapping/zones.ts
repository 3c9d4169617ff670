/** Which zone an address is in: where the firewall's interface towards it is. */
import type { Inventory, NetworkInterface, Subnet, Tags, Vpc } from "../inventory/types";
import { isInside, parseBlock, parseCidr } from "./cidr";
import type { Cidr, Family, Interval } from "./cidr";
import { EMPTY, difference, overlaps, setOf } from "./intervals";
import type { IntervalSet } from "./intervals";
import { nearTexts } from "./routing";
import type { ProtectedInterface } from "./routing";
import { vpcCidrs } from "./routes";
import type { Direction, MappingOptions } from "./types";

export interface Zones {
  /** The zone of an interface behind the firewall. */
  inside(networkInterface: NetworkInterface): string;
  /**
   * What of a remote block is in which zone, as far as it crosses the firewall. A block inside another one's
   * is in its own zone only; the wider one keeps its text, though part of it is elsewhere.
   * @param crossings whose packets cross the firewall, to each of the destinations in question
   * @param direction whether the block is where packets come from or where they go
   */
  outside(
    remote: Cidr,
    crossings: readonly IntervalSet[],
    direction: Direction,
  ): { zone: string; remote: Cidr }[];
  /** Whether part of a block belongs to interfaces of the account in that zone, which have groups of their own. */
  isGuarded(zone: string, block: Cidr): boolean;
}

/** A block of addresses, and the zones that it may be reached through. */
interface ZonedBlock extends Cidr {
  zones: string[];
  /** Without the blocks inside it. */
  own: IntervalSet;
}

/**
 * The zones of an inventory's addresses. Inside: what the options say of the instance's or interface's tags,
 * the subnet, its tags, the VPC, its tags, in this order; else the trust zone. Outside: the longest of the
 * blocks that the options name; else the untrust zone. VPCs whose own addresses cross the firewall (a more
 * specific route than the VPC's own) are reached from inside.
 */
export function zonesOf(
  inventory: Inventory,
  options: MappingOptions,
  interfaces: readonly ProtectedInterface[],
): Zones {
  const { subnets: bySubnet = {}, vpcs: byVpc = {}, tags: byTag = {} } = options.zones ?? {};
  const own = <T>(record: Record<string, T>, key: string) =>
    Object.hasOwn(record, key) ? record[key] : undefined;
  const subnets = new Map(inventory.subnets.map((subnet) => [subnet.id, subnet]));
  const vpcs = new Map(inventory.vpcs.map((vpc) => [vpc.id, vpc]));
  const instances = new Map(inventory.instances.map((instance) => [instance.id, instance]));

  const tagged = (tags: Tags | undefined): string | undefined =>
    Object.keys(byTag).reduce<string | undefined>(
      (found, tag) => found ?? (hasTag(tags, tag) ? byTag[tag] : undefined),
      undefined,
    );
  const ofVpc = (vpc: Vpc | undefined) => vpc && (own(byVpc, vpc.id) ?? tagged(vpc.tags));
  const ofSubnet = (subnet: Subnet | undefined) =>
    subnet && (own(bySubnet, subnet.id) ?? tagged(subnet.tags));

  const inside = ({ tags, instanceId, subnetId, vpcId }: NetworkInterface): string =>
    tagged(tags) ??
    tagged(instances.get(instanceId ?? "")?.tags) ??
    ofSubnet(subnets.get(subnetId)) ??
    ofVpc(vpcs.get(vpcId)) ??
    options.trustZone;

  const blocks = zonedBlocks([
    ...Object.entries(options.zones?.sources ?? {}).map(([cidr, zone]) => ({
      cidrs: [cidr],
      zone,
      isNamed: true,
    })),
    ...inventory.vpcs.flatMap((vpc) => {
      const zone = ofVpc(vpc) ?? (crossesItself(vpc, interfaces) ? options.trustZone : undefined);
      return zone === undefined
        ? []
        : [{ cidrs: vpcCidrs(vpc).map(({ text }) => text), zone, isNamed: false }];
    }),
    ...inventory.subnets.flatMap((subnet) => {
      const zone = ofSubnet(subnet);
      const cidrs = [subnet.cidrBlock, ...(subnet.ipv6CidrBlocks ?? [])].filter((cidr) => cidr !== undefined);
      return zone === undefined ? [] : [{ cidrs, zone, isNamed: false }];
    }),
  ]);
  const guarded = guardedAddresses(inventory.networkInterfaces, inside);
  return {
    inside,
    outside: (remote, crossings) => outside(remote, crossings, blocks, options.untrustZone),
    isGuarded: (zone, block) => overlaps(guarded.get(zone)?.[block.family] ?? EMPTY, [block]),
  };
}

/** Whether tags have "key=value", or a key alone whatever its value. */
export function hasTag(tags: Tags | undefined, tag: string): boolean {
  if (tags === undefined) return false;
  const { key, value } = tagParts(tag);
  return Object.hasOwn(tags, key) && (value === undefined || tags[key] === value);
}

/** "key=value" in its parts; a key alone stands for every value. */
export function tagParts(tag: string): { key: string; value?: string } {
  const split = tag.indexOf("=");
  return split < 0 ? { key: tag } : { key: tag.slice(0, split), value: tag.slice(split + 1) };
}

function guardedAddresses(
  interfaces: readonly NetworkInterface[],
  inside: Zones["inside"],
): Map<string, Record<Family, IntervalSet>> {
  const found = new Map<string, Cidr[]>();
  for (const networkInterface of interfaces) {
    const zone = inside(networkInterface);
    const blocks = found.get(zone) ?? [];
    blocks.push(...nearTexts(networkInterface).flatMap((text) => parseBlock(text) ?? []));
    found.set(zone, blocks);
  }
  return new Map(
    [...found].map(([zone, blocks]) => {
      const ofFamily = (family: Family) => setOf(blocks.filter((block) => block.family === family));
      return [zone, { IPv4: ofFamily("IPv4"), IPv6: ofFamily("IPv6") }];
    }),
  );
}

function crossesItself(vpc: Vpc, interfaces: readonly ProtectedInterface[]): boolean {
  const cidrs = vpcCidrs(vpc);
  const crossings = new Set(
    interfaces
      .filter(({ networkInterface }) => networkInterface.vpcId === vpc.id)
      .map(({ crossing }) => crossing),
  );
  return [...crossings].some((crossing) => cidrs.some((cidr) => overlaps(crossing[cidr.family], [cidr])));
}

/** What configuration names goes before what follows from the inventory; VPCs may share addresses. */
function zonedBlocks(named: { cidrs: string[]; zone: string; isNamed: boolean }[]): ZonedBlock[] {
  const blocks = new Map<string, { cidr: Cidr; zones: Set<string>; isNamed: boolean }>();
  for (const { cidrs, zone, isNamed } of named) {
    for (const cidr of cidrs.flatMap((text) => parseCidr(text) ?? [])) {
      const known = blocks.get(cidr.text);
      if (!known) blocks.set(cidr.text, { cidr, zones: new Set([zone]), isNamed });
      else if (!known.isNamed) known.zones.add(zone);
    }
  }
  const all = [...blocks.values()];
  return all.map(({ cidr, zones }) => ({
    ...cidr,
    zones: [...zones].sort(),
    own: without(
      cidr,
      all.map((other) => other.cidr).filter((other) => isStrictlyInside(other, cidr)),
    ),
  }));
}

function outside(
  remote: Cidr,
  crossings: readonly IntervalSet[],
  blocks: readonly ZonedBlock[],
  otherwise: string,
): { zone: string; remote: Cidr }[] {
  const crosses = (set: IntervalSet) => crossings.some((crossing) => overlaps(crossing, set));
  const ofFamily = blocks.filter(({ family }) => family === remote.family);
  let around: ZonedBlock | undefined;
  for (const block of ofFamily) {
    if (isInside(remote, block) && (!around || block.prefixLength > around.prefixLength)) around = block;
  }
  const within = ofFamily.filter((block) => isStrictlyInside(block, remote));
  const zones = around?.zones ?? [otherwise];
  const kept = crosses(without(remote, within)) ? zones : [];
  return [
    ...kept.map((zone) => ({ zone, remote })),
    ...within.flatMap((block) =>
      crosses(block.own)
        ? block.zones.filter((zone) => !kept.includes(zone)).map((zone) => ({ zone, remote: block }))
        : [],
    ),
  ];
}

function without(block: Interval, inner: readonly Interval[]): IntervalSet {
  const { first, last } = block;
  return difference([{ first, last }], setOf(inner));
}

function isStrictlyInside(inner: Cidr, outer: Cidr): boolean {
  return inner.family === outer.family && inner.prefixLength > outer.prefixLength && isInside(inner, outer);
}
