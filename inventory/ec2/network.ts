import type * as ec2 from "@aws-sdk/client-ec2";
import type { RouteAnswer, RouteTableAnswer, SubnetAnswer, VpcAnswer } from "../answers";
import { networkOf } from "../cidr";
import { given } from "../../lib/records";
import type { PeeredVpc, RouteOrigin, VpcPeeringConnection } from "../types";
import { tagsOf } from "./tags";

/** EC2's words for VPCs, subnets, routes and peerings in those of the data sources. */

export function vpcAnswer(vpc: ec2.Vpc): VpcAnswer {
  return given({
    id: vpc.VpcId ?? "",
    ownerId: vpc.OwnerId,
    cidrBlock: vpc.CidrBlock,
    cidrBlockAssociations: (vpc.CidrBlockAssociationSet ?? []).map(({ CidrBlock, CidrBlockState }) => ({
      cidrBlock: CidrBlock ?? "",
      state: CidrBlockState?.State ?? "",
    })),
    ipv6CidrBlockAssociations: (vpc.Ipv6CidrBlockAssociationSet ?? []).map(
      ({ Ipv6CidrBlock, Ipv6CidrBlockState }) => ({
        ipv6CidrBlock: Ipv6CidrBlock ?? "",
        state: Ipv6CidrBlockState?.State ?? "",
      }),
    ),
    tags: tagsOf(vpc.Tags),
  });
}

export function subnetAnswer(subnet: ec2.Subnet): SubnetAnswer {
  return given({
    id: subnet.SubnetId ?? "",
    ownerId: subnet.OwnerId,
    cidrBlock: subnet.CidrBlock,
    ipv6CidrBlocks: (subnet.Ipv6CidrBlockAssociationSet ?? []).flatMap(
      ({ Ipv6CidrBlock, Ipv6CidrBlockState }) =>
        Ipv6CidrBlock && Ipv6CidrBlockState?.State === "associated" ? [Ipv6CidrBlock] : [],
    ),
    tags: tagsOf(subnet.Tags),
  });
}

export function routeTableAnswer(table: ec2.RouteTable): RouteTableAnswer {
  return given({
    id: table.RouteTableId ?? "",
    ownerId: table.OwnerId,
    vpcId: table.VpcId ?? "",
    routes: (table.Routes ?? []).map(routeAnswer),
    associations: (table.Associations ?? []).filter(isInForce).map(({ Main, SubnetId, GatewayId }) =>
      given({
        main: Main,
        subnetId: SubnetId,
        gatewayId: GatewayId,
      }),
    ),
    tags: tagsOf(table.Tags),
  });
}

/** One that failed or ends leaves its subnet to the main table. */
function isInForce({ AssociationState }: ec2.RouteTableAssociation): boolean {
  return !["disassociating", "disassociated", "failed"].includes(AssociationState?.State ?? "");
}

/** EC2 API reference, Route. */
const ORIGINS: readonly RouteOrigin[] = [
  "CreateRouteTable",
  "CreateRoute",
  "EnableVgwRoutePropagation",
  "Advertisement",
];

function routeAnswer(route: ec2.Route): RouteAnswer {
  const { GatewayId } = route;
  // The data sources give endpoints a field of their own.
  const isEndpoint = GatewayId?.startsWith("vpce-") === true;
  return given({
    cidrBlock: route.DestinationCidrBlock,
    ipv6CidrBlock: route.DestinationIpv6CidrBlock,
    destinationPrefixListId: route.DestinationPrefixListId,
    carrierGatewayId: route.CarrierGatewayId,
    coreNetworkArn: route.CoreNetworkArn,
    egressOnlyGatewayId: route.EgressOnlyInternetGatewayId,
    gatewayId: isEndpoint ? undefined : GatewayId,
    instanceId: route.InstanceId,
    localGatewayId: route.LocalGatewayId,
    natGatewayId: route.NatGatewayId,
    networkInterfaceId: route.NetworkInterfaceId,
    odbNetworkArn: route.OdbNetworkArn,
    transitGatewayId: route.TransitGatewayId,
    vpcEndpointId: isEndpoint ? GatewayId : undefined,
    vpcPeeringConnectionId: route.VpcPeeringConnectionId,
    state: route.State,
    origin: ORIGINS.find((origin) => origin === route.Origin),
  });
}

/** Nothing for a peering that no longer says what it joined. */
export function peeringAnswer(peering: ec2.VpcPeeringConnection): VpcPeeringConnection[] {
  const [requester, accepter] = [peeredVpc(peering.RequesterVpcInfo), peeredVpc(peering.AccepterVpcInfo)];
  const { VpcPeeringConnectionId: id } = peering;
  if (id === undefined || requester === undefined || accepter === undefined) return [];
  return [{ id, status: peering.Status?.Code ?? "", requester, accepter }];
}

function peeredVpc(vpc: ec2.VpcPeeringConnectionVpcInfo | undefined): PeeredVpc | undefined {
  if (!vpc?.VpcId) return undefined;
  const ipv4 = [vpc.CidrBlock, ...(vpc.CidrBlockSet ?? []).map(({ CidrBlock }) => CidrBlock)];
  const ipv6 = (vpc.Ipv6CidrBlockSet ?? []).map(({ Ipv6CidrBlock }) => Ipv6CidrBlock);
  return {
    vpcId: vpc.VpcId,
    ...given({ ownerId: vpc.OwnerId || undefined, region: vpc.Region || undefined }),
    cidrBlocks: networks(ipv4),
    ipv6CidrBlocks: networks(ipv6),
  };
}

function networks(cidrs: (string | undefined)[]): string[] {
  return [...new Set(cidrs.flatMap((cidr) => (cidr ? [networkOf(cidr)] : [])))];
}
