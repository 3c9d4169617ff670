import type { GroupEvent } from "./event/event";
import type { Guard } from "./guard";
import { handleEvent, isOwn } from "./handle";
import { looksAt } from "./look";
import type { Notice } from "./notice";
import { isHandled } from "./record/compact";
import { inferredEffects } from "./record/infer";
import { recordKey } from "./record/store";
import { NO_GROUP, unreadNotices } from "./unread";

/**
 * Handles a call of which CloudTrail doesn't even tell which group it was on: every group of its site is held against
 * its record, and where one is otherwise in the way of that call, it was on that one.
 * @returns one notice for each decision, which has been told
 * @throws GuardError where it has to be tried again
 */
export async function handleUnplaced(event: GroupEvent, guard: Guard): Promise<Notice[]> {
  if (isOwn(event, guard)) return [];
  const own = (await guard.groups.groups()).filter(({ account }) => account === event.account);
  const looks = looksAt(own, event.account, guard);
  const keyOf = (id: string) => recordKey(event, id);
  const records = await guard.records.read(own.map(({ id }) => keyOf(id)));
  const notices: Notice[] = [];
  let isKnown = false;
  for (const [index, { id }] of own.entries()) {
    const record = records.get(keyOf(id));
    if (record === undefined) continue;
    const wasHandled = isHandled(record, event.id);
    const { rules } = await looks[index]!({});
    const isOn = !wasHandled && inferredEffects(record, event.name, rules).length > 0;
    if (isOn) notices.push(...(await handleEvent({ ...event, group: { id } }, guard)));
    isKnown ||= wasHandled || isOn || record.entries.some((each) => each.event === event.id);
  }
  if (isKnown) return notices;
  const said = unreadNotices(event, NO_GROUP, { base: { at: event.at, rules: [] } }, guard);
  await guard.tell(said);
  return said;
}
