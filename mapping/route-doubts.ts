/** What a person should know of route tables that the firewall stands in: contradictions, and what can't be seen. */
import type { Route, RouteTable } from "../inventory/types";
import type { Family } from "../lib/net/cidr";
import { compareTexts } from "../lib/order";
import { plainText } from "../lib/text";
import { destinationOf, targetOf } from "./routes";
import type { LeadsToFirewall, PrefixListCidrs } from "./routes";

/** A gateway's table and a subnet's that don't send the same traffic to the firewall. */
interface Disagreement {
  edge: RouteTable;
  table: RouteTable;
  isWayOut: boolean;
}

/**
 * Collects doubts about route tables, each once, while subnets are judged.
 * @param leadsOn whether a route leads to where other tables may bring its packets to the firewall
 */
export function routeDoubts(
  leadsToFirewall: LeadsToFirewall,
  lists: PrefixListCidrs,
  leadsOn: LeadsToFirewall,
) {
  const halves = new Set<string>();
  const disagreements = new Map<string, Disagreement & { family: Family; subnetIds: string[] }>();
  const looked = new Map<string, { isBehind: boolean; doubts: string[] }>();
  return {
    half: (table: RouteTable, family: Family) => {
      halves.add(
        `Route table ${table.id} sends only one half of all ${family} addresses to the firewall: that counts for nothing.`,
      );
    },
    disagreement: (subnetId: string, family: Family, found: Disagreement) => {
      const key = JSON.stringify([family, found.edge.id, found.table.id, found.isWayOut]);
      const known = disagreements.get(key) ?? { ...found, family, subnetIds: [] };
      disagreements.set(key, { ...known, subnetIds: [...known.subnetIds, subnetId] });
    },
    /**
     * Looks at the routes of a table.
     * @param isBehind something is behind the firewall by it: otherwise only what is not known of it matters
     */
    look: (table: RouteTable, isBehind: boolean) => {
      const known = looked.get(table.id);
      if (known && (known.isBehind || !isBehind)) return;
      const doubts = table.routes.flatMap((route) => {
        const [isUnseen, toFirewall] = [hidesItsList(route, lists), leadsToFirewall(route)];
        const isLost = isBehind && route.state === "blackhole" && toFirewall;
        const effect = toFirewall
          ? LEFT_OUT
          : isBehind
            ? STAYS
            : leadsOn(route)
              ? MAY_BE_LEFT_OUT
              : undefined;
        return [
          ...(isLost ? [blackhole(table, route)] : []),
          ...(isUnseen && effect !== undefined ? [unseenList(table, route, effect)] : []),
        ];
      });
      looked.set(table.id, { isBehind, doubts: [...doubts, ...unreadableRoutes(table)] });
    },
    warnings: (): string[] => [
      ...[...halves].sort(compareTexts),
      ...[...disagreements].sort(([a], [b]) => compareTexts(a, b)).map(([, found]) => contradiction(found)),
      ...[...looked.values()].flatMap(({ doubts }) => doubts).sort(compareTexts),
    ],
  };
}

/** A stopped firewall is one that comes back, so its rules have to be there when it does. */
function blackhole(table: RouteTable, route: Route): string {
  return (
    `Route table ${table.id}: the route ${destinationOf(route)} to the firewall's ${targetOf(route)} is a blackhole, because ` +
    "the firewall doesn't run or what leads to it is gone. Its traffic is lost until then; what is behind it keeps its rules."
  );
}

const LEFT_OUT = "what it sends to the firewall besides other routes is left out";
const MAY_BE_LEFT_OUT = "what comes to the firewall from there is left out";
const STAYS = "what it takes away from the firewall still gets rules";

/** Which destinations a route takes is not known where its prefix list can't be seen. */
function hidesItsList({ destinationPrefixListId: id }: Route, lists: PrefixListCidrs): boolean {
  return id !== undefined && !lists.has(id);
}

function unseenList(table: RouteTable, route: Route, effect: string): string {
  return `Route table ${table.id}: the entries of the prefix list ${route.destinationPrefixListId}, which it points to ${targetOf(route)}, were not seen: ${effect}.`;
}

function unreadableRoutes({ id, unreadableRoutes = [] }: RouteTable): string[] {
  return unreadableRoutes.map(
    (fault) =>
      `Route table ${id}: a route can't be read, so what it sends to the firewall is left out, and what it takes away still gets rules: ${plainText(fault)}.`,
  );
}

function contradiction({
  family,
  subnetIds,
  edge,
  table,
  isWayOut,
}: Disagreement & { family: Family; subnetIds: string[] }): string {
  const only = isWayOut
    ? `route table ${table.id} sends their traffic to the firewall on its way out, but the internet gateway's route table ${edge.id} doesn't on its way in`
    : `the internet gateway's route table ${edge.id} sends their traffic to the firewall on its way in, but route table ${table.id} doesn't on its way out`;
  return `${family} in ${subnetIds.toSorted(compareTexts).join(", ")}: ${only}. A firewall that sees one direction alone drops connections.`;
}
