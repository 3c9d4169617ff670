import type { GroupEvent } from "./event/event";
import type { Group } from "./groups";
import type { Consulted, Guard } from "./guard";
import { judgeAll, type Judged } from "./judging";
import { noticeOf, type Notice } from "./notice";
import type { Fold } from "./record/fold";
import type { GroupRecord } from "./record/types";
import type { Action } from "./revert";
import type { GroupRule } from "./rules";
import { undo } from "./undo";

/** What came of judging everything that was to be judged. */
export interface Decided {
  notices: Notice[];
  /** Those of what could not be judged, and why. */
  untold: Set<Notice>;
  failure?: string;
}

/**
 * Judges what has not been judged of a group, and undoes what doesn't stand.
 * @param event what it is about; absent: earlier ones
 */
export async function decide(
  record: GroupRecord,
  group: Group,
  found: readonly GroupRule[],
  guard: Guard & Consulted,
  event: GroupEvent,
): Promise<Decided> {
  const judged = await judgeAll(record, group, found, guard);
  const { fold, actions } = await undo(record, group, found, guard);
  const decided: Decided = { notices: [], untold: new Set() };
  for (const each of judged) {
    const notice = noticeFor(each, actions, fold, event, group, guard);
    // Where only a description is another there is nothing to say.
    if (each.judgement.parts.length === 0 && each.resolved.isKnown) continue;
    decided.notices.push(notice);
    if (each.judgement.storeFailure === undefined) continue;
    decided.untold.add(notice);
    decided.failure = each.judgement.storeFailure;
  }
  return decided;
}

function noticeFor(
  { resolved, judgement, outcome, because, escalated }: Judged,
  actions: readonly Action[],
  fold: Fold,
  event: GroupEvent,
  group: Group,
  { approveFlags, place }: Guard,
): Notice {
  const { entry, rule } = resolved;
  const isActed = actions.some((action) => action.rule === fold.ruleOf(rule));
  const repaired =
    outcome !== undefined && isActed
      ? "What was undone before this was known has been put right."
      : undefined;
  const reasons = [because, repaired].filter((each) => each !== undefined).join(" ");
  // An earlier event that this one made clear is told as what it was.
  const shown =
    entry.event === event.id
      ? event
      : { ...event, id: entry.event, at: entry.at, principal: entry.by, name: "an earlier change" };
  return noticeOf(shown, group, judgement, outcome ?? (isActed ? "undone" : "already undone"), {
    store: approveFlags,
    place,
    ...(reasons !== "" && { because: reasons }),
    ...(escalated && { escalated }),
  });
}
