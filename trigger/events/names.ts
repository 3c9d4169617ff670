/**
 * EC2's API calls after which other rules may be needed, by what they change; taken from the mutating
 * operations of EC2's service model.
 */
export const CALLS = {
  instances: [
    "RunInstances",
    "StartInstances",
    "StopInstances",
    "TerminateInstances",
    "RunScheduledInstances",
    "ModifyInstanceAttribute",
    // Not a call but a service event: a spot instance is taken back.
    "BidEvictedEvent",
  ],
  interfaces: [
    "CreateNetworkInterface",
    "AttachNetworkInterface",
    "DetachNetworkInterface",
    "DeleteNetworkInterface",
    "ModifyNetworkInterfaceAttribute",
    "ResetNetworkInterfaceAttribute",
    "AssignPrivateIpAddresses",
    "UnassignPrivateIpAddresses",
    "AssignIpv6Addresses",
    "UnassignIpv6Addresses",
    "AssociateAddress",
    "DisassociateAddress",
    "ReleaseAddress",
    // Of interface endpoints: other subnets, other groups.
    "ModifyVpcEndpoint",
  ],
  groups: [
    "AuthorizeSecurityGroupIngress",
    "RevokeSecurityGroupIngress",
    "AuthorizeSecurityGroupEgress",
    "RevokeSecurityGroupEgress",
    "ModifySecurityGroupRules",
    "UpdateSecurityGroupRuleDescriptionsIngress",
    "UpdateSecurityGroupRuleDescriptionsEgress",
    "DeleteSecurityGroup",
    "AssociateSecurityGroupVpc",
    "DisassociateSecurityGroupVpc",
  ],
  prefixLists: [
    "ModifyManagedPrefixList",
    "RestoreManagedPrefixListVersion",
    "DeleteManagedPrefixList",
    "ModifyIpamPrefixListResolver",
    "ModifyIpamPrefixListResolverTarget",
  ],
  routes: [
    "CreateRoute",
    "ReplaceRoute",
    "DeleteRoute",
    "AssociateRouteTable",
    "DisassociateRouteTable",
    "ReplaceRouteTableAssociation",
    "DeleteRouteTable",
    "EnableVgwRoutePropagation",
    "DisableVgwRoutePropagation",
    "EnableRouteServerPropagation",
    "DisableRouteServerPropagation",
    "CreateVpcEndpoint",
    "DeleteVpcEndpoints",
    "AttachInternetGateway",
    "DetachInternetGateway",
  ],
  networks: [
    "CreateSubnet",
    "DeleteSubnet",
    "AssociateSubnetCidrBlock",
    "DisassociateSubnetCidrBlock",
    "AssociateVpcCidrBlock",
    "DisassociateVpcCidrBlock",
    "DeleteVpc",
    "AcceptVpcPeeringConnection",
    "DeleteVpcPeeringConnection",
  ],
  transit: [
    "CreateTransitGatewayRoute",
    "ReplaceTransitGatewayRoute",
    "DeleteTransitGatewayRoute",
    "CreateTransitGatewayPrefixListReference",
    "ModifyTransitGatewayPrefixListReference",
    "DeleteTransitGatewayPrefixListReference",
    "EnableTransitGatewayRouteTablePropagation",
    "DisableTransitGatewayRouteTablePropagation",
    "AssociateTransitGatewayRouteTable",
    "DisassociateTransitGatewayRouteTable",
    "DeleteTransitGatewayRouteTable",
    "CreateTransitGatewayVpcAttachment",
    "AcceptTransitGatewayVpcAttachment",
    "ModifyTransitGatewayVpcAttachment",
    "DeleteTransitGatewayVpcAttachment",
    "AcceptTransitGatewayPeeringAttachment",
    "DeleteTransitGatewayPeeringAttachment",
    // Another Gateway Load Balancer behind the same endpoints.
    "ModifyVpcEndpointServiceConfiguration",
  ],
} as const;

