/** Which packets come to the firewall by tables that follow one another. */
import { grouped } from "../../lib/grouped";
import { FAMILIES, type Family } from "../../lib/net/cidr";
import { EMPTY, intersection, setOf, size, type IntervalSet } from "../../lib/net/intervals";
import { shares } from "../longest-prefix";
import type { End as AnyEnd, Step, Steps } from "./steps";

/** Where packets come that are not lost. */
type End = Exclude<AnyEnd, "nowhere">;

export type Addresses = Record<Family, IntervalSet>;

export const NONE: Addresses = { IPv4: EMPTY, IPv6: EMPTY };

/**
 * Of packets that a table gets, by their destination: where they come. Some may come to several, by availability zone;
 * those that are lost come nowhere. What is unread counts as elsewhere, and is there as well.
 */
export type Reach = Record<End, Addresses>;

const ENDS = ["firewall", "elsewhere", "unknown", "unread"] as const;

interface Node {
  /** All of it. */
  reach: Reach;
  /** What ends at this table. */
  own: Reach;
  /** What other tables decide, by their ids. */
  on: [string, Addresses][];
}

/** What comes to the firewall by other tables than a VPC's own. */
export interface ReachReader {
  /** Of a table, whichever. */
  of: (tableId: string) => Reach;
  /** The same, of a VPC's table: of what comes to the firewall only what other tables decide. */
  through: (tableId: string) => Reach;
}

/**
 * Tables may lead back to one another, so what they reach grows until it doesn't: what only goes round comes nowhere.
 */
export function reachReader(steps: Steps): ReachReader {
  const nodes = new Map<string, Node>();
  const solved = (id: string): Node => {
    const found = nodes.get(id);
    if (found !== undefined) return found;
    const added: Node[] = [];
    const open = [id];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (nodes.has(next)) continue;
      const node = nodeOf(steps(next));
      nodes.set(next, node);
      added.push(node);
      open.push(...node.on.map(([at]) => at));
    }
    let hasGrown = added.length > 0;
    while (hasGrown) {
      hasGrown = false;
      for (const node of added) {
        const reach = every((end) => union(node.own[end], ...beyond(node, end)));
        if (ENDS.some((end) => amount(reach[end]) > amount(node.reach[end]))) hasGrown = true;
        node.reach = reach;
      }
    }
    return nodes.get(id)!;
  };
  const beyond = ({ on }: Node, end: End): Addresses[] =>
    on.map(([at, addresses]) => {
      const reached = nodes.get(at)!.reach[end];
      return both((family) => intersection(addresses[family], reached[family]));
    });
  return {
    of: (id) => solved(id).reach,
    through: (id) => {
      const node = solved(id);
      const firewall = union(...beyond(node, "firewall"));
      return { ...node.reach, firewall };
    },
  };
}

function every(ofEnd: (end: End) => Addresses): Reach {
  return {
    firewall: ofEnd("firewall"),
    elsewhere: ofEnd("elsewhere"),
    unknown: ofEnd("unknown"),
    unread: ofEnd("unread"),
  };
}

function nodeOf(steps: readonly Step[]): Node {
  const ends: Record<End, Addresses[]> = { firewall: [], elsewhere: [], unknown: [], unread: [] };
  const on: [string, Addresses][] = [];
  for (const family of FAMILIES) {
    for (const [{ next }, sent] of shares(steps.filter(({ cidr }) => cidr.family === family))) {
      for (const each of next) {
        const addresses = { ...NONE, [family]: sent };
        if ("at" in each) on.push([each.at, addresses]);
        else if (each.end !== "nowhere") ends[each.end].push(addresses);
        if ("end" in each && each.end === "unread") ends.elsewhere.push(addresses);
      }
    }
  }
  const own = every((end) => union(...ends[end]));
  return { reach: own, own, on: [...grouped(on)].map(([at, each]) => [at, union(...each)]) };
}

export function both(ofFamily: (family: Family) => IntervalSet): Addresses {
  return { IPv4: ofFamily("IPv4"), IPv6: ofFamily("IPv6") };
}

export function union(...all: readonly Addresses[]): Addresses {
  return both((family) => setOf(all.flatMap((each) => each[family])));
}

function amount(addresses: Addresses): bigint {
  return size(addresses.IPv4) + size(addresses.IPv6);
}
