/** Transit gateways and endpoints of Gateway Load Balancers, where routes lead to any. */
import {
  paginateDescribeTransitGatewayAttachments,
  paginateDescribeTransitGatewayRouteTables,
  paginateDescribeTransitGatewayVpcAttachments,
  paginateDescribeVpcEndpoints,
  paginateDescribeVpcEndpointServiceConfigurations,
  paginateSearchTransitGatewayRoutes,
} from "@aws-sdk/client-ec2";
import type * as ec2 from "@aws-sdk/client-ec2";
import type { RouteTableAnswer } from "../answers";
import { networkOf } from "../cidr";
import type { InventoryError } from "../errors";
import { Slots } from "../../lib/pace";
import { given } from "../../lib/records";
import type {
  Transit,
  TransitGatewayAttachment,
  TransitGatewayRoute,
  TransitGatewayRouteTable,
} from "../transit";
import { denied, unknown } from "./denied";
import { PAGE, type Ec2Reader } from "./reader";

/** Route tables of transit gateways whose routes are read at the same time. */
const TABLES_AT_ONCE = 5;

/** Of a route table that went after it was listed (EC2 API reference, error codes): its routes are unknown. */
const GONE = "InvalidRouteTableID.NotFound";

export interface TransitRead {
  transit: Transit;
  /** What may not be read, one sentence each. */
  warnings: string[];
  denials: InventoryError[];
}

/**
 * Reads where transit gateways and endpoints lead; nothing is asked where no route leads to one. What may not be read
 * is absent, and counts as unknown.
 * @throws InventoryError for anything but a denial: what was behind the firewall yesterday must not go by a fault
 */
export async function readTransit(
  reader: Ec2Reader,
  routeTables: readonly RouteTableAnswer[],
): Promise<TransitRead> {
  const routes = routeTables.flatMap((table) => table.routes ?? []);
  const [gateways, endpoints] = await Promise.all([
    routes.some(({ transitGatewayId }) => transitGatewayId) ? transitGateways(reader) : undefined,
    // A gateway endpoint (of S3, say) is led to by a prefix list; nothing else leads to it.
    routes.some(
      ({ vpcEndpointId, cidrBlock, ipv6CidrBlock }) => vpcEndpointId && (cidrBlock || ipv6CidrBlock),
    )
      ? endpointsOf(reader)
      : undefined,
  ]);
  return {
    transit: { ...gateways?.transit, ...endpoints?.transit },
    warnings: [...(gateways?.warnings ?? []), ...(endpoints?.warnings ?? [])],
    denials: [...(gateways?.denials ?? []), ...(endpoints?.denials ?? [])],
  };
}

async function transitGateways(reader: Ec2Reader): Promise<TransitRead> {
  const [attachments, ofVpcs, tables] = await Promise.all([
    reader.find(
      { what: "transit gateway attachments", action: "DescribeTransitGatewayAttachments" },
      paginateDescribeTransitGatewayAttachments,
      { input: {}, pageSize: PAGE, items: (page) => page.TransitGatewayAttachments },
      GONE,
    ),
    reader.find(
      { what: "VPCs' transit gateway attachments", action: "DescribeTransitGatewayVpcAttachments" },
      paginateDescribeTransitGatewayVpcAttachments,
      { input: {}, pageSize: PAGE, items: (page) => page.TransitGatewayVpcAttachments },
      GONE,
    ),
    reader.find(
      { what: "transit gateway route tables", action: "DescribeTransitGatewayRouteTables" },
      paginateDescribeTransitGatewayRouteTables,
      { input: {}, pageSize: PAGE, items: (page) => page.TransitGatewayRouteTables },
      GONE,
    ),
  ]);
  const denials = [attachments, ofVpcs, tables].flatMap(denied);
  const slots = new Slots(TABLES_AT_ONCE);
  const read = await Promise.all(
    listed(tables).map((table) => slots.use(() => withRoutes(reader, table, denials))),
  );
  const details = new Map(listed(ofVpcs).map((each) => [each.TransitGatewayAttachmentId, each]));
  return {
    transit: {
      ...(Array.isArray(attachments) && {
        transitGatewayAttachments: attachments.map((each) =>
          attachmentOf(each, details.get(each.TransitGatewayAttachmentId)),
        ),
      }),
      ...(Array.isArray(tables) && { transitGatewayRouteTables: read }),
    },
    denials,
    warnings: unknown(
      denials,
      "Where transit gateways lead is not known, so what is behind the firewall that way is what protectedVpcs and protectedSubnets name",
    ),
  };
}

