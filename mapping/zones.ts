/** Which zone an address is in: where the firewall's interface towards it is. */
import type { Inventory, NetworkInterface, StoppedInstance, Subnet, Tags, Vpc } from "../inventory/types";
import { parseBlock } from "../lib/net/cidr";
import type { Cidr, Family } from "../lib/net/cidr";
import { EMPTY, overlaps, setOf } from "../lib/net/intervals";
import type { IntervalSet } from "../lib/net/intervals";
import { taggedInstances } from "./marks";
import { nearTexts, reachOfVpcs } from "./routing";
import { vpcCidrs } from "./routes";
import { allTags } from "./seen-tags";
import type { Direction, MappingOptions } from "./types";
import { zoneMap } from "./zone-map";
import type { Named, ZoneMap } from "./zone-map";

/** The end behind the firewall of packets of one family. */
interface Near {
  /** Whose packets cross the firewall, to each of the interfaces in question. */
  crossings: readonly IntervalSet[];
  /** The VPCs that these are in. */
  vpcIds: readonly string[];
}

export interface Zones {
  /** The zone of an interface behind the firewall. */
  inside(networkInterface: NetworkInterface): string;
  /** Ids of those whose tags could give it another zone, and were not seen. */
  unsure(networkInterface: NetworkInterface): string[];
  /**
   * What of a remote block is in which zone, as far as it crosses the firewall. A block inside another one's
   * is in its own zone only; the wider one keeps its text, though part of it is elsewhere.
   * @param direction whether the block is where packets come from or where they go
   */
  outside(remote: Cidr, near: Near, direction: Direction): { zone: string; remote: Cidr }[];
  /** Whether part of a block belongs to interfaces of the account in that zone, which have groups of their own. */
  isGuarded(zone: string, block: Cidr): boolean;
}

/**
 * The zones of an inventory's addresses. Inside: what the options say of the instance's or interface's tags,
 * the subnet, its tags, the VPC, its tags, in this order; else the trust zone. Outside: a known interface is in
 * the zone that it has inside; else the longest of the blocks that the options name; else the untrust zone. A VPC
 * that the options don't name is inside for its own packets, and for another VPC's where its routes lead there
 * through the firewall: what else a VPC does is no other's concern.
 */
export function zonesOf(inventory: Inventory, options: MappingOptions): Zones {
  const { subnets: bySubnet = {}, vpcs: byVpc = {}, tags: byTag = {} } = options.zones ?? {};
  const own = <T>(record: Record<string, T>, key: string) =>
    Object.hasOwn(record, key) ? record[key] : undefined;
  const subnets = new Map(inventory.subnets.map((subnet) => [subnet.id, subnet]));
  const vpcs = new Map(inventory.vpcs.map((vpc) => [vpc.id, vpc]));
  const instances = new Map(taggedInstances(inventory, options).map((instance) => [instance.id, instance]));

  const tagged = (tags: Tags | undefined): string | undefined =>
    Object.keys(byTag).reduce<string | undefined>(
      (found, tag) => found ?? (hasTag(tags, tag) ? byTag[tag] : undefined),
      undefined,
    );
  const ofVpc = (vpc: Vpc | undefined) => vpc && (own(byVpc, vpc.id) ?? tagged(vpc.tags));
  const ofSubnet = (subnet: Subnet | undefined) =>
    subnet && (own(bySubnet, subnet.id) ?? tagged(subnet.tags));

  /** What may say an interface's zone, the first that does before the others. */
  const sayers = (each: NetworkInterface): Sayer[] => {
    const [subnet, vpc] = [subnets.get(each.subnetId), vpcs.get(each.vpcId)];
    const instance = instances.get(each.instanceId ?? "");
    return [
      { object: each, zone: tagged(each.tags) },
      { object: instance, zone: tagged(instance?.tags) },
      { object: subnet, zone: ofSubnet(subnet) },
      { object: vpc, zone: ofVpc(vpc) },
    ];
  };
  const named = (each: NetworkInterface): string | undefined =>
    sayers(each).find(({ zone }) => zone !== undefined)?.zone;
  const inside = (networkInterface: NetworkInterface) => named(networkInterface) ?? options.trustZone;

  const mapBehind = (behind: ReadonlySet<string>, family: Family): ZoneMap => {
    const usual = (vpcId: string) => (behind.has(vpcId) ? options.trustZone : undefined);
    const blocks: Named[] = [
      ...Object.entries(options.zones?.sources ?? {}).map(([cidr, zone]) => ({
        texts: [cidr],
        zone,
        isNamed: true,
      })),
      ...inventory.vpcs.map((vpc) => ({
        texts: vpcCidrs(vpc).map(({ text }) => text),
        zone: ofVpc(vpc) ?? usual(vpc.id),
      })),
      ...inventory.subnets.map((subnet) => ({
        texts: [subnet.cidrBlock, ...(subnet.ipv6CidrBlocks ?? [])].filter((cidr) => cidr !== undefined),
        zone: ofSubnet(subnet),
      })),
    ];
    const interfaces = inventory.networkInterfaces.map((each): Named => ({
      texts: nearTexts(each),
      zone: named(each) ?? usual(each.vpcId),
    }));
    const around = inventory.vpcs.flatMap(vpcCidrs);
    return zoneMap({ blocks, interfaces, around, family, otherwise: options.untrustZone });
  };
  // Which other VPCs are inside depends on where their ways lead, too: what is unknown leads either way.
  const { unknownCrosses, ...known } = options;
  const mapsFor = [known, ...(unknownCrosses ? [options] : [])].map((each) =>
    mapsByVpc(inventory, each, mapBehind),
  );
  const guarded = guardedAddresses(inventory.networkInterfaces, inside);
  const tagsOf = allTags(inventory);
  return {
    inside,
    unsure: (each) => (Object.keys(byTag).length === 0 ? [] : unseenOf(sayers(each), tagsOf)),
    outside: (remote, { crossings, vpcIds }) => {
      const maps = new Set(vpcIds.flatMap((vpcId) => mapsFor.map((mapFor) => mapFor(vpcId, remote.family))));
      const pieces = [...maps].flatMap((map) => map(remote, crossings));
      return maps.size > 1 ? unique(pieces) : pieces;
    },
    isGuarded: (zone, block) => overlaps(guarded.get(zone)?.[block.family] ?? EMPTY, [block]),
  };
}

