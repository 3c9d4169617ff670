/** What the data sources hide of a network although it decides which packets cross a firewall. */
import { listed } from "../lib/text";
import type { NetworkInterfaceAnswer, RouteTableAnswer } from "./answers";
import { behindSomeFirewall, firewallRoutes, type RoutedVpcs } from "./routing";

/**
 * What finds the tables with routes that `getRouteTable` leaves out (the provider's source): those that a virtual
 * private gateway propagates, and prefix lists that lead to an endpoint. EC2's filters take wildcards; each asks for
 * any of a table's routes, so that a table with several may be found although none fits them all (EC2 API
 * reference, DescribeRouteTables).
 */
const byGateway = (...values: string[]) => ({ name: "route.gateway-id", values });
export const PROPAGATING = [byGateway("vgw-*")];
export const TO_ENDPOINTS = [byGateway("vpce-*")];
export const LISTS_TO_ENDPOINTS = [
  ...TO_ENDPOINTS,
  { name: "route.destination-prefix-list-id", values: ["pl-*"] },
];
export const leadingTo = (endpoints: readonly string[]) => [byGateway(...endpoints)];

/** What is known beside the answers. */
export interface Listed {
  /** The route tables that may hide some. */
  suspects: readonly string[];
  /** Those with a route to the configured firewall's endpoints. */
  leading: readonly string[];
}

/**
 * What is hidden and may decide something, one sentence's rest each. Empty: the answers tell all that matters.
 * Tables and VPCs without anything that a firewall may stand before don't matter.
 */
export function hiddenFromLookups(network: RoutedVpcs, { suspects, leading }: Listed): string[] {
  const { subnets, tables } = behindSomeFirewall(network);
  const reasons: string[] = [];
  const unseen = network.routeTables.filter(
    (table) => leading.includes(table.id) && !firewallRoutes(table).some((route) => route.vpcEndpointId),
  );
  const doubtful = tables.filter(
    ({ id }) => suspects.includes(id) && !unseen.some((table) => table.id === id),
  );
  if (unseen.length > 0) {
    reasons.push(`data sources hide the routes that lead prefix lists to the firewall in ${idsOf(unseen)}`);
  }
  if (doubtful.length > 0) {
    reasons.push(
      `${idsOf(doubtful)} may have routes that data sources hide (what a virtual private gateway propagates, or a ` +
        "gateway endpoint's prefix list), and these take their destinations away from the firewall",
    );
  }
  const vpcs = network.vpcs.filter(
    ({ id, ipv6CidrBlock, ipv6CidrBlockAssociations }) =>
      (subnets.get(id) ?? []).length > 0 && ipv6CidrBlock && ipv6CidrBlockAssociations === undefined,
  );
  if (vpcs.length > 0) {
    reasons.push(
      `of the IPv6 CIDRs of ${idsOf(vpcs)} this version of the AWS provider tells only the first, which may even be gone`,
    );
  }
  return reasons;
}

/** Amazon VPC CNI's marks on what it makes (EKS user guide, "Amazon VPC CNI"), and those of clusters. */
const CNI_DESCRIPTION = /^aws-K8S-/;
const CLUSTER_TAG = /^(kubernetes\.io\/cluster\/|eks:|(node|cluster)\.k8s\.amazonaws\.com\/)/;

/**
 * No data source tells prefixes that are delegated to an interface. It is for pods of Kubernetes that they are in use:
 * nobody else's interfaces are named.
 */
export function hiddenPrefixes(interfaces: readonly NetworkInterfaceAnswer[]): string[] {
  const nodes = interfaces.filter(
    ({ description = "", tags = {} }) =>
      CNI_DESCRIPTION.test(description) || Object.keys(tags).some((key) => CLUSTER_TAG.test(key)),
  );
  if (nodes.length === 0) return [];
  return [
    `data sources don't tell the prefixes that may be delegated to ${idsOf(nodes)}, which are of Kubernetes' nodes: ` +
      "no rule leads to pods in them",
  ];
}

/** Of more than a few, the rest is counted. */
const MOST_NAMED = 5;

function idsOf(objects: readonly Pick<RouteTableAnswer, "id">[]): string {
  return listed(objects.map(({ id }) => id).sort(), MOST_NAMED, " and");
}
