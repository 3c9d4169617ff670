/** Which network interfaces are behind the firewall, judged by the routes of their subnets. */
import type { Inventory, NetworkInterface, Route, RouteTable } from "../inventory/types";
import { parseCidr } from "./cidr";
import type { Family } from "./cidr";
import { compareTexts } from "./order";
import type { MappingOptions } from "./types";

/** A network interface whose traffic with the internet passes the firewall, in at least one family. */
export interface ProtectedInterface {
  networkInterface: NetworkInterface;
  /** Each family has a route of its own: 0.0.0.0/0 says nothing about ::/0. */
  behindFirewall: Record<Family, boolean>;
}

export interface Protection {
  /** Sorted by interface id. */
  interfaces: ProtectedInterface[];
  /** Interfaces that could not be judged, one sentence each. */
  warnings: string[];
}

/** The whole internet, as one route or as two halves (which win over an existing default route). */
const DEFAULT_ROUTE: Record<Family, string> = { IPv4: "0.0.0.0/0", IPv6: "::/0" };
const HALVES: Record<Family, [string, string]> = {
  IPv4: ["0.0.0.0/1", "128.0.0.0/1"],
  IPv6: ["::/1", "8000::/1"],
};

/**
 * The interfaces behind the firewall: attached to a running or pending instance, in a subnet whose
 * effective route table sends all of a family (in one route or both halves) to a configured target. The
 * firewall's own interfaces are left out.
 * @param which `attached`: also those of stopped instances
 */
export function protectedInterfaces(
  inventory: Inventory,
  options: MappingOptions,
  which: "running" | "attached" = "running",
): Protection {
  const targets = firewallTargets(inventory, options);
  const instances = new Set(inventory.instances.map((instance) => instance.id));
  const subnets = new Map(inventory.subnets.map((subnet) => [subnet.id, subnet]));
  const lists = prefixListDestinations(inventory);
  const tables = new Map(
    inventory.routeTables.map((table) => [table.id, familiesThroughFirewall(table, targets, lists)]),
  );
  const interfaces: ProtectedInterface[] = [];
  const warnings: string[] = [];
  for (const networkInterface of inventory.networkInterfaces) {
    const { id, instanceId, subnetId } = networkInterface;
    if (instanceId === undefined || (which === "running" && !instances.has(instanceId))) continue;
    if (targets.networkInterfaceIds.has(id) || targets.instanceIds.has(instanceId)) continue;
    const behindFirewall = tables.get(subnets.get(subnetId)?.routeTableId ?? "");
    if (!behindFirewall) {
      warnings.push(
        `Network interface ${id} of instance ${instanceId} is left out: the inventory has no route table for its subnet ${subnetId}.`,
      );
    } else if (behindFirewall.IPv4 || behindFirewall.IPv6) {
      interfaces.push({ networkInterface, behindFirewall });
    }
  }
  interfaces.sort((a, b) => compareTexts(a.networkInterface.id, b.networkInterface.id));
  return { interfaces, warnings };
}

/**
 * The configured firewall targets that are nowhere in the inventory: no route points to them, no
 * interface or instance has that id. A typing mistake, another region or another account.
 * @returns the ids as configured, in the order of the configuration
 */
export function unknownTargets(inventory: Inventory, options: Pick<MappingOptions, "firewall">): string[] {
  const known = new Set<string | undefined>();
  for (const route of inventory.routeTables.flatMap((table) => table.routes)) {
    known.add(route.instanceId).add(route.networkInterfaceId).add(route.vpcEndpointId).add(route.gatewayId);
  }
  for (const networkInterface of inventory.networkInterfaces) {
    known.add(networkInterface.id).add(networkInterface.instanceId);
  }
  for (const instance of inventory.instances) known.add(instance.id);
  const { instanceIds, networkInterfaceIds, vpcEndpointIds } = options.firewall;
  return [...instanceIds, ...networkInterfaceIds, ...vpcEndpointIds].filter((id) => !known.has(id));
}

interface FirewallTargets {
  instanceIds: Set<string>;
  networkInterfaceIds: Set<string>;
  vpcEndpointIds: Set<string>;
}

/** The configured targets, and what belongs to them: a firewall instance's interfaces and vice versa. */
function firewallTargets(inventory: Inventory, { firewall }: MappingOptions): FirewallTargets {
  const networkInterfaceIds = new Set(firewall.networkInterfaceIds);
  const instanceIds = new Set(firewall.instanceIds);
  for (const { id, instanceId } of inventory.networkInterfaces) {
    if (instanceId !== undefined && networkInterfaceIds.has(id)) instanceIds.add(instanceId);
  }
  for (const { id, instanceId } of inventory.networkInterfaces) {
    if (instanceId !== undefined && instanceIds.has(instanceId)) networkInterfaceIds.add(id);
  }
  return { instanceIds, networkInterfaceIds, vpcEndpointIds: new Set(firewall.vpcEndpointIds) };
}

function familiesThroughFirewall(
  table: RouteTable,
  targets: FirewallTargets,
  lists: Map<string, string[]>,
): Record<Family, boolean> {
  const destinations = new Set<string>();
  for (const route of table.routes) {
    if ((route.state ?? "active") !== "active" || !leadsTo(targets, route)) continue;
    for (const destination of destinationsOf(route, lists)) destinations.add(destination);
  }
  const whole = (family: Family) =>
    destinations.has(DEFAULT_ROUTE[family]) || HALVES[family].every((half) => destinations.has(half));
  return { IPv4: whole("IPv4"), IPv6: whole("IPv6") };
}

/** EC2's API reports an endpoint as a gateway ("vpce-…"); the data sources move it to its own field. */
function leadsTo(targets: FirewallTargets, route: Route): boolean {
  return (
    targets.networkInterfaceIds.has(route.networkInterfaceId ?? "") ||
    targets.instanceIds.has(route.instanceId ?? "") ||
    targets.vpcEndpointIds.has(route.vpcEndpointId ?? "") ||
    targets.vpcEndpointIds.has(route.gatewayId ?? "")
  );
}

function destinationsOf(route: Route, lists: Map<string, string[]>): string[] {
  const cidrs = [route.destinationCidrBlock, route.destinationIpv6CidrBlock].flatMap((text) =>
    text === undefined ? [] : canonical(text),
  );
  return route.destinationPrefixListId === undefined
    ? cidrs
    : [...cidrs, ...(lists.get(route.destinationPrefixListId) ?? [])];
}

/** The entries of those prefix lists that routes point with. */
function prefixListDestinations(inventory: Inventory): Map<string, string[]> {
  const used = new Set(
    inventory.routeTables.flatMap((table) => table.routes.map((route) => route.destinationPrefixListId)),
  );
  return new Map(
    inventory.prefixLists
      .filter((list) => used.has(list.id))
      .map((list) => [list.id, list.entries.flatMap((entry) => canonical(entry.cidr))]),
  );
}

function canonical(text: string): string[] {
  const cidr = parseCidr(text);
  return cidr ? [cidr.text] : [];
}
