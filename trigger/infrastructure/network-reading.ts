import { getNatGateway, getRouteTable, getRouteTables, getSubnet, getVpcEndpoint } from "@pulumi/aws/ec2";
import { NetworkError } from "./network-error";
import type { Need, Route, RouteTable, VpcReading } from "./reach";

/**
 * Reads, with the AWS provider's data sources, what decides whether the runner gets where it has to.
 * @throws NetworkError where the subnets are of several VPCs
 */
export async function readVpc(
  subnetIds: string[],
  needs: readonly Need[],
  region: string,
): Promise<VpcReading> {
  const subnets = await Promise.all(subnetIds.map((id) => getSubnet({ id })));
  const [vpcId = "", ...others] = new Set(subnets.map((subnet) => subnet.vpcId));
  if (others.length > 0) {
    throw new NetworkError("SEVERAL_VPCS", [
      `subnetIds are of ${[vpcId, ...others].join(" and ")}: give those of one`,
    ]);
  }
  const { ids = [] } = await getRouteTables({ vpcId });
  const routeTables = await Promise.all(ids.map((id) => readRouteTable(id)));
  const nats = new Set(
    routeTables.flatMap(({ routes }) => routes.flatMap(({ natGatewayId }) => natGatewayId ?? [])),
  );
  const services = needs.flatMap(({ service }) => service ?? []);
  return {
    vpcId,
    region,
    subnetIds,
    routeTables,
    natGateways: await Promise.all(
      [...nats].map(async (id) => ({ id, subnetId: (await getNatGateway({ id })).subnetId })),
    ),
    endpoints: (await Promise.all(services.map((service) => readEndpoint(service, vpcId, region)))).flat(),
  };
}

async function readRouteTable(routeTableId: string): Promise<RouteTable> {
  // A provider's answer leaves out what is empty, whatever its type says.
  const { associations = [], routes = [] } = await getRouteTable({ routeTableId });
  return {
    id: routeTableId,
    main: associations.some(({ main }) => main),
    subnetIds: associations.flatMap(({ subnetId }) => (subnetId ? [subnetId] : [])),
    routes: routes.map((route): Route => {
      const ids = { ...route };
      const otherId = [
        ...[ids.gatewayId, ids.transitGatewayId, ids.vpcPeeringConnectionId, ids.localGatewayId],
        ...[ids.coreNetworkArn, ids.carrierGatewayId],
      ].find(Boolean);
      return {
        destination: ids.cidrBlock || ids.ipv6CidrBlock || ids.destinationPrefixListId || "",
        ...(ids.networkInterfaceId && { networkInterfaceId: ids.networkInterfaceId }),
        ...(ids.instanceId && { instanceId: ids.instanceId }),
        ...(ids.vpcEndpointId && { vpcEndpointId: ids.vpcEndpointId }),
        ...(ids.natGatewayId && { natGatewayId: ids.natGatewayId }),
        ...(otherId && { otherId }),
      };
    }),
  };
}

/** S3 may have an endpoint of either kind; the others are interfaces. */
async function readEndpoint(
  service: string,
  vpcId: string,
  region: string,
): Promise<VpcReading["endpoints"]> {
  const kinds = service === "s3" ? (["Gateway", "Interface"] as const) : (["Interface"] as const);
  const found = await Promise.all(
    kinds.map(async (kind) => {
      try {
        const { routeTableIds = [] } = await getVpcEndpoint({
          vpcId,
          serviceName: `com.amazonaws.${region}.${service}`,
          state: "available",
          filters: [{ name: "vpc-endpoint-type", values: [kind] }],
        });
        return [{ service, kind, routeTableIds }];
      } catch (error) {
        // The data source has no other way to say that there is none (its source: "no matching EC2 VPC Endpoint").
        if (/no matching/i.test(String(error))) return [];
        // Several: then there is one.
        if (/multiple/i.test(String(error))) return [{ service, kind, routeTableIds: [] }];
        throw error;
      }
    }),
  );
  return found.flat();
}
