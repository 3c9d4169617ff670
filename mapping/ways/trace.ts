/** The way of one packet, table by table. */
import type { Family } from "../../lib/net/cidr";
import { longestPrefix } from "../longest-prefix";
import type { End, Steps } from "./steps";

/** What one table does with it, and what comes then: several where it is one of them. */
export interface Hop {
  tableId: string;
  /** "0.0.0.0/0 → tgw-1 by tgw-attach-1" */
  text: string;
  /** Where it ends. */
  end?: End;
  next: Hop[];
}

/** More tables than AWS lets follow one another, but for those that lead back. */
const MOST = 16;

/** What becomes of a packet that a table gets. */
export function trace(steps: Steps, tableId: string, family: Family, address: bigint): Hop[] {
  const follow = (id: string, passed: readonly string[]): Hop[] => {
    const step = longestPrefix(
      steps(id).filter(({ cidr }) => cidr.family === family),
      address,
    );
    if (step === undefined) return [{ tableId: id, text: "no route", end: "nowhere", next: [] }];
    return step.next.map((next): Hop => {
      const text = `${step.cidr.text} → ${next.text}`;
      if ("end" in next) return { tableId: id, text, end: next.end, next: [] };
      if (passed.includes(next.at) || passed.length > MOST) {
        return { tableId: id, text: `${text}, round and round`, end: "nowhere", next: [] };
      }
      return { tableId: id, text, next: follow(next.at, [...passed, next.at]) };
    });
  };
  return follow(tableId, [tableId]);
}

/** Where ways end, each end once. */
export function endsOf(hops: readonly Hop[]): Set<End> {
  return new Set(hops.flatMap(({ end, next }) => (end === undefined ? [...endsOf(next)] : [end])));
}

/** A way in one line: the first of several. */
export function inOneLine([first]: readonly Hop[]): string {
  if (first === undefined) return "";
  const { tableId, text, next } = first;
  return [`${tableId}: ${text}`, ...(next.length > 0 ? [inOneLine(next)] : [])].join("; ");
}
