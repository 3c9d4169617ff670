/** References to security groups, expanded to the private addresses of the interfaces that carry them. */
import type { Inventory, NetworkInterface, SecurityGroupRule } from "../inventory/types";
import { parseBlock } from "../lib/net/cidr";
import type { Cidr } from "../lib/net/cidr";

/** What a reference stands for, for packets to or from interfaces in these VPCs. */
export type ReferenceReader = (groupRule: SecurityGroupRule, vpcIds: readonly string[]) => Expanded;

interface Expanded {
  addresses: Cidr[];
  /** VPCs with interfaces that are left out, because they are not connected with all of the others. */
  unconnected: string[];
}

/**
 * Reads references as EC2 does: a referenced group means the private addresses of its interfaces, in the same
 * VPC or in one that an active peering connects it with (VPC user guide, "Security group rules"). Delegated
 * prefixes are left out: nothing says that a reference means them. A rule has several destinations, so an
 * interface counts only where its VPC is connected with each of theirs.
 */
export function referenceReader(inventory: Inventory): ReferenceReader {
  const carriers = new Map<string, NetworkInterface[]>();
  for (const networkInterface of inventory.networkInterfaces) {
    for (const groupId of networkInterface.securityGroupIds) {
      const known = carriers.get(groupId);
      if (known) known.push(networkInterface);
      else carriers.set(groupId, [networkInterface]);
    }
  }
  const peerings = new Set(
    (inventory.vpcPeeringConnections ?? [])
      .filter(({ status }) => status === "active")
      .flatMap(({ requester, accepter }) => [
        `${requester.vpcId} ${accepter.vpcId}`,
        `${accepter.vpcId} ${requester.vpcId}`,
      ]),
  );
  return ({ referencedSecurityGroupId = "", referencedGroup }, vpcIds) => {
    const groupId = referencedSecurityGroupId.slice(referencedSecurityGroupId.indexOf("/") + 1);
    const isStale =
      referencedGroup?.peeringStatus !== undefined && referencedGroup.peeringStatus !== "active";
    const unconnected = new Set<string>();
    const addresses = new Map<string, Cidr>();
    for (const { vpcId, privateIpAddresses, ipv6Addresses } of carriers.get(groupId) ?? []) {
      const isConnected = vpcIds.every(
        (other) => other === vpcId || (!isStale && peerings.has(`${vpcId} ${other}`)),
      );
      if (!isConnected) {
        unconnected.add(vpcId);
        continue;
      }
      for (const text of [...privateIpAddresses, ...ipv6Addresses]) {
        const address = parseBlock(text);
        if (address) addresses.set(address.text, address);
      }
    }
    return { addresses: [...addresses.values()], unconnected: [...unconnected].sort() };
  };
}
