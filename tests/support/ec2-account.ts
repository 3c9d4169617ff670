import { FIREWALL_INTERFACE } from "./account";
import type { Ec2Item } from "./ec2-server";

/** A group of an account that EC2 lists: one TCP port, and one running instance that carries it. */
export interface Ec2Group {
  id: string;
  port: number;
  address: string;
  cidr?: string;
}

/** What one region of an account lists by action: a VPC whose internet traffic goes to the firewall. */
export function regionLists(ownerId: string, groups: readonly Ec2Group[]): Map<string, Ec2Item[]> {
  const key = ownerId.slice(0, 4);
  const [vpcId, subnetId] = [`vpc-${key}`, `subnet-${key}`];
  return new Map<string, Ec2Item[]>([
    ["DescribeVpcs", [{ vpcId, ownerId, cidrBlock: "10.0.0.0/8" }]],
    ["DescribeSubnets", [{ subnetId, ownerId, vpcId, cidrBlock: "10.0.0.0/16" }]],
    [
      "DescribeRouteTables",
      [
        {
          routeTableId: `rtb-${key}`,
          ownerId,
          vpcId,
          associationSet: [{ main: true, associationState: { state: "associated" } }],
          routeSet: [
            {
              destinationCidrBlock: "0.0.0.0/0",
              networkInterfaceId: FIREWALL_INTERFACE,
              state: "active",
              origin: "CreateRoute",
            },
          ],
        },
      ],
    ],
    [
      "DescribeInstances",
      groups.map(({ id }) => ({
        reservationId: `r-${id}`,
        ownerId,
        instancesSet: [{ instanceId: `i-${id.slice(3)}`, instanceState: { name: "running" } }],
      })),
    ],
    ["DescribeNetworkInterfaces", groups.map((group) => interfaceOf(ownerId, vpcId, subnetId, group))],
    [
      "DescribeSecurityGroups",
      groups.map(({ id }) => ({ groupId: id, groupName: `group ${id}`, ownerId, vpcId })),
    ],
    ["DescribeSecurityGroupRules", groups.map((group) => ruleOf(ownerId, group))],
  ]);
}

function interfaceOf(ownerId: string, vpcId: string, subnetId: string, { id, address }: Ec2Group): Ec2Item {
  return {
    networkInterfaceId: `eni-${id.slice(3)}`,
    ownerId,
    vpcId,
    subnetId,
    privateIpAddress: address,
    privateIpAddressesSet: [{ privateIpAddress: address, primary: true }],
    groupSet: [{ groupId: id }],
    attachment: { instanceId: `i-${id.slice(3)}`, status: "attached" },
    interfaceType: "interface",
    sourceDestCheck: true,
  };
}

function ruleOf(groupOwnerId: string, { id, port, cidr = "203.0.113.0/24" }: Ec2Group): Ec2Item {
  return {
    securityGroupRuleId: `sgr-${id.slice(3)}`,
    groupId: id,
    groupOwnerId,
    isEgress: false,
    ipProtocol: "tcp",
    fromPort: port,
    toPort: port,
    cidrIpv4: cidr,
  };
}
