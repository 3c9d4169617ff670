/** What AWS's routes send traffic to that is the firewall. */
import { kindOf } from "../aws/interface-kinds";
import type { Inventory, Route } from "../inventory/types";
import type { MappingOptions } from "./types";

/** What of an inventory tells them. */
type TargetFacts = Pick<
  Inventory,
  | "networkInterfaces"
  | "gatewayLoadBalancerEndpoints"
  | "endpointServices"
  | "routeTables"
  | "complete"
  | "unread"
  | "denied"
>;

export interface FirewallTargets {
  instanceIds: ReadonlySet<string>;
  networkInterfaceIds: ReadonlySet<string>;
  /** Also those that no setting names. */
  vpcEndpointIds: ReadonlySet<string>;
}

/**
 * The configured targets, and what belongs to them: a firewall instance's interfaces and vice versa, and endpoints that
 * were read.
 */
export function firewallTargets(
  inventory: TargetFacts,
  { firewall, ways, unknownCrosses }: Pick<MappingOptions, "firewall" | "ways" | "unknownCrosses">,
): FirewallTargets {
  const networkInterfaceIds = new Set(firewall.networkInterfaceIds);
  const instanceIds = new Set(firewall.instanceIds);
  for (const { id, instanceId } of inventory.networkInterfaces) {
    if (instanceId !== undefined && networkInterfaceIds.has(id)) instanceIds.add(instanceId);
  }
  for (const { id, instanceId } of inventory.networkInterfaces) {
    if (instanceId !== undefined && instanceIds.has(instanceId)) networkInterfaceIds.add(id);
  }
  const vpcEndpointIds = new Set([
    ...firewall.vpcEndpointIds,
    ...(ways === "told" ? [] : endpointsOfFirewall(inventory, firewall.vpcEndpointIds, networkInterfaceIds)),
    ...(ways !== "told" && unknownCrosses ? unknownEndpoints(inventory) : []),
  ]);
  return { instanceIds, networkInterfaceIds, vpcEndpointIds };
}

/**
 * EC2's API reports an endpoint as a gateway ("vpce-…"); the data sources move it to its own field. A blackhole
 * leads there all the same: a firewall that was stopped, or whose zone is down, still protects what is behind it.
 */
export function leadsTo(targets: FirewallTargets, route: Route): boolean {
  if (route.state === "filtered") return false;
  return (
    targets.networkInterfaceIds.has(route.networkInterfaceId ?? "") ||
    targets.instanceIds.has(route.instanceId ?? "") ||
    targets.vpcEndpointIds.has(route.vpcEndpointId ?? "") ||
    targets.vpcEndpointIds.has(route.gatewayId ?? "")
  );
}

/**
 * Endpoints of Gateway Load Balancers that lead to the firewall though no setting names them: those of a service of
 * which a configured endpoint is one, and those of a service whose load balancer stands in a VPC of the firewall's own
 * instances. Which targets a load balancer has, EC2 doesn't tell.
 */
function endpointsOfFirewall(
  inventory: TargetFacts,
  configured: readonly string[],
  networkInterfaceIds: ReadonlySet<string>,
): string[] {
  const {
    gatewayLoadBalancerEndpoints: endpoints = [],
    endpointServices = [],
    networkInterfaces,
  } = inventory;
  if (endpoints.length === 0) return [];
  const services = new Set(
    endpoints.filter(({ id }) => configured.includes(id)).map(({ serviceName }) => serviceName),
  );
  const vpcs = new Set(
    networkInterfaces.filter(({ id }) => networkInterfaceIds.has(id)).map(({ vpcId }) => vpcId),
  );
  // Elastic Load Balancing user guide: "ELB gwy/name/id" stands on its interfaces, "…:loadbalancer/gwy/name/id" in its ARN.
  const balancers = networkInterfaces
    .filter((each) => vpcs.has(each.vpcId) && kindOf(each) === "gateway_load_balancer")
    .flatMap(({ description = "" }) => /^ELB (gwy\/[^/]+\/[^/]+)$/.exec(description)?.[1] ?? []);
  for (const { id, gatewayLoadBalancerArns } of endpointServices) {
    const isTheirs = (arn: string) => balancers.some((each) => arn.endsWith(`:loadbalancer/${each}`));
    if (gatewayLoadBalancerArns.some(isTheirs)) services.add(id);
  }
  return endpoints.filter(({ serviceName }) => services.has(serviceName)).map(({ id }) => id);
}

/** What EC2's API has to tell of endpoints before one that isn't known as the firewall's is another's. */
const OF_ENDPOINTS = ["DescribeVpcEndpoints", "DescribeVpcEndpointServiceConfigurations"];

/**
 * Endpoints that routes lead to and that may be the firewall's, because whose they are was not read: that of a service
 * whose load balancers are known, and of accounts that were read, is not.
 */
export function unknownEndpoints({
  routeTables,
  complete,
  unread = [],
  denied = [],
  gatewayLoadBalancerEndpoints: endpoints = [],
  endpointServices = [],
}: TargetFacts): string[] {
  if (complete === true && denied.every(({ action }) => !OF_ENDPOINTS.includes(action))) return [];
  const led = routeTables.flatMap(({ routes }) =>
    routes.flatMap(({ vpcEndpointId, gatewayId = "" }) =>
      gatewayId.startsWith("vpce-") ? gatewayId : (vpcEndpointId ?? []),
    ),
  );
  // "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/gwy/name/id"
  const isRead = (arn: string) => unread.every(({ accountId }) => accountId !== arn.split(":")[4]);
  const read = new Set(
    endpointServices
      .filter(({ gatewayLoadBalancerArns }) => gatewayLoadBalancerArns.every(isRead))
      .map(({ id }) => id),
  );
  const known = new Set(endpoints.filter(({ serviceName }) => read.has(serviceName)).map(({ id }) => id));
  return [...new Set(led)].filter((id) => !known.has(id));
}