/**
 * Calls of services that make, change or end network interfaces of their own, by CloudTrail's name of the service.
 * Most services use EC2's calls for it, with a role of the account, and those are in its trail: Lambda, EKS, EFS and load
 * balancers that scale do so (EFS user guide, "Logging EFS API calls", has a CreateNetworkInterface; service-linked role
 * AWSServiceRoleForElasticLoadBalancing). An interface whose requester is the service itself ("amazon-rds",
 * "amazon-elasticache", …: EC2 user guide, "Requester-managed network interfaces") may have none, so its service's own
 * calls count: those after which it exists, carries other groups or is in other subnets.
 */
export const SERVICE_CALLS = {
  "elasticloadbalancing.amazonaws.com": [
    "CreateLoadBalancer",
    "DeleteLoadBalancer",
    "SetSecurityGroups",
    "SetSubnets",
    "SetIpAddressType",
    "ApplySecurityGroupsToLoadBalancer",
    "AttachLoadBalancerToSubnets",
    "DetachLoadBalancerFromSubnets",
  ],
  "rds.amazonaws.com": [
    "CreateDBInstance",
    "CreateDBInstanceReadReplica",
    "RestoreDBInstanceFromDBSnapshot",
    "RestoreDBInstanceToPointInTime",
    "ModifyDBInstance",
    "DeleteDBInstance",
    "StartDBInstance",
    "StopDBInstance",
    "RebootDBInstance",
    "ModifyDBCluster",
    "StartDBCluster",
    "StopDBCluster",
    "FailoverDBCluster",
    "CreateDBProxy",
    "ModifyDBProxy",
    "DeleteDBProxy",
  ],
  "elasticache.amazonaws.com": [
    "CreateCacheCluster",
    "ModifyCacheCluster",
    "DeleteCacheCluster",
    "CreateReplicationGroup",
    "ModifyReplicationGroup",
    "DeleteReplicationGroup",
  ],
  "redshift.amazonaws.com": [
    "CreateCluster",
    "RestoreFromClusterSnapshot",
    "ModifyCluster",
    "DeleteCluster",
    "PauseCluster",
    "ResumeCluster",
  ],
  "es.amazonaws.com": [
    "CreateDomain",
    "UpdateDomainConfig",
    "DeleteDomain",
    "CreateElasticsearchDomain",
    "UpdateElasticsearchDomainConfig",
    "DeleteElasticsearchDomain",
  ],
} as const;

/** Whether a call of a service is among them. */
export function isServiceCall(source: string, call: string): boolean {
  const calls: Readonly<Record<string, readonly string[]>> = SERVICE_CALLS;
  return Object.hasOwn(calls, source) && calls[source]!.includes(call);
}

/**
 * Calls on tags: watched for the keys that the stack's configuration looks at, and for no others, because
 * there are many of them.
 */
export const TAG_CALLS = ["CreateTags", "DeleteTags"] as const;

/** Every call that counts, and what it changes. */
export const CHANGES_BY_CALL: ReadonlyMap<string, keyof typeof CALLS | "tags"> = new Map([
  ...Object.entries(CALLS).flatMap(([kind, calls]) =>
    calls.map((call): [string, keyof typeof CALLS] => [call, kind as keyof typeof CALLS]),
  ),
  ...TAG_CALLS.map((call): [string, "tags"] => [call, "tags"]),
]);

/** Of EventBridge's own event: sees guest shutdowns, host failures and the end of `pending`, which no call does. */
export const STATE_CHANGE = "EC2 Instance State-change Notification";

/** As CloudTrail names EC2 in `eventSource`. */
export const EC2_SOURCE = "ec2.amazonaws.com";

/** EventBridge's names for what CloudTrail has recorded: calls, and what AWS does by itself (spot evictions). */
export const CLOUDTRAIL_EVENTS = ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"] as const;

/** EventBridge's name for a file that arrived in a bucket. */
export const OBJECT_CREATED = "Object Created";

/** EventBridge's name for a build that began, or ended. */
export const BUILD_STATE_CHANGE = "CodeBuild Build State Change";

/** Of a build that has ended (CodeBuild documentation: build notifications). */
export const BUILD_ENDS = ["SUCCEEDED", "FAILED", "STOPPED", "FAULT", "TIMED_OUT"] as const;
