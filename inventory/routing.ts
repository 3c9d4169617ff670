import type { RouteAnswer, RouteTableAnswer, VpcAnswer } from "./answers";
import { isCidr } from "./cidr";

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

/**
 * The routes that could send internet traffic to a firewall, whichever one is configured: at least half of
 * all addresses (a default route may be split in two), or a prefix list, which can hold such halves, to an
 * interface, an instance or an endpoint. Only subnets with such a route are worth reading further.
 */
export function firewallRoutes(table: RouteTableAnswer): RouteAnswer[] {
  return (table.routes ?? []).filter(
    (route) =>
      Boolean(route.networkInterfaceId || route.instanceId || route.vpcEndpointId) &&
      (Boolean(route.destinationPrefixListId) ||
        isHalfOfAll(route.cidrBlock) ||
        isHalfOfAll(route.ipv6CidrBlock)),
  );
}

function isHalfOfAll(cidr: string | undefined): boolean {
  return cidr !== undefined && (isCidr(cidr, 4) || isCidr(cidr, 6)) && /\/[01]$/.test(cidr);
}
