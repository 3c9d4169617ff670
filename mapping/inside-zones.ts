/** The zones of what is behind the firewall, by ids and tags. */
import type { Inventory, NetworkInterface, StoppedInstance, Subnet, Tags, Vpc } from "../inventory/types";
import { taggedInstances } from "./marks";
import { allTags } from "./seen-tags";
import { hasTag } from "./tags";
import type { MappingOptions } from "./types";
import { ownedByUnread } from "./owners";

export interface InsideZones {
  ofVpc: (vpc: Vpc | undefined) => string | undefined;
  ofSubnet: (subnet: Subnet | undefined) => string | undefined;
  /** Undefined: nothing says a zone. */
  named: (networkInterface: NetworkInterface) => string | undefined;
  inside: (networkInterface: NetworkInterface) => string;
  /** The same; none where a tag may say it that an account sees which could not be read, or all that it may be where unknown crosses. */
  insides: (networkInterface: NetworkInterface) => string[];
  /** Ids of those whose tags could give it another zone, and were not seen, where it has one nevertheless. */
  unsure: (networkInterface: NetworkInterface) => string[];
  /** Zones in which anything may be, because of accounts that could not be read nobody knows which VPCs they have. */
  anywhere: string[];
}

/** What may say an interface's zone, and which one it does: by its id, before all tags, or by a tag. */
interface Sayer {
  object: NetworkInterface | StoppedInstance | Subnet | Vpc | undefined;
  byId?: string | undefined;
  zone: string | undefined;
}

/**
 * What the options say of the instance's or interface's tags, the subnet, its tags, the VPC, its tags, in this order; else
 * the trust zone.
 */
export function insideZones(inventory: Inventory, options: MappingOptions): InsideZones {
  const { zones = {}, trustZone, untrustZone, unknownCrosses } = options;
  const { subnets: bySubnet = {}, vpcs: byVpc = {}, tags: byTag = {} } = zones;
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
  /** The first that says a zone does before the others. */
  const sayers = (each: NetworkInterface): Sayer[] => {
    const [subnet, vpc] = [subnets.get(each.subnetId), vpcs.get(each.vpcId)];
    const instance = instances.get(each.instanceId ?? "");
    return [
      { object: each, zone: tagged(each.tags) },
      { object: instance, zone: tagged(instance?.tags) },
      { object: subnet, byId: subnet && own(bySubnet, subnet.id), zone: ofSubnet(subnet) },
      { object: vpc, byId: vpc && own(byVpc, vpc.id), zone: ofVpc(vpc) },
    ];
  };
  const named = (each: NetworkInterface): string | undefined =>
    sayers(each).find(({ zone }) => zone !== undefined)?.zone;
  const inside = (each: NetworkInterface) => named(each) ?? trustZone;
  const tagZones = Object.values(byTag);
  const [tagsOf, isUnread] = [allTags(inventory), ownedByUnread(inventory)];
  const isHidden = (each: NetworkInterface): boolean =>
    tagZones.length > 0 && asked(sayers(each)).some(({ object }) => isUnread(object));
  return {
    ofVpc,
    ofSubnet,
    named,
    inside,
    insides: (each) => {
      if (!isHidden(each)) return [inside(each)];
      return unknownCrosses ? unique([inside(each), own(byVpc, each.vpcId) ?? trustZone, ...tagZones]) : [];
    },
    unsure: (each) => (tagZones.length === 0 || isHidden(each) ? [] : unseenOf(sayers(each), tagsOf)),
    anywhere:
      unknownCrosses && (inventory.unread ?? []).length > 0
        ? unique([trustZone, untrustZone, ...tagZones, ...Object.values(bySubnet), ...Object.values(byVpc)])
        : [],
  };
}

function own(record: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function unique(found: readonly string[]): string[] {
  return [...new Set(found)];
}

/** Those whose tags decide, or would if another one said nothing: up to the first that says a zone. */
function asked(sayers: readonly Sayer[]): readonly Sayer[] {
  const first = sayers.findIndex(({ zone }) => zone !== undefined);
  if (first < 0) return sayers;
  // Which of several tags counts, all of them say.
  return sayers.slice(0, sayers[first]!.byId === undefined ? first + 1 : first);
}

/** Whose tags would count before the first that says a zone, and were not seen. */
function unseenOf(sayers: readonly Sayer[], tagsOf: ReturnType<typeof allTags>): string[] {
  const first = sayers.findIndex(({ zone }) => zone !== undefined);
  return sayers
    .slice(0, first < 0 ? sayers.length : first)
    .flatMap(({ object }) => (object && tagsOf(object) === undefined ? [object.id] : []));
}
