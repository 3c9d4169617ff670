/**
 * Ways through AWS that no VPC's route table tells: transit gateways, and the endpoints of Gateway Load Balancers. EC2
 * only, and only where a route leads to one. What an account doesn't see of another's is absent.
 */

/** EC2 API reference, TransitGatewayAttachment and TransitGatewayVpcAttachment. */
export interface TransitGatewayAttachment {
  /** "tgw-attach-…". Both sides of a peering with another region have the same. */
  id: string;
  transitGatewayId: string;
  /** "vpc", "vpn", "direct-connect-gateway", "connect", "peering", "tgw-peering", "network-function", …. */
  resourceType: string;
  /** What is attached: "vpc-…", "vpn-…", of a peering the other transit gateway, …. */
  resourceId?: string;
  /** The account whose that is. */
  resourceOwnerId?: string;
  /** "available", "modifying", "deleting", "pendingAcceptance", …. */
  state: string;
  /** The transit gateway's route table that its packets are routed by. Absent: none, or not for us to see. */
  routeTableId?: string;
  /** A VPC's only: one of each availability zone, whose tables route what comes out. */
  subnetIds?: string[];
  /** A VPC's only: both directions of a connection come out in one availability zone. */
  applianceMode?: boolean;
}

/** What tells an attachment from all others. */
export function attachmentKey(transitGatewayId: string, id: string): string {
  return `${transitGatewayId} ${id}`;
}

/** EC2 API reference, TransitGatewayRouteTable. */
export interface TransitGatewayRouteTable {
  /** "tgw-rtb-…". */
  id: string;
  transitGatewayId: string;
  /** Absent where they may not be read, or AWS gave only some of them. */
  routes?: TransitGatewayRoute[];
}

/** EC2 API reference, TransitGatewayRoute. Each entry of a prefix list that it refers to is a route of its own. */
export interface TransitGatewayRoute {
  /** Of either family. */
  destinationCidrBlock: string;
  /** None of a blackhole; several where connections are spread over them. */
  attachmentIds: string[];
  state: "active" | "blackhole";
  /** What an attached VPC propagates are its own CIDRs. */
  type: "static" | "propagated";
}

/** One of type GatewayLoadBalancer: EC2 API reference, VpcEndpoint. */
export interface GatewayLoadBalancerEndpoint {
  /** "vpce-…". */
  id: string;
  vpcId: string;
  serviceName: string;
}

/** EC2 API reference, ServiceConfiguration: what only the account knows that provides it. */
export interface EndpointService {
  /** Its name: "com.amazonaws.vpce.eu-central-1.vpce-svc-…". */
  id: string;
  gatewayLoadBalancerArns: string[];
}

/** The parts of an inventory that hold them. Absent: not read. */
export interface Transit {
  transitGatewayAttachments?: TransitGatewayAttachment[];
  transitGatewayRouteTables?: TransitGatewayRouteTable[];
  gatewayLoadBalancerEndpoints?: GatewayLoadBalancerEndpoint[];
  endpointServices?: EndpointService[];
}
