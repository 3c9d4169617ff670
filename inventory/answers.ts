import type { Filters } from "./filters";
import type { Transit } from "./transit";
import type { AccountRegion, DeniedAction, ReferencedGroup, Tags, VpcPeeringConnection } from "./types";

/**
 * What AWS answers, as far as an inventory needs it, in the words of the AWS provider's data sources. Those
 * leave out null and empty fields, even ones that the SDK's types call required, so most fields are optional
 * here. Fields marked "EC2 only" are not in a data source's answer.
 */
export interface Answers extends Transit {
  region?: string;
  accountId?: string;
  /** Where several regions or accounts were read. */
  accounts?: AccountRegion[];
  /** EC2 only. */
  denied?: DeniedAction[];
  /** Every interface and group is among them. */
  complete?: boolean;
  /** Interfaces in use that are no instance's are among them. */
  withoutInstance?: true;
  instanceIds: { pending: string[]; running: string[] };
  /** EC2 only: what more is known of instances. */
  instances?: InstanceAnswer[];
  /** EC2 only, and only where they were asked for. */
  stopped?: InstanceAnswer[];
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
  /** EC2 only. */
  vpcPeeringConnections?: VpcPeeringConnection[];
  /** EC2 only. */
  filters?: Filters;
}

/** What an answer is about. */
export interface Answer {
  id: string;
  ownerId?: string;
  /** Its region, which an inventory says where several were read. (`region` is in every data source's answer.) */
  readIn?: string;
}

export interface InstanceAnswer extends Answer {
  tags?: Tags;
}

export interface ListAnswer {
  ids: string[];
  /** Since version 7 of the provider. */
  region?: string;
}

export interface VpcAnswer extends Answer {
  cidrBlock?: string;
  cidrBlockAssociations?: { cidrBlock: string; state: string }[];
  /** The first IPv6 association's. */
  ipv6CidrBlock?: string;
  /** Since version 7 of the provider. */
  ipv6CidrBlockAssociations?: { ipv6CidrBlock: string; state: string }[];
  mainRouteTableId?: string;
  tags?: Tags;
}

export interface SubnetAnswer extends Answer {
  cidrBlock?: string;
  /** The first IPv6 association's. */
  ipv6CidrBlock?: string;
  /** EC2 only: all associated ones. */
  ipv6CidrBlocks?: string[];
  tags?: Tags;
}

export interface RouteTableAnswer extends Answer {
  vpcId: string;
  /** A data source leaves local and propagated ones out. */
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
  /** EC2 only. */
  state?: string;
  /** EC2 only. */
  origin?: string;
}

export interface NetworkInterfaceAnswer extends Answer {
  vpcId: string;
  subnetId: string;
  /** The status is EC2 only. */
  attachments?: { instanceId?: string; instanceOwnerId?: string; status?: string }[];
  privateIp?: string;
  privateIps?: string[];
  ipv6Addresses?: string[];
  /** EC2 only. */
  ipv4Prefixes?: string[];
  /** EC2 only. */
  ipv6Prefixes?: string[];
  /** The primary private address's, where no other is named (EC2 only). */
  associations?: { publicIp?: string; privateIp?: string }[];
  securityGroups?: string[];
  interfaceType?: string;
  requesterId?: string;
  description?: string;
  /** Of a data source known by the list alone that the interface is in. */
  status?: string;
  /** EC2 only. */
  sourceDestCheck?: boolean;
  tags?: Tags;
}

export interface SecurityGroupAnswer extends Answer {
  /** Its account is the owner's. */
  arn?: string;
  name: string;
  vpcId: string;
  /** EC2 only. */
  associatedVpcIds?: string[];
  tags?: Tags;
}

export interface SecurityGroupRuleAnswer extends Answer {
  securityGroupId: string;
  isEgress: boolean;
  ipProtocol: string;
  fromPort?: number;
  toPort?: number;
  cidrIpv4?: string;
  cidrIpv6?: string;
  prefixListId?: string;
  referencedSecurityGroupId?: string;
  /** EC2 only. */
  referencedGroup?: ReferencedGroup;
  description?: string;
  tags?: Tags;
}

export interface PrefixListAnswer extends Answer {
  name: string;
  addressFamily: string;
  entries?: { cidr: string; description?: string }[];
  version?: number;
}

export interface CallerIdentityAnswer {
  accountId?: string;
}
