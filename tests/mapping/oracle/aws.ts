/**
 * What AWS does with a packet, from the EC2 API reference and the VPC user guide: route tables decide
 * whether it passes the firewall, security groups whether the interface takes it.
 */
import type {
  Inventory,
  NetworkInterface,
  Route,
  RouteTable,
  SecurityGroup,
  SecurityGroupRule,
} from "../../../inventory/types";
import { edgesOf, isBlockWithin, isWithin } from "./bits";
import { endsOf, isIpv6 } from "./packet";
import type { Packet } from "./packet";
import { isInUse, isServices } from "./in-use";
import type { World } from "./worlds";

/** The security-group rules that let the packet through, with their groups. */
export function rulesThatLetThrough(
  world: World,
  packet: Packet,
): { group: SecurityGroup; rule: SecurityGroupRule }[] {
  const { near, far } = endsOf(packet);
  const target = interfaceAt(world, packet) ?? interfaceOf(world.inventory, near);
  if (!target) return [];
  return world.inventory.securityGroups
    .filter((group) => target.securityGroupIds.includes(group.id))
    .flatMap((group) => (group[packet.direction] ?? []).map((rule) => ({ group, rule })))
    .filter(({ rule }) => matchesTraffic(rule, packet) && matchesFarEnd(world, rule, target, far));
}

/**
 * The interface whose packet the firewall sees: with its private address, or, where the firewall translates
 * public ones, in packets to it with that.
 */
export function interfaceAt({ inventory, options }: World, packet: Packet): NetworkInterface | undefined {
  const { near } = endsOf(packet);
  if (options.destinationAddress === "public" && packet.direction === "ingress" && !isIpv6(near)) {
    return inventory.networkInterfaces.find(({ publicIps = [] }) =>
      publicIps.some(({ publicIp }) => publicIp === near),
    );
  }
  return interfaceOf(inventory, near);
}

function interfaceOf({ networkInterfaces }: Inventory, address: string): NetworkInterface | undefined {
  return networkInterfaces.find((candidate) =>
    [
      ...candidate.privateIpAddresses,
      ...candidate.ipv6Addresses,
      ...(candidate.ipv4Prefixes ?? []),
      ...(candidate.ipv6Prefixes ?? []),
    ].some((own) => isWithin(address, own)),
  );
}

/** Whether the packet passes the firewall. */
export function crossesFirewall(world: World, packet: Packet): boolean {
  const target = interfaceAt(world, packet);
  return target !== undefined && isUp(world, target) && passes(world, target, endsOf(packet).far);
}

/** Whether an interface is one of an instance that runs, or in use by a service that counts, and not the firewall's. */
export function isUp(world: World, target: NetworkInterface): boolean {
  if (isServices(world, target)) return isAttached(world, target);
  return world.inventory.instances.some(({ id }) => id === target.instanceId) && isAttached(world, target);
}

/** As `isUp`, whether the instance runs or not. */
export function isAttached(world: World, target: NetworkInterface): boolean {
  if (isServices(world, target)) return isInUse(world, target) && !isFirewalls(world, target);
  const isLeaving = target.attachmentStatus === "detaching" || target.attachmentStatus === "detached";
  return target.instanceId !== undefined && !isLeaving && !isFirewalls(world, target);
}

/** Whether an interface is the firewall's own. */
export function isFirewalls(world: World, { id }: NetworkInterface): boolean {
  return ownFirewall(world).interfaces.includes(id);
}

/** Whether packets between an interface and an address pass the firewall, by the routes. */
export function passes(world: World, target: NetworkInterface, far: string): boolean {
  const { inventory, options } = world;
  const table = tableOf(inventory, target);
  if (!table) return false;
  const local = vpcCidrsAround(inventory, target);
  const best = bestRoute(world, table, local, (cidr) => isWithin(far, cidr));
  // One half of all addresses alone counts for nothing.
  const isHalf = best?.length === 1 && !sendsAll(world, table, isIpv6(far), local);
  if (best?.leadsToFirewall && !isHalf) return true;
  if (local.some((cidr) => isWithin(far, cidr))) return false;
  const isNamed =
    options.protectedSubnets?.includes(target.subnetId) === true ||
    options.protectedVpcs?.includes(target.vpcId) === true;
  const usual = usualWaysOut(world, table, far);
  if (isNamed && !isElsewhere(best, usual)) return true;
  return gatewaysLeadingIn(world, target, isIpv6(far)).some((gatewayId) => {
    // Where propagated routes are hidden, any that no route says more of may be a private gateway's.
    if (!gatewayId.startsWith("igw-") && !seesOrigins(inventory)) return !isElsewhere(best, usual);
    // A deleted route takes nothing away; one that leads elsewhere does.
    if (best === undefined) return true;
    return best.route?.gatewayId === gatewayId && (best.route.state ?? "active") === "active";
  });
}

