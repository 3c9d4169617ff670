/** Where route tables send packets, by EC2's rules (VPC user guide, "Route priority"). */
import type { Inventory, Route, RouteTable, Vpc } from "../inventory/types";
import { EVERY_ADDRESS, FAMILIES, isInside, parseCidr } from "../lib/net/cidr";
import type { Cidr, Family } from "../lib/net/cidr";
import { difference, setOf } from "../lib/net/intervals";
import type { IntervalSet } from "../lib/net/intervals";
import { longestPrefixes } from "./longest-prefix";

/** Whether a route's target is the firewall, be it a blackhole at the moment. */
export type LeadsToFirewall = (route: Route) => boolean;

/** One destination of a table, with the route to it that wins; without one it is the VPC's own. */
interface Destination {
  cidr: Cidr;
  route?: Route;
}

/** What a subnet's table says about one family. */
export interface WayOut {
  /** It sends the whole internet to the firewall, in one route or in two halves, but for more specific routes. */
  isWhole: boolean;
  /** Only one half of all addresses, which nobody means: it counts for nothing. */
  isHalf: boolean;
  /** Whose packets the firewall gets on their way from the subnet. */
  crossing: IntervalSet;
  /** Everything outside the VPC but for what a route of its own leads elsewhere, where no firewall can be. */
  notElsewhere: IntervalSet;
}

/**
 * What the table of a subnet says about each family. The longest prefix decides for every destination: a route
 * more specific than the one to the firewall (to a peering, a gateway, an endpoint) takes its own away from it,
 * and one to the firewall that is more specific than the VPC's own brings part of the VPC to it.
 */
export function waysOut(
  table: RouteTable,
  vpc: Vpc | undefined,
  leadsToFirewall: LeadsToFirewall,
  lists: PrefixListCidrs,
): Record<Family, WayOut> {
  const own = vpcCidrs(vpc);
  const destinations = destinationsOf(table, own, leadsToFirewall, lists);
  const leads = ({ route }: Destination) => route !== undefined && leadsToFirewall(route);
  const judged = (family: Family): WayOut => {
    const ofFamily = destinations.filter(({ cidr }) => cidr.family === family);
    const count = (prefixLength: number) =>
      ofFamily.filter((each) => each.cidr.prefixLength === prefixLength && leads(each)).length;
    const isWhole = count(0) === 1 || count(1) === 2;
    const isHalf = !isWhole && count(1) === 1;
    const counts = (each: Destination) => leads(each) && !(isHalf && each.cidr.prefixLength === 1);
    // The way out is one route or two halves, which say the same (0.0.0.0/0; 0.0.0.0/1 and 128.0.0.0/1).
    const usual = ofFamily.filter(({ cidr }) => cidr.prefixLength <= 1);
    const elsewhere = (each: Destination) =>
      each.cidr.prefixLength > 1 &&
      !leads(each) &&
      !mayLeadOn(
        each.route,
        usual.filter(({ cidr }) => isInside(each.cidr, cidr)),
      );
    return {
      isWhole,
      isHalf,
      crossing: longestPrefixes(ofFamily, counts),
      notElsewhere: difference(
        [EVERY_ADDRESS[family]],
        setOf([...own.filter((cidr) => cidr.family === family), ...longestPrefixes(ofFamily, elsewhere)]),
      ),
    };
  };
  return { IPv4: judged("IPv4"), IPv6: judged("IPv6") };
}

/**
 * Whether a firewall can stand behind a route's target though no table says so: transit gateways and core
 * networks have tables of their own, and what a setting calls protected is so by the way that it has out.
 */
function mayLeadOn(route: Route | undefined, usual: readonly Destination[]): boolean {
  if (route === undefined || route.state === "blackhole") return false;
  if (route.transitGatewayId !== undefined || route.coreNetworkArn !== undefined) return true;
  const target = targetOf(route);
  return target !== undefined && usual.some((each) => each.route && targetOf(each.route) === target);
}

/** What a route points to, by its id or ARN; an interface rather than its instance. */
export function targetOf(route: Route): string | undefined {
  return (
    route.networkInterfaceId ??
    route.instanceId ??
    route.vpcEndpointId ??
    route.gatewayId ??
    route.natGatewayId ??
    route.transitGatewayId ??
    route.vpcPeeringConnectionId ??
    route.egressOnlyInternetGatewayId ??
    route.carrierGatewayId ??
    route.localGatewayId ??
    route.coreNetworkArn ??
    route.odbNetworkArn
  );
}

/** What a route is for: a CIDR block, or a prefix list's id. */
export function destinationOf(route: Route): string {
  return route.destinationCidrBlock ?? route.destinationIpv6CidrBlock ?? route.destinationPrefixListId ?? "?";
}

/**
 * The addresses that are answered by one of these gateways, or by none: a route that leads elsewhere takes them
 * away, one that was deleted doesn't. The VPC's own are none of them: no gateway brings those in.
 */
