/** Which of the declared rules were used, by whom. */
import { grouped } from "../../lib/grouped";
import { compareTexts } from "../../lib/order";
import { permissionNamed } from "../change/permission";
import { doubtsOf, spanOf } from "./completeness";
import type { EvidenceGiven, Judged } from "./judged";
import { isoOf, summaryOf, type SeenSummary } from "./summary";
import type { Observed, SeenFlow } from "./types";

export interface RuleUse {
  rule: string;
  group: { id: string; name?: string };
  /** "TCP port 443". */
  traffic: string;
  direction: "ingress" | "egress";
  /**
   * "used": flows fit it. "perhaps": some may. "unused": none did in the time in which everything was seen that could
   * have. "not seen": none did, but the logs don't have everything: see `because`.
   */
  state: "used" | "perhaps" | "unused" | "not seen";
  /** The time in which all of its interfaces were watched; absent: there is none. */
  watched?: { from: string; to: string };
  /** Of flows that fit it; where only some may, of those. */
  seen?: SeenSummary;
  /** The most frequent peers. */
  by: { peer: string; count: number; first: string; last: string }[];
  /** Why the logs may not have all of it. */
  because: string[];
}

const MOST_PEERS = 20;

export function usesOf(judged: readonly Judged[], observed: Observed, given: EvidenceGiven): RuleUse[] {
  const { facts, inventory, mapped } = given;
  const [sure, perhaps] = [new Map<string, SeenFlow[]>(), new Map<string, SeenFlow[]>()];
  const add = (uses: Map<string, SeenFlow[]>, rule: string, flow: SeenFlow) => {
    const known = uses.get(rule);
    if (known === undefined) uses.set(rule, [flow]);
    else if (known.at(-1) !== flow) known.push(flow);
  };
  for (const { flow, fates, isOpen } of judged) {
    for (const { rule, isSure } of fates.flatMap((fate) => fate?.ours ?? [])) {
      add(isSure && !isOpen ? sure : perhaps, rule, flow);
    }
  }
  const behind = new Set(mapped.protectedInterfaces);
  const carriers = carriersOf(inventory, (id) => behind.has(id));
  const names = new Map(inventory.securityGroups.map(({ id, name }) => [id, name]));
  return facts.wanted.rules.map(({ name: rule }): RuleUse => {
    const { groupId, traffic, direction } = permissionNamed(rule);
    const ids = carriers.get(groupId) ?? [];
    const because =
      ids.length === 0 ? ["nobody who carries the group is behind the firewall"] : doubtsOf(observed, ids);
    const found = sure.get(rule) ?? perhaps.get(rule);
    const state = sure.has(rule) ? "used" : found ? "perhaps" : because.length > 0 ? "not seen" : "unused";
    const watched = ids.length === 0 ? undefined : spanOf(observed, ids);
    const name = names.get(groupId);
    return {
      rule,
      group: { id: groupId, ...(name !== undefined && { name }) },
      traffic,
      direction,
      // Without a time in which all were watched nothing is proved.
      state: state === "unused" && watched === undefined ? "not seen" : state,
      ...(watched !== undefined && { watched }),
      ...(found !== undefined && { seen: summaryOf(found) }),
      by: peersOf(found ?? []),
      because,
    };
  });
}

/** The interfaces of which something is asked, by the groups that they carry. */
export function carriersOf(
  { networkInterfaces }: EvidenceGiven["inventory"],
  isMeant: (id: string) => boolean,
): Map<string, string[]> {
  return grouped(
    networkInterfaces.flatMap(({ id, securityGroupIds }) =>
      isMeant(id) ? securityGroupIds.map((group) => [group, id] as const) : [],
    ),
  );
}

function peersOf(flows: readonly SeenFlow[]): RuleUse["by"] {
  const byPeer = new Map<string, { count: number; first: number; last: number }>();
  for (const { peer, count, first, last } of flows) {
    const known = byPeer.get(peer);
    if (known === undefined) byPeer.set(peer, { count, first, last });
    else {
      known.count += count;
      known.first = Math.min(known.first, first);
      known.last = Math.max(known.last, last);
    }
  }
  return [...byPeer]
    .sort(([a, m], [b, n]) => n.count - m.count || compareTexts(a, b))
    .slice(0, MOST_PEERS)
    .map(([peer, { count, first, last }]) => ({ peer, count, first: isoOf(first), last: isoOf(last) }));
}
