/** Who carries a security group behind the firewall: the near end of its permissions. */
import { listed } from "../lib/text";
import type { NetworkInterface } from "../inventory/types";
import { FAMILIES, compareCidrs, parseBlock } from "../lib/net/cidr";
import type { Cidr, Family } from "../lib/net/cidr";
import type { IntervalSet } from "../lib/net/intervals";
import { forwards } from "./forwarders";
import type { Policies } from "./policies";
import { nearTexts } from "./routing";
import type { ProtectedInterface } from "./routing";
import type { Direction, MappingOptions, TagPolicy } from "./types";
import type { Zones } from "./zones";

/** One family's addresses of the protected interfaces of a zone that carry a group. */
interface Carriers {
  /**
   * Their addresses and delegated prefixes, as the firewall sees them in packets to them (ingress) and from
   * them (egress). Sorted, each once. Empty: nothing of this family is behind the firewall.
   */
  addresses: Record<Direction, string[]>;
  /** For each way that their subnets are routed, whose packets cross the firewall. */
  crossings: Record<Direction, IntervalSet[]>;
  /** Whose may: where they are led was not read. */
  unknown: IntervalSet[];
  vpcIds: string[];
}

/** The carriers of a group in one zone and under one policy. */
export interface ZonedCarriers {
  zone: string;
  /** Absent: the usual one. */
  policy?: TagPolicy;
  families: Record<Family, Carriers>;
  /** Ids of network load balancers' interfaces among them, whose packets to targets may have clients' addresses. */
  forwarders: string[];
}

/** What is collected of a zone and policy, by both. */
type Place = Pick<ZonedCarriers, "zone" | "policy" | "forwarders"> & Record<Family, Collected>;
type ByPlace = Map<string, Place>;

interface Collected {
  near: Map<string, Cidr>;
  public: Map<string, Cidr>;
  crossings: Set<IntervalSet>;
  publicCrossings: Set<IntervalSet>;
  unknown: Set<IntervalSet>;
  vpcIds: Set<string>;
}

/**
 * The carriers of each group that a protected interface carries, by zone and policy. What counts is the interface's
 * groups, never the group's VPC: a group can be used in VPCs that it is shared with.
 */
export function carriersByGroup(
  interfaces: readonly ProtectedInterface[],
  { zones, policies }: { zones: Zones; policies: Policies },
  { destinationAddress }: Pick<MappingOptions, "destinationAddress">,
): { groups: Map<string, ZonedCarriers[]>; warnings: string[] } {
  const warnings: string[] = [];
  const collected = new Map<string, ByPlace>();
  const isPublic = destinationAddress === "public";
  const hidden: string[] = [];
  const zoneless: string[] = [];
  for (const { networkInterface, crossing, unknown } of interfaces) {
    const near = blocksOf(networkInterface, warnings).filter(({ family }) => crossing[family].length > 0);
    const translated = isPublic ? publicBlocks(networkInterface) : [];
    if (isPublic && crossing.IPv4.length > 0 && translated.length === 0) hidden.push(networkInterface.id);
    const policy = policies(networkInterface);
    const insides = zones.insides(networkInterface);
    if (insides.length === 0) zoneless.push(networkInterface.id);
    const isForwarder = forwards(networkInterface);
    for (const [groupId, zone] of networkInterface.securityGroupIds.flatMap((id) =>
      insides.map((each) => [id, each] as const),
    )) {
      const key = JSON.stringify([zone, policy?.tag ?? ""]);
      const byPlace: ByPlace = collected.get(groupId) ?? new Map<string, Place>();
      const families = byPlace.get(key) ?? {
        zone,
        ...(policy && { policy }),
        forwarders: [],
        IPv4: nobody(),
        IPv6: nobody(),
      };
      if (isForwarder) families.forwarders.push(networkInterface.id);
      collected.set(groupId, byPlace.set(key, families));
      for (const block of near) {
        const family = families[block.family];
        family.near.set(block.text, block);
        family.crossings.add(crossing[block.family]);
        if (unknown !== undefined) family.unknown.add(unknown[block.family]);
        family.vpcIds.add(networkInterface.vpcId);
      }
      for (const block of translated) {
        if (crossing.IPv4.length === 0) continue;
        families.IPv4.public.set(block.text, block);
        families.IPv4.publicCrossings.add(crossing.IPv4);
      }
    }
  }
  if (hidden.length > 0) warnings.push(withoutPublicAddress(hidden));
  if (zoneless.length > 0) warnings.push(withoutZone(zoneless));
  const groups = new Map<string, ZonedCarriers[]>();
  for (const [groupId, byPlace] of collected) {
    const carriers = [...byPlace].sort(([a], [b]) => (a < b ? -1 : 1));
    groups.set(
      groupId,
      carriers.map(([, { zone, policy, forwarders, ...families }]) => ({
        zone,
        forwarders,
        ...(policy && { policy }),
        families: {
          IPv4: finished(families.IPv4, isPublic),
          // Nothing translates IPv6.
          IPv6: finished(families.IPv6, false),
        },
      })),
    );
  }
  return { groups, warnings };
}

/** Every address that packets to (ingress) or from a group's carriers may have, whatever their zones. */
export function nearAddresses(carriers: readonly ZonedCarriers[], direction: Direction): string[] {
  return FAMILIES.flatMap((family) => {
    const texts = carriers.flatMap(({ families }) => families[family].addresses[direction]);
    return texts.length === 0 ? [] : sortedTexts(new Map(texts.map((text) => [text, parseBlock(text)!])));
  });
}

function nobody(): Collected {
  return {
    near: new Map(),
    public: new Map(),
    crossings: new Set(),
    publicCrossings: new Set(),
    unknown: new Set(),
    vpcIds: new Set(),
  };
}

function finished(collected: Collected, isPublic: boolean): Carriers {
  const near = sortedTexts(collected.near);
  return {
    addresses: { ingress: isPublic ? sortedTexts(collected.public) : near, egress: near },
    crossings: {
      ingress: [...(isPublic ? collected.publicCrossings : collected.crossings)],
      egress: [...collected.crossings],
    },
    unknown: [...collected.unknown],
    vpcIds: [...collected.vpcIds],
  };
}

function sortedTexts(blocks: Map<string, Cidr>): string[] {
  return [...blocks.values()].sort(compareCidrs).map(({ text }) => text);
}

function blocksOf(networkInterface: NetworkInterface, warnings: string[]): Cidr[] {
  return nearTexts(networkInterface).flatMap((text) => {
    const block = parseBlock(text);
    if (!block) {
      warnings.push(
        `Network interface ${networkInterface.id} has the address ${JSON.stringify(text)}, which is no IP address: it is left out.`,
      );
    }
    return block ?? [];
  });
}

function publicBlocks({ publicIps = [] }: NetworkInterface): Cidr[] {
  return publicIps.flatMap(({ publicIp }) => parseBlock(publicIp) ?? []);
}

function withoutZone(ids: string[]): string {
  return `In which zones these network interfaces are is not known, because tags say it (zones.tags) and the account of their subnet or VPC could not be read, so nothing opens for them: ${listed(ids, 10)}.`;
}

function withoutPublicAddress(ids: string[]): string {
  return `With destinationAddress public nothing reaches these network interfaces over IPv4, which have no public address: ${listed(ids, 10)}.`;
}
