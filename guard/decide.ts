import { GuardError } from "./error";
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
  /** Those of what could not be judged or undone, which is tried again. */
  untold: Set<Notice>;
  /** Why it has to be tried again. */
  failure?: GuardError;
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
  const undone = await undo(record, group, found, guard).catch(refusalOf);
  if (undone instanceof GuardError) return notUndone(judged, undone, event, group, guard);
  const { fold, actions } = undone;
  const decided: Decided = { notices: [], untold: new Set() };
  for (const each of judged) {
    const notice = noticeFor(each, actions, fold, event, group, guard);
    // Where only a description is another there is nothing to say.
    if (each.judgement.parts.length === 0 && each.resolved.isKnown) continue;
    decided.notices.push(notice);
    if (each.judgement.storeFailure === undefined) continue;
    decided.untold.add(notice);
    const why = `the event is tried again: ${each.judgement.storeFailure}`;
    decided.failure = new GuardError("APPROVALS", why);
  }
  return decided;
}

/** EC2 says no: its limit is reached, or a group that a rule names is gone. */
function refusalOf(error: unknown): GuardError {
  if (error instanceof GuardError && error.code === "EC2") return error;
  throw error;
}

/** What is said where EC2 refuses: everything is judged again, and what is there by then is undone. */
function notUndone(
  judged: readonly Judged[],
  failure: GuardError,
  event: GroupEvent,
  group: Group,
  guard: Guard,
): Decided {
  const notices = judged
    .filter(({ judgement, resolved }) => judgement.parts.length > 0 || !resolved.isKnown)
    .map(({ because, ...each }) => {
      const subject = each.outcome === undefined ? "It" : "What is to be put right with it";
      const why = `${subject} could not be undone: ${failure.message}.`;
      const reasons = [because, why].filter((text) => text !== undefined).join(" ");
      const { judgement, outcome = "held" } = each;
      return noticeOf(toldAs(each, event), group, judgement, outcome, {
        ...{ store: guard.approveFlags, place: guard.place, because: reasons, escalated: true },
      });
    });
  for (const { resolved } of judged) {
    delete resolved.judged.verdict;
    delete resolved.judged.pending;
  }
  return { notices, untold: new Set(notices), failure };
}

function noticeFor(
  judged: Judged,
  actions: readonly Action[],
  fold: Fold,
  event: GroupEvent,
  group: Group,
  { approveFlags, place }: Guard,
): Notice {
  const { resolved, judgement, outcome, because, escalated } = judged;
  const isActed = actions.some((action) => action.rule === fold.ruleOf(resolved.rule));
  const repaired =
    outcome !== undefined && isActed
      ? "What was undone before this was known has been put right."
      : undefined;
  const inferred = resolved.judged.isInferred
    ? "Its event doesn't tell it: it is what is otherwise in the group, and may be another's change."
    : undefined;
  const reasons = [inferred, because, repaired].filter((each) => each !== undefined).join(" ");
  return noticeOf(
    toldAs(judged, event),
    group,
    judgement,
    outcome ?? (isActed ? "undone" : "already undone"),
    {
      store: approveFlags,
      place,
      ...(reasons !== "" && { because: reasons }),
      ...(escalated && { escalated }),
    },
  );
}

/** An earlier event that this one made clear is told as what it was. */
function toldAs({ resolved: { entry } }: Pick<Judged, "resolved">, event: GroupEvent): GroupEvent {
  if (entry.event === event.id) return event;
  return { ...event, id: entry.event, at: entry.at, principal: entry.by, name: "an earlier change" };
}