/** @param denials where a denial of the routes is added */
async function withRoutes(
  reader: Ec2Reader,
  { TransitGatewayRouteTableId: id = "", TransitGatewayId = "" }: ec2.TransitGatewayRouteTable,
  denials: InventoryError[],
): Promise<TransitGatewayRouteTable> {
  const table = { id, transitGatewayId: TransitGatewayId };
  let isWhole = true;
  const routes = await reader.find(
    { what: `the routes of ${id}`, action: "SearchTransitGatewayRoutes" },
    paginateSearchTransitGatewayRoutes,
    {
      input: {
        TransitGatewayRouteTableId: id,
        Filters: [{ Name: "state", Values: ["active", "blackhole"] }],
      },
      pageSize: PAGE,
      items: (page) => {
        // Pages came late to this action: whoever gives no token for the rest doesn't give it.
        isWhole = page.AdditionalRoutesAvailable !== true || page.NextToken !== undefined;
        return page.Routes;
      },
    },
    GONE,
  );
  if (!Array.isArray(routes)) {
    denials.push(...denied(routes));
    return table;
  }
  const known = routes.flatMap(routeOf);
  return isWhole && known.length === routes.length ? { ...table, routes: known } : table;
}

function attachmentOf(
  each: ec2.TransitGatewayAttachment,
  ofVpc: ec2.TransitGatewayVpcAttachment | undefined,
): TransitGatewayAttachment {
  const { Association } = each;
  const appliance = ofVpc?.Options?.ApplianceModeSupport;
  return given({
    id: each.TransitGatewayAttachmentId ?? "",
    transitGatewayId: each.TransitGatewayId ?? "",
    resourceType: each.ResourceType ?? "",
    resourceId: each.ResourceId || undefined,
    resourceOwnerId: each.ResourceOwnerId || undefined,
    state: each.State ?? "",
    routeTableId:
      Association?.State === "associated" ? Association.TransitGatewayRouteTableId || undefined : undefined,
    subnetIds: ofVpc?.SubnetIds,
    applianceMode: appliance === undefined ? undefined : appliance === "enable",
  });
}

/** None for one that says no destination: then the table counts as unknown. */
function routeOf(route: ec2.TransitGatewayRoute): TransitGatewayRoute[] {
  const { DestinationCidrBlock, State, Type, TransitGatewayAttachments = [] } = route;
  if (!DestinationCidrBlock) return [];
  return [
    {
      destinationCidrBlock: networkOf(DestinationCidrBlock),
      // A VPN stands there once for each of its tunnels that the route uses.
      attachmentIds: [
        ...new Set(
          TransitGatewayAttachments.flatMap(({ TransitGatewayAttachmentId: id }) => (id ? [id] : [])),
        ),
      ],
      state: State === "blackhole" ? "blackhole" : "active",
      type: Type === "propagated" ? "propagated" : "static",
    },
  ];
}

async function endpointsOf(reader: Ec2Reader): Promise<TransitRead> {
  const [endpoints, services] = await Promise.all([
    reader.find(
      { what: "Gateway Load Balancer endpoints", action: "DescribeVpcEndpoints" },
      paginateDescribeVpcEndpoints,
      {
        input: { Filters: [{ Name: "vpc-endpoint-type", Values: ["GatewayLoadBalancer"] }] },
        pageSize: PAGE,
        items: (page) => page.VpcEndpoints,
      },
      GONE,
    ),
    reader.find(
      { what: "endpoint services", action: "DescribeVpcEndpointServiceConfigurations" },
      paginateDescribeVpcEndpointServiceConfigurations,
      { input: {}, pageSize: PAGE, items: (page) => page.ServiceConfigurations },
      GONE,
    ),
  ]);
  const denials = [endpoints, services].flatMap(denied);
  return {
    transit: {
      ...(Array.isArray(endpoints) && {
        gatewayLoadBalancerEndpoints: endpoints.map(
          ({ VpcEndpointId = "", VpcId = "", ServiceName = "" }) => ({
            id: VpcEndpointId,
            vpcId: VpcId,
            serviceName: ServiceName,
          }),
        ),
      }),
      ...(Array.isArray(services) && {
        endpointServices: services
          .filter(({ GatewayLoadBalancerArns = [] }) => GatewayLoadBalancerArns.length > 0)
          .map(({ ServiceName = "", GatewayLoadBalancerArns = [] }) => ({
            id: ServiceName,
            gatewayLoadBalancerArns: GatewayLoadBalancerArns,
          })),
      }),
    },
    denials,
    warnings: unknown(
      denials,
      "Which Gateway Load Balancer endpoints lead to the firewall is not known but of those that firewall.vpcEndpointIds names",
    ),
  };
}

type Answer<T> = T[] | InventoryError | undefined;

function listed<T>(answer: Answer<T>): T[] {
  return Array.isArray(answer) ? answer : [];
}
