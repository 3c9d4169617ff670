/** Traffic between subnets of one VPC that tables send to the firewall in one direction alone. */
import type { Inventory, Route, RouteTable, Subnet } from "../inventory/types";
import { FAMILIES, parseCidr, type Family } from "../lib/net/cidr";
import { grouped } from "../lib/grouped";
import { intersection, overlaps, setOf, type IntervalSet } from "../lib/net/intervals";
import { compareTexts } from "../lib/order";
import { listed } from "../lib/text";
import { routedPrefixLists, vpcCidrs, waysOut } from "./routes";

/** How many pairs of subnets one sentence names. */
const SOME = 5;

/** A subnet with what of each family is in it, and what of its VPC its table sends to the firewall. */
interface Placed {
  id: string;
  table: RouteTable;
  blocks: Record<Family, IntervalSet>;
  sent: Record<Family, IntervalSet>;
}

/**
 * One sentence for each pair of tables of which one sends to the firewall what is for the other's subnets, while the
 * other doesn't send the answers there.
 * @param used the subnets with anything in it that such packets may be of: not those of the firewall alone
 */
export function oneWayInside(
  inventory: Inventory,
  leadsToFirewall: (route: Route) => boolean,
  used: ReadonlySet<string>,
): string[] {
  const tables = new Map(inventory.routeTables.map((table) => [table.id, table]));
  const vpcs = new Map(inventory.vpcs.map((vpc) => [vpc.id, vpc]));
  const lists = routedPrefixLists(inventory);
  const sent = new Map<RouteTable, Placed["sent"]>();
  const sentBy = (table: RouteTable, vpcId: string) => {
    const known = sent.get(table);
    if (known) return known;
    const vpc = vpcs.get(vpcId);
    const own = vpcCidrs(vpc);
    const out = waysOut(table, vpc, leadsToFirewall, lists);
    const inside = (family: Family) =>
      intersection(out[family].crossing, setOf(own.filter((cidr) => cidr.family === family)));
    const found = { IPv4: inside("IPv4"), IPv6: inside("IPv6") };
    sent.set(table, found);
    return found;
  };
  const placed = grouped(
    inventory.subnets.flatMap((subnet) => {
      const table = tables.get(subnet.routeTableId);
      if (!used.has(subnet.id) || table === undefined) return [];
      const { id, vpcId } = subnet;
      return [[vpcId, { id, table, blocks: blocksOf(subnet), sent: sentBy(table, vpcId) }] as const];
    }),
  );
  const found = grouped(
    [...placed.values()].flatMap((each) => FAMILIES.flatMap((family) => pairsOf(each, family))),
  );
  return [...found].map(([text, pairs]) => sentence(text, pairs)).sort(compareTexts);
}

/** What of a VPC goes one way alone: by what is said of both tables. */
function pairsOf(placed: readonly Placed[], family: Family): [string, string][] {
  const sends = (from: Placed, to: Placed) => overlaps(from.sent[family], to.blocks[family]);
  return placed.flatMap((from) =>
    placed
      .filter((to) => to.id !== from.id && sends(from, to) && !sends(to, from))
      .map((to): [string, string] => [
        `route table ${from.table.id} sends this ${family} traffic to the firewall, but route table ${to.table.id} doesn't send its answers there`,
        `${from.id} to ${to.id}`,
      ]),
  );
}

function sentence(text: string, pairs: readonly string[]): string {
  return `From ${listed(pairs.toSorted(compareTexts), SOME)}: ${text}. A firewall that sees one direction alone drops connections.`;
}

function blocksOf({ cidrBlock, ipv6CidrBlocks = [] }: Subnet): Placed["blocks"] {
  const cidrs = [cidrBlock ?? "", ...ipv6CidrBlocks].flatMap((text) => parseCidr(text) ?? []);
  const of = (family: Family) => setOf(cidrs.filter((cidr) => cidr.family === family));
  return { IPv4: of("IPv4"), IPv6: of("IPv6") };
}
