import type { GroupTagging } from "./event/event";
import { consulting, type Guard } from "./guard";
import { decide } from "./decide";
import type { Notice } from "./notice";
import { foldRecord } from "./record/fold";
import { begin, noteFound } from "./record/observe";
import { recordKey } from "./record/store";
import { refreshRecords } from "./refresh";
import { decidingKeys, noteScope } from "./scope";

/**
 * Looks at the groups whose tags were changed, and judges what was changed while they were outside of the scope:
 * at every group of the site where the event doesn't tell which.
 */
export async function handleTagging(tagging: GroupTagging, guard: Guard): Promise<void> {
  if (decidingKeys(guard.policy).length === 0) return;
  if (tagging.groups === undefined) await refreshRecords(tagging, guard);
  else for (const group of tagging.groups) await handleTagged(group, tagging, guard);
}

async function handleTagged(group: string, tagging: GroupTagging, guard: Guard): Promise<Notice[]> {
  const { groups, records, tell } = guard;
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
