import { approvalsFor, type Approval, type Asking } from "./approvals/approval";
import type { GroupEvent } from "./event/event";
import type { Group } from "./groups";
import type { Guard } from "./handle";
import { noticeOf, type Notice } from "./notice";
import { evaluate, isInScope, stops } from "./policy/evaluate";
import { foldRecord, type Fold } from "./record/fold";
import type { Site } from "./reach";
import { begin, noteFound, settle } from "./record/observe";
import { recordKey } from "./record/store";
import { ABSENT, type GroupRecord, type State } from "./record/types";
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
  const approvals = await guard.approvals.all().catch(() => []);
  const result: Refreshed = { groups: guarded.length, begun: 0, ended: 0 };
  const there = new Set(guarded.map(({ id }) => recordKey(place, id)));
  const ended = records.filter((key) => key.startsWith(recordKey(place, "")) && !there.has(key));
  const work = [
    ...guarded.map((group) => async () => {
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
  approvals: readonly Approval[],
  guard: Guard,
): Promise<boolean> {
  return guard.records.withRecord(recordKey(place, group.id), async (record) => {
    const found = await guard.groups.rules({ id: group.id, account: place.account });
    const now = guard.now();
    if (record.base === undefined) {
      begin(record, now.toISOString(), [...found]);
      noteFound(record, foldRecord(record), found, now);
      return { keep: record, result: true };
    }
    const fold = foldRecord(record);
    const unseen = settle(record, fold, found, now);
    noteFound(record, foldRecord(record), found, now);
    await useApprovals(record, group, found, approvals, guard);
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
  approvals: readonly Approval[],
  { policy, groups, approvals: store, now }: Guard,
): Promise<void> {
  if (!approvals.some((each) => each.group === group.id && each.once && each.used === undefined)) return;
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
    const asking: Asking = { group: group.id, kind: "opens", content, rule, ...(by && { principal: by }) };
    const fitting = approvalsFor(asking, approvals, now()).slice(0, approvers);
    if (fitting.length < approvers) continue;
    for (const approval of fitting.filter(({ once, used }) => once && used === undefined)) {
      await store.use(approval, { event: event ?? "", rule });
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
  const event: GroupEvent = {
    ...{ id: "none", at: now().toISOString(), name: "no event", ...place },
    ...{ principal: { type: "unknown" }, group: { id: group.id }, effects: [] },
  };
  const what = first === undefined ? rule : describeRule(first.content);
  return noticeOf(event, group, { verdict, parts }, "unseen", {
    because: `${what}: look at CloudTrail's own log for who it was.`,
    escalated: true,
    ...{ store: approveFlags, place: named },
  });
}
