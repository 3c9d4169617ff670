import type { Tags } from "./types";

/**
 * What the AWS provider's data sources answer, as far as an inventory needs it. They leave out null and
 * empty fields, even ones that the SDK's types call required, so most fields are optional here.
 */
export interface Answers {
  region?: string;
  accountId?: string;
  instanceIds: { pending: string[]; running: string[] };
  vpcs: VpcAnswer[];
  /** Ids of each VPC's subnets, by VPC id. */
  subnetIds: Map<string, string[]>;
  /** Those that were read. */
  subnets: SubnetAnswer[];
  routeTables: RouteTableAnswer[];
  networkInterfaces: NetworkInterfaceAnswer[];
  securityGroups: SecurityGroupAnswer[];
  securityGroupRules: SecurityGroupRuleAnswer[];
  prefixLists: PrefixListAnswer[];
}

export interface ListAnswer {
  ids: string[];
  /** Since version 7 of the provider. */
  region?: string;
}

export interface VpcAnswer {
  id: string;
  ownerId?: string;
  cidrBlock?: string;
  cidrBlockAssociations?: { cidrBlock: string; state: string }[];
  /** The first IPv6 association's. */
  ipv6CidrBlock?: string;
  /** Since version 7 of the provider. */
  ipv6CidrBlockAssociations?: { ipv6CidrBlock: string; state: string }[];
  mainRouteTableId?: string;
  tags?: Tags;
}

export interface SubnetAnswer {
  id: string;
  ownerId?: string;
  cidrBlock?: string;
  /** The first IPv6 association's. */
  ipv6CidrBlock?: string;
  tags?: Tags;
}

export interface RouteTableAnswer {
  id: string;
  ownerId?: string;
  vpcId: string;
  /** Neither local routes nor propagated ones are among them, and no route's state is told. */
  routes?: RouteAnswer[];
  associations?: { main?: boolean; subnetId?: string; gatewayId?: string }[];
  tags?: Tags;
}

export interface RouteAnswer {
  cidrBlock?: string;
  ipv6CidrBlock?: string;
  destinationPrefixListId?: string;
  carrierGatewayId?: string;
  coreNetworkArn?: string;
  egressOnlyGatewayId?: string;
  gatewayId?: string;
  instanceId?: string;
  localGatewayId?: string;
  natGatewayId?: string;
  networkInterfaceId?: string;
  odbNetworkArn?: string;
  transitGatewayId?: string;
  vpcEndpointId?: string;
  vpcPeeringConnectionId?: string;
}

export interface NetworkInterfaceAnswer {
  id: string;
  ownerId?: string;
  vpcId: string;
  subnetId: string;
  attachments?: { instanceId?: string }[];
  privateIp?: string;
  privateIps?: string[];
  ipv6Addresses?: string[];
  /** The primary private address's. */
  associations?: { publicIp?: string }[];
  securityGroups?: string[];
  interfaceType?: string;
  tags?: Tags;
}

export interface SecurityGroupAnswer {
  id: string;
  /** Its account is the owner's. */
  arn?: string;
  name: string;
  vpcId: string;
  tags?: Tags;
}

export interface SecurityGroupRuleAnswer {
  id: string;
  securityGroupId: string;
  isEgress: boolean;
  ipProtocol: string;
  fromPort?: number;
  toPort?: number;
  cidrIpv4?: string;
  cidrIpv6?: string;
  prefixListId?: string;
  referencedSecurityGroupId?: string;
  description?: string;
  tags?: Tags;
}

export interface PrefixListAnswer {
  id: string;
  ownerId?: string;
  name: string;
  addressFamily: string;
  entries?: { cidr: string; description?: string }[];
  version?: number;
}

export interface CallerIdentityAnswer {
  accountId?: string;
}
