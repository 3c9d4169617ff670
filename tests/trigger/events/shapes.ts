import { IDS } from "../../support/cloudtrail";

/** A call as CloudTrail records it: what was asked, what was answered if that tells, and the ids in it. */
export interface Shape {
  call: string;
  request: unknown;
  answer?: unknown;
  subjects: string[];
}

const {
  instance,
  instance2,
  group,
  group2,
  rule,
  interface: eni,
  attachment,
  routeTable,
  association,
  subnet,
  vpc,
} = IDS;
const { endpoint, prefixList, gateway, vpnGateway, peering, allocation, resolver } = IDS;

const items = (...list: unknown[]) => ({ items: list });
const twoInstances = { instancesSet: items({ instanceId: instance }, { instanceId: instance2 }) };
const oneCidr = {
  groups: {},
  ipRanges: items({ cidrIp: "0.0.0.0/0" }),
  ipv6Ranges: {},
  prefixListIds: {},
};
const permissions = {
  groupId: group,
  ipPermissions: items({ ipProtocol: "tcp", fromPort: 443, toPort: 443, ...oneCidr }),
};

/** One for every call that counts, and the other forms that are known of some. */
export const SHAPES: Shape[] = [
  {
    call: "RunInstances",
    request: {
      instancesSet: items({ imageId: "ami-0123456789abcdef0", minCount: 1, maxCount: 2 }),
      groupSet: items({ groupId: group }),
      subnetId: subnet,
    },
    answer: {
      reservationId: "r-0123456789abcdef0",
      instancesSet: items(
        { instanceId: instance, instanceState: { code: 0, name: "pending" } },
        { instanceId: instance2, instanceState: { code: 0, name: "pending" } },
      ),
    },
    subjects: [instance, instance2, group, subnet],
  },
  { call: "StartInstances", request: twoInstances, subjects: [instance, instance2] },
  { call: "StopInstances", request: { ...twoInstances, force: false }, subjects: [instance, instance2] },
  { call: "TerminateInstances", request: twoInstances, subjects: [instance, instance2] },
  {
    call: "RunScheduledInstances",
    request: { scheduledInstanceId: "sci-1234-1234" },
    answer: { instanceIdSet: items(instance) },
    subjects: [instance],
  },
  {
    call: "ModifyInstanceAttribute",
    request: { instanceId: instance, groupSet: items({ groupId: group }) },
    subjects: [instance, group],
  },
  {
    call: "CreateNetworkInterface",
    request: { subnetId: subnet, groupSet: items({ groupId: group }) },
    answer: { networkInterface: { networkInterfaceId: eni, vpcId: vpc } },
    subjects: [eni, subnet, group, vpc],
  },
  {
    call: "AttachNetworkInterface",
    request: { networkInterfaceId: eni, instanceId: instance, deviceIndex: 1 },
    answer: { attachmentId: attachment },
    subjects: [eni, attachment, instance],
  },
  {
    call: "DetachNetworkInterface",
    request: { attachmentId: attachment, force: false },
    subjects: [attachment],
  },
  { call: "DeleteNetworkInterface", request: { networkInterfaceId: eni }, subjects: [eni] },
  {
    call: "ModifyNetworkInterfaceAttribute",
    request: { networkInterfaceId: eni, groupSet: items({ groupId: group }) },
    subjects: [eni, group],
  },
  {
    call: "ResetNetworkInterfaceAttribute",
    request: { networkInterfaceId: eni, sourceDestCheck: true },
    subjects: [eni],
  },
  {
    call: "AssignPrivateIpAddresses",
    request: { networkInterfaceId: eni, privateIpAddressesSet: items({ privateIpAddress: "10.0.1.20" }) },
    subjects: [eni],
  },
  {
    call: "UnassignPrivateIpAddresses",
    request: {
      UnassignPrivateIpAddressesRequest: { NetworkInterfaceId: eni, PrivateIpAddress: "10.0.1.20" },
    },
    subjects: [eni],
  },
  {
    call: "AssignIpv6Addresses",
    request: { AssignIpv6AddressesRequest: { NetworkInterfaceId: eni, Ipv6AddressCount: 1 } },
    subjects: [eni],
  },
  {
    call: "UnassignIpv6Addresses",
    request: {
      UnassignIpv6AddressesRequest: {
        NetworkInterfaceId: eni,
        Ipv6Addresses: { content: "2001:db8::1", tag: 1 },
      },
    },
    subjects: [eni],
  },
  {
    call: "AssociateAddress",
    request: { allocationId: allocation, instanceId: instance },
    subjects: [allocation, instance],
  },
  { call: "DisassociateAddress", request: { publicIp: "198.51.100.9" }, subjects: [] },
  { call: "ReleaseAddress", request: { allocationId: allocation }, subjects: [allocation] },
  {
    call: "AuthorizeSecurityGroupIngress",
    request: permissions,
    answer: {
      _return: true,
      securityGroupRuleSet: items({ groupId: group, securityGroupRuleId: rule, isEgress: false }),
    },
    subjects: [group, rule],
  },
  {
    // Permissions given flat, not as a list.
    call: "AuthorizeSecurityGroupIngress",
    request: {
      groupId: group,
      cidrIp: "0.0.0.0/0",
      ipProtocol: "tcp",
      fromPort: 22,
      toPort: 22,
      ipPermissions: {},
    },
    subjects: [group],
  },
  {
    // In a default VPC a group may be named by its name alone.
    call: "AuthorizeSecurityGroupIngress",
    request: { groupName: "default", ipPermissions: items({ ipProtocol: "-1", ...oneCidr }) },
    subjects: [],
  },
  { call: "RevokeSecurityGroupIngress", request: permissions, subjects: [group] },
  {
    call: "RevokeSecurityGroupIngress",
    request: { groupId: group, securityGroupRuleIds: items({ securityGroupRuleId: rule }) },
    subjects: [group, rule],
  },
  { call: "AuthorizeSecurityGroupEgress", request: permissions, subjects: [group] },
  { call: "RevokeSecurityGroupEgress", request: permissions, subjects: [group] },
  {
    call: "ModifySecurityGroupRules",
    request: {
      ModifySecurityGroupRulesRequest: {
        GroupId: group,
        SecurityGroupRule: {
          SecurityGroupRuleId: rule,
          tag: 1,
          SecurityGroupRule: { CidrIpv4: "0.0.0.0/0", FromPort: 443, ToPort: 443, IpProtocol: "tcp" },
        },
      },
    },
    subjects: [group, rule],
  },
  {
    call: "ModifySecurityGroupRules",
    request: {
      ModifySecurityGroupRulesRequest: {
        GroupId: group,
        SecurityGroupRule: [
          { SecurityGroupRuleId: rule, tag: 1, SecurityGroupRule: { CidrIpv4: "192.0.2.0/24" } },
          { SecurityGroupRuleId: IDS.rule2, tag: 2, SecurityGroupRule: { ReferencedGroupId: group2 } },
        ],
      },
    },
    subjects: [group, group2, rule, IDS.rule2],
  },
  {
    call: "UpdateSecurityGroupRuleDescriptionsIngress",
    request: { UpdateSecurityGroupRuleDescriptionsIngressRequest: { GroupId: group } },
    subjects: [group],
  },
  {
    call: "UpdateSecurityGroupRuleDescriptionsEgress",
    request: { UpdateSecurityGroupRuleDescriptionsEgressRequest: { GroupId: group } },
    subjects: [group],
  },
  { call: "DeleteSecurityGroup", request: { groupId: group }, subjects: [group] },
  {
    call: "AssociateSecurityGroupVpc",
    request: { AssociateSecurityGroupVpcRequest: { GroupId: group, VpcId: vpc } },
    subjects: [group, vpc],
  },
  {
    call: "DisassociateSecurityGroupVpc",
    request: { DisassociateSecurityGroupVpcRequest: { GroupId: group, VpcId: vpc } },
    subjects: [group, vpc],
  },
  {
    call: "ModifyManagedPrefixList",
    request: {
      ModifyManagedPrefixListRequest: {
        PrefixListId: prefixList,
        CurrentVersion: 1,
        AddEntry: { Cidr: "192.0.2.0/24", tag: 1 },
      },
    },
    subjects: [prefixList],
  },
  {
    call: "RestoreManagedPrefixListVersion",
    request: { RestoreManagedPrefixListVersionRequest: { PrefixListId: prefixList } },
    subjects: [prefixList],
  },
  {
    call: "DeleteManagedPrefixList",
    request: { DeleteManagedPrefixListRequest: { PrefixListId: prefixList } },
    subjects: [prefixList],
  },
  {
    call: "ModifyIpamPrefixListResolver",
    request: { ModifyIpamPrefixListResolverRequest: { IpamPrefixListResolverId: resolver } },
    subjects: [resolver],
  },
  {
    call: "ModifyIpamPrefixListResolverTarget",
    request: { ModifyIpamPrefixListResolverTargetRequest: { PrefixListId: prefixList } },
    subjects: [prefixList],
  },
  {
    call: "CreateRoute",
    request: { routeTableId: routeTable, destinationCidrBlock: "0.0.0.0/0", networkInterfaceId: eni },
    subjects: [routeTable, eni],
  },
  {
    call: "ReplaceRoute",
    request: { routeTableId: routeTable, destinationIpv6CidrBlock: "::/0", gatewayId: gateway },
    subjects: [routeTable, gateway],
  },
  {
    call: "DeleteRoute",
    request: { routeTableId: routeTable, destinationCidrBlock: "0.0.0.0/0" },
    subjects: [routeTable],
  },
  {
    call: "AssociateRouteTable",
    request: { routeTableId: routeTable, subnetId: subnet },
    answer: { associationId: association },
    subjects: [routeTable, subnet, association],
  },
  { call: "DisassociateRouteTable", request: { associationId: association }, subjects: [association] },
  {
    call: "ReplaceRouteTableAssociation",
    request: { associationId: association, routeTableId: routeTable },
    subjects: [routeTable, association],
  },
  { call: "DeleteRouteTable", request: { routeTableId: routeTable }, subjects: [routeTable] },
  {
    call: "EnableVgwRoutePropagation",
    request: { routeTableId: routeTable, gatewayId: vpnGateway },
    subjects: [routeTable, vpnGateway],
  },
  {
    call: "DisableVgwRoutePropagation",
    request: { routeTableId: routeTable, gatewayId: vpnGateway },
    subjects: [routeTable, vpnGateway],
  },
  {
    call: "EnableRouteServerPropagation",
    request: {
      EnableRouteServerPropagationRequest: {
        RouteServerId: "rs-0123456789abcdef0",
        RouteTableId: routeTable,
      },
    },
    subjects: [routeTable, "rs-0123456789abcdef0"],
  },
  {
    call: "DisableRouteServerPropagation",
    request: { DisableRouteServerPropagationRequest: { RouteTableId: routeTable } },
    subjects: [routeTable],
  },
  {
    call: "CreateVpcEndpoint",
    request: {
      CreateVpcEndpointRequest: { VpcId: vpc, VpcEndpointType: "GatewayLoadBalancer", SubnetId: [subnet] },
    },
    answer: { CreateVpcEndpointResponse: { vpcEndpoint: { vpcEndpointId: endpoint } } },
    subjects: [vpc, subnet, endpoint],
  },
  {
    call: "ModifyVpcEndpoint",
    request: {
      ModifyVpcEndpointRequest: { VpcEndpointId: endpoint, AddSecurityGroupId: { content: group, tag: 1 } },
    },
    subjects: [endpoint, group],
  },
  {
    call: "DeleteVpcEndpoints",
    request: { DeleteVpcEndpointsRequest: { VpcEndpointId: { content: endpoint, tag: 1 } } },
    subjects: [endpoint],
  },
  {
    call: "AttachInternetGateway",
    request: { internetGatewayId: gateway, vpcId: vpc },
    subjects: [gateway, vpc],
  },
  {
    call: "DetachInternetGateway",
    request: { internetGatewayId: gateway, vpcId: vpc },
    subjects: [gateway, vpc],
  },
  {
    call: "CreateSubnet",
    request: { vpcId: vpc, cidrBlock: "10.0.9.0/24" },
    answer: { subnet: { subnetId: subnet, vpcId: vpc } },
    subjects: [vpc, subnet],
  },
  { call: "DeleteSubnet", request: { subnetId: subnet }, subjects: [subnet] },
  {
    call: "AssociateSubnetCidrBlock",
    request: { AssociateSubnetCidrBlockRequest: { SubnetId: subnet, Ipv6CidrBlock: "2001:db8::/64" } },
    subjects: [subnet],
  },
  {
    call: "DisassociateSubnetCidrBlock",
    request: {
      DisassociateSubnetCidrBlockRequest: { AssociationId: "subnet-cidr-assoc-0123456789abcdef0" },
    },
    subjects: ["subnet-cidr-assoc-0123456789abcdef0"],
  },
  {
    call: "AssociateVpcCidrBlock",
    request: { AssociateVpcCidrBlockRequest: { VpcId: vpc, CidrBlock: "10.9.0.0/16" } },
    subjects: [vpc],
  },
  {
    call: "DisassociateVpcCidrBlock",
    request: { DisassociateVpcCidrBlockRequest: { AssociationId: "vpc-cidr-assoc-0123456789abcdef0" } },
    subjects: ["vpc-cidr-assoc-0123456789abcdef0"],
  },
  { call: "DeleteVpc", request: { vpcId: vpc }, subjects: [vpc] },
  {
    call: "AcceptVpcPeeringConnection",
    request: { vpcPeeringConnectionId: peering },
    subjects: [peering],
  },
  {
    call: "DeleteVpcPeeringConnection",
    request: { vpcPeeringConnectionId: peering },
    subjects: [peering],
  },
];
