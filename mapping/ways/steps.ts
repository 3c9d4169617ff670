/**
 * Where each table sends packets next: VPCs' route tables and transit gateways', one step at a time. How transit gateways
 * route: VPC Transit Gateways guide, "How transit gateways work" (the table that an attachment is associated with decides
 * by the longest prefix; a static route goes before a propagated one) and "Route tables" (entries of a prefix list are
 * routes of their own). Out of a VPC's attachment packets come in one of its subnets, by whose table they go on.
 */
import {
  attachmentKey,
  type TransitGatewayAttachment,
  type TransitGatewayRoute,
  type TransitGatewayRouteTable,
} from "../../inventory/transit";
import type { Inventory, Route, RouteTable } from "../../inventory/types";
import { grouped } from "../../lib/grouped";
import { parseCidr, type Cidr } from "../../lib/net/cidr";
import { compareTexts } from "../../lib/order";
import { destinationsOf, targetOf, vpcCidrs } from "../routes";
import type { LeadsToFirewall, PrefixListCidrs } from "../routes";

/**
 * Where it ends; nowhere: it is lost. Unknown is none of the others: nothing crosses the firewall because of it. Unread:
 * the source of the inventory doesn't tell of transit gateways at all, or may not; that is said once, where it is read.
 */
export type End = "firewall" | "elsewhere" | "nowhere" | "unknown" | "unread";

/** Another table that decides next, or the end. */
type Next = { text: string } & ({ at: string } | { end: End });

/** One destination of a table. Several nexts: any of them, by availability zone or connection. */
export interface Step {
  cidr: Cidr;
  next: Next[];
}

/** The destinations of a table by its id, each once, both families. */
export type Steps = (tableId: string) => readonly Step[];

/** In these its packets pass (EC2 API reference, TransitGatewayAttachmentState). */
const IN_FORCE = new Set(["available", "modifying", "rollingBack"]);

/** What leaves AWS, where no firewall of a VPC can be. */
const OUTSIDE = new Set(["vpn", "direct-connect-gateway", "connect", "client-vpn"]);

/** Whether any route leads where only tables that are no VPC's say what comes next. */
export function leadsOn({ routeTables }: Inventory): boolean {
  return routeTables.some(({ routes }) => routes.some(leadsBeyond));
}

export function leadsBeyond({ transitGatewayId, coreNetworkArn }: Route): boolean {
  return transitGatewayId !== undefined || coreNetworkArn !== undefined;
}

/**
 * Reads steps from an inventory.
 * @param isStrict whether what a VPC that was not read does with packets to its own addresses is unknown, too: it may have
 * them inspected
 */
export function stepsOf(
  inventory: Inventory,
  leads: LeadsToFirewall,
  lists: PrefixListCidrs,
  isStrict = false,
): Steps {
  const network = { ...networkOf(inventory), isStrict };
  const vpcs = new Map(inventory.vpcs.map((vpc) => [vpc.id, vpc]));
  const known = new Map<string, readonly Step[]>();
  const ofVpc = (table: RouteTable): Step[] =>
    destinationsOf(table, vpcCidrs(vpcs.get(table.vpcId)), leads, lists).map(({ cidr, route }) => ({
      cidr,
      next:
        route === undefined
          ? [{ end: "elsewhere", text: `inside ${table.vpcId}` }]
          : nextOf(network, table.vpcId, route, leads),
    }));
  const read = (id: string): Step[] => {
    const table = network.tables.get(id);
    if (table !== undefined) return ofVpc(table);
    const ofGateway = network.gatewayTables.get(id);
    return routesOf(ofGateway).map(({ cidr, routes }) => ({
      cidr,
      next: nextOfGateway(network, ofGateway?.transitGatewayId ?? "", routes),
    }));
  };
  return (id) => {
    const steps = known.get(id) ?? read(id);
    known.set(id, steps);
    return steps;
  };
}

/** The routes of a transit gateway's table that count, by destination. */
export function routesOf(
  table: TransitGatewayRouteTable | undefined,
): { cidr: Cidr; routes: TransitGatewayRoute[] }[] {
  const routes = (table?.routes ?? []).map((route) => [route.destinationCidrBlock, route] as const);
  return [...grouped(routes)].flatMap(([text, all]) => {
    const cidr = parseCidr(text);
    const fixed = all.filter(({ type }) => type === "static");
    return cidr === undefined ? [] : [{ cidr, routes: fixed.length > 0 ? fixed : all }];
  });
}

/** The attachment by which a VPC's packets come to a transit gateway. */
function attachmentOf(
  { transitGatewayAttachments = [] }: Inventory,
  transitGatewayId: string,
  vpcId: string,
): TransitGatewayAttachment | undefined {
  return transitGatewayAttachments.find(
    (each) =>
      each.transitGatewayId === transitGatewayId &&
      each.resourceType === "vpc" &&
      each.resourceId === vpcId &&
      isInForce(each),
  );
}

/** Of two transit gateways. A "tgw-peering" is one from before that had another name. */
export function isPeering({ resourceType }: TransitGatewayAttachment): boolean {
  return resourceType === "peering" || resourceType === "tgw-peering";
}

/** The other side of a peering: two transit gateways have one at most (VPC Transit Gateways guide, "Quotas"). */
export function peerOf(
  { transitGatewayAttachments = [] }: Inventory,
  { transitGatewayId, resourceId }: TransitGatewayAttachment,
): TransitGatewayAttachment | undefined {
  return transitGatewayAttachments.find(
    (each) =>
      isPeering(each) &&
      each.transitGatewayId === resourceId &&
      each.resourceId === transitGatewayId &&
      isInForce(each),
  );
}

