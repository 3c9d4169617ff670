import type { CountingApproval } from "./approvals/approval";
import { decide } from "./decide";
import { GuardError } from "./error";
import type { Group } from "./groups";
import { consulting, type Guard } from "./guard";
import { useApprovals } from "./lasting-approvals";
import type { Look } from "./look";
import type { Site } from "./reach";
import { isJudged } from "./record/compact";
import { foldRecord } from "./record/fold";
import { begin, noteFound, settle } from "./record/observe";
import { recordKey } from "./record/store";
import { noteScope } from "./scope";
import { noEvent, unseenNotice } from "./unseen";

/**
 * Holds a group against its record, which begins where there is none, and judges again what could not be judged.
 * @returns whether the record began with it
 * @throws GuardError where EC2 refuses again what would undo a change
 */
export async function refreshRecord(
  group: Group,
  place: Site,
  look: Look,
  approvals: readonly CountingApproval[],
  guard: Guard,
): Promise<boolean> {
  let failure: GuardError | undefined;
  const isBegun = await guard.records.withRecord(recordKey(place, group.id), async (record) => {
    let { rules: found, at: now } = await look(record);
    const { notices, isGuarded } = noteScope(record, group, guard);
    if (record.base === undefined) {
      // A group that was never guarded and is no more.
      if (!isGuarded) return { keep: undefined, result: false };
      begin(record, now.toISOString(), [...found]);
      noteFound(record, foldRecord(record), found, now);
      return { keep: record, result: true };
    }
    if (isGuarded && record.entries.some((entry) => !isJudged(entry))) {
      // What was changed while the group was outside of the scope, approvals could not be read, or EC2 refused.
      const again = await decide(
        record,
        group,
        found,
        consulting(guard, group.id),
        noEvent(group, place, now),
      );
      notices.push(...again.notices.filter((each) => !again.untold.has(each)));
      if (again.failure?.code === "EC2") failure = again.failure;
      found = await guard.groups.rules({ id: group.id, account: place.account });
      now = guard.now();
    }
    if (notices.length > 0) await guard.tell(notices);
    const fold = foldRecord(record);
    const unseen = settle(record, fold, found, now);
    noteFound(record, foldRecord(record), found, now);
    if (isGuarded) await useApprovals(record, group, found, approvals, guard);
    if (unseen !== undefined && unseen.size > 0) {
      await guard.tell([...unseen].map((each) => unseenNotice(each, fold, found, group, place, guard)));
    }
    return { keep: record, result: false };
  });
  if (failure === undefined) return isBegun;
  const { code, message } = failure;
  throw new GuardError(code, `${group.id} is not as it should be: ${message}`, { cause: failure });
}
