/**
 * What AWS has, as far as it decides which traffic may reach an instance through the firewall.
 *
 * Names are those of the EC2 API, in camel case. Every source (data-source lookups, a snapshot file,
 * later a bulk reader) fills this same shape, so nothing after it knows where an inventory came from.
 */
export interface Inventory {
  /** Version of this shape, so that an old snapshot is refused rather than misread. */
  format: 1;
  region?: string;
  accountId?: string;
  vpcs: Vpc[];
  subnets: Subnet[];
  routeTables: RouteTable[];
  /** Running and pending instances only. */
  instances: Instance[];
  networkInterfaces: NetworkInterface[];
  securityGroups: SecurityGroup[];
  prefixLists: PrefixList[];
}

export interface Vpc {
  id: string;
  name?: string;
  /** All associated IPv4 CIDRs, primary and secondary. */
  cidrBlocks: string[];
  ipv6CidrBlocks: string[];
}

export interface Subnet {
  id: string;
  vpcId: string;
  /** The effective route table: the explicitly associated one, else the VPC's main one. */
  routeTableId: string;
}

export interface RouteTable {
  id: string;
  vpcId: string;
  routes: Route[];
}

/** One route: exactly one destination and at most one of the targets that matter here. */
export interface Route {
  destinationCidrBlock?: string;
  destinationIpv6CidrBlock?: string;
  destinationPrefixListId?: string;
  gatewayId?: string;
  instanceId?: string;
  natGatewayId?: string;
  networkInterfaceId?: string;
  transitGatewayId?: string;
  vpcEndpointId?: string;
  /** Only sources that can see it fill it: the data-source lookups cannot. */
  state?: "active" | "blackhole";
}

export interface Instance {
  id: string;
  name?: string;
  state: "pending" | "running";
}

export interface NetworkInterface {
  id: string;
  /** The instance that it is attached to; absent for load balancers, Lambda and the like. */
  instanceId?: string;
  subnetId: string;
  vpcId: string;
  /** Every private IPv4 address, the primary one first. */
  privateIpAddresses: string[];
  ipv6Addresses: string[];
  securityGroupIds: string[];
}

export interface SecurityGroup {
  id: string;
  name: string;
  vpcId: string;
  ingress: SecurityGroupRule[];
}

/** One ingress rule: exactly one source. */
export interface SecurityGroupRule {
  id: string;
  /** tcp, udp, icmp, icmpv6, a protocol number as text, or "-1" for all. */
  ipProtocol: string;
  /** First port, or the ICMP type; -1 for all. */
  fromPort: number;
  /** Last port, or the ICMP code; -1 for all. */
  toPort: number;
  cidrIpv4?: string;
  cidrIpv6?: string;
  prefixListId?: string;
  /** sg-…, or account/sg-… for a group of another account. */
  referencedSecurityGroupId?: string;
  description?: string;
}

export interface PrefixList {
  id: string;
  name: string;
  addressFamily: "IPv4" | "IPv6";
  entries: { cidr: string; description?: string }[];
}
