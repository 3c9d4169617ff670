/** What became of routes: in a table, and beyond a VPC, where transit gateways lead its packets to the firewall or past it. */
import {
  attachmentKey,
  type TransitGatewayAttachment,
  type TransitGatewayRoute,
} from "../../inventory/transit";
import type { Inventory, RouteTable } from "../../inventory/types";
import { listed } from "../../lib/text";
import type { Reason } from "../explain/reason";

/** How the routes of a table differ, in words. */
export function routesChanged(old: RouteTable, now: RouteTable): string | undefined {
  const changed = gainedAndLost(old.routes.map(routeText), now.routes.map(routeText));
  return changed === undefined ? undefined : `route table ${now.id} ${changed}`;
}

function gainedAndLost(old: readonly string[], now: readonly string[]): string | undefined {
  const [had, has] = [new Set(old), new Set(now)];
  const gained = [...has].filter((text) => !had.has(text));
  const lost = [...had].filter((text) => !has.has(text));
  if (gained.length + lost.length === 0) return undefined;
  const list = (verb: string, routes: string[]) =>
    routes.length === 0 ? [] : [`${verb} ${listed(routes, 3)}`];
  return [...list("gained", gained), ...list("lost", lost)].join(" and ");
}

function routeText(route: RouteTable["routes"][number]): string {
  const { destinationCidrBlock: v4, destinationIpv6CidrBlock: v6, destinationPrefixListId: list } = route;
  const targets = Object.entries(route).flatMap(([key, value]) =>
    key.startsWith("destination") || key === "state" || key === "origin" ? [] : [String(value)],
  );
  const blackhole = route.state === "blackhole" ? " (a blackhole)" : "";
  return `${v4 ?? v6 ?? list ?? "?"} → ${targets.join(" ") || "nowhere"}${blackhole}`;
}

/** The moves between two inventories: routes of transit gateways, attachments, and tables of what is attached. */
export function transitMoves(before: Inventory, after: Inventory): Reason[] {
  return [...gatewayTables(before, after), ...attachments(before, after), ...attachedTables(before, after)];
}

function gatewayTables(before: Inventory, after: Inventory): Reason[] {
  const [had, has] = [before, after].map(
    ({ transitGatewayRouteTables = [] }) =>
      new Map(transitGatewayRouteTables.map(({ id, routes }) => [id, routes] as const)),
  ) as [Map<string, TransitGatewayRoute[] | undefined>, Map<string, TransitGatewayRoute[] | undefined>];
  return [...new Set([...had.keys(), ...has.keys()])].sort().flatMap((id): Reason[] => {
    const [old, now] = [had.get(id), has.get(id)];
    if (old === undefined || now === undefined) {
      if (old === now) return [];
      return [
        { id, text: `the routes of ${id} ${now === undefined ? "are not read any more" : "are read now"}` },
      ];
    }
    const changed = gainedAndLost(old.map(gatewayRouteText), now.map(gatewayRouteText));
    return changed === undefined ? [] : [{ id, text: `transit gateway route table ${id} ${changed}` }];
  });
}

function gatewayRouteText({ destinationCidrBlock, attachmentIds, state }: TransitGatewayRoute): string {
  return `${destinationCidrBlock} → ${state === "blackhole" ? "a blackhole" : listed(attachmentIds, 3)}`;
}

function attachments(before: Inventory, after: Inventory): Reason[] {
  const [had, has] = [before, after].map(
    ({ transitGatewayAttachments = [] }) =>
      new Map(
        transitGatewayAttachments.map(
          (each) => [attachmentKey(each.transitGatewayId, each.id), each] as const,
        ),
      ),
  ) as [Map<string, TransitGatewayAttachment>, Map<string, TransitGatewayAttachment>];
  return [...new Set([...had.keys(), ...has.keys()])].sort().flatMap((key): Reason[] => {
    const [old, now] = [had.get(key), has.get(key)];
    const { id, resourceId = "" } = (now ?? old)!;
    const what = `${id} of ${resourceId}`;
    if (old === undefined) return [{ id, text: `${what} is new` }];
    if (now === undefined) return [{ id, text: `${what} is gone` }];
    const [table, subnets] = [now.routeTableId ?? "no route table", listed(now.subnetIds ?? [], 3)];
    if (old.routeTableId !== now.routeTableId) {
      return [{ id, text: `${what} is associated with ${table} instead of ${old.routeTableId ?? "none"}` }];
    }
    if (old.state !== now.state) return [{ id, text: `${what} is ${now.state}, and was ${old.state}` }];
    const isMoved = (old.subnetIds ?? []).toSorted().join() !== (now.subnetIds ?? []).toSorted().join();
    return isMoved ? [{ id, text: `${what} is in ${subnets} now` }] : [];
  });
}

/** By these goes on what transit gateways bring into a VPC. */
function attachedTables(before: Inventory, after: Inventory): Reason[] {
  const subnetIds = new Set((after.transitGatewayAttachments ?? []).flatMap((each) => each.subnetIds ?? []));
  const used = new Set(
    after.subnets.flatMap(({ id, routeTableId }) => (subnetIds.has(id) ? [routeTableId] : [])),
  );
  return after.routeTables.flatMap((now): Reason[] => {
    const old = before.routeTables.find(({ id }) => id === now.id);
    const changed = used.has(now.id) && old !== undefined ? routesChanged(old, now) : undefined;
    return changed === undefined ? [] : [{ id: now.id, text: changed }];
  });
}
