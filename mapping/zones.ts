/** Which zone an address is in: where the firewall's interface towards it is. */
import type { Inventory, NetworkInterface } from "../inventory/types";
import { parseBlock } from "../lib/net/cidr";
import type { Cidr, Family } from "../lib/net/cidr";
import { EMPTY, overlaps, setOf } from "../lib/net/intervals";
import type { IntervalSet } from "../lib/net/intervals";
import { nearTexts, reachOfVpcs } from "./routing";
import { vpcCidrs } from "./routes";
import type { Direction, MappingOptions } from "./types";
import { insideZones } from "./inside-zones";
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
  /** The same; none where tags say which and their owner could not be read, or all that it may be where unknown crosses. */
  insides(networkInterface: NetworkInterface): string[];
  /** Ids of those whose tags could give it another zone, and were not seen, where it has one nevertheless. */
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
  const { unknownCrosses, ...known } = options;
  const { ofVpc, ofSubnet, named, inside, insides, unsure, anywhere } = insideZones(inventory, options);

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
  const mapsFor = [known, ...(unknownCrosses ? [options] : [])].map((each) =>
    mapsByVpc(inventory, each, mapBehind),
  );
  const guarded = guardedAddresses(inventory.networkInterfaces, inside);
  return {
    inside,
    unsure,
    insides,
    outside: (remote, { crossings, vpcIds }) => {
      const maps = new Set(vpcIds.flatMap((vpcId) => mapsFor.map((mapFor) => mapFor(vpcId, remote.family))));
      const pieces = [...maps].flatMap((map) => map(remote, crossings));
      if (pieces.length > 0) pieces.push(...anywhere.map((zone) => ({ zone, remote })));
      return maps.size > 1 || anywhere.length > 0 ? unique(pieces) : pieces;
    },
    isGuarded: (zone, block) => overlaps(guarded.get(zone)?.[block.family] ?? EMPTY, [block]),
  };
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