export function isInForce({ state }: TransitGatewayAttachment): boolean {
  return IN_FORCE.has(state);
}

function networkOf(inventory: Inventory) {
  const { transitGatewayAttachments: attachments, transitGatewayRouteTables = [], denied = [] } = inventory;
  // An owner who may not read attachments is told of none which table it has.
  const seesTables = denied.every(({ action }) => action !== "DescribeTransitGatewayAttachments");
  return {
    inventory,
    attachments:
      attachments &&
      new Map(attachments.map((each) => [attachmentKey(each.transitGatewayId, each.id), each] as const)),
    gatewayTables: new Map(transitGatewayRouteTables.map((each) => [each.id, each])),
    /** The transit gateways of which a table is seen: their owner sees all. */
    owned: new Set(
      seesTables ? transitGatewayRouteTables.map(({ transitGatewayId }) => transitGatewayId) : [],
    ),
    tables: new Map(inventory.routeTables.map((each) => [each.id, each])),
    subnets: new Map(inventory.subnets.map((each) => [each.id, each])),
  };
}

type Network = ReturnType<typeof networkOf> & { isStrict: boolean };

function nextOf(network: Network, vpcId: string, route: Route, leads: LeadsToFirewall): Next[] {
  const target = targetOf(route) ?? "nowhere";
  if (leads(route)) return [{ end: "firewall", text: `${target}, the firewall` }];
  if (route.state === "blackhole") return [{ end: "nowhere", text: `${target}, a blackhole` }];
  if (route.coreNetworkArn !== undefined) {
    return [{ end: "unknown", text: `${target}: the policy of a Cloud WAN core network is not read` }];
  }
  const { transitGatewayId } = route;
  if (transitGatewayId === undefined) return [{ end: "elsewhere", text: target }];
  if (network.attachments === undefined) {
    return [{ end: "unread", text: transitGatewayId }];
  }
  const attachment = attachmentOf(network.inventory, transitGatewayId, vpcId);
  if (attachment === undefined) {
    return [{ end: "unknown", text: `${transitGatewayId}: no attachment of ${vpcId} to it is seen` }];
  }
  return [leaving(network, attachment)];
}

/** What becomes of packets that come to a transit gateway by an attachment. */
function leaving(
  { gatewayTables, owned }: Network,
  { id, transitGatewayId, routeTableId }: TransitGatewayAttachment,
  by = `${transitGatewayId} by ${id}`,
): Next {
  if (routeTableId === undefined) {
    return owned.has(transitGatewayId)
      ? { end: "nowhere", text: `${by}, which has no route table` }
      : {
          end: "unknown",
          text: `${by}: which route table it has is seen by the transit gateway's owner only`,
        };
  }
  return gatewayTables.get(routeTableId)?.routes === undefined
    ? { end: "unknown", text: `${by}: the routes of ${routeTableId} were not read` }
    : { at: routeTableId, text: by };
}

/** @param routes of one destination */
function nextOfGateway(
  network: Network,
  transitGatewayId: string,
  routes: readonly TransitGatewayRoute[],
): Next[] {
  const nexts = routes.flatMap((route): Next[] => {
    if (route.state === "blackhole") return [{ end: "nowhere", text: "a blackhole" }];
    if (route.attachmentIds.length === 0) return [{ end: "unknown", text: "an attachment that isn't told" }];
    return route.attachmentIds.flatMap((id) =>
      arriving(network, attachmentKey(transitGatewayId, id), route.type === "propagated"),
    );
  });
  return [...new Map(nexts.map((each) => [JSON.stringify(each), each])).values()];
}

/** What becomes of packets that a transit gateway sends to an attachment. @param isOwn to the VPC's own addresses */
function arriving(network: Network, key: string, isOwn: boolean): Next[] {
  const attachment = network.attachments?.get(key);
  if (attachment === undefined) {
    return [{ end: "unknown", text: `${key.split(" ").at(-1)}, which is not seen` }];
  }
  const { id, resourceType, resourceId = "", resourceOwnerId, subnetIds = [] } = attachment;
  const what = `${resourceType} ${resourceId} by ${id}`;
  if (!isInForce(attachment)) return [{ end: "nowhere", text: `${what}, which is ${attachment.state}` }];
  if (OUTSIDE.has(resourceType)) return [{ end: "elsewhere", text: what }];
  const whose = resourceOwnerId === undefined ? "" : ` of account ${resourceOwnerId}`;
  if (isPeering(attachment)) {
    const peer = peerOf(network.inventory, attachment);
    if (peer !== undefined) return [leaving(network, peer, what)];
    return [
      {
        end: "unknown",
        text: `${what}: that transit gateway${whose} was not read, in whichever region it is`,
      },
    ];
  }
  if (resourceType !== "vpc") {
    return [{ end: "unknown", text: `${what}: where that leads is not read` }];
  }
  const byTable = grouped(
    subnetIds.map((each) => [network.subnets.get(each)?.routeTableId ?? "", each] as const),
  );
  const isUnread = byTable.size === 0 || byTable.has("");
  return [
    ...[...byTable]
      .filter(([table]) => table !== "")
      .sort(([a], [b]) => compareTexts(a, b))
      .map(([at, subnets]): Next => ({ at, text: `${what}, ${subnets.join(", ")}` })),
    ...(!isUnread
      ? []
      : isOwn && !network.isStrict
        ? [{ end: "elsewhere" as const, text: what }]
        : [{ end: "unknown" as const, text: `${what}: that VPC${whose} was not read` }]),
  ];
}
