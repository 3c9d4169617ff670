import type { Ec2Item } from "../support/ec2-server";

const ACCOUNT = "123456789012";
const VPC = "vpc-0a";
const FIREWALL = "eni-0f";
const INTERFACES_PER_GROUP = 10;
const RULES_PER_GROUP = 5;

/**
 * An account of a given number of interfaces behind a firewall, as EC2 lists it by action: each on an instance
 * of its own, ten for each security group, which has four ingress rules and an egress one.
 */
export function fleetLists(interfaces: number): Map<string, Ec2Item[]> {
  const numbers = Array.from({ length: interfaces }, (_, number) => number);
  const groups = Array.from({ length: Math.ceil(interfaces / INTERFACES_PER_GROUP) }, (_, group) => group);
  const ownerId = ACCOUNT;
  return new Map<string, Ec2Item[]>([
    ["DescribeVpcs", [{ vpcId: VPC, ownerId, cidrBlock: "10.0.0.0/8" }]],
    ["DescribeSubnets", [{ subnetId: "subnet-0a", ownerId, vpcId: VPC, cidrBlock: "10.0.0.0/8" }]],
    [
      "DescribeRouteTables",
      [
        {
          routeTableId: "rtb-0a",
          ownerId,
          vpcId: VPC,
          associationSet: [{ main: true, associationState: { state: "associated" } }],
          routeSet: [
            { destinationCidrBlock: "10.0.0.0/8", gatewayId: "local", state: "active" },
            { destinationCidrBlock: "0.0.0.0/0", networkInterfaceId: FIREWALL, state: "active" },
          ],
        },
      ],
    ],
    ["DescribeInstances", numbers.map((number) => reservation(number))],
    [
      "DescribeNetworkInterfaces",
      [{ ...networkInterface(0), networkInterfaceId: FIREWALL }, ...numbers.map(networkInterface)],
    ],
    [
      "DescribeSecurityGroups",
      groups.map((group) => ({
        groupId: `sg-${hex(group)}`,
        groupName: `group-${group}`,
        ownerId,
        vpcId: VPC,
      })),
    ],
    ["DescribeSecurityGroupRules", groups.flatMap(rules)],
  ]);
}

function reservation(number: number): Ec2Item {
  const instance = {
    instanceId: `i-${hex(number)}`,
    instanceState: { name: "running" },
    tagSet: name(number),
  };
  return { reservationId: `r-${hex(number)}`, ownerId: ACCOUNT, instancesSet: [instance] };
}

function networkInterface(number: number): Ec2Item {
  const privateIpAddress = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
  return {
    networkInterfaceId: `eni-${hex(number)}`,
    ownerId: ACCOUNT,
    vpcId: VPC,
    subnetId: "subnet-0a",
    privateIpAddress,
    privateIpAddressesSet: [{ privateIpAddress, primary: true }],
    attachment: { instanceId: `i-${hex(number)}`, status: "attached" },
    groupSet: [{ groupId: `sg-${hex(Math.floor(number / INTERFACES_PER_GROUP))}` }],
    interfaceType: "interface",
    sourceDestCheck: true,
    tagSet: name(number),
  };
}

function rules(group: number): Ec2Item[] {
  return Array.from({ length: RULES_PER_GROUP }, (_, place) => ({
    securityGroupRuleId: `sgr-${hex(group)}${place}`,
    groupId: `sg-${hex(group)}`,
    groupOwnerId: ACCOUNT,
    isEgress: place === 0,
    ipProtocol: "tcp",
    fromPort: 8000 + place,
    toPort: 8000 + place,
    cidrIpv4: `198.51.100.${group % 256}/32`,
    description: `partner ${place}`,
  }));
}

function name(number: number) {
  return [{ key: "Name", value: `host-${number}` }];
}

/** As long as in AWS's own ids. */
function hex(number: number): string {
  return number.toString(16).padStart(17, "0");
}
