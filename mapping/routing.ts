/** Which network interfaces are behind the firewall, judged by the routes of their subnets. */
import type { Inventory, NetworkInterface, Route, RouteTable, Subnet } from "../inventory/types";
import { EVERY_ADDRESS, FAMILIES, parseCidr } from "../lib/net/cidr";
import type { Cidr, Family } from "../lib/net/cidr";
import { difference, setOf } from "../lib/net/intervals";
import type { IntervalSet } from "../lib/net/intervals";
import { kindLeftOut, sortedKinds, thereAs } from "./left-out";
import { compareTexts } from "../lib/order";
import { oneWayInside } from "./one-way";
import { routeDoubts } from "./route-doubts";
import { isNowhere, leadsIn, notPastGateways, routedPrefixLists, tellsOrigins, waysOut } from "./routes";
import type { WayOut } from "./routes";
import { firewallTargets, leadsTo, type FirewallTargets } from "./targets";
import { placeDoubts } from "./ways/places";
import { both, union } from "./ways/reach";
import { ownedByRead, ownedByUnread } from "./owners";
import { leadsBeyond } from "./ways/steps";
import { waysBeyond, type Ways } from "./ways/ways";
import type { LeftOut, MappingOptions } from "./types";

/** A network interface that the firewall stands before, in at least one family. */
export interface ProtectedInterface {
  networkInterface: NetworkInterface;
  /**
   * Whose packets, on their way to and from the interface, cross the firewall. Each family has routes of
   * its own: 0.0.0.0/0 says nothing about ::/0.
   */
  crossing: Record<Family, IntervalSet>;
  /** Whose may cross it: where other tables lead them was not read. Absent: nobody's. */
  unknown?: Record<Family, IntervalSet>;
}

/** What of an interface says its addresses. */
type Addressed = Pick<
  NetworkInterface,
  "privateIpAddresses" | "ipv6Addresses" | "ipv4Prefixes" | "ipv6Prefixes" | "publicIps"
>;

/** The addresses of an interface, and the prefixes delegated to it: all of a prefix is the interface's. */
export function nearTexts(networkInterface: Addressed): string[] {
  const { privateIpAddresses, ipv6Addresses, ipv4Prefixes = [], ipv6Prefixes = [] } = networkInterface;
  return [...privateIpAddresses, ...ipv6Addresses, ...ipv4Prefixes, ...ipv6Prefixes];
}

/** The same, and the public addresses that are translated to them: all that packets to it may be sent to. */
export function addressTexts(networkInterface: Addressed): string[] {
  const { publicIps = [] } = networkInterface;
  return [...nearTexts(networkInterface), ...publicIps.map(({ publicIp }) => publicIp)];
}

/** The addresses of interfaces by their ids. */
export function addressesOfInterfaces({ networkInterfaces }: Inventory, ids: readonly string[]): string[] {
  const asked = new Set(ids);
  return networkInterfaces.filter(({ id }) => asked.has(id)).flatMap(nearTexts);
}

export interface Protection {
  /** Sorted by interface id. */
  interfaces: ProtectedInterface[];
  /** All others behind the firewall, as far as the inventory has them. */
  leftOut: LeftOut;
  /** Interfaces that could not be judged and routes that contradict each other, one sentence each. */
  warnings: string[];
}

/**
 * The interfaces behind the firewall: attached to a running or pending instance, or of a kind that the options name
 * and in use, in a subnet that the firewall stands before. It does where the subnet's effective route table leads to a configured target, where a
 * gateway's route table sends the subnet's incoming packets to one, or where the options name the subnet or
 * its VPC (behind a transit gateway no subnet's table says so). The firewall's own interfaces are left out.
 * @param which `attached`: also those of stopped instances
 */
export function protectedInterfaces(
  inventory: Inventory,
  options: MappingOptions,
  which: "running" | "attached" = "running",
): Protection {
  const targets = firewallTargets(inventory, options);
  const isThere = thereAs(which, inventory);
  const judge = subnetJudge(inventory, options, targets);
  const isRead = ownedByRead(inventory);
  const interfaces: ProtectedInterface[] = [];
  const leftOut = new Map<string, string[]>();
  const warnings: string[] = [];
  const used = new Set<string>();
  for (const networkInterface of inventory.networkInterfaces) {
    const { id, instanceId, subnetId, vpcId } = networkInterface;
    if (targets.networkInterfaceIds.has(id) || targets.instanceIds.has(instanceId ?? "")) continue;
    const kind = kindLeftOut(networkInterface, {
      isThere: (each) => isThere(each) || (which === "attached" && !isRead(networkInterface)),
      isRead,
      ...(options.interfaces && { interfaces: options.interfaces }),
    });
    if (instanceId !== undefined || kind === undefined) used.add(subnetId);
    const judged = judge.judged(subnetId, vpcId) ?? (options.unknownCrosses && { crossing: ANYBODY });
    if (!judged) {
      if (kind === undefined) warnings.push(withoutTable(networkInterface));
    } else if (!isNowhere(judged.crossing)) {
      if (kind === undefined) interfaces.push({ networkInterface, ...judged });
      else leftOut.set(kind, [...(leftOut.get(kind) ?? []), id]);
    }
  }
  interfaces.sort((a, b) => compareTexts(a.networkInterface.id, b.networkInterface.id));
  return {
    interfaces,
    leftOut: {
      kinds: sortedKinds(leftOut),
      isComplete: inventory.complete === true || inventory.withoutInstance === true,
    },
    warnings: [
      ...warnings,
      ...judge.warnings(),
      ...oneWayInside(inventory, (route) => leadsTo(targets, route), used),
    ],
  };
}

