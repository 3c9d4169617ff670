import type { Inventory, NetworkInterface, Route, Subnet } from "../../inventory/types";

/**
 * What the data sources show of an inventory that EC2's own API gave: without what they hide, and without
 * what they are not asked for.
 * @param asked the inventory that they gave, for the interfaces and groups that they were asked for
 */
export function asLookupsSee(whole: Inventory, asked: Inventory): Inventory {
  const rest = without(whole, "complete", "vpcPeeringConnections");
  const seen = new Map(asked.networkInterfaces.map((each) => [each.id, each]));
  const networkInterfaces = rest.networkInterfaces
    .filter(({ id }) => seen.has(id))
    .map(shownInterface)
    // The list says it, where it was asked for.
    .map((each) => (seen.get(each.id)?.status === undefined ? without(each, "status") : each));
  const groupIds = new Set(networkInterfaces.flatMap(({ securityGroupIds }) => securityGroupIds));
  const securityGroups = rest.securityGroups
    .filter(({ id }) => groupIds.has(id))
    .map((group) => ({
      ...without(group, "associatedVpcIds"),
      ingress: group.ingress.map((rule) => without(rule, "referencedGroup")),
      egress: (group.egress ?? []).map((rule) => without(rule, "referencedGroup")),
    }));
  const gatewayVpcs = new Set(
    rest.routeTables.flatMap(({ vpcId, gatewayIds }) => (gatewayIds?.length ? [vpcId] : [])),
  );
  const routeTables = rest.routeTables.map((table) => ({
    ...table,
    routes: table.routes.filter(isShown).map((route) => without(route, "state", "origin")),
  }));
  const listIds = new Set([
    ...securityGroups.flatMap(({ ingress, egress }) =>
      [...ingress, ...egress].map((each) => each.prefixListId),
    ),
    ...routeTables.flatMap(({ routes }) => routes.map((route) => route.destinationPrefixListId)),
  ]);
  return {
    ...rest,
    ...(asked.withoutInstance && { withoutInstance: true as const }),
    subnets: rest.subnets.map((subnet) => (gatewayVpcs.has(subnet.vpcId) ? subnet : shownSubnet(subnet))),
    routeTables,
    instances: rest.instances.map(({ id, state }) => ({ id, state })),
    networkInterfaces,
    securityGroups,
    prefixLists: rest.prefixLists.filter(({ id }) => listIds.has(id)),
  };
}

function shownInterface(each: NetworkInterface): NetworkInterface {
  const shown = without(each, "attachmentStatus", "ipv4Prefixes", "ipv6Prefixes", "sourceDestCheck");
  const [primary] = each.privateIpAddresses;
  const publicIps = (each.publicIps ?? []).filter(({ privateIpAddress }) => privateIpAddress === primary);
  return { ...shown, publicIps };
}

function shownSubnet({ id, vpcId, routeTableId }: Subnet): Subnet {
  return { id, vpcId, routeTableId };
}

function isShown({ gatewayId, vpcEndpointId, destinationPrefixListId, origin }: Route): boolean {
  if (gatewayId === "local" || origin === "EnableVgwRoutePropagation") return false;
  return !(destinationPrefixListId !== undefined && vpcEndpointId !== undefined);
}

/** An object without some of its fields. */
export function without<T extends object, K extends keyof T>(object: T, ...keys: K[]): Omit<T, K> {
  const entries = Object.entries(object).filter(([key]) => !keys.includes(key as K));
  return Object.fromEntries(entries) as Omit<T, K>;
}
