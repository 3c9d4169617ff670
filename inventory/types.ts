import type { Filters } from "./filters";
import type { Transit } from "./transit";

/**
 * What AWS has, as far as it decides which traffic may reach an instance through the firewall.
 *
 * Names are those of the EC2 API, in camel case. Every source (data-source lookups, EC2's own API in bulk, a
 * snapshot file) fills this same shape, so nothing after it knows where an inventory came from.
 *
 * Not every source sees everything, and an old snapshot holds less than a new one. An optional field that is
 * absent was not seen; one that was seen and is empty says so: `{}`, `[]`, `false`. Fields marked "EC2 only"
 * are hidden by the data-source lookups: only `inventory: ec2`, and a snapshot recorded from it, has them.
 */
export interface Inventory extends Transit {
  /** Version of this shape, so that an old snapshot is refused rather than misread. */
  format: 1;
  /** Absent where several regions or accounts were read: see `accounts`, and each object's own. */
  region?: string;
  accountId?: string;
  /** What was read, where that was more than one region of one account. */
  accounts?: AccountRegion[];
  /** What could not be read of what was to be read, although the rest was. */
  unread?: UnreadAccount[];
  /** EC2 only. What may not be read of accounts that were read otherwise, and decides something. */
  denied?: DeniedAction[];
  /**
   * Every interface and security group of the region is in it. Otherwise interfaces only of running or
   * pending instances (of stopped ones where they were asked for) in subnets that a firewall could stand
   * before, and their groups: the members of a referenced group may then be missing.
   */
  complete?: boolean;
  /** Where it is not complete: interfaces that are no instance's, but in use, are in it as well. */
  withoutInstance?: true;
  vpcs: Vpc[];
  subnets: Subnet[];
  routeTables: RouteTable[];
  /** Running and pending instances only. */
  instances: Instance[];
  /**
   * EC2 only, and only where they were asked for: those that are stopped, or on their way. With dynamic destinations
   * rules outlast their nights, so their tags go on deciding.
   */
  stopped?: StoppedInstance[];
  networkInterfaces: NetworkInterface[];
  /** Those of whose subnets no route table was seen: whether a firewall stands before them is not known. */
  unrouted?: NetworkInterface[];
  securityGroups: SecurityGroup[];
  prefixLists: PrefixList[];
  /** EC2 only. Those that exist or existed recently, whatever their state. */
  vpcPeeringConnections?: VpcPeeringConnection[];
  /** EC2 only, and only where it was asked for. No rule depends on it. */
  filters?: Filters;
}

/**
 * By key. `Name` is among them; AWS's own (`aws:…`) are not, which the lookups hide. Only an object's owner
 * sees its tags: others get `{}`, or those that they gave it themselves (`mapping/seen-tags.ts`).
 */
export type Tags = Record<string, string>;

/** Where an object was read, and whose it is. */
interface Owned {
  /** The account that owns it: another one than was asked in a shared VPC, or of a shared group or list. */
  ownerId?: string;
  /** Only where several regions were read. */
  region?: string;
}

/** One region of one account. */
export interface AccountRegion {
  accountId: string;
  region: string;
}

export interface UnreadAccount extends AccountRegion {
  /** What AWS said. */
  reason: string;
}

export interface DeniedAction extends AccountRegion {
  /** Of EC2's API: "SearchTransitGatewayRoutes". */
  action: string;
}

export interface Vpc extends Owned {
  id: string;
  name?: string;
  /** All associated IPv4 CIDRs, primary and secondary. */
  cidrBlocks: string[];
  ipv6CidrBlocks: string[];
  tags?: Tags;
}

export interface Subnet extends Owned {
  id: string;
  vpcId: string;
  /** The effective route table: the explicitly associated one, else the VPC's main one. */
  routeTableId: string;
  /** Absent in an IPv6-only subnet. The lookups see it only where a gateway has a route table (see there). */
  cidrBlock?: string;
  /** As `cidrBlock`. */
  ipv6CidrBlocks?: string[];
  /** As `cidrBlock`. */
  tags?: Tags;
}

export interface RouteTable extends Owned {
  id: string;
  vpcId: string;
  routes: Route[];
  /** What is odd of each route that AWS has and this program can't read: which addresses it takes, and where to, isn't known. */
  unreadableRoutes?: string[];
  /**
   * The internet and virtual private gateways whose incoming traffic it routes ("igw-…", "vgw-…": an edge
   * association). Such a table is no subnet's.
   */
  gatewayIds?: string[];
  tags?: Tags;
}

/** One route: exactly one destination and at most one target (an instance comes with its interface). */
export interface Route {
  destinationCidrBlock?: string;
  destinationIpv6CidrBlock?: string;
  destinationPrefixListId?: string;
  carrierGatewayId?: string;
  coreNetworkArn?: string;
  egressOnlyInternetGatewayId?: string;
  /** "igw-…", "vgw-…"; EC2 only: "local" (the lookups leave local routes out), "VpcLattice". */
  gatewayId?: string;
  instanceId?: string;
  localGatewayId?: string;
  natGatewayId?: string;
  networkInterfaceId?: string;
  odbNetworkArn?: string;
  transitGatewayId?: string;
  /** A Gateway Load Balancer's endpoint; EC2 only: also a gateway endpoint, with a prefix list. */
  vpcEndpointId?: string;
  vpcPeeringConnectionId?: string;
  /** EC2 only. Only an active route carries packets: a blackhole's target is gone or not attached. */
  state?: "active" | "blackhole" | "filtered";
  /** EC2 only. The lookups leave out those that a gateway propagates (EnableVgwRoutePropagation). */
  origin?: RouteOrigin;
}

