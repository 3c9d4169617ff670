/** Changes that change a description alone: they let nothing through and stop nothing. Pure. */
import type { Effect, GroupEvent } from "./event/event";
import { foldRecord } from "./record/fold";
import type { Entry, GroupRecord } from "./record/types";
import { ruleKey } from "./rules";

/**
 * Whether an event changes nothing but descriptions, as far as everything that is known tells, and comes after
 * all of that. It is noted in the place of the last such one of each rule, so that any number of them takes no
 * more room than one, and needs no call, no judgement and no message: only that the rule was so by then is kept.
 */
export function noteText(record: GroupRecord, event: GroupEvent, effects: readonly Effect[]): boolean {
  if (record.base === undefined || event.at <= record.base.at || effects.length === 0) return false;
  if (event.unread !== undefined) return false;
  if (!effects.every(({ op }) => op === "modify")) return false;
  const isLast = record.entries.every(
    ({ at, effects: earlier }) => at < event.at || earlier.every(({ isText }) => isText),
  );
  if (!isLast) return false;
  const entry: Entry = {
    event: event.id,
    at: event.at,
    by: event.principal,
    effects: effects.map((effect) => ({ effect, verdict: "accepted", isText: true })),
  };
  const { effects: all } = foldRecord({ ...record, entries: [...record.entries, entry] });
  const own = all.filter((each) => each.entry === entry);
  for (const { judged, before, after } of own) {
    if (before === undefined || after === undefined || ruleKey(before) !== ruleKey(after)) return false;
    // What comes late may show that it was more.
    judged.judgedOn = ruleKey(before);
  }
  const rules = new Set(effects.map(({ ruleId }) => ruleId));
  for (const earlier of record.entries) {
    earlier.effects = earlier.effects.filter(({ isText, effect }) => !(isText && rules.has(effect.ruleId)));
  }
  record.entries = [...record.entries.filter(({ effects: left }) => left.length > 0), entry];
  return true;
}
