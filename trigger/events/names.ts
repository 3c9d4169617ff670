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

/** Of EventBridge's own event: sees guest shutdowns, host failures and the end of `pending`, which no call does. */
export const STATE_CHANGE = "EC2 Instance State-change Notification";
