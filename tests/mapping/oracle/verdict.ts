/** A packet's fate under the security groups, held against its fate under the generated rules. */
import { prefixListGroupsOf, prefixListObjects } from "../../../mapping";
import type { Policy } from "../../../mapping/types";
import type { SecurityGroup } from "../../../inventory/types";
import { crossesFirewall, interfaceAt, isUp, rulesThatLetThrough } from "./aws";
import { isWithin } from "./bits";
import type { Fault } from "./fault";
import { isServices, serviceOf } from "./in-use";
import { isolatedEnds, isolationFault } from "./isolated";
import { endsOf, isIpv6 } from "./packet";
import type { Packet } from "./packet";
import { identities, resolved, ruleThatAllows, valuesOf } from "./panos";
import type { Declared } from "./panos";
import type { World } from "./worlds";
import { farZones, hasTag, nearZone } from "./zones";

/** How many packets came to what, so that a generator that makes nothing interesting shows. */
export interface Seen {
  packets: number;
  crossing: number;
  letThrough: number;
  withheld: number;
  egress: number;
  inside: number;
  isolated: number;
  /** Of those let through to or from what a service uses, by its kind and their direction: "rds ingress". */
  services: Record<string, number>;
}

export const nothingSeen = (): Seen => ({
  packets: 0,
  crossing: 0,
  letThrough: 0,
  withheld: 0,
  egress: 0,
  inside: 0,
  isolated: 0,
  services: {},
});

/** A policy as the firewall has it: groups resolved to their addresses, or to what is registered for them. */
export function declaredBy(policy: Policy): Declared {
  const lists = prefixListObjects(prefixListGroupsOf(policy.rules), "orac1e");
  const rules = policy.rules.map(({ rule, permission: { direction } }) => ({
    ...rule,
    direction,
    source: resolved(valuesOf(rule.source, lists), policy.addressGroups),
    destination: resolved(valuesOf(rule.destination, lists), policy.addressGroups),
  }));
  return { rules, services: policy.services, applications: policy.applications };
}

/** What is wrong about the packet's fate, if anything. */
export function faultOf(
  world: World,
  policy: Policy,
  declared: Declared,
  packet: Packet,
  seen: Seen,
): Fault | undefined {
  const letThrough = rulesThatLetThrough(world, packet);
  const [identity = "", ...others] = identities(policy.applications, packet);
  seen.packets++;
  const target = interfaceAt(world, packet);
  const { direction } = packet;
  const ends = isolatedEnds(world, packet);
  if (ends.length > 0) {
    seen.isolated++;
    return isolationFault(world, policy, declared, packet, [identity, ...others], ends);
  }
  if (letThrough.length === 0) {
    for (const application of [identity, ...others]) {
      const wider =
        ruleThatAllows(declared, packet, application, { direction }) ??
        // What one instance may send, another one behind the firewall need not take.
        (target && direction === "ingress" && isUp(world, target)
          ? ruleThatAllows(declared, packet, application, { to: nearZone(world, target) })
          : undefined);
      if (wider) return { what: "wider than AWS", because: wider };
    }
  }
  const isWanted = (world.options.directions ?? ["ingress"]).includes(direction);
  if (!isWanted || !target || !crossesFirewall(world, packet)) return undefined;
  seen.crossing++;
  if (letThrough.length === 0) return undefined;
  seen.letThrough++;
  if (direction === "egress") seen.egress++;
  if (isServices(world, target)) {
    const key = `${serviceOf(target).kind} ${direction}`;
    seen.services[key] = (seen.services[key] ?? 0) + 1;
  }

  const { near, far } = endsOf(packet);
  const inside = nearZone(world, target);
  const missing = farZones(world, target, far).find((outside) => {
    if (outside !== world.options.untrustZone) seen.inside++;
    const zones = direction === "ingress" ? { from: outside, to: inside } : { from: inside, to: outside };
    return !ruleThatAllows(declared, packet, identity, zones);
  });
  if (missing === undefined) return undefined;
  const named = new Set(policy.withheld.flatMap(({ permission }) => permission.ruleIds));
  const isSayable = letThrough.some(
    // PAN-OS's protocols begin at 1. A reference has to be left out where VPCs are not connected, and what
    // leaves for others whom the firewall guards.
    ({ rule }) =>
      rule.ipProtocol !== "0" &&
      rule.referencedSecurityGroupId === undefined &&
      !(direction === "egress" && named.has(rule.id)),
  );
  const groups = letThrough.map(({ group }) => group);
  if (isUnregistrable(world, near) || !isExpected(world, packet, groups)) return undefined;
  if (isSayable) {
    return { what: `narrower than AWS (zone ${missing})`, because: letThrough };
  }
  seen.withheld++;
  return letThrough.every(({ rule }) => named.has(rule.id))
    ? undefined
    : { what: "withheld in silence", because: letThrough };
}

/** Single IPv6 addresses alone can be members of a dynamic address group. */
function isUnregistrable({ inventory, options }: World, near: string): boolean {
  const addresses = inventory.networkInterfaces.flatMap(({ ipv6Addresses }) => ipv6Addresses);
  return (
    options.destinations === "dynamic" &&
    isIpv6(near) &&
    !addresses.some((address) => isWithin(near, address))
  );
}

/** Which application a port stands for in `application` mode: the table of the design. */
const TABLE: Record<string, string> = {
  "tcp/22": "ssh",
  "tcp/25": "smtp",
  "tcp/53": "dns",
  "udp/53": "dns",
  "tcp/80": "web-browsing",
  "tcp/110": "pop3",
  "tcp/143": "imap",
  "tcp/389": "ldap",
  "tcp/636": "ldap",
  "tcp/443": "ssl",
  "tcp/3306": "mysql",
  "tcp/3389": "ms-rdp",
  "tcp/1521": "oracle",
  "udp/389": "ldap",
  "udp/3389": "ms-rdp",
};

/** Whether the rules must let this application through where AWS lets the port through. */
function isExpected({ options }: World, packet: Packet, groups: SecurityGroup[]): boolean {
  if (options.ruleMode === "service" || (packet.protocol !== 6 && packet.protocol !== 17)) return true;
  const transport = packet.protocol === 6 ? "tcp" : "udp";
  const tagged = Object.entries(options.applicationsByTag ?? {}).filter(([tag]) =>
    groups.some(({ tags }) => hasTag(tags, tag)),
  );
  const overrides = [options.applications, ...tagged.map(([, each]) => each)];
  const isOverridden = overrides.flatMap(Object.keys).some((key) => {
    const [protocol, ports = ""] = key.split("/");
    const [first, last] = ports.split("-").map(Number);
    return protocol === transport && packet.port >= first! && packet.port <= (last ?? first!);
  });
  // Where an override speaks, no more than "never wider" is promised.
  if (isOverridden) return false;
  const application = TABLE[`${transport}/${packet.port}`];
  return application === undefined || application === packet.application;
}
