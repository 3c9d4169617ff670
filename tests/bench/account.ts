import type { Inventory, SecurityGroup, SecurityGroupRule } from "../../inventory/types";

/** What the bench account's routes send internet traffic to. */
export const FIREWALL_INTERFACE = "eni-0f";

/** What one security group lets in: some ports that an application stands for, some that take a service. */
const PORTS: readonly [from: number, to: number][] = [
  [22, 22],
  [25, 25],
  [80, 80],
  [443, 443],
  [3306, 3306],
  [3389, 3389],
  [5432, 5432],
  [8080, 8080],
  [8443, 8443],
  [9000, 9100],
];
const INSTANCES_PER_GROUP = 2;

/**
 * An account whose permissions come to a given number of rules: ten for each security group, each with two
 * external networks as sources and two instances that carry the group.
 * @param change `source`: one permission lets in a third network; `stopped`: one instance doesn't run
 */
export function benchAccount(rules: number, change?: "source" | "stopped"): Inventory {
  const groups = Array.from({ length: Math.ceil(rules / PORTS.length) }, (_, group) =>
    securityGroup(group, Math.min(PORTS.length, rules - group * PORTS.length)),
  );
  if (change === "source") groups[0]?.ingress.push(ingress(0, 3, "192.0.2.0/24", 2));
  const carriers = groups.flatMap(({ id }, group) =>
    Array.from({ length: INSTANCES_PER_GROUP }, (_, place) => ({ group: id, number: group * 256 + place })),
  );
  return {
    format: 1,
    region: "eu-central-1",
    vpcs: [{ id: "vpc-0a", cidrBlocks: ["10.0.0.0/8"], ipv6CidrBlocks: [] }],
    subnets: [{ id: "subnet-0a", vpcId: "vpc-0a", routeTableId: "rtb-0a" }],
    routeTables: [
      {
        id: "rtb-0a",
        vpcId: "vpc-0a",
        routes: [{ destinationCidrBlock: "0.0.0.0/0", networkInterfaceId: FIREWALL_INTERFACE }],
      },
    ],
    instances: carriers.slice(change === "stopped" ? 1 : 0).map(({ number }) => ({
      id: `i-0${hex(number)}`,
      name: `host-${number}`,
      state: "running",
    })),
    networkInterfaces: carriers.map(({ group, number }) => ({
      id: `eni-0${hex(number)}`,
      instanceId: `i-0${hex(number)}`,
      subnetId: "subnet-0a",
      vpcId: "vpc-0a",
      privateIpAddresses: [`10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`],
      ipv6Addresses: [],
      securityGroupIds: [group],
    })),
    securityGroups: groups,
    prefixLists: [],
  };
}

function securityGroup(group: number, ports: number): SecurityGroup {
  return {
    id: `sg-0${hex(group)}`,
    name: `group-${group}`,
    vpcId: "vpc-0a",
    ingress: PORTS.slice(0, ports).flatMap((_, port) => [
      ingress(group, port, `198.51.100.${group % 256}/32`, 0),
      ingress(group, port, "203.0.113.0/24", 1),
    ]),
  };
}

function ingress(group: number, port: number, cidrIpv4: string, number: number): SecurityGroupRule {
  const [fromPort, toPort] = PORTS[port] ?? [0, 0];
  const id = `sgr-0${hex(group)}${port}${number}`;
  return { id, ipProtocol: "tcp", fromPort, toPort, cidrIpv4, description: `partner ${number}` };
}

/** As long as in AWS's own ids, so that names and descriptions are. */
function hex(number: number): string {
  return number.toString(16).padStart(16, "0");
}
