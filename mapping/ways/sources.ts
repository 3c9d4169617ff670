/** What transit gateways bring to a VPC: from which attachments, and whose packets. */
import { attachmentKey, type TransitGatewayAttachment } from "../../inventory/transit";
import type { Inventory } from "../../inventory/types";
import { grouped } from "../../lib/grouped";
import { FAMILIES, type Cidr } from "../../lib/net/cidr";
import { difference, setOf } from "../../lib/net/intervals";
import { once } from "../../lib/once";
import { shares } from "../longest-prefix";
import { vpcCidrs } from "../routes";
import { both, NONE, union, type Addresses } from "./reach";
import { isInForce, isPeering, peerOf, routesOf } from "./steps";

/** Attachments that one table of a transit gateway routes for, but for the VPC's own. */
interface Sources {
  tableId: string;
  attachments: TransitGatewayAttachment[];
  /** Whose packets they bring. */
  from: Addresses;
  /** The same, but for those by which the firewall's VPC is attached. */
  notFirewalls: Addresses;
}

export interface SourceReader {
  /** The transit gateways that a VPC is attached to. */
  gatewaysOf: (vpcId: string) => readonly string[];
  of: (vpcId: string) => readonly Sources[];
  /** Whose packets an attachment brings. */
  behind: (attachment: TransitGatewayAttachment) => Addresses;
}

/** @param isFirewalls whether the firewall's VPC is attached by it */
export function sourceReader(
  inventory: Inventory,
  isFirewalls: (attachment: TransitGatewayAttachment) => boolean,
): SourceReader {
  const attachments = (inventory.transitGatewayAttachments ?? []).filter(isInForce);
  const byTable = grouped(
    attachments.flatMap((each): [string, TransitGatewayAttachment][] =>
      each.routeTableId === undefined ? [] : [[each.routeTableId, each]],
    ),
  );
  const byVpc = grouped(attachments.map((each) => [each.resourceId ?? "", each] as const));
  const gatewaysOf = (vpcId: string) =>
    (byVpc.get(vpcId) ?? []).map(({ transitGatewayId }) => transitGatewayId);
  const peersOf = peeredGateways(inventory, attachments);
  const ownOf = cidrsByVpc(inventory);
  const behind = addressesBehind(inventory, ownOf);
  const broughtBy = (all: readonly TransitGatewayAttachment[]) => ({
    from: union(...all.map(behind)),
    notFirewalls: union(...all.filter((each) => !isFirewalls(each)).map(behind)),
  });
  // Hundreds of VPCs share a table, and what each gets is that of all but of its own.
  const broughtByTable = once((tableId: string) => broughtBy(byTable.get(tableId) ?? []));
  const of = once((vpcId: string): Sources[] => {
    const gateways = peersOf(gatewaysOf(vpcId));
    const own = ownOf(vpcId);
    const beyond = (all: Addresses) => both((family) => difference(all[family], own[family]));
    const isOnlyItself = (byVpc.get(vpcId) ?? []).every((each) =>
      FAMILIES.every((family) => beyond(behind(each))[family].length === 0),
    );
    return [...byTable].flatMap(([tableId, all]) => {
      const others = all.filter(({ resourceId }) => resourceId !== vpcId);
      if (!gateways.has(all[0]!.transitGatewayId) || others.length === 0) return [];
      const { from, notFirewalls } = isOnlyItself ? broughtByTable(tableId) : broughtBy(others);
      return [{ tableId, attachments: others, from: beyond(from), notFirewalls: beyond(notFirewalls) }];
    });
  });
  return { gatewaysOf, of, behind };
}

/** Transit gateways, and all that peerings join to them and that are seen. */
function peeredGateways(inventory: Inventory, attachments: readonly TransitGatewayAttachment[]) {
  const peers = grouped(
    attachments.flatMap((each): [string, string][] => {
      const peer = isPeering(each) ? peerOf(inventory, each) : undefined;
      return peer === undefined ? [] : [[each.transitGatewayId, peer.transitGatewayId]];
    }),
  );
  return (gateways: readonly string[]): ReadonlySet<string> => {
    const found = new Set(gateways);
    // A set's loop comes to what is added in it, too.
    for (const each of found) for (const peer of peers.get(each) ?? []) found.add(peer);
    return found;
  };
}

/** What a VPC has itself; nothing of one that was not read. */
export function cidrsByVpc({ vpcs }: Inventory): (vpcId: string) => Addresses {
  const known = new Map(vpcs.map((vpc) => [vpc.id, setOfBoth(vpcCidrs(vpc))]));
  return (vpcId) => known.get(vpcId) ?? NONE;
}

function setOfBoth(cidrs: readonly Cidr[]): Addresses {
  return both((family) => setOf(cidrs.filter((cidr) => cidr.family === family)));
}

/** Those of an attachment: its VPC's own CIDRs, and what any of the transit gateway's tables sends to it. */
function addressesBehind(
  { transitGatewayRouteTables = [] }: Inventory,
  ownOf: (vpcId: string) => Addresses,
): (attachment: TransitGatewayAttachment) => Addresses {
  const routed = new Map<string, Addresses[]>();
  const add = (key: string, addresses: Addresses) => {
    const known = routed.get(key);
    if (known === undefined) routed.set(key, [addresses]);
    else known.push(addresses);
  };
  for (const table of transitGatewayRouteTables) {
    const destinations = routesOf(table);
    for (const family of FAMILIES) {
      for (const [{ routes }, own] of shares(destinations.filter(({ cidr }) => cidr.family === family))) {
        for (const { attachmentIds } of routes) {
          for (const each of attachmentIds) {
            add(attachmentKey(table.transitGatewayId, each), { ...NONE, [family]: own });
          }
        }
      }
    }
  }
  const key = ({ transitGatewayId, id }: TransitGatewayAttachment) => attachmentKey(transitGatewayId, id);
  return once((each) => union(ownOf(each.resourceId ?? ""), ...(routed.get(key(each)) ?? [])), key);
}
