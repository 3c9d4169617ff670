/** What may become of packets to and from instances that a tag isolates. */
import type { NetworkInterface } from "../../../inventory/types";
import type { Policy } from "../../../mapping/types";
import type { SecurityRule } from "../../../panos/policy";
import { crossesFirewall, interfaceAt, isUp, passes, rulesThatLetThrough } from "./aws";
import { isWithin } from "./bits";
import { endsOf } from "./packet";
import type { Packet } from "./packet";
import { firstMatch } from "./panos";
import type { Declared } from "./panos";
import type { Fault } from "./fault";
import { isInUse, isServices } from "./in-use";
import type { World } from "./worlds";
import { farZones, nearZone } from "./zones";

/** A rule of whatever an administrator allows: everything. */
const ADMINISTRATOR: SecurityRule = {
  name: "allow-everything",
  description: "",
  tag: [],
  ...{
    from: ["any"],
    to: ["any"],
    source: ["any"],
    destination: ["any"],
    application: ["any"],
    service: ["any"],
  },
  action: "allow",
};

/** An isolated instance's end of a packet. */
interface End {
  side: "source" | "destination";
  target: NetworkInterface;
  isMarked: boolean;
}

/** The ends of a packet that are isolated. */
export function isolatedEnds(world: World, packet: Packet): End[] {
  if (world.options.quarantine === undefined) return [];
  return (["source", "destination"] as const).flatMap((side) => {
    const isNear = packet[side] === endsOf(packet).near;
    const target = (isNear && interfaceAt(world, packet)) || interfaceWith(world, packet[side], side);
    const isMarked = target && markOf(world, target);
    return isMarked === undefined ? [] : [{ side, target: target as NetworkInterface, isMarked }];
  });
}

/** Whether an interface's instance, or itself where a service uses it, is marked (true) or nobody has seen its tags (false); undefined: neither. */
function markOf(world: World, target: NetworkInterface): boolean | undefined {
  const { inventory, options } = world;
  const { quarantine } = options;
  const bearer = isServices(world, target)
    ? [target].find((each) => isInUse(world, each))
    : inventory.instances.find(({ id }) => id === target.instanceId);
  if (bearer === undefined || quarantine === undefined) return undefined;
  const { tags } = bearer;
  if (tags === undefined) return false;
  return Object.entries(tags).some(([key, value]) => quarantine.tags[key]?.includes(value)) || undefined;
}

/** Whether a packet goes to the public address of what is marked. */
function isMarkedInPublic(world: World, { destination }: Packet): boolean {
  return world.inventory.networkInterfaces.some(
    (each) =>
      (each.publicIps ?? []).some(({ publicIp }) => isWithin(destination, publicIp)) &&
      markOf(world, each) === true,
  );
}

/** A packet comes from an interface's public address where it went through the internet. */
function interfaceWith(
  { inventory }: World,
  address: string,
  side: End["side"],
): NetworkInterface | undefined {
  return inventory.networkInterfaces.find((each) =>
    [
      ...each.privateIpAddresses,
      ...each.ipv6Addresses,
      ...(each.ipv4Prefixes ?? []),
      ...(each.ipv6Prefixes ?? []),
      ...(side === "source" ? (each.publicIps ?? []).map(({ publicIp }) => publicIp) : []),
    ].some((own) => isWithin(address, own)),
  );
}

/**
 * What is wrong about the fate of a packet to or from isolated instances: that rules of ours let it through, or
 * that those which deny don't keep it from an administrator's rule that allows everything.
 */
export function isolationFault(
  world: World,
  policy: Policy,
  declared: Declared,
  packet: Packet,
  applications: readonly string[],
  ends: readonly End[],
): Fault | undefined {
  const { deny = false, before, responders = [] } = world.options.quarantine ?? {};
  const denials = resolvedDenials(policy);
  const isResponders =
    deny &&
    (ends.some(({ side, isMarked }) => side === "destination" && isMarked) ||
      isMarkedInPublic(world, packet)) &&
    !ends.some(({ side, isMarked }) => side === "source" && isMarked) &&
    responders.some((block) => isWithin(packet.source, block));
  for (const { side, target, isMarked } of ends) {
    // Where the denials are not at the very top, ours may stand above them. At the top they decide for every
    // packet that reaches the firewall, also for one that AWS doesn't route through it.
    const isFirst = deny && before === undefined;
    const rules = [...(isFirst ? denials : []), ...declared.rules];
    for (const [application, zones] of applications.flatMap((each) =>
      zonesOf(world, packet, { side, target }).map((zone) => [each, zone] as const),
    )) {
      const match = firstMatch({ ...declared, rules }, packet, application, zones);
      if (match?.action === "allow" && !(isResponders && denials.includes(match))) {
        return { what: "isolated, and let through", because: match };
      }
      if (!deny || !isMarked || !isBehind(world, target, packet)) continue;
      const all = { ...declared, rules: [...denials, ADMINISTRATOR] };
      const decides = firstMatch(all, packet, application, zones);
      if ((decides?.action === "allow") !== isResponders) {
        return { what: "isolated, and not denied", because: decides };
      }
    }
  }
  const target = interfaceAt(world, packet);
  const isWanted = (world.options.directions ?? ["ingress"]).includes(packet.direction);
  const isNear = ends.some((end) => end.target === target);
  if (!isNear || !isWanted || packet.direction === "egress" || !crossesFirewall(world, packet))
    return undefined;
  const named = new Set(policy.withheld.flatMap(({ permission }) => permission.ruleIds));
  const silent = rulesThatLetThrough(world, packet).filter(
    ({ rule }) => rule.referencedSecurityGroupId === undefined && !named.has(rule.id),
  );
  return silent.length === 0 ? undefined : { what: "isolated, and withheld in silence", because: silent };
}

/** The zones that an isolated end's packets may come from or go to; any, for a public address. */
function zonesOf(
  world: World,
  packet: Packet,
  { side, target }: Pick<End, "side" | "target">,
): { from?: string; to?: string }[] {
  if (side === "destination") return [{ to: nearZone(world, target) }];
  if ((target.publicIps ?? []).some(({ publicIp }) => publicIp === packet.source)) return [{}];
  const own = nearZone(world, target);
  const near = packet.direction === "ingress" ? interfaceAt(world, packet) : undefined;
  const seen = near === undefined ? [] : farZones(world, near, packet.source);
  return [...new Set(seen.includes(own) ? [own] : [own, ...seen])].map((from) => ({ from }));
}

/** Whether a packet crosses the firewall on its way to or from an isolated interface that is behind it. */
function isBehind(world: World, target: NetworkInterface, { source, destination }: Packet): boolean {
  return isUp(world, target) && [source, destination].some((other) => passes(world, target, other));
}

function resolvedDenials({ isolation }: Policy): SecurityRule[] {
  const group = isolation?.addressGroup?.name;
  const members = (list: string[]) =>
    list.flatMap((each) => (each === group ? (isolation?.members ?? []) : [each]));
  return (isolation?.rules ?? []).map((rule) => ({
    ...rule,
    source: members(rule.source),
    destination: members(rule.destination),
  }));
}
