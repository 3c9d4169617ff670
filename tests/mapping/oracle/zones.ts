/** Which zones a packet goes between, by what the options say of them. */
import type { NetworkInterface, Tags } from "../../../inventory/types";
import { isAttached, isUp, passes, turningPoints, vpcCidrsAround } from "./aws";
import { bitsOf, isWithin } from "./bits";
import type { World } from "./worlds";

/** The zone of an interface: by tag of itself or its instance, by subnet, by VPC, else trust. */
export function nearZone({ inventory, options }: World, target: NetworkInterface): string {
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
    byTag(tags, vpc?.tags) ??
    options.trustZone
  );
}

/** The zones that an address beyond the firewall may be in: those of the longest block that holds it. */
export function farZones(world: World, address: string): string[] {
  const around = blocksOf(world).filter(({ cidr }) => isWithin(address, cidr));
  const longest = Math.max(...around.map(({ cidr }) => lengthOf(cidr)));
  const blocks = around.filter(({ cidr }) => lengthOf(cidr) === longest);
  const named = blocks.filter(({ isNamed }) => isNamed);
  const zones = (named.length > 0 ? named : blocks).map(({ zone }) => zone);
  return zones.length === 0 ? [world.options.untrustZone] : zones;
}

interface Block {
  cidr: string;
  zone: string;
  /** Named by its CIDR, rather than by its subnet or VPC. */
  isNamed: boolean;
}

const known = new WeakMap<World, Block[]>();

function blocksOf(world: World): Block[] {
  let blocks = known.get(world);
  if (!blocks) known.set(world, (blocks = computed(world)));
  return blocks;
}

function computed(world: World): Block[] {
  const { inventory, options } = world;
  const { subnets = {}, vpcs = {}, tags = {}, sources = {} } = options.zones ?? {};
  const blocks = Object.entries(sources).map(([cidr, zone]): Block => ({ cidr, zone, isNamed: true }));
  for (const vpc of inventory.vpcs) {
    const zone =
      vpcs[vpc.id] ?? byTag(tags, vpc.tags) ?? (isInspected(world, vpc.id) ? options.trustZone : undefined);
    if (zone === undefined) continue;
    for (const cidr of [...vpc.cidrBlocks, ...vpc.ipv6CidrBlocks])
      blocks.push({ cidr, zone, isNamed: false });
  }
  for (const subnet of inventory.subnets) {
    const zone = subnets[subnet.id] ?? byTag(tags, subnet.tags);
    if (zone === undefined) continue;
    for (const cidr of [subnet.cidrBlock, ...(subnet.ipv6CidrBlocks ?? [])]) {
      if (cidr !== undefined) blocks.push({ cidr, zone, isNamed: false });
    }
  }
  return blocks;
}

/** Whether some interface behind the firewall reaches part of its own VPC through it. */
function isInspected(world: World, vpcId: string): boolean {
  const counts = world.options.destinations === "dynamic" ? isAttached : isUp;
  return world.inventory.networkInterfaces.some((target) => {
    if (target.vpcId !== vpcId || !counts(world, target)) return false;
    const own = vpcCidrsAround(world.inventory, target);
    return turningPoints(world, target).some(
      (address) => own.some((cidr) => isWithin(address, cidr)) && passes(world, target, address),
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
