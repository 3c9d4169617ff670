/**
 * What AWS does with a packet, from the EC2 API reference and the VPC user guide: route tables decide
 * whether it passes the firewall, security groups whether the interface takes it.
 */
import type { Inventory, NetworkInterface, Route, SecurityGroupRule } from "../../../inventory/types";
import type { MappingOptions } from "../../../mapping/types";
import { isWithin } from "./bits";
import { isIpv6 } from "./packet";
import type { Packet } from "./packet";

/** The security-group rules that let the packet in. A reference never does: see `matchesSource`. */
export function rulesThatLetIn(inventory: Inventory, packet: Packet): SecurityGroupRule[] {
  const target = interfaceOf(inventory, packet.destination);
  return inventory.securityGroups
    .filter((group) => target?.securityGroupIds.includes(group.id))
    .flatMap((group) => group.ingress)
    .filter((rule) => matchesTraffic(rule, packet) && matchesSource(inventory, rule, packet));
}

/** Whether the packet comes through the firewall: from outside the VPC, to an interface behind it. */
export function crossesFirewall(inventory: Inventory, options: MappingOptions, packet: Packet): boolean {
  return (
    isBehindFirewall(inventory, options, packet.destination) &&
    !vpcCidrsAround(inventory, packet.destination).some((cidr) => isWithin(packet.source, cidr))
  );
}

/** The CIDRs of the VPC that an interface's address is in. */
export function vpcCidrsAround(inventory: Inventory, address: string): string[] {
  const target = interfaceOf(inventory, address);
  const vpc = inventory.vpcs.find(({ id }) => id === target?.vpcId);
  return [...(vpc?.cidrBlocks ?? []), ...(vpc?.ipv6CidrBlocks ?? [])];
}

/** What PAN-OS has no words for (its protocols begin at 1): such permissions are withheld, with a warning. */
export function isSayable(rule: SecurityGroupRule): boolean {
  return rule.ipProtocol !== "0";
}

function interfaceOf(inventory: Inventory, address: string): NetworkInterface | undefined {
  return inventory.networkInterfaces.find((candidate) =>
    [...candidate.privateIpAddresses, ...candidate.ipv6Addresses].some((own) => isWithin(address, own)),
  );
}

/** Whether an address is one of an interface whose internet traffic, of the address's family, passes it. */
export function isBehindFirewall(
  inventory: Inventory,
  { firewall }: MappingOptions,
  address: string,
): boolean {
  const target = interfaceOf(inventory, address);
  const ipv6 = isIpv6(address);
  const isUp = inventory.instances.some(({ id }) => id === target?.instanceId);
  // The firewall's interfaces: those configured, and all that share an instance with one of them.
  const firewallInstances = [
    ...firewall.instanceIds,
    ...inventory.networkInterfaces
      .filter(({ id }) => firewall.networkInterfaceIds.includes(id))
      .map(({ instanceId }) => instanceId),
  ];
  const firewallInterfaces = [
    ...firewall.networkInterfaceIds,
    ...inventory.networkInterfaces
      .filter(({ instanceId }) => instanceId !== undefined && firewallInstances.includes(instanceId))
      .map(({ id }) => id),
  ];
  if (!target || !isUp || firewallInterfaces.includes(target.id)) return false;

  const leadsToFirewall = (route: Route) =>
    route.state !== "blackhole" &&
    ((route.instanceId !== undefined && firewallInstances.includes(route.instanceId)) ||
      (route.networkInterfaceId !== undefined && firewallInterfaces.includes(route.networkInterfaceId)) ||
      (route.vpcEndpointId !== undefined && firewall.vpcEndpointIds.includes(route.vpcEndpointId)));
  const tableId = inventory.subnets.find(({ id }) => id === target.subnetId)?.routeTableId;
  const routed = (inventory.routeTables.find(({ id }) => id === tableId)?.routes ?? [])
    .filter(leadsToFirewall)
    .map((route) => (ipv6 ? route.destinationIpv6CidrBlock : route.destinationCidrBlock));
  const [all, halves] = ipv6 ? ["::/0", ["::/1", "8000::/1"]] : ["0.0.0.0/0", ["0.0.0.0/1", "128.0.0.0/1"]];
  return routed.includes(all) || halves.every((half) => routed.includes(half));
}

function matchesTraffic({ ipProtocol, fromPort, toPort }: SecurityGroupRule, packet: Packet): boolean {
  const names: Record<string, number> = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };
  const protocol = names[ipProtocol] ?? Number(ipProtocol);
  if (protocol === -1) return true;
  if (protocol !== packet.protocol) return false;
  switch (protocol) {
    case 6:
    case 17:
      return packet.port >= fromPort && packet.port <= toPort;
    case 1:
    case 58:
      return (
        (fromPort === -1 || fromPort === packet.type) &&
        (toPort === -1 || fromPort === -1 || toPort === packet.code)
      );
    default:
      return true;
  }
}

/**
 * A reference stands for private addresses of the group's interfaces, and does not work through a
 * middlebox (VPC user guide), so no packet that crosses the firewall is let in by one.
 */
function matchesSource(inventory: Inventory, rule: SecurityGroupRule, packet: Packet): boolean {
  const entries = inventory.prefixLists
    .filter(({ id }) => id === rule.prefixListId)
    .flatMap((list) => list.entries.map(({ cidr }) => cidr));
  return [rule.cidrIpv4, rule.cidrIpv6, ...entries].some(
    (cidr) => cidr !== undefined && isWithin(packet.source, cidr),
  );
}
