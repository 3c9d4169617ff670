import type { RouteAnswer, RouteTableAnswer, VpcAnswer } from "./answers";

/**
 * The effective route table of every subnet that has one among the answers: the explicitly associated one,
 * else the VPC's main one (which no subnet's association names).
 * @returns route table ids by subnet id
 */
export function effectiveRouteTables(
  vpcs: VpcAnswer[],
  subnetIds: Map<string, string[]>,
  routeTables: RouteTableAnswer[],
): Map<string, string> {
  const explicit = new Map<string, string>();
  const main = new Map<string, string>();
  const known = new Set(routeTables.map((table) => table.id));
  for (const { id, mainRouteTableId } of vpcs) {
    if (mainRouteTableId !== undefined && known.has(mainRouteTableId)) main.set(id, mainRouteTableId);
  }
  for (const table of routeTables) {
    for (const association of table.associations ?? []) {
      if (association.subnetId) explicit.set(association.subnetId, table.id);
      else if (association.main === true) main.set(table.vpcId, table.id);
    }
  }
  return new Map(
    [...subnetIds].flatMap(([vpcId, subnets]) =>
      subnets.flatMap((subnet): [string, string][] => {
        const table = explicit.get(subnet) ?? main.get(vpcId);
        return table === undefined ? [] : [[subnet, table]];
      }),
    ),
  );
}

/** The routes to an interface, an instance or an endpoint: each of these may be a firewall, whatever leads to it. */
export function firewallRoutes({ routes = [] }: RouteTableAnswer): RouteAnswer[] {
  return routes.filter((route) =>
    Boolean(route.networkInterfaceId || route.instanceId || route.vpcEndpointId),
  );
}

/** VPCs with the route tables that were read and the subnets that were listed. */
export interface RoutedVpcs {
  vpcs: VpcAnswer[];
  /** By VPC id. */
  subnetIds: Map<string, string[]>;
  routeTables: RouteTableAnswer[];
}

/**
 * The subnets that some firewall may stand before, whichever one is configured: those whose effective table has a
 * route to what may be one, and all of a VPC in which a gateway's table has one. Which of them really are behind
 * the firewall is the mapping's to judge, by the same routes; nothing that it may count is missing here.
 * @returns the tables that decide it, and subnets by VPC id
 */
export function behindSomeFirewall({ vpcs, subnetIds, routeTables }: RoutedVpcs): {
  subnets: Map<string, string[]>;
  tables: RouteTableAnswer[];
} {
  const leading = new Map(
    routeTables.filter((table) => firewallRoutes(table).length > 0).map((table) => [table.id, table]),
  );
  const effective = effectiveRouteTables(vpcs, subnetIds, routeTables);
  const edgeVpcs = new Set([...leading.values()].filter(isGateways).map(({ vpcId }) => vpcId));
  const subnets = new Map(
    [...subnetIds].map(([vpcId, ids]) => [
      vpcId,
      ids.filter((id) => edgeVpcs.has(vpcId) || leading.has(effective.get(id) ?? "")),
    ]),
  );
  const deciding = new Set([...subnets.values()].flat().map((id) => effective.get(id)));
  const tables = routeTables.filter(
    (table) => deciding.has(table.id) || (isGateways(table) && edgeVpcs.has(table.vpcId)),
  );
  return { subnets, tables };
}

/** Whether a table routes what comes in through a gateway: an edge association. */
export function isGateways({ associations = [] }: RouteTableAnswer): boolean {
  return associations.some(({ gatewayId }) => Boolean(gatewayId));
}
