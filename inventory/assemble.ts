import type {
  Answers,
  NetworkInterfaceAnswer,
  RouteAnswer,
  SecurityGroupRuleAnswer,
  VpcAnswer,
} from "./answers";
import { networkOf } from "./cidr";
import { effectiveRouteTables } from "./routing";
import { sorted } from "./sort";
import type { Inventory, NetworkInterface, Route, SecurityGroupRule, Vpc } from "./types";

/**
 * One inventory from the answers of many lookups. AWS goes on changing between two of them, so what names
 * something that was not there any more is left out: a subnet without a route table, an interface without
 * its subnet, a rule without its prefix list. Less is allowed then, never more, and the next run sees it all.
 */
export function assemble(answers: Answers): Inventory {
  const vpcs = answers.vpcs.map(vpc);
  const vpcIds = new Set(vpcs.map(({ id }) => id));
  const routeTables = answers.routeTables
    .filter((table) => vpcIds.has(table.vpcId))
    .map(({ id, vpcId, routes }) => ({ id, vpcId, routes: (routes ?? []).flatMap(route) }));
  const vpcOfTable = new Map(routeTables.map(({ id, vpcId }) => [id, vpcId]));
  const effective = effectiveRouteTables(answers.vpcs, answers.subnetIds, answers.routeTables);
  const subnets = [...answers.subnetIds].flatMap(([vpcId, ids]) =>
    ids.flatMap((id) => {
      const routeTableId = effective.get(id);
      return routeTableId !== undefined && vpcOfTable.get(routeTableId) === vpcId
        ? [{ id, vpcId, routeTableId }]
        : [];
    }),
  );
  const vpcOfSubnet = new Map(subnets.map(({ id, vpcId }) => [id, vpcId]));
  const groupIds = new Set(answers.securityGroups.map(({ id }) => id));
  const listIds = new Set(answers.prefixLists.map(({ id }) => id));
  const ingress = answers.securityGroupRules
    .filter((rule) => !rule.isEgress && (!rule.prefixListId || listIds.has(rule.prefixListId)))
    .map((rule) => ({ groupId: rule.securityGroupId, rule: securityGroupRule(rule, answers.accountId) }));
  const running = new Set(answers.instanceIds.running);
  const pending = new Set(answers.instanceIds.pending.filter((id) => !running.has(id)));
  return sorted({
    format: 1,
    ...(answers.region === undefined ? {} : { region: answers.region }),
    ...(answers.accountId === undefined ? {} : { accountId: answers.accountId }),
    vpcs,
    subnets,
    routeTables,
    instances: [
      ...[...pending].map((id) => ({ id, state: "pending" as const })),
      ...[...running].map((id) => ({ id, state: "running" as const })),
    ],
    networkInterfaces: answers.networkInterfaces
      .filter(({ subnetId, vpcId }) => vpcOfSubnet.get(subnetId) === vpcId)
      .map((each) => networkInterface(each, groupIds)),
    securityGroups: answers.securityGroups.map(({ id, name, vpcId }) => ({
      id,
      name,
      vpcId,
      ingress: ingress.filter(({ groupId }) => groupId === id).map(({ rule }) => rule),
    })),
    prefixLists: answers.prefixLists.map(({ id, name, addressFamily, entries }) => ({
      id,
      name,
      addressFamily: addressFamily === "IPv6" ? ("IPv6" as const) : ("IPv4" as const),
      entries: (entries ?? []).map(({ cidr, description }) => ({
        cidr: networkOf(cidr),
        ...(description ? { description } : {}),
      })),
    })),
  });
}

/** CIDRs that are being associated or disassociated don't count: their addresses aren't the VPC's. */
function vpc(answer: VpcAnswer): Vpc {
  const isAssociated = ({ state }: { state: string }) => state === "associated";
  const ipv4 = (answer.cidrBlockAssociations ?? []).filter(isAssociated).map((each) => each.cidrBlock);
  const ipv6 = answer.ipv6CidrBlockAssociations?.filter(isAssociated).map((each) => each.ipv6CidrBlock);
  const name = answer.tags?.["Name"];
  return {
    id: answer.id,
    ...(name ? { name } : {}),
    cidrBlocks: networks([answer.cidrBlock, ...ipv4]),
    ipv6CidrBlocks: networks(ipv6 ?? [answer.ipv6CidrBlock]),
  };
}

