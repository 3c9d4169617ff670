/** Whom a security group's rules let packets to, behind the firewall. */
import type { Inventory } from "../inventory/types";
import { compareAddresses, parseAddress, parseCidr } from "./cidr";
import type { Address, Cidr, Family } from "./cidr";
import type { ProtectedInterface } from "./routing";

/** One family's addresses of the protected interfaces that carry a group. */
export interface Destinations {
  /** Sorted, each once. Empty: nothing of this family is behind the firewall. */
  addresses: string[];
  /** For each VPC that one of these addresses is in, that VPC's CIDRs of the family. */
  vpcs: Cidr[][];
}

export type GroupDestinations = Record<Family, Destinations>;

/**
 * The destinations of each group that a protected interface carries. What counts is the interface's
 * groups, never the group's VPC: a group can be used in VPCs that it is shared with.
 */
export function destinationsByGroup(
  inventory: Inventory,
  interfaces: ProtectedInterface[],
): { groups: Map<string, GroupDestinations>; warnings: string[] } {
  const warnings: string[] = [];
  const collected = new Map<
    string,
    Record<Family, { addresses: Map<string, Address>; vpcIds: Set<string> }>
  >();
  for (const { networkInterface, behindFirewall } of interfaces) {
    const addresses = [...networkInterface.privateIpAddresses, ...networkInterface.ipv6Addresses].flatMap(
      (text) => {
        const address = parseAddress(text);
        if (!address) {
          warnings.push(
            `Network interface ${networkInterface.id} has the address ${JSON.stringify(text)}, which is no IP address: it is left out.`,
          );
        }
        return address && behindFirewall[address.family] ? [address] : [];
      },
    );
    for (const groupId of networkInterface.securityGroupIds) {
      let group = collected.get(groupId);
      if (!group) {
        group = {
          IPv4: { addresses: new Map(), vpcIds: new Set() },
          IPv6: { addresses: new Map(), vpcIds: new Set() },
        };
        collected.set(groupId, group);
      }
      for (const address of addresses) {
        group[address.family].addresses.set(address.text, address);
        group[address.family].vpcIds.add(networkInterface.vpcId);
      }
    }
  }
  const vpcCidrs = cidrsByVpc(inventory);
  const groups = new Map<string, GroupDestinations>();
  for (const [groupId, group] of collected) {
    const destinations = (family: Family): Destinations => ({
      addresses: [...group[family].addresses.values()].sort(compareAddresses).map(({ text }) => text),
      vpcs: [...group[family].vpcIds].map((vpcId) =>
        (vpcCidrs.get(vpcId) ?? []).filter((cidr) => cidr.family === family),
      ),
    });
    groups.set(groupId, { IPv4: destinations("IPv4"), IPv6: destinations("IPv6") });
  }
  return { groups, warnings };
}

function cidrsByVpc(inventory: Inventory): Map<string, Cidr[]> {
  return new Map(
    inventory.vpcs.map((vpc) => [
      vpc.id,
      [...vpc.cidrBlocks, ...vpc.ipv6CidrBlocks].flatMap((text) => parseCidr(text) ?? []),
    ]),
  );
}
