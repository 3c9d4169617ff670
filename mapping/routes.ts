/** Where route tables send packets, by EC2's rules (VPC user guide, "Route priority"). */
import type { Inventory, Route, RouteTable, Vpc } from "../inventory/types";
import { EVERY_ADDRESS, FAMILIES, isInside, parseCidr } from "./cidr";
import type { Cidr, Family } from "./cidr";
import { difference, intersection, setOf } from "./intervals";
import type { IntervalSet } from "./intervals";

/** Whether a route's target is the firewall. */
export type LeadsToFirewall = (route: Route) => boolean;

/** One destination of a table, of all routes to it the one that wins. */
interface Destination {
  cidr: Cidr;
  toFirewall: boolean;
}

/** What a subnet's table says about one family. */
export interface WayOut {
  /** It sends the whole internet to the firewall, in one route or in two halves. */
  isWhole: boolean;
  /** Only one half of all addresses, which nobody means: it counts for nothing. */
  isHalf: boolean;
  /** Whose packets cross the firewall on their way to and from the subnet. */
  crossing: IntervalSet;
}

/**
 * What the table of a subnet says about each family. Where it sends the whole internet to the firewall,
 * everything outside the VPC crosses; inside the VPC, and where only some destinations lead to the firewall,
 * the longest prefix decides: a more specific route than the VPC's own counts, a blackhole leads nowhere.
 */
export function waysOut(
  table: RouteTable,
  vpc: Vpc | undefined,
  leadsToFirewall: LeadsToFirewall,
  lists: PrefixListCidrs,
): Record<Family, WayOut> {
  const own = vpcCidrs(vpc);
  const destinations = destinationsOf(table, own, leadsToFirewall, lists);
  const judged = (family: Family): WayOut => {
    const ofFamily = destinations.filter(({ cidr }) => cidr.family === family);
    const inside = setOf(own.filter((cidr) => cidr.family === family));
    const counts = (prefixLength: number) =>
      ofFamily.filter(({ cidr, toFirewall }) => toFirewall && cidr.prefixLength === prefixLength).length;
    const isWhole = counts(0) === 1 || counts(1) === 2;
    const isHalf = !isWhole && counts(1) === 1;
    const byPrefix = longestPrefixes(
      isHalf
        ? ofFamily.map((each) => (each.cidr.prefixLength > 1 ? each : { ...each, toFirewall: false }))
        : ofFamily,
    );
    return {
      isWhole,
      isHalf,
      crossing: isWhole ? outsideAnd(family, inside, byPrefix) : byPrefix,
    };
  };
  return { IPv4: judged("IPv4"), IPv6: judged("IPv6") };
}

/** Everything outside a VPC, and of the inside what is given. */
export function outsideAnd(family: Family, inside: IntervalSet, crossing: IntervalSet): IntervalSet {
  return setOf([...difference([EVERY_ADDRESS[family]], inside), ...intersection(crossing, inside)]);
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
  return best?.toFirewall ?? false;
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

/** A table's destinations, sorted, each once. The data sources leave local routes out, so they go in anew. */
function destinationsOf(
  table: RouteTable,
  local: Cidr[],
  leadsToFirewall: LeadsToFirewall,
  lists: PrefixListCidrs,
): Destination[] {
  const found = new Map<string, Destination & { rank: number }>();
  const add = (cidr: Cidr, toFirewall: boolean, order: number) => {
    const known = found.get(cidr.text);
    if (!known || order < known.rank || (order === known.rank && toFirewall)) {
      found.set(cidr.text, { cidr, toFirewall, rank: order });
    }
  };
  for (const cidr of local) add(cidr, false, 0);
  for (const route of table.routes) {
    const isActive = route.state === undefined || route.state === "active";
    const toFirewall = isActive && leadsToFirewall(route);
    const named = [route.destinationCidrBlock, route.destinationIpv6CidrBlock].flatMap((text) =>
      text === undefined ? [] : (parseCidr(text) ?? []),
    );
    const listed = lists.get(route.destinationPrefixListId ?? "") ?? [];
    for (const cidr of [...named, ...listed]) add(cidr, toFirewall, rank(route));
  }
  return [...found.values()];
}

/** The addresses for which the longest prefix leads to the firewall; all destinations of one family. */
function longestPrefixes(destinations: Destination[]): IntervalSet {
  const sorted = destinations.toSorted(
    (a, b) =>
      (a.cidr.first < b.cidr.first ? -1 : a.cidr.first > b.cidr.first ? 1 : 0) ||
      a.cidr.prefixLength - b.cidr.prefixLength,
  );
  const led: { first: bigint; last: bigint }[] = [];
  // Blocks lie inside one another or apart, so what is open at any address is a stack.
  const open: Destination[] = [];
  let next = 0n;
  const upTo = (last: bigint, { toFirewall }: Destination) => {
    if (toFirewall && next <= last) led.push({ first: next, last });
    next = last + 1n;
  };
  const close = (before: bigint | undefined) => {
    for (let top = open.at(-1); top && (before === undefined || top.cidr.last < before); top = open.at(-1)) {
      upTo(top.cidr.last, top);
      open.pop();
    }
  };
  for (const destination of sorted) {
    const { first } = destination.cidr;
    close(first);
    const top = open.at(-1);
    if (top) upTo(first - 1n, top);
    next = first;
    open.push(destination);
  }
  close(undefined);
  return setOf(led);
}

/** Nothing of either family. */
export function isNowhere(crossing: Record<Family, IntervalSet>): boolean {
  return FAMILIES.every((family) => crossing[family].length === 0);
}
