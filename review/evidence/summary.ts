/** Flows that were seen, told together. */
import { compareTexts } from "../../lib/order";
import { counted } from "../../lib/text";
import type { SeenDirection, SeenFlow } from "./types";

/** How often, when, and by whom. */
export interface SeenSummary {
  count: number;
  /** ISO 8601. */
  first: string;
  last: string;
  /** Who was at the other end, the most frequent first; of many, the first ones. */
  peers: string[];
  /** How many more of them there are. */
  more: number;
}

/** Traffic that was seen, and that a change in the policy ends. */
export interface SeenCut extends SeenSummary {
  /** "would be cut: seen 12 times since …", or "may be cut: …". */
  text: string;
  /** Absent: it may go on, because something that decides isn't known, or nobody saw who is the server. */
  isSure?: true;
}

const MOST_PEERS = 10;
const MOST_TOLD = 2;

/** @param flows one at least */
export function summaryOf(flows: readonly SeenFlow[]): SeenSummary {
  const counts = new Map<string, number>();
  let [first, last, count] = [Infinity, 0, 0];
  for (const flow of flows) {
    counts.set(flow.peer, (counts.get(flow.peer) ?? 0) + flow.count);
    first = Math.min(first, flow.first);
    last = Math.max(last, flow.last);
    count += flow.count;
  }
  const peers = [...counts].sort(([a, m], [b, n]) => n - m || compareTexts(a, b)).map(([peer]) => peer);
  return {
    count,
    first: isoOf(first),
    last: isoOf(last),
    peers: peers.slice(0, MOST_PEERS),
    more: Math.max(0, peers.length - MOST_PEERS),
  };
}

/** Seconds since 1970 as ISO 8601. */
export function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000", "");
}

/** The day of a time, for people: in UTC, as the logs are. */
export function dayOf(iso: string): string {
  return iso.slice(0, 10);
}

/** "seen 12 times since 2026-11-01, last 2026-11-20, from 203.0.113.9, 198.51.100.2 and 3 more". */
export function seenText({ count, first, last, peers, more }: SeenSummary, word: "from" | "to"): string {
  const told = peers.slice(0, MOST_TOLD);
  const rest = peers.length - told.length + more;
  const who = `${told.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
  return `seen ${counted(count, "time")} since ${dayOf(first)}, last ${dayOf(last)}, ${word} ${who}`;
}

/** A flow that a change meets. */
export interface MetFlow {
  flow: SeenFlow;
  /** Seen from the interface, by which it is told who was at the other end. */
  direction: SeenDirection;
  /** Whether it ends for sure. */
  isSure: boolean;
}

/**
 * What ends: what surely does, or where there is none of that, what may.
 * @param met one flow at least
 */
export function cutOf(met: readonly MetFlow[]): SeenCut {
  const sure = new Set(met.flatMap(({ flow, isSure }) => (isSure ? [flow] : [])));
  const perhaps = new Set(met.flatMap(({ flow }) => (sure.has(flow) ? [] : [flow])));
  const summary = summaryOf([...(sure.size > 0 ? sure : perhaps)]);
  const seen = seenText(summary, met[0]?.direction === "egress" ? "to" : "from");
  if (sure.size === 0) return { text: `may be cut: ${seen}`, ...summary };
  const rest = [...perhaps].reduce((sum, { count }) => sum + count, 0);
  const more = rest === 0 ? "" : `; perhaps ${counted(rest, "more time")}`;
  return { text: `would be cut: ${seen}${more}`, ...summary, isSure: true };
}
