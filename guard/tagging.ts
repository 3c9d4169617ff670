import type { Tagging } from "./event/event";
import { consulting, type Guard } from "./guard";
import { decide } from "./decide";
import type { Notice } from "./notice";
import type { Site } from "./reach";
import { foldRecord } from "./record/fold";
import { begin, noteFound } from "./record/observe";
import { recordKey } from "./record/store";
import { decidingKeys, noteScope } from "./scope";

/** Looks at a group whose tags were changed, and judges what was changed while it was outside of the scope. */
export async function handleTagging(group: string, tagging: Tagging & Site, guard: Guard): Promise<Notice[]> {
  const { groups, records, tell, policy } = guard;
  if (decidingKeys(policy).length === 0) return [];
  return records.withRecord(recordKey(tagging, group), async (record) => {
    const found = await groups.group(group);
    // Its own event, or the schedule, ends the record of a group that is gone.
    if (found === undefined) return { keep: record.base && record, result: [] };
    const { notices, isGuarded, isBack } = noteScope(record, found, guard, tagging);
    if (record.base === undefined) {
      if (!isGuarded) return { keep: undefined, result: [] };
      const rules = await groups.rules({ id: group, account: tagging.account });
      begin(record, guard.now().toISOString(), [...rules]);
      noteFound(record, foldRecord(record), rules, guard.now());
      return { keep: record, result: [] };
    }
    if (isBack) {
      const rules = await groups.rules({ id: group, account: tagging.account });
      const event = { ...tagging, group: { id: group }, effects: [] };
      const decided = await decide(record, found, rules, consulting(guard, group), event);
      notices.push(...decided.notices);
    }
    await tell(notices);
    return { keep: record, result: notices };
  });
}
