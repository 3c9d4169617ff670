import type { MainStack } from "../settings/main-stack";

/** What every way to read the inventory asks EC2. */
const COMMON = [
  "ec2:DescribeInstances",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSecurityGroupRules",
  "ec2:DescribeRouteTables",
  "ec2:DescribeSubnets",
  "ec2:DescribeVpcs",
  "ec2:DescribeManagedPrefixLists",
  "ec2:GetManagedPrefixListEntries",
];
const DATA_SOURCES = ["ec2:DescribeVpcAttribute"];
const EC2_API = ["ec2:DescribeVpcPeeringConnections", "ec2:DescribeSecurityGroupVpcAssociations"];
/** Asked only where a route leads to a transit gateway, or to an endpoint of a Gateway Load Balancer. */
const WAYS = [
  "ec2:DescribeTransitGatewayAttachments",
  "ec2:DescribeTransitGatewayVpcAttachments",
  "ec2:DescribeTransitGatewayRouteTables",
  "ec2:SearchTransitGatewayRoutes",
  "ec2:DescribeVpcEndpoints",
  "ec2:DescribeVpcEndpointServiceConfigurations",
];

/**
 * The actions of one way to read, and no others: what docs/install.md says of permissions. `lookups` may come to EC2's
 * own API, too, for what data sources hide.
 */
export function readActions(inventory: MainStack["inventory"]): string[] {
  return [...COMMON, ...(inventory === "ec2" ? [] : DATA_SOURCES), ...EC2_API, ...WAYS];
}
