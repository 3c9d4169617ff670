import type { Inventory, SecurityGroupRule } from "../../inventory/types";
import type { MappingOptions } from "../../mapping/types";

/** The interface that the small account's routes send internet traffic to. */
export const FIREWALL_INTERFACE = "eni-0f";

/** What such an account is mapped with, where nothing else is in question. */
export const MAPPING: MappingOptions = {
  firewall: { instanceIds: [], networkInterfaceIds: [FIREWALL_INTERFACE], vpcEndpointIds: [] },
  ownerId: "test1234",
  untrustZone: "untrust",
  trustZone: "trust",
  destinations: "addresses",
  ruleMode: "service",
  applications: {},
};

/** One ingress permission of the small account. */
export interface Permission {
  /** 0, 1, 2 …: the security group. */
  group: number;
  port: number;
  /** The last port of a range. */
  toPort?: number;
  cidr?: string;
  /** The entries of a prefix list that it names in place of a CIDR. */
  entries?: readonly string[];
}

/** The id of a group of the small account. */
export function groupId(group: number): string {
  return `sg-0a${String(group).padStart(4, "0")}`;
}

/** The id of the prefix list that a permission of the small account names. */
export function prefixListId({ group, port }: Permission): string {
  return `pl-0${group.toString(16)}${port.toString(16).padStart(4, "0")}`;
}

/** The name of the rule that mirrors a permission of the small account. */
export function ruleOf({ group, port }: Permission): string {
  return `aws-${groupId(group)}-tcp-${port}`;
}

/** What Pulumi calls the rule that mirrors a permission of the small account. */
export function resourceOf({ group, port }: Permission): string {
  return `group-${group}/tcp-${port}/${ruleOf({ group, port })}`;
}

/**
 * A small account: one VPC behind the firewall, and for each group one running instance that carries it.
 * @param permissions what the groups let in over TCP
 * @param stopped groups whose instance is stopped
 */
export function account(permissions: readonly Permission[], stopped: readonly number[] = []): Inventory {
  const groups = [...new Set(permissions.map(({ group }) => group))];
  const rule = (permission: Permission, index: number): SecurityGroupRule => {
    const { group, port, toPort = port, cidr = "203.0.113.0/24", entries } = permission;
    return {
      id: `sgr-0${group.toString(16)}${port.toString(16).padStart(4, "0")}${index.toString(16)}`,
      ipProtocol: "tcp",
      fromPort: port,
      toPort,
      ...(entries === undefined ? { cidrIpv4: cidr } : { prefixListId: prefixListId(permission) }),
    };
  };
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
    instances: groups
      .filter((group) => !stopped.includes(group))
      .map((group) => ({ id: `i-0a${group.toString(16)}`, name: `host-${group}`, state: "running" })),
    networkInterfaces: groups.map((group) => ({
      id: `eni-0a${group.toString(16)}`,
      instanceId: `i-0a${group.toString(16)}`,
      subnetId: "subnet-0a",
      vpcId: "vpc-0a",
      privateIpAddresses: [`10.${(group >> 16) & 255}.${(group >> 8) & 255}.${group & 255}`],
      ipv6Addresses: [],
      securityGroupIds: [groupId(group)],
    })),
    securityGroups: groups.map((group) => ({
      id: groupId(group),
      name: `group-${group}`,
      vpcId: "vpc-0a",
      ingress: permissions.filter((permission) => permission.group === group).map(rule),
    })),
    prefixLists: permissions.flatMap((permission) => {
      if (permission.entries === undefined) return [];
      const [id, entries] = [prefixListId(permission), permission.entries.map((cidr) => ({ cidr }))];
      return [{ id, name: "list", addressFamily: "IPv4" as const, entries }];
    }),
  };
}
