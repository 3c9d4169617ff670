/** Ways through AWS that other tables than a subnet's own decide: what of its traffic they bring to the firewall. */
import type { TransitGatewayAttachment } from "../../inventory/transit";
import type { Inventory, RouteTable, Subnet } from "../../inventory/types";
import { FAMILIES, parseCidr, type Cidr, type Family } from "../../lib/net/cidr";
import { difference, intersection, overlaps } from "../../lib/net/intervals";
import { compareTexts } from "../../lib/order";
import type { LeadsToFirewall, PrefixListCidrs } from "../routes";
import { wayDoubts, type WayDoubts } from "./doubts";
import { both, reachReader, union, type Addresses, type Reach, type ReachReader } from "./reach";
import { cidrsByVpc, sourceReader, type SourceReader } from "./sources";
import { leadsOn, stepsOf, type Steps } from "./steps";
import { trace, type Hop } from "./trace";

/** What is read of ways that leave a VPC. */
export interface Ways {
  /**
   * Whose packets come to the firewall on their way to and from a subnet, and whose may, by tables beyond its VPC's;
   * whose the source of the inventory doesn't tell.
   */
  of: (subnet: Subnet, table: RouteTable) => Record<"crossing" | "unknown" | "unread", Addresses>;
  /** What becomes of a packet that a table gets. */
  trace: (tableId: string, family: Family, address: bigint) => Hop[];
  /** The attachments that bring packets of an address to a subnet's VPC, and the tables that route them. */
  sources: (subnet: Subnet, family: Family, address: bigint) => Source[];
  /** Where ways of VPCs' tables are lost: the rest of a sentence each. */
  unknown: () => string[];
  /** What a person should know of them, one sentence each. */
  warnings: () => string[];
}

interface Source {
  attachment: TransitGatewayAttachment;
  tableId: string;
}

/** Reads them; undefined where no route leads where other tables decide. @param isStrict as for steps */
export function waysBeyond(
  inventory: Inventory,
  leads: LeadsToFirewall,
  lists: PrefixListCidrs,
  isStrict = false,
): Ways | undefined {
  if (!leadsOn(inventory)) return undefined;
  const steps = stepsOf(inventory, leads, lists, isStrict);
  const reach = reachReader(steps);
  const doubts = wayDoubts(inventory, steps);
  const sources = sourceReader(inventory, doubts.isFirewalls);
  const into = waysInto(sources, reach, doubts);
  const ownOf = cidrsByVpc(inventory);
  return {
    of: (subnet, table) => {
      const out = reach.through(table.id);
      const brought = into(subnet, table, out);
      const beyondVpc = (addresses: Addresses) =>
        both((family) => difference(addresses[family], ownOf(subnet.vpcId)[family]));
      return {
        crossing: beyondVpc(union(out.firewall, brought.firewall)),
        unknown: beyondVpc(union(out.unknown, brought.unknown)),
        unread: beyondVpc(out.unread),
      };
    },
    sources: ({ vpcId }, family, address) =>
      sources
        .of(vpcId)
        .flatMap(({ tableId, attachments }) =>
          attachments
            .filter((each) => overlaps(sources.behind(each)[family], [{ first: address, last: address }]))
            .map((attachment) => ({ attachment, tableId })),
        ),
    trace: (tableId, family, address) => trace(steps, tableId, family, address),
    unknown: () => unknownEnds(inventory, steps),
    warnings: doubts.warnings,
  };
}

function unknownEnds({ routeTables }: Inventory, steps: Steps): string[] {
  const tables = new Set(routeTables.map(({ id }) => id));
  const found = new Set<string>();
  // A set's loop comes to what is added in it, too.
  for (const id of tables) {
    for (const each of steps(id).flatMap(({ next }) => next)) {
      if ("at" in each) tables.add(each.at);
      else if (each.end === "unknown" || each.end === "unread") found.add(each.text);
    }
  }
  return [...found].sort(compareTexts);
}

/** What transit gateways bring to a subnet through the firewall: of every attachment whose table sends it there. */
function waysInto(
  sources: SourceReader,
  reach: ReachReader,
  doubts: WayDoubts,
): (subnet: Subnet, table: RouteTable, out: Reach) => Pick<Reach, "firewall" | "unknown"> {
  return (subnet, table, out) => {
    const blocks = blocksOf(subnet);
    const found = sources.of(subnet.vpcId).map(({ tableId, from, notFirewalls }) => {
      const into = reach.of(tableId);
      // Whose packets come there, of all that this table routes for.
      const brought = (end: keyof Reach) =>
        both((family) => {
          const comes = blocks.some((each) => each.family === family && overlaps(into[end][family], [each]));
          return comes ? from[family] : [];
        });
      const [firewall, unknown, passing] = [brought("firewall"), brought("unknown"), brought("elsewhere")];
      doubts.compare(table, tableId, {
        onlyIn: both((family) => intersection(firewall[family], out.elsewhere[family])),
        // What the firewall's own VPC sends on comes from the firewall.
        onlyOut: both((family) =>
          firewall[family].length > 0 || passing[family].length === 0
            ? []
            : intersection(notFirewalls[family], out.firewall[family]),
        ),
      });
      return { firewall, unknown };
    });
    if (FAMILIES.some((family) => out.firewall[family].length > 0)) {
      doubts.look(sources.gatewaysOf(subnet.vpcId));
    }
    return {
      firewall: union(...found.map(({ firewall }) => firewall)),
      unknown: union(...found.map(({ unknown }) => unknown)),
    };
  };
}

function blocksOf({ cidrBlock, ipv6CidrBlocks = [] }: Subnet): Cidr[] {
  return [cidrBlock ?? "", ...ipv6CidrBlocks].flatMap((text) => parseCidr(text) ?? []);
}
