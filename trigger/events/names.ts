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
} as const;

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