function networks(cidrs: (string | undefined)[]): string[] {
  return [...new Set(cidrs.flatMap((cidr) => (cidr ? [networkOf(cidr)] : [])))];
}

function route(answer: RouteAnswer): Route[] {
  const { cidrBlock, ipv6CidrBlock, destinationPrefixListId } = answer;
  const { gatewayId, instanceId, natGatewayId, networkInterfaceId, transitGatewayId, vpcEndpointId } = answer;
  if (!cidrBlock && !ipv6CidrBlock && !destinationPrefixListId) return [];
  return [
    {
      ...(cidrBlock ? { destinationCidrBlock: networkOf(cidrBlock) } : {}),
      ...(ipv6CidrBlock ? { destinationIpv6CidrBlock: networkOf(ipv6CidrBlock) } : {}),
      ...(destinationPrefixListId ? { destinationPrefixListId } : {}),
      ...(gatewayId ? { gatewayId } : {}),
      ...(instanceId ? { instanceId } : {}),
      ...(natGatewayId ? { natGatewayId } : {}),
      ...(networkInterfaceId ? { networkInterfaceId } : {}),
      ...(transitGatewayId ? { transitGatewayId } : {}),
      ...(vpcEndpointId ? { vpcEndpointId } : {}),
    },
  ];
}

function networkInterface(answer: NetworkInterfaceAnswer, groupIds: Set<string>): NetworkInterface {
  const { id, subnetId, vpcId, privateIp } = answer;
  const instanceId = answer.attachments?.find((attachment) => attachment.instanceId)?.instanceId;
  const others = (answer.privateIps ?? []).filter((address) => address !== privateIp).toSorted();
  return {
    id,
    ...(instanceId === undefined ? {} : { instanceId }),
    subnetId,
    vpcId,
    privateIpAddresses: privateIp ? [privateIp, ...others] : others,
    ipv6Addresses: answer.ipv6Addresses ?? [],
    securityGroupIds: (answer.securityGroups ?? []).filter((group) => groupIds.has(group)),
  };
}

/** Protocols that EC2 has names for; some answers give their numbers (EC2 API reference, IpPermission). */
const PROTOCOL_NAMES: Record<string, string> = { "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6" };

function securityGroupRule(
  answer: SecurityGroupRuleAnswer,
  accountId: string | undefined,
): SecurityGroupRule {
  const { id, cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId, description } = answer;
  const ipProtocol = PROTOCOL_NAMES[answer.ipProtocol] ?? answer.ipProtocol;
  // Protocols without ports mean all of the protocol, whatever range the answer carries.
  const hasPorts = Object.values(PROTOCOL_NAMES).includes(ipProtocol);
  return {
    id,
    ipProtocol,
    fromPort: hasPorts ? (answer.fromPort ?? -1) : -1,
    toPort: hasPorts ? (answer.toPort ?? -1) : -1,
    ...(cidrIpv4 ? { cidrIpv4: networkOf(cidrIpv4) } : {}),
    ...(cidrIpv6 ? { cidrIpv6: networkOf(cidrIpv6) } : {}),
    ...(prefixListId ? { prefixListId } : {}),
    ...(referencedSecurityGroupId
      ? { referencedSecurityGroupId: withoutAccount(referencedSecurityGroupId, accountId) }
      : {}),
    ...(description ? { description } : {}),
  };
}

/** A provider that doesn't know its own account writes it before every referenced group. */
function withoutAccount(groupId: string, accountId: string | undefined): string {
  return accountId !== undefined && groupId.startsWith(`${accountId}/`)
    ? groupId.slice(accountId.length + 1)
    : groupId;
}