export function notPastGateways(
  table: RouteTable,
  vpc: Vpc | undefined,
  gatewayIds: readonly string[],
  lists: PrefixListCidrs,
): Record<Family, IntervalSet> {
  const leads = ({ state, gatewayId = "" }: Route) =>
    (state === undefined || state === "active") && gatewayIds.includes(gatewayId);
  const own = vpcCidrs(vpc);
  const destinations = destinationsOf(table, own, leads, lists);
  const led = (family: Family) => {
    const ofFamily = destinations.filter(({ cidr }) => cidr.family === family);
    const routed = setOf(ofFamily.map(({ cidr }) => cidr));
    const answered = setOf([
      ...longestPrefixes(ofFamily, ({ route }) => route !== undefined && leads(route)),
      ...difference([EVERY_ADDRESS[family]], routed),
    ]);
    return difference(answered, setOf(own.filter((cidr) => cidr.family === family)));
  };
  return { IPv4: led("IPv4"), IPv6: led("IPv6") };
}

/**
 * Whether a gateway's table sends what comes in for a whole block to the firewall: the longest prefix that
 * holds it decides. Without one, the gateway delivers it straight to the subnet.
 */
export function leadsIn(
  table: RouteTable,
  block: Cidr,
  leadsToFirewall: LeadsToFirewall,
  lists: PrefixListCidrs,
): boolean {
  let best: Destination | undefined;
  for (const destination of destinationsOf(table, [], leadsToFirewall, lists)) {
    const { cidr } = destination;
    if (cidr.family !== block.family || !isInside(block, cidr)) continue;
    if (!best || cidr.prefixLength > best.cidr.prefixLength) best = destination;
  }
  return best?.route !== undefined && leadsToFirewall(best.route);
}

/** The CIDRs of a VPC, both families. */
export function vpcCidrs(vpc: Vpc | undefined): Cidr[] {
  return [...(vpc?.cidrBlocks ?? []), ...(vpc?.ipv6CidrBlocks ?? [])].flatMap(
    (text) => parseCidr(text) ?? [],
  );
}

/** CIDRs by prefix list's id. */
export type PrefixListCidrs = Map<string, Cidr[]>;

/** The entries of those prefix lists that routes point with. */
export function routedPrefixLists(inventory: Inventory): PrefixListCidrs {
  const used = new Set(
    inventory.routeTables.flatMap((table) => table.routes.map((route) => route.destinationPrefixListId)),
  );
  return new Map(
    inventory.prefixLists
      .filter((list) => used.has(list.id))
      .map((list) => [list.id, list.entries.flatMap((entry) => parseCidr(entry.cidr) ?? [])]),
  );
}

/** Of several routes to one destination: local, then one that names it, then a list's, then a propagated one. */
function rank(route: Route): number {
  if (route.gatewayId === "local") return 0;
  if (route.origin === "EnableVgwRoutePropagation") return 3;
  return route.destinationPrefixListId === undefined ? 1 : 2;
}

/**
 * A table's destinations, each once. The data sources leave local routes out, so they go in anew, but where
 * another target has taken a local route's place.
 */
export function destinationsOf(
  table: RouteTable,
  local: Cidr[],
  leadsToFirewall: LeadsToFirewall,
  lists: PrefixListCidrs,
): Destination[] {
  const found = new Map<string, Destination & { rank: number }>();
  const add = (cidr: Cidr, route: Route | undefined, order: number) => {
    const known = found.get(cidr.text);
    const wins = known && order === known.rank && route !== undefined && leadsToFirewall(route);
    if (!known || order < known.rank || wins) {
      found.set(cidr.text, { cidr, ...(route && { route }), rank: order });
    }
  };
  const own = new Set(local.map(({ text }) => text));
  for (const route of table.routes) {
    const named = [route.destinationCidrBlock, route.destinationIpv6CidrBlock].flatMap((text) =>
      text === undefined ? [] : (parseCidr(text) ?? []),
    );
    const order = rank(route);
    const listed = lists.get(route.destinationPrefixListId ?? "") ?? [];
    for (const cidr of named) add(cidr, route, order === 1 && own.has(cidr.text) ? 0 : order);
    for (const cidr of listed) add(cidr, route, order);
  }
  for (const cidr of local) {
    if (found.get(cidr.text)?.rank !== 0) found.set(cidr.text, { cidr, rank: 0 });
  }
  return [...found.values()];
}

/** Nothing of either family. */
export function isNowhere(crossing: Record<Family, IntervalSet>): boolean {
  return FAMILIES.every((family) => crossing[family].length === 0);
}

/** Whether the inventory says of routes how they came. */
export function tellsOrigins({ routeTables }: Inventory): boolean {
  return routeTables.some(({ routes }) => routes.some(({ origin }) => origin !== undefined));
}