function withoutTable({ id, instanceId, subnetId }: NetworkInterface): string {
  const whose = instanceId === undefined ? "" : ` of instance ${instanceId}`;
  return `Network interface ${id}${whose} is left out: the inventory has no route table for its subnet ${subnetId}.`;
}

/**
 * The configured firewall targets, subnets and VPCs that are nowhere in the inventory: no route points to
 * them, no interface, instance, subnet or VPC has that id. A typing mistake, another region or another account.
 * @returns the ids as configured, in the order of the configuration
 */
export function unknownTargets(
  inventory: Inventory,
  options: Pick<MappingOptions, "firewall" | "protectedSubnets" | "protectedVpcs">,
): string[] {
  const known = new Set<string | undefined>();
  for (const route of inventory.routeTables.flatMap((table) => table.routes)) {
    known.add(route.instanceId).add(route.networkInterfaceId).add(route.vpcEndpointId).add(route.gatewayId);
  }
  for (const networkInterface of inventory.networkInterfaces) {
    known.add(networkInterface.id).add(networkInterface.instanceId);
  }
  for (const { id } of [...inventory.instances, ...inventory.subnets, ...inventory.vpcs]) known.add(id);
  const { instanceIds, networkInterfaceIds, vpcEndpointIds } = options.firewall;
  const { protectedSubnets = [], protectedVpcs = [] } = options;
  return [
    ...instanceIds,
    ...networkInterfaceIds,
    ...vpcEndpointIds,
    ...protectedSubnets,
    ...protectedVpcs,
  ].filter((id) => !known.has(id));
}

/** What was read of ways that leave VPCs; undefined where no route leads where other tables decide, or they don't count. */
export function waysOf(
  inventory: Inventory,
  options: Pick<MappingOptions, "firewall" | "ways">,
): Ways | undefined {
  if (options.ways === "told") return undefined;
  const targets = firewallTargets(inventory, options);
  return waysBeyond(inventory, (route) => leadsTo(targets, route), routedPrefixLists(inventory));
}

/** A gateway's table, and whether it is an internet gateway's: the way in that a default route answers. */
interface EdgeTable {
  table: RouteTable;
  gatewayIds: string[];
  isInternet: boolean;
}

/**
 * Whose packets the firewall gets on their way to and from each VPC: of all its subnets, whether anything runs
 * there or not.
 */
export function reachOfVpcs(
  inventory: Inventory,
  options: MappingOptions,
): Map<string, Record<Family, IntervalSet>> {
  const judge = subnetJudge(inventory, options, firewallTargets(inventory, options));
  const byVpc = new Map<string, Set<Record<Family, IntervalSet>>>();
  for (const { id, vpcId } of inventory.subnets) {
    const crossing = judge.judged(id, vpcId)?.crossing;
    if (crossing) byVpc.set(vpcId, (byVpc.get(vpcId) ?? new Set()).add(crossing));
  }
  return new Map(
    [...byVpc].map(([vpcId, crossings]) => {
      const all = (family: Family) => setOf([...crossings].flatMap((crossing) => crossing[family]));
      return [vpcId, { IPv4: all("IPv4"), IPv6: all("IPv6") }];
    }),
  );
}

