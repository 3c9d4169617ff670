import { consentTo, type Asking, type CountingApproval } from "./approvals/approval";
import { countingApprovals } from "./approvals/counting";
import type { GroupEvent } from "./event/event";
import type { Group } from "./groups";
import { consulting, type Guard } from "./guard";
import { decide } from "./handle";
import { noticeOf, type Notice } from "./notice";
import { evaluate, isInScope, stops } from "./policy/evaluate";
import { foldRecord, type Fold } from "./record/fold";
import type { Site } from "./reach";
import { isJudged } from "./record/compact";
import { begin, noteFound, settle } from "./record/observe";
import { recordKey } from "./record/store";
import { ABSENT, type GroupRecord, type State } from "./record/types";
import { noteScope } from "./scope";
import { describeRule, ruleKey, type GroupRule } from "./rules";

/** What a look at all groups came to. */
export interface Refreshed {
  groups: number;
  /** Groups whose record began with it. */
  begun: number;
  /** Records that are gone with their groups. */
  ended: number;
}

const AT_ONCE = 8;

/**
 * Looks at every group of a site: begins the records that there are none of (at deployment, all), says what
 * changed without an event, and ends the records of groups that are gone. Undoes nothing.
 * @param known all records that there are, where somebody has asked already
 * @throws GuardError
 */
export async function refreshRecords(
  place: Site,
  guard: Guard,
  known?: readonly string[],
): Promise<Refreshed> {
  const [groups, records] = await Promise.all([guard.groups.groups(), known ?? guard.records.known()]);
  // One that another account shares is that account's, where its changes are told.
  const own = groups.filter(({ account }) => account === place.account);
  const guarded = own.filter((group) => isInScope(guard.policy, group));
  const ids = new Set(guarded.map(({ id }) => id));
  const approvals = await countingApprovals(guard, guard.policy.approvers, (id) => ids.has(id)).then(
    (counting) => counting.approvals,
    () => [],
  );
  const result: Refreshed = { groups: guarded.length, begun: 0, ended: 0 };
  // One that has left the scope keeps its record for as long as it is there.
  const there = new Set(own.map(({ id }) => recordKey(place, id)));
  const kept = new Set(records);
  const ended = records.filter((key) => key.startsWith(recordKey(place, "")) && !there.has(key));
  const outside = own.filter((group) => !ids.has(group.id) && kept.has(recordKey(place, group.id)));
  const work = [
    ...[...guarded, ...outside].map((group) => async () => {
      if (await refreshRecord(group, place, approvals, guard)) result.begun++;
    }),
    ...ended.map((key) => async () => {
      await endRecord(key, guard);
      result.ended++;
    }),
  ];
  const next = async (): Promise<void> => {
    for (let each = work.shift(); each !== undefined; each = work.shift()) await each();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return result;
}

/** @param key the record's */
export async function endRecord(key: string, { records }: Pick<Guard, "records">): Promise<void> {
  await records.withRecord(key, () => Promise.resolve({ keep: undefined, result: undefined }));
}

/** @returns whether the record began with it */
async function refreshRecord(
  group: Group,
  place: Site,
  approvals: readonly CountingApproval[],
  guard: Guard,
): Promise<boolean> {
  return guard.records.withRecord(recordKey(place, group.id), async (record) => {
    const rules = () => guard.groups.rules({ id: group.id, account: place.account });
    let found = await rules();
    const now = guard.now();
    const { notices, isGuarded } = noteScope(record, group, guard);
    if (record.base === undefined) {
      // A group that was never guarded and is no more.
      if (!isGuarded) return { keep: undefined, result: false };
      begin(record, now.toISOString(), [...found]);
      noteFound(record, foldRecord(record), found, now);
      return { keep: record, result: true };
    }
    if (isGuarded && record.entries.some((entry) => !isJudged(entry))) {
      // What was changed while the group was outside of the scope, or while approvals could not be read.
      const again = await decide(
        record,
        group,
        found,
        consulting(guard, group.id),
        noEvent(group, place, now),
      );
      notices.push(...again.notices.filter((each) => !again.untold.has(each)));
      found = await rules();
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
}

/**
 * An approval that is good once and was given after the change: from now on it is that rule's, and lasts.
 */
async function useApprovals(
  record: GroupRecord,
  group: Group,
  found: readonly GroupRule[],
  approvals: readonly CountingApproval[],
  { policy, groups, uses, now }: Guard,
): Promise<void> {
  const own = approvals.filter((each) => each.group === group.id);
  if (!own.some((each) => each.once && each.used === undefined)) return;
  const fold = foldRecord(record);
  for (const content of found) {
    if (content.direction === "egress" && !policy.egress) continue;
    const rule = fold.ruleOf(content.id);
    const { at, by, event } = fold.rules.get(rule)?.origin ?? {};
    const entries =
      content.prefixListId === undefined ? undefined : await groups.entries(content.prefixListId);
    const { decision, approvers } = evaluate(policy, {
      ...{ kind: "opens", content, group, account: group.account },
      ...(by && { principal: by }),
      ...(at !== undefined && { at: new Date(at) }),
      ...(entries && { entries }),
    });
    if (!stops(decision)) continue;
    const asking: Asking = {
      ...{ group: group.id, kind: "opens", content, rule },
      ...(by && { principal: by }),
      ...(event !== undefined && { event }),
      ...(entries && { entries }),
    };
    const { given, isEnough } = consentTo(asking, approvers, policy.approvers, own, now());
    if (!isEnough) continue;
    for (const approval of given.filter(({ once, used }) => once && used === undefined)) {
      const use = { event: event ?? `rule ${rule}`, rule, at: now().toISOString() };
      if (await uses.use(approval, use)) approval.used = use;
    }
  }
}

function unseenNotice(
  [rule, state]: [string, State],
  fold: Fold,
  found: readonly GroupRule[],
  group: Group,
  place: Site,
  { policy, approveFlags, place: named, now }: Guard,
): Notice {
  const opened = state === ABSENT ? undefined : found.find((each) => ruleKey(each) === state);
  const closed = fold.rules.get(rule);
  const parts = [
    ...(opened ? [{ kind: "opens" as const, content: opened }] : []),
    ...(closed ? [{ kind: "closes" as const, content: closed }] : []),
  ];
  const [first] = parts;
  const verdict = first
    ? evaluate(policy, { ...first, group, account: place.account })
    : { decision: "notify" as const, approvers: 1 };
  const event = noEvent(group, place, now());
  const what = first === undefined ? rule : describeRule(first.content);
  return noticeOf(event, group, { verdict, parts }, "unseen", {
    because: `${what}: look at CloudTrail's own log for who it was.`,
    escalated: true,
    ...{ store: approveFlags, place: named },
  });
}

/** What is said of what nothing told. */
function noEvent(group: Group, place: Site, now: Date): GroupEvent {
  return {
    ...{ id: "none", at: now.toISOString(), name: "no event", ...place },
    ...{ principal: { type: "unknown" }, group: { id: group.id }, effects: [] },
  };
}
