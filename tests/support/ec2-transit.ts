import type { Transit } from "../../inventory/transit";
import type { Ec2Item, Ec2Request } from "./ec2-server";

/** What EC2 lists of transit gateways and endpoints, by action; the routes of a table by the table that is asked for. */
export function transitLists(transit: Transit, request?: Ec2Request): Map<string, Ec2Item[]> {
  const attachments = transit.transitGatewayAttachments ?? [];
  const tables = transit.transitGatewayRouteTables ?? [];
  const asked = request?.form.get("TransitGatewayRouteTableId");
  const resources = new Map(attachments.map((each) => [each.id, each]));
  return new Map<string, Ec2Item[]>([
    [
      "DescribeTransitGatewayAttachments",
      attachments.map((each) => ({
        transitGatewayAttachmentId: each.id,
        transitGatewayId: each.transitGatewayId,
        resourceType: each.resourceType,
        resourceId: each.resourceId,
        resourceOwnerId: each.resourceOwnerId,
        state: each.state,
        ...(each.routeTableId !== undefined && {
          association: { transitGatewayRouteTableId: each.routeTableId, state: "associated" },
        }),
      })),
    ],
    [
      "DescribeTransitGatewayVpcAttachments",
      attachments
        .filter(({ subnetIds }) => subnetIds !== undefined)
        .map(({ id, subnetIds = [], applianceMode = false }) => ({
          transitGatewayAttachmentId: id,
          subnetIds: subnetIds,
          options: { applianceModeSupport: applianceMode ? "enable" : "disable" },
        })),
    ],
    [
      "DescribeTransitGatewayRouteTables",
      tables.map(({ id, transitGatewayId }) => ({
        transitGatewayRouteTableId: id,
        transitGatewayId,
        state: "available",
      })),
    ],
    [
      "SearchTransitGatewayRoutes",
      tables
        .filter(({ id }) => id === asked)
        .flatMap(({ routes = [] }) =>
          routes.map(({ destinationCidrBlock, attachmentIds, state, type }) => ({
            ...{ destinationCidrBlock, state, type },
            ...(attachmentIds.length > 0 && {
              transitGatewayAttachments: attachmentIds.map((id) => ({
                transitGatewayAttachmentId: id,
                resourceType: resources.get(id)?.resourceType,
              })),
            }),
          })),
        ),
    ],
    [
      "DescribeVpcEndpoints",
      (transit.gatewayLoadBalancerEndpoints ?? []).map(({ id, vpcId, serviceName }) => ({
        ...{
          vpcEndpointId: id,
          vpcEndpointType: "GatewayLoadBalancer",
          vpcId,
          serviceName,
          state: "available",
        },
      })),
    ],
    [
      "DescribeVpcEndpointServiceConfigurations",
      (transit.endpointServices ?? []).map(({ id, gatewayLoadBalancerArns }) => ({
        serviceName: id,
        serviceType: [{ serviceType: "GatewayLoadBalancer" }],
        gatewayLoadBalancerArnSet: gatewayLoadBalancerArns,
      })),
    ],
  ]);
}