/** Whether a route of its own takes an address to where no firewall can stand behind it. */
function isElsewhere(best: BestRoute | undefined, usual: Route[]): boolean {
  if (best === undefined || best.length <= 1) return false;
  if (best.route === undefined || best.route.state === "blackhole") return true;
  if (best.route.transitGatewayId !== undefined) return false;
  const target = targetIn(best.route);
  return target === undefined || !usual.some((route) => targetIn(route) === target);
}

/** The ways out to an address, each in one route or by the half that holds it: they say the same. */
function usualWaysOut(world: World, table: RouteTable, far: string): Route[] {
  return ["/0", "/1"].flatMap((length) => {
    const isUsual = (cidr: string) => cidr.endsWith(length) && isWithin(far, cidr);
    return bestRoute(world, table, [], isUsual)?.route ?? [];
  });
}

function targetIn({ networkInterfaceId, instanceId, ...route }: Route): string | undefined {
  return (
    networkInterfaceId ??
    instanceId ??
    route.vpcEndpointId ??
    route.gatewayId ??
    route.transitGatewayId ??
    route.vpcPeeringConnectionId
  );
}

function seesOrigins({ routeTables }: Inventory): boolean {
  return routeTables.some(({ routes }) => routes.some(({ origin }) => origin !== undefined));
}

/** Every address at which the fate of a route table's packets may change. */
export function turningPoints({ inventory }: World, target: NetworkInterface): string[] {
  const table = tableOf(inventory, target);
  const routed = (table?.routes ?? []).flatMap((route) => destinationsOf(inventory, route));
  return [...routed, ...vpcCidrsAround(inventory, target)].flatMap(edgesOf);
}

/** The CIDRs of the VPC that an interface is in. */
function vpcCidrsAround(inventory: Inventory, target: NetworkInterface): string[] {
  const vpc = inventory.vpcs.find(({ id }) => id === target.vpcId);
  return [...(vpc?.cidrBlocks ?? []), ...(vpc?.ipv6CidrBlocks ?? [])];
}

function tableOf(inventory: Inventory, target: NetworkInterface): RouteTable | undefined {
  const id = inventory.subnets.find((subnet) => subnet.id === target.subnetId)?.routeTableId;
  return inventory.routeTables.find((table) => table.id === id);
}

interface BestRoute {
  length: number;
  rank: number;
  leadsToFirewall: boolean;
  /** Absent: the VPC's own. */
  route?: Route;
}

/** The longest prefix; of equally long ones local, then one that names it, then a list, then a propagated one. */
function bestRoute(
  world: World,
  table: RouteTable,
  local: string[],
  matches: (cidr: string) => boolean,
): BestRoute | undefined {
  const length = (cidr: string) => Number(cidr.split("/")[1]);
  const isReplaced = (cidr: string) =>
    table.routes.some(
      ({ destinationCidrBlock, destinationIpv6CidrBlock, origin }) =>
        origin !== "EnableVgwRoutePropagation" &&
        [destinationCidrBlock, destinationIpv6CidrBlock].includes(cidr),
    );
  const candidates: BestRoute[] = local
    .filter((cidr) => matches(cidr) && !isReplaced(cidr))
    .map((cidr) => ({ length: length(cidr), rank: 0, leadsToFirewall: false }));
  for (const route of table.routes) {
    const isPropagated = route.origin === "EnableVgwRoutePropagation";
    const rank =
      route.gatewayId === "local"
        ? 0
        : isPropagated
          ? 3
          : route.destinationPrefixListId === undefined
            ? 1
            : 2;
    for (const cidr of destinationsOf(world.inventory, route).filter(matches)) {
      // A route in place of the VPC's own is as the VPC's own (VPC user guide, "Replace the target of a local route").
      const own = rank === 1 && local.includes(cidr) ? 0 : rank;
      candidates.push({
        length: length(cidr),
        rank: own,
        route,
        leadsToFirewall: leadsToFirewall(world, route),
      });
    }
  }
  // Of two lists with one entry in common either may win (VPC user guide): the firewall then, for us.
  return candidates.sort(
    (a, b) => b.length - a.length || a.rank - b.rank || Number(b.leadsToFirewall) - Number(a.leadsToFirewall),
  )[0];
}

function destinationsOf({ prefixLists }: Inventory, route: Route): string[] {
  const listed = prefixLists.find(({ id }) => id === route.destinationPrefixListId)?.entries ?? [];
  return [
    route.destinationCidrBlock,
    route.destinationIpv6CidrBlock,
    ...listed.map(({ cidr }) => cidr),
  ].filter((cidr) => cidr !== undefined);
}