/** Judges subnets, each once. */
function subnetJudge(inventory: Inventory, options: MappingOptions, targets: FirewallTargets) {
  const lists = routedPrefixLists(inventory);
  const leads = (route: Route) => leadsTo(targets, route);
  const subnets = new Map(inventory.subnets.map((subnet) => [subnet.id, subnet]));
  const vpcs = new Map(inventory.vpcs.map((vpc) => [vpc.id, vpc]));
  const tables = new Map(inventory.routeTables.map((table) => [table.id, table]));
  const edges = edgeTables(inventory);
  const seesPropagated = tellsOrigins(inventory);
  // Of a VPC others see neither all tables nor those of its gateways.
  const isUnread = ownedByUnread(inventory);
  const named = new Set([...(options.protectedSubnets ?? []), ...(options.protectedVpcs ?? [])]);
  const ways = new Map<string, Record<Family, WayOut>>();
  const known = new Map<string, Judged>();
  const beyond =
    options.ways === "told" ? undefined : waysBeyond(inventory, leads, lists, options.unknownCrosses);
  const doubts = routeDoubts(leads, lists, (route) => beyond !== undefined && leadsBeyond(route));
  const places = placeDoubts(beyond);

  const waysOutOf = (table: RouteTable, vpcId: string) => {
    const key = `${table.id} ${vpcId}`;
    const known = ways.get(key) ?? waysOut(table, vpcs.get(vpcId), leads, lists);
    ways.set(key, known);
    return known;
  };
  /** What a gateway brings in through the firewall: what doesn't leave by another way. */
  const throughGateway = ({ gatewayIds, isInternet }: EdgeTable, table: RouteTable, vpcId: string) => {
    // The data sources hide what a virtual private gateway propagates: it may be any that no route says more of.
    if (!isInternet && !seesPropagated) {
      const { IPv4, IPv6 } = waysOutOf(table, vpcId);
      return { IPv4: IPv4.notElsewhere, IPv6: IPv6.notElsewhere };
    }
    return notPastGateways(table, vpcs.get(vpcId), gatewayIds, lists);
  };
  const judged = (subnetId: string, vpcId: string): Judged | undefined => {
    const subnet = subnets.get(subnetId);
    const table = tables.get(subnet?.routeTableId ?? "");
    if (!subnet || !table) return undefined;
    const earlier = known.get(`${subnetId} ${vpcId}`);
    if (earlier) return earlier;
    const out = waysOutOf(table, vpcId);
    const isNamed = named.has(subnetId) || named.has(vpcId);
    const way = beyond?.of(subnet, table);
    const found = Object.fromEntries(
      FAMILIES.map((family) => {
        const { isWhole, isHalf, crossing: byRoutes, notElsewhere } = out[family];
        if (isHalf) doubts.half(table, family);
        const broughtIn = waysIn(subnet, family, isWhole, table).flatMap(
          (edge) => throughGateway(edge, table, vpcId)[family],
        );
        const others = [...(way?.crossing[family] ?? []), ...(isNamed ? notElsewhere : [])];
        return [family, setOf([...byRoutes, ...broughtIn, ...others])];
      }),
    ) as Record<Family, IntervalSet>;
    const isUnseen = options.unknownCrosses && (isUnread(vpcs.get(vpcId)) || table.unreadableRoutes);
    const unknown = isUnseen ? ANYBODY : way && union(way.unknown, way.unread);
    const result =
      options.unknownCrosses && unknown ? { crossing: union(found, unknown) } : withUnknown(found, unknown);
    known.set(`${subnetId} ${vpcId}`, result);
    doubts.look(table, !isNowhere(found));
    // Of what is unread the source of the inventory has warned.
    places.look(table, withUnknown(found, way?.unknown), way?.crossing, isNamed);
    return result;
  };
  /** The gateways that send the subnet's packets of a family through the firewall; notes contradictions. */
  const waysIn = (subnet: Subnet, family: Family, isWayOut: boolean, table: RouteTable): EdgeTable[] => {
    const blocks = blocksOf(subnet).filter((block) => block.family === family);
    return (edges.get(subnet.vpcId) ?? []).filter(({ table: edge, isInternet }) => {
      const isIn = blocks.some((block) => leadsIn(edge, block, leads, lists));
      doubts.look(edge, isIn);
      if (isInternet && blocks.length > 0 && isIn !== isWayOut) {
        doubts.disagreement(subnet.id, family, { edge, table, isWayOut });
      }
      return isIn;
    });
  };
  return {
    judged,
    warnings: () => [...doubts.warnings(), ...(beyond?.warnings() ?? []), ...places.warnings()],
  };
}

/** Everybody's packets. */
const ANYBODY = both((family) => [EVERY_ADDRESS[family]]);

/** Whose packets come to the firewall, and whose may. */
type Judged = Pick<ProtectedInterface, "crossing" | "unknown">;

function withUnknown(crossing: Judged["crossing"], unknown: Judged["unknown"]): Judged {
  if (unknown === undefined) return { crossing };
  const rest = both((family) => difference(unknown[family], crossing[family]));
  return isNowhere(rest) ? { crossing } : { crossing, unknown: rest };
}

function edgeTables(inventory: Inventory): Map<string, EdgeTable[]> {
  const edges = new Map<string, EdgeTable[]>();
  for (const table of inventory.routeTables) {
    const { gatewayIds = [] } = table;
    if (gatewayIds.length === 0) continue;
    const isInternet = gatewayIds.some((id) => id.startsWith("igw-"));
    edges.set(table.vpcId, [...(edges.get(table.vpcId) ?? []), { table, gatewayIds, isInternet }]);
  }
  return edges;
}

function blocksOf({ cidrBlock, ipv6CidrBlocks = [] }: Subnet): Cidr[] {
  return [...(cidrBlock === undefined ? [] : [cidrBlock]), ...ipv6CidrBlocks].flatMap(
    (text) => parseCidr(text) ?? [],
  );
}
