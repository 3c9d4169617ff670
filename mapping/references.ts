/** References to security groups, expanded to the private addresses of the interfaces that carry them. */
import type { Inventory, SecurityGroupRule } from "../inventory/types";
import { grouped } from "../lib/grouped";
import { cidrsOf, EVERY_ADDRESS, FAMILIES, parseBlock } from "../lib/net/cidr";
import type { Cidr } from "../lib/net/cidr";

/** What a reference stands for, for packets to or from interfaces in these VPCs. */
export type ReferenceReader = (groupRule: SecurityGroupRule, vpcIds: readonly string[]) => Expanded;

interface Expanded {
  addresses: Cidr[];
  /** Prefixes that are delegated to the same interfaces. */
  delegated: Cidr[];
  /** VPCs with interfaces that are left out, because they are not connected with all of the others. */
  unconnected: string[];
  /** Some of these are by a transit gateway or a core network, as far as routes say. */
  isTransit: boolean;
}

/**
 * Reads references as EC2 does: a referenced group means the private addresses of its interfaces, in the same
 * VPC or in one that an active peering connects it with (VPC user guide, "Security group rules"). Delegated
 * prefixes are told apart: nothing says that a reference means them. A rule has several destinations, so an
 * interface counts only where its VPC is connected with each of theirs.
 *
 * Transit gateways and core networks can let references match as well (SecurityGroupReferencingSupport, ingress alone),
 * but not across an inspection VPC (transit gateways guide, "Security group referencing"): of what comes to a firewall on
 * that way nothing matches, so such an interface is left out, too.
 */
export function referenceReader(inventory: Inventory): ReferenceReader {
  const carriers = grouped(
    inventory.networkInterfaces.flatMap((each) => each.securityGroupIds.map((id) => [id, each] as const)),
  );
  const peerings = new Set(
    (inventory.vpcPeeringConnections ?? [])
      .filter(({ status }) => status === "active")
      .flatMap(({ requester, accepter }) => [
        `${requester.vpcId} ${accepter.vpcId}`,
        `${accepter.vpcId} ${requester.vpcId}`,
      ]),
  );
  const transit = transitsOf(inventory);
  return ({ referencedSecurityGroupId = "", referencedGroup }, vpcIds) => {
    const groupId = referencedSecurityGroupId.slice(referencedSecurityGroupId.indexOf("/") + 1);
    const isStale =
      referencedGroup?.peeringStatus !== undefined && referencedGroup.peeringStatus !== "active";
    const unconnected = new Set<string>();
    const addresses = new Map<string, Cidr>();
    const delegated = new Map<string, Cidr>();
    for (const carrier of carriers.get(groupId) ?? []) {
      const { vpcId, privateIpAddresses, ipv6Addresses, ipv4Prefixes = [], ipv6Prefixes = [] } = carrier;
      const isConnected = vpcIds.every(
        (other) => other === vpcId || (!isStale && peerings.has(`${vpcId} ${other}`)),
      );
      if (!isConnected) {
        unconnected.add(vpcId);
        continue;
      }
      add(addresses, [...privateIpAddresses, ...ipv6Addresses]);
      add(delegated, [...ipv4Prefixes, ...ipv6Prefixes]);
    }
    const ways = new Set(vpcIds.flatMap((id) => [...(transit.get(id) ?? [])]));
    const isTransit = [...unconnected].some((id) =>
      [...(transit.get(id) ?? [])].some((each) => ways.has(each)),
    );
    return {
      addresses: [...addresses.values()],
      delegated: [...delegated.values()],
      unconnected: [...unconnected].sort(),
      isTransit,
    };
  };
}

/** Whether groups may have members that were not seen, or that peerings connect which were not. */
export function mayHaveMembers({ unread = [], denied = [], vpcPeeringConnections }: Inventory): boolean {
  const isDenied = denied.some(({ action }) => action === "DescribeVpcPeeringConnections");
  return unread.length > 0 || isDenied || vpcPeeringConnections === undefined;
}

/** What a reference stands for as far as nobody knows: any address. Who of these may be a member, others judge. */
export const anybody = (): Expanded => ({
  addresses: FAMILIES.flatMap((family) => cidrsOf(family, EVERY_ADDRESS[family])),
  delegated: [],
  unconnected: [],
  isTransit: false,
});

function add(blocks: Map<string, Cidr>, texts: readonly string[]): void {
  for (const text of texts) {
    const block = parseBlock(text);
    if (block) blocks.set(block.text, block);
  }
}

/** Transit gateways and core networks that routes of each VPC lead to. */
function transitsOf({ routeTables }: Inventory): Map<string, Set<string>> {
  const byVpc = new Map<string, Set<string>>();
  for (const { vpcId, routes } of routeTables) {
    for (const { transitGatewayId, coreNetworkArn } of routes) {
      const id = transitGatewayId ?? coreNetworkArn;
      if (id !== undefined) byVpc.set(vpcId, (byVpc.get(vpcId) ?? new Set()).add(id));
    }
  }
  return byVpc;
}
