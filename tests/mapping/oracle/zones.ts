/** Which zones a packet goes between, by what the options say of them. */
import type { NetworkInterface, Tags } from "../../../inventory/types";
import { passes, turningPoints } from "./aws";
import { bitsOf, edgesOf, isWithin } from "./bits";
import { isIpv6 } from "./packet";
import type { World } from "./worlds";

/** The zone of an interface: by tag of itself or its instance, by subnet, by VPC, else trust. */
export function nearZone(world: World, target: NetworkInterface): string {
  return namedZone(world, target) ?? world.options.trustZone;
}

function namedZone({ inventory, options }: World, target: NetworkInterface): string | undefined {
  const instance = inventory.instances.find(({ id }) => id === target.instanceId);
  const subnet = inventory.subnets.find(({ id }) => id === target.subnetId);
  const vpc = inventory.vpcs.find(({ id }) => id === target.vpcId);
  const { subnets = {}, vpcs = {}, tags = {} } = options.zones ?? {};
  return (
    byTag(tags, target.tags) ??
    byTag(tags, instance?.tags) ??
    subnets[target.subnetId] ??
    byTag(tags, subnet?.tags) ??
    vpcs[target.vpcId] ??
    byTag(tags, vpc?.tags)
  );
}

/**
 * The zones that an address beyond the firewall may be in, seen from an interface: those of the longest block
 * that holds it, of which a known interface's own address is one.
 */
export function farZones(world: World, target: NetworkInterface, address: string): string[] {
  const around = blocksFrom(world, target.vpcId, isIpv6(address)).filter(({ cidr }) =>
    isWithin(address, cidr),
  );
  const longest = Math.max(...around.map(({ cidr }) => lengthOf(cidr)));
  const blocks = around.filter(({ cidr }) => lengthOf(cidr) === longest);
  const named = blocks.filter(({ isNamed }) => isNamed);
  const zones = (named.length > 0 ? named : blocks).map(({ zone }) => zone);
  return zones.length === 0 ? [world.options.untrustZone] : [...new Set(zones)];
}

interface Block {
  cidr: string;
  zone: string;
  /** Named by its CIDR, rather than by its subnet or VPC. */
  isNamed: boolean;
}

const known = new WeakMap<World, Map<string, Block[]>>();

function blocksFrom(world: World, vpcId: string, ipv6: boolean): Block[] {
  const byVpc = known.get(world) ?? new Map<string, Block[]>();
  known.set(world, byVpc);
  const key = `${vpcId} ${ipv6}`;
  const blocks = byVpc.get(key) ?? computed(world, vpcId, ipv6);
  byVpc.set(key, blocks);
  return blocks;
}

function computed(world: World, from: string, ipv6: boolean): Block[] {
  const { inventory, options } = world;
  const { subnets = {}, vpcs = {}, tags = {}, sources = {} } = options.zones ?? {};
  const blocks = Object.entries(sources).map(([cidr, zone]): Block => ({ cidr, zone, isNamed: true }));
  const add = (cidrs: readonly (string | undefined)[], zone: string | undefined) => {
    if (zone === undefined) return;
    for (const cidr of cidrs) if (cidr !== undefined) blocks.push({ cidr, zone, isNamed: false });
  };
  const usual = (vpcId: string) => (isBehind(world, vpcId, from, ipv6) ? options.trustZone : undefined);
  for (const vpc of inventory.vpcs) {
    add([...vpc.cidrBlocks, ...vpc.ipv6CidrBlocks], vpcs[vpc.id] ?? byTag(tags, vpc.tags) ?? usual(vpc.id));
  }
  for (const subnet of inventory.subnets) {
    const zone = subnets[subnet.id] ?? byTag(tags, subnet.tags);
    add([subnet.cidrBlock, ...(subnet.ipv6CidrBlocks ?? [])], zone);
  }
  for (const each of inventory.networkInterfaces) {
    const { privateIpAddresses, ipv6Addresses, ipv4Prefixes = [], ipv6Prefixes = [] } = each;
    const zone = namedZone(world, each) ?? usual(each.vpcId);
    add([...privateIpAddresses, ...ipv6Addresses, ...ipv4Prefixes, ...ipv6Prefixes], zone);
  }
  return blocks;
}

/** Whether a VPC is another one's, or its routes lead to that one's addresses through the firewall. */
function isBehind(world: World, vpcId: string, from: string, ipv6: boolean): boolean {
  if (vpcId === from) return true;
  const { inventory } = world;
  const aimed = inventory.vpcs.find(({ id }) => id === from);
  const blocks = [...(aimed?.cidrBlocks ?? []), ...(aimed?.ipv6CidrBlocks ?? [])].filter(
    (cidr) => isIpv6(cidr) === ipv6,
  );
  return inventory.subnets
    .filter((subnet) => subnet.vpcId === vpcId)
    .some(({ id }) => {
      const anybody: NetworkInterface = {
        ...{ id: "eni-any", subnetId: id, vpcId, privateIpAddresses: [], ipv6Addresses: [] },
        securityGroupIds: [],
      };
      return [...turningPoints(world, anybody), ...blocks.flatMap(edgesOf)].some(
        (address) => blocks.some((block) => isWithin(address, block)) && passes(world, anybody, address),
      );
    });
}

function byTag(zones: Readonly<Record<string, string>>, tags: Tags | undefined): string | undefined {
  const fitting = Object.entries(zones).find(([tag]) => hasTag(tags, tag));
  return fitting?.[1];
}

/** Whether tags have "key=value", or a key alone. */
export function hasTag(tags: Tags = {}, tag: string): boolean {
  const [key = "", value] = tag.split("=");
  return key in tags && (value === undefined || tags[key] === value);
}

function lengthOf(cidr: string): number {
  return Number(cidr.split("/")[1] ?? bitsOf(cidr).length);
}
