/** Keeping a group's record small, however often the group is changed. Pure. */
import { createHash } from "node:crypto";
import type { GroupRule } from "../rules";
import { Folding, inOrder } from "./fold";
import type { Entry, GroupRecord, KeptRule } from "./types";

/** Changes that are kept one by one: more than EC2 lets anybody make while an event is on its way. */
export const MOST_ENTRIES = 2000;
/** Changes of the same kind that are remembered as undone, and events as handled. */
const MOST_UNDONE = 1000;
const MOST_HANDLED = 4000;
const MOST_ALIASES = 1000;

/** An event's id, or what a change was, in twelve characters. */
export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 12);
}

/** Whether an event was handled: it is noted, or all of it is judged. */
export function isHandled({ handled, entries }: GroupRecord, event: string): boolean {
  const hash = shortHash(event);
  // One that an earlier version kept has whole ids.
  if (handled.some((each) => each.event === hash || each.event === event)) return true;
  const entry = entries.find((each) => each.event === event);
  return entry !== undefined && isJudged(entry);
}

/** Whether every effect of an entry has been judged. */
export function isJudged({ effects }: Entry): boolean {
  return effects.every(({ verdict }) => verdict !== undefined);
}

/**
 * Takes the oldest changes into the base where there are more than `most`, and forgets what nothing is left of.
 * An event that comes so late that it is older than the base is held, like any that is older than the record.
 * @param found what EC2 shows
 */
export function compact(record: GroupRecord, found: readonly GroupRule[], most = MOST_ENTRIES): void {
  if (record.entries.length > most && record.base !== undefined) foldOldest(record, most >> 1);
  record.undone = record.undone.slice(-MOST_UNDONE);
  record.handled = record.handled.slice(-MOST_HANDLED);
  const aliases = Object.entries(record.aliases);
  if (aliases.length <= MOST_ALIASES) return;
  const there = new Set(found.map(({ id }) => id));
  const spokenOf = new Set(
    record.entries.flatMap(({ effects }) => effects.map(({ effect }) => effect.ruleId)),
  );
  // An event may still be on its way that speaks of one that is gone.
  const isNew = (index: number) => index >= aliases.length - (MOST_ALIASES >> 1);
  record.aliases = Object.fromEntries(
    aliases.filter(([id], index) => isNew(index) || there.has(id) || spokenOf.has(id)),
  );
}

/** The base becomes what it was after all but the newest changes; at the end of a second, which CloudTrail's are. */
function foldOldest(record: GroupRecord, kept: number): void {
  const entries = inOrder(record.entries);
  const cut = entries[Math.max(0, entries.length - kept)]?.at ?? "";
  const [old, newer] = [entries.filter(({ at }) => at < cut), entries.filter(({ at }) => at >= cut)];
  const last = old.at(-1);
  if (last === undefined) return;
  const { base } = record;
  const isBefore = base !== undefined && last.at <= base.at;
  const folding = new Folding({ ...record, entries: old });
  for (const resolved of folding.steps()) folding.apply(resolved);
  record.base = isBefore ? base : { at: last.at, rules: [...folding.outcome().rules.values()] };
  record.handled.push(...old.map(({ event, at }) => ({ event: shortHash(event), at })));
  record.entries = newer;
  const { at: since } = record.base;
  record.acts = record.acts.filter(({ at }) => at > since);
}

/**
 * The same record with less in it, each time with less than before: first texts that decide nothing, of changes
 * and then of rules, which are then restored without them; then the older half of the changes.
 */
export function* smaller(record: GroupRecord): Generator<GroupRecord> {
  let less = structuredClone(record);
  for (const { effects, by } of less.entries) {
    for (const { effect } of effects) delete effect.content?.description;
    delete by.federated;
    delete by.service;
  }
  yield less;
  const plain = (rules: KeptRule[], isBare: boolean) =>
    rules.map(({ tags, description, ...rule }): KeptRule => ({
      ...rule,
      ...(!isBare && description !== undefined && { description }),
      // Tags can be fifty of 384 characters each.
      ...(!isBare && tags && JSON.stringify(tags).length < 512 && { tags }),
    }));
  for (const isBare of [false, true]) {
    if (less.base) less = { ...less, base: { ...less.base, rules: plain(less.base.rules, isBare) } };
    yield less;
  }
  while (less.entries.length > 1 && less.base !== undefined) {
    const before = less.entries.length;
    foldOldest(less, before >> 1);
    if (less.entries.length === before) less.entries = inOrder(less.entries).slice(before >> 1);
    yield less;
  }
  yield { ...less, handled: [], undone: [] };
}
