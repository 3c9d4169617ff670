/** What a person should know of ways through transit gateways: where only one direction comes to the firewall. */
import type { TransitGatewayAttachment } from "../../inventory/transit";
import type { Inventory, RouteTable } from "../../inventory/types";
import { FAMILIES, cidrsOf } from "../../lib/net/cidr";
import { compareTexts } from "../../lib/order";
import { listed } from "../../lib/text";
import type { Addresses } from "./reach";
import { isInForce, type Steps } from "./steps";

export interface WayDoubts {
  /**
   * Compares the ways in and out between a subnet's table and a transit gateway's table.
   * @param found those whose packets come to the firewall in one direction, and by another way in the other
   */
  compare: (
    table: RouteTable,
    gatewayTableId: string,
    found: { onlyIn: Addresses; onlyOut: Addresses },
  ) => void;
  /** Looks at the attachments by which these transit gateways lead to the firewall. */
  look: (transitGatewayIds: readonly string[]) => void;
  /** Whether what goes out by an attachment comes to the firewall at once. */
  isFirewalls: (attachment: TransitGatewayAttachment) => boolean;
  warnings: () => string[];
}

/** More would make a sentence a list. */
const SOME = 3;

/** Collects doubts, each once. */
export function wayDoubts(inventory: Inventory, steps: Steps): WayDoubts {
  const found = new Set<string>();
  const looked = new Set<string>();
  const tableOf = new Map(inventory.subnets.map(({ id, routeTableId }) => [id, routeTableId]));
  const targets = new Map<string, string>();
  /** What of the firewall a subnet's table leads to. */
  const leading = (subnetId: string): string => {
    const tableId = tableOf.get(subnetId) ?? "";
    const known = targets.get(tableId) ?? firewallsIn(steps, tableId);
    targets.set(tableId, known);
    return known;
  };
  const isFirewalls = ({ subnetIds = [] }: TransitGatewayAttachment) =>
    subnetIds.some((id) => leading(id) !== "");
  const ofFirewall = (inventory.transitGatewayAttachments ?? []).filter(
    (each) => isInForce(each) && isFirewalls(each),
  );
  return {
    isFirewalls,
    compare: (table, gatewayTableId, { onlyIn, onlyOut }) => {
      for (const family of FAMILIES) {
        const texts = (addresses: Addresses) =>
          listed(
            addresses[family].flatMap((interval) => cidrsOf(family, interval)).map(({ text }) => text),
            SOME,
          );
        if (onlyIn[family].length > 0) {
          found.add(
            `${gatewayTableId} sends packets from ${texts(onlyIn)} to the firewall on their way in, but route table ${table.id} sends the answers by another way. ${ONE_DIRECTION}`,
          );
        }
        if (onlyOut[family].length > 0) {
          found.add(
            `Route table ${table.id} sends packets to ${texts(onlyOut)} to the firewall on their way out, but ${gatewayTableId} brings what comes from there by another way. ${ONE_DIRECTION}`,
          );
        }
      }
    },
    look: (transitGatewayIds) => {
      for (const attachment of ofFirewall) {
        if (!transitGatewayIds.includes(attachment.transitGatewayId) || looked.has(attachment.id)) continue;
        looked.add(attachment.id);
        for (const doubt of ofZones(attachment, leading)) found.add(doubt);
      }
    },
    warnings: () => [...found].sort(compareTexts),
  };
}

const ONE_DIRECTION = "A firewall that sees one direction alone drops connections.";

function firewallsIn(steps: Steps, tableId: string): string {
  const texts = steps(tableId).flatMap(({ next }) =>
    next.flatMap((each) => ("end" in each && each.end === "firewall" ? [each.text] : [])),
  );
  return [...new Set(texts)].sort(compareTexts).join("; ");
}

/**
 * Each availability zone has a subnet of its own, and without appliance mode a packet comes out in the zone that it
 * comes from (VPC Transit Gateways guide, "Appliance in a shared services VPC").
 */
function ofZones(
  { id, resourceId, subnetIds = [], applianceMode }: TransitGatewayAttachment,
  leading: (subnetId: string) => string,
): string[] {
  const past = subnetIds.filter((each) => leading(each) === "");
  const firewalls = new Set(subnetIds.map(leading).filter((text) => text !== ""));
  return [
    ...(past.length > 0
      ? [
          `What ${id} brings into ${resourceId} doesn't come to the firewall in every availability zone: the route table of ${listed(past, SOME)} leads elsewhere. Rules count all of it.`,
        ]
      : []),
    ...(firewalls.size > 1 && applianceMode === false
      ? [
          `${id}, which leads into ${resourceId}, has appliance mode off, and another firewall stands in each availability zone: between VPCs, the two directions of a connection may come to different ones, which drop it. Turn appliance mode on.`,
        ]
      : []),
  ];
}