/** What may say an interface's zone, and which one it does. */
interface Sayer {
  object: NetworkInterface | StoppedInstance | Subnet | Vpc | undefined;
  zone: string | undefined;
}

/** Whose tags would count before the first that says a zone, and were not seen. */
function unseenOf(sayers: readonly Sayer[], tagsOf: ReturnType<typeof allTags>): string[] {
  const first = sayers.findIndex(({ zone }) => zone !== undefined);
  return sayers
    .slice(0, first < 0 ? sayers.length : first)
    .flatMap(({ object }) => (object && tagsOf(object) === undefined ? [object.id] : []));
}

function unique(pieces: { zone: string; remote: Cidr }[]): { zone: string; remote: Cidr }[] {
  return [...new Map(pieces.map((each) => [JSON.stringify([each.zone, each.remote.text]), each])).values()];
}

/** The zones as a VPC's interfaces see them; VPCs that see the same others behind the firewall share a map. */
function mapsByVpc(
  inventory: Inventory,
  options: MappingOptions,
  mapBehind: (behind: ReadonlySet<string>, family: Family) => ZoneMap,
): (vpcId: string, family: Family) => ZoneMap {
  const reach = reachOfVpcs(inventory, options);
  const cidrs = new Map(inventory.vpcs.map((vpc) => [vpc.id, vpcCidrs(vpc)]));
  const byVpc = new Map<string, ZoneMap>();
  const byBehind = new Map<string, ZoneMap>();
  return (vpcId, family) => {
    const known = byVpc.get(`${family} ${vpcId}`);
    if (known) return known;
    const own = setOf((cidrs.get(vpcId) ?? []).filter((cidr) => cidr.family === family));
    const behind = [...reach].flatMap(([id, crossing]) =>
      id === vpcId || overlaps(crossing[family], own) ? [id] : [],
    );
    const key = `${family} ${behind.sort().join(" ")}`;
    const map = byBehind.get(key) ?? mapBehind(new Set(behind), family);
    byBehind.set(key, map);
    byVpc.set(`${family} ${vpcId}`, map);
    return map;
  };
}

/**
 * Whether tags have "key=value", or a key alone whatever its value. Keys may have a "=" themselves (EC2 user guide, tag
 * restrictions), so any of these may end the key.
 */
export function hasTag(tags: Tags | undefined, tag: string): boolean {
  if (tags === undefined) return false;
  return Object.entries(tags).some(([key, value]) => key === tag || `${key}=${value}` === tag);
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