/** EC2 API reference, Route. */
export type RouteOrigin = "CreateRouteTable" | "CreateRoute" | "EnableVgwRoutePropagation" | "Advertisement";

export interface Instance extends Owned {
  id: string;
  /** EC2 only. */
  name?: string;
  state: "pending" | "running";
  /** EC2 only. */
  tags?: Tags;
}

export type StoppedInstance = Omit<Instance, "state">;

export interface NetworkInterface extends Owned {
  id: string;
  /** The instance that it is attached to; absent for load balancers, Lambda and the like. */
  instanceId?: string;
  /**
   * Only where it is no instance of an account that was read, as are `requesterId`, `description` and `status`: whose
   * the instance is that it is attached to, an account or a service ("amazon-rds").
   */
  instanceOwnerId?: string;
  /** EC2 only. Of the attachment: only while it is "attached" do packets arrive. */
  attachmentStatus?: "attaching" | "attached" | "detaching" | "detached";
  subnetId: string;
  vpcId: string;
  /** Every private IPv4 address, the primary one first. */
  privateIpAddresses: string[];
  ipv6Addresses: string[];
  /** EC2 only. Prefixes delegated to the interface, beside its addresses: every address in them is its. */
  ipv4Prefixes?: string[];
  /** EC2 only. As `ipv4Prefixes`. */
  ipv6Prefixes?: string[];
  /** Elastic and other public IPv4 addresses. The lookups see only the primary private address's. */
  publicIps?: { privateIpAddress: string; publicIp: string }[];
  /** All that it carries, also those that could not be seen and are not among `securityGroups`. */
  securityGroupIds: string[];
  /** "interface", "network_load_balancer", "lambda", …: EC2 API reference, NetworkInterface. */
  interfaceType?: string;
  /** Who had it made: "amazon-elb", an account or a role's session. */
  requesterId?: string;
  /** What AWS's services say that it is for: "ELB app/web/0123456789abcdef" (EC2 user guide, requester-managed). */
  description?: string;
  /** "in-use", "available" (nothing uses it), "attaching", …: EC2 API reference, NetworkInterface. */
  status?: string;
  /** EC2 only. A firewall's interfaces have to have it off. */
  sourceDestCheck?: boolean;
  tags?: Tags;
}

export interface SecurityGroup extends Owned {
  id: string;
  name: string;
  /** The VPC that it was made in. Which interfaces carry it says where it is used. */
  vpcId: string;
  /** EC2 only. Further VPCs that it is associated with (AssociateSecurityGroupVpc), in state "associated". */
  associatedVpcIds?: string[];
  ingress: SecurityGroupRule[];
  /** Absent where they were not read. */
  egress?: SecurityGroupRule[];
  /** Rules that AWS has and this program can't read, of either direction: nothing is made of them but words. */
  unreadableRules?: UnreadableRule[];
  tags?: Tags;
}

/** One rule: exactly one source (of an ingress rule) or destination (of an egress rule). */
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
  /** EC2 only. What is known of the referenced group. */
  referencedGroup?: ReferencedGroup;
  description?: string;
  tags?: Tags;
}

/** What is known of a rule of which something is not as it can be: a source of a new kind, ports that no protocol has. */
export interface UnreadableRule {
  id: string;
  isEgress: boolean;
  /** As AWS has them, -1 for ports that it doesn't say. */
  ipProtocol: string;
  fromPort: number;
  toPort: number;
  /** What can't be read of it. */
  fault: string;
}

/** EC2 API reference, ReferencedSecurityGroup. */
export interface ReferencedGroup {
  /** The account that owns the group. */
  userId?: string;
  /** Of a group in a peered VPC. */
  vpcId?: string;
  vpcPeeringConnectionId?: string;
  /** The peering's state: "active", "deleted", …. Only while it is active does the reference match. */
  peeringStatus?: string;
}

export interface PrefixList extends Owned {
  id: string;
  name: string;
  addressFamily: "IPv4" | "IPv6";
  entries: { cidr: string; description?: string }[];
  /** Counts the changes of its entries; absent for AWS's own. */
  version?: number;
}

export interface VpcPeeringConnection {
  id: string;
  /** "active", "pending-acceptance", "deleted", …: EC2 API reference, VpcPeeringConnectionStateReason. */
  status: string;
  requester: PeeredVpc;
  accepter: PeeredVpc;
}

/** One side of a peering. While it isn't active, the other side's CIDRs may be missing. */
export interface PeeredVpc extends Owned {
  vpcId: string;
  cidrBlocks: string[];
  ipv6CidrBlocks: string[];
}