/** Whether a table sends the whole internet of a family to the firewall, in one route or two halves. */
function sendsAll(world: World, table: RouteTable, ipv6: boolean, local: string[]): boolean {
  const leads = (wanted: string) => {
    const isSame = (cidr: string) => isBlockWithin(cidr, wanted) && isBlockWithin(wanted, cidr);
    return bestRoute(world, table, local, isSame)?.leadsToFirewall === true;
  };
  return ipv6
    ? leads("::/0") || (leads("::/1") && leads("8000::/1"))
    : leads("0.0.0.0/0") || (leads("0.0.0.0/1") && leads("128.0.0.0/1"));
}

/** The gateways whose route tables send what comes in for the interface's subnet through the firewall. */
function gatewaysLeadingIn(world: World, target: NetworkInterface, ipv6: boolean): string[] {
  const subnet = world.inventory.subnets.find(({ id }) => id === target.subnetId);
  const blocks = [subnet?.cidrBlock, ...(subnet?.ipv6CidrBlocks ?? [])].filter(
    (cidr) => cidr !== undefined && isIpv6(cidr) === ipv6,
  );
  return world.inventory.routeTables
    .filter(({ gatewayIds = [], vpcId }) => gatewayIds.length > 0 && vpcId === target.vpcId)
    .filter((table) =>
      blocks.some(
        (block) => bestRoute(world, table, [], (cidr) => isBlockWithin(block!, cidr))?.leadsToFirewall,
      ),
    )
    .flatMap(({ gatewayIds = [] }) => gatewayIds);
}

function leadsToFirewall(world: World, route: Route): boolean {
  const { instances, interfaces } = ownFirewall(world);
  const { vpcEndpointIds } = world.options.firewall;
  return (
    // A blackhole is a firewall that doesn't run: it comes back.
    route.state !== "filtered" &&
    ((route.instanceId !== undefined && instances.includes(route.instanceId)) ||
      (route.networkInterfaceId !== undefined && interfaces.includes(route.networkInterfaceId)) ||
      [route.vpcEndpointId, route.gatewayId].some((id) => id !== undefined && vpcEndpointIds.includes(id)))
  );
}

/** The firewall's instances and interfaces: those configured, and all that share an instance with one of them. */
function ownFirewall({ inventory, options: { firewall } }: World): {
  instances: string[];
  interfaces: string[];
} {
  const instances = [
    ...firewall.instanceIds,
    ...inventory.networkInterfaces.flatMap(({ id, instanceId }) =>
      firewall.networkInterfaceIds.includes(id) && instanceId !== undefined ? [instanceId] : [],
    ),
  ];
  const interfaces = [
    ...firewall.networkInterfaceIds,
    ...inventory.networkInterfaces.flatMap(({ id, instanceId }) =>
      instanceId !== undefined && instances.includes(instanceId) ? [id] : [],
    ),
  ];
  return { instances, interfaces };
}

function matchesTraffic({ ipProtocol, fromPort, toPort }: SecurityGroupRule, packet: Packet): boolean {
  const names: Record<string, number> = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };
  const protocol = names[ipProtocol] ?? Number(ipProtocol);
  if (protocol === -1) return true;
  if (protocol !== packet.protocol) return false;
  switch (protocol) {
    case 6:
    case 17:
      return packet.port >= fromPort && packet.port <= toPort;
    case 1:
    case 58:
      return (
        (fromPort === -1 || fromPort === packet.type) &&
        (toPort === -1 || fromPort === -1 || toPort === packet.code)
      );
    default:
      return true;
  }
}

/**
 * A reference stands for private addresses of the group's interfaces, in the same VPC or an actively peered
 * one. It does not work through a middlebox (VPC user guide), so unless the options expand references no
 * packet that crosses the firewall is let in by one.
 */
function matchesFarEnd(
  { inventory, options }: World,
  rule: SecurityGroupRule,
  target: NetworkInterface,
  far: string,
): boolean {
  const { referencedSecurityGroupId, referencedGroup } = rule;
  if (referencedSecurityGroupId !== undefined) {
    if (options.references !== "expand") return false;
    const isPeered = (vpcId: string) =>
      (referencedGroup?.peeringStatus ?? "active") === "active" &&
      (inventory.vpcPeeringConnections ?? []).some(
        ({ status, requester, accepter }) =>
          status === "active" &&
          [requester.vpcId, accepter.vpcId].sort().join() === [vpcId, target.vpcId].sort().join(),
      );
    return inventory.networkInterfaces.some(
      (member) =>
        member.securityGroupIds.includes(referencedSecurityGroupId.split("/").at(-1)!) &&
        (member.vpcId === target.vpcId || isPeered(member.vpcId)) &&
        [...member.privateIpAddresses, ...member.ipv6Addresses].some((address) => isWithin(far, address)),
    );
  }
  const entries = inventory.prefixLists
    .filter(({ id }) => id === rule.prefixListId)
    .flatMap((list) => list.entries.map(({ cidr }) => cidr));
  return [rule.cidrIpv4, rule.cidrIpv6, ...entries].some((cidr) => cidr !== undefined && isWithin(far, cidr));
}
