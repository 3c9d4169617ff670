/** Holding what EC2 shows of a group against what the record says. Pure. */
import { createHash } from "node:crypto";
import { ruleKey, type GroupRule } from "../rules";
import type { Fold } from "./fold";
import { compact, isJudged, shortHash } from "./compact";
import { ABSENT, type GroupRecord, type KeptRule, type State } from "./types";

/** How long an event may take to arrive; what differs for longer was changed without one. */
export const SETTLE_MS = 10 * 60_000;
const HANDLED_MS = 24 * 3_600_000;
/** The schedule looks every quarter of an hour: a record that missed four looks says nothing of now. */
export const RECORD_AGE_MS = 60 * 60_000;

/** Equal for equal rules, whatever their order, descriptions and tags. */
function digestOf(rules: readonly GroupRule[]): string {
  const lines = rules.map((rule) => `${rule.id} ${ruleKey(rule)}`).sort();
  return createHash("sha256").update(lines.join("\n")).digest("base64");
}

/** How rules are otherwise than known, by the id that the record knows them under. */
export function differencesFrom(fold: Fold, found: readonly GroupRule[]): Map<string, State> {
  const differences = new Map<string, State>();
  const keys = new Set(found.map(ruleKey));
  const wanted = new Set([...fold.rules.values()].map(ruleKey));
  for (const rule of found) {
    const known = fold.rules.get(fold.ruleOf(rule.id));
    const isWanted = wanted.has(ruleKey(rule));
    if (known ? ruleKey(known) !== ruleKey(rule) : !isWanted)
      differences.set(fold.ruleOf(rule.id), ruleKey(rule));
  }
  for (const [rule, content] of fold.rules) {
    if (!keys.has(ruleKey(content)) && !differences.has(rule)) differences.set(rule, ABSENT);
  }
  return differences;
}

/** Notes what a look at a group found. */
export function noteFound(record: GroupRecord, fold: Fold, found: readonly GroupRule[], now: Date): void {
  const at = now.toISOString();
  compact(record, found);
  const digest = digestOf(found);
  if (record.seen?.digest !== digest) record.seen = { at, digest };
  record.checkedAt = at;
  record.doubts = Object.fromEntries(
    [...differencesFrom(fold, found)].map(([rule, state]) => {
      const known = record.doubts[rule];
      return [rule, known?.state === state ? known : { state, since: at }];
    }),
  );
  record.handled = record.handled.filter((each) => now.getTime() - new Date(each.at).getTime() < HANDLED_MS);
}

/**
 * Begins the record anew with what was found, if that has been so long enough that no event about it can
 * still be on its way.
 * @returns what no event had told, or undefined where it is too early
 */
export function settle(
  record: GroupRecord,
  fold: Fold,
  found: readonly GroupRule[],
  now: Date,
): Map<string, State> | undefined {
  const { seen, entries } = record;
  const isQuiet = (at: string) => now.getTime() - new Date(at).getTime() >= SETTLE_MS;
  if (seen === undefined || seen.digest !== digestOf(found)) return undefined;
  // What is not judged yet is judged from what was before it.
  if (record.left !== undefined || !entries.every(isJudged)) return undefined;
  if (!isQuiet(seen.at) || !entries.every(({ at }) => isQuiet(at))) return undefined;
  const differences = differencesFrom(fold, found);
  begin(record, seen.at, withOrigins(fold, found));
  return differences;
}

/** The record begins with these rules. */
export function begin(record: GroupRecord, at: string, rules: KeptRule[]): void {
  // Which events were handled is known of those before, too.
  record.handled.push(
    ...record.entries.map(({ event, at: time }) => ({ event: shortHash(event), at: time })),
  );
  Object.assign(record, { base: { at, rules }, entries: [], acts: [], aliases: {}, doubts: {} });
}

function withOrigins(fold: Fold, found: readonly GroupRule[]): KeptRule[] {
  return found.map((rule) => {
    const known = fold.rules.get(fold.ruleOf(rule.id));
    const origin = known && ruleKey(known) === ruleKey(rule) ? known.origin : undefined;
    return { ...rule, ...(origin && { origin }) };
  });
}
