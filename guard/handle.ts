import type { ApprovalStore } from "./approvals/store";
import type { Effect, GroupEvent } from "./event/event";
import type { Principal } from "./event/principal";
import type { Group, SecurityGroups } from "./groups";
import { judge, type Judgement } from "./judge";
import { noticeOf, type Notice, type Outcome } from "./notice";
import { isInScope, stops } from "./policy/evaluate";
import type { GuardPolicy } from "./policy/types";
import { foldRecord, type Fold, type Resolved } from "./record/fold";
import { begin, noteFound, RECORD_AGE_MS, SETTLE_MS } from "./record/observe";
import { recordKey, type RecordStore } from "./record/store";
import { ABSENT, type GroupRecord, type KeptRule, type State } from "./record/types";
import { actionsFor, rulesAfter, type Action } from "./revert";
import { describeRule, ruleKey, type GroupRule, type RuleContent } from "./rules";

/** Everything that the guard works with. */
export interface Guard {
  policy: GuardPolicy;
  groups: SecurityGroups;
  records: RecordStore;
  approvals: ApprovalStore;
  now: () => Date;
  /** The ARNs of roles whose changes are this program's own. */
  ownRoles: readonly string[];
  /** The flags that lead `npm run approve` to the store of approvals. */
  approveFlags: string;
  /** How messages name where the groups are; absent: where the guard itself is. */
  place?: string | undefined;
  /** Told, or kept to be told, before an event counts as handled, so that nothing is decided in silence. */
  tell: (notices: readonly Notice[]) => Promise<void>;
}

const FIGHT_MS = 10 * 60_000;
const FIGHT_ROUNDS = 3;

/**
 * Judges what an event did to a security group, and undoes what doesn't stand. Handled again, or after later
 * events, it comes to the same end.
 * @returns one notice for each decision, which has been told
 * @throws GuardError where it has to be tried again
 */
export async function handleEvent(event: GroupEvent, guard: Guard): Promise<Notice[]> {
  if (guard.ownRoles.some((role) => isRole(event.principal, role))) return [];
  const { groups, records, tell } = guard;
  const id = event.group.id ?? (await groups.idOf(event.group.name ?? ""));
  if (id === undefined) {
    const notices = [unknownGroup(event, guard)];
    await tell(notices);
    return notices;
  }
  const effects = await Promise.all(event.effects.map((effect) => withGroupIds(effect, groups)));
  return records.withRecord(recordKey(event, id), async (record) => {
    if (record.handled.some((each) => each.event === event.id)) return { keep: record, result: [] };
    const [group, found] = await Promise.all([
      groups.group(id),
      groups.rules({ id, account: event.account }),
    ]);
    if (event.life === "deleted" || group === undefined || !isInScope(guard.policy, group)) {
      return { keep: undefined, result: [] };
    }
    if (event.life === "created" && record.base === undefined)
      begin(record, justBefore(event.at), newGroup(found));
    record.entries.push({
      event: event.id,
      at: event.at,
      by: event.principal,
      effects: effects.map((effect) => ({ effect: withOwner(effect, found) })),
    });
    nameUnnamed(record, event.id, found);
    const judged = await judgeAll(record, event, group, found, guard);
    const { fold, actions } = await undo(record, group, found, guard);
    const notices = judged.map((each) => noticeFor(each, actions, fold, event, group, guard));
    record.handled.push({ event: event.id, at: guard.now().toISOString() });
    await tell(notices);
    return { keep: record, result: notices };
  });
}

interface Judged {
  resolved: Resolved;
  judgement: Judgement;
  /** Absent: it is undone, if it is still there. */
  outcome?: Outcome;
  because?: string;
  escalated?: boolean;
}

/** Judges what has not been judged: this event's changes, and earlier ones that it makes clear. */
async function judgeAll(
  record: GroupRecord,
  event: GroupEvent,
  group: Group,
  found: readonly GroupRule[],
  guard: Guard,
): Promise<Judged[]> {
  const done: Judged[] = [];
  for (;;) {
    const resolved = foldRecord(record).effects.find((each) => isToJudge(record, each));
    if (resolved === undefined) return done;
    const one = await judgeOne(record, resolved, event, group, found, guard);
    if (one !== undefined) done.push(one);
  }
}

/** What is new, what could not be judged and now can be, and what was judged on a state that never was. */
function isToJudge(record: GroupRecord, resolved: Resolved): boolean {
  const { judged, before, entry } = resolved;
  if (judged.verdict === undefined) return true;
  if (judged.verdict === "unresolved") return ignorance(record, resolved) === undefined;
  const isOld = record.base !== undefined && entry.at <= record.base.at;
  return judged.judgedOn !== undefined && !isOld && judged.judgedOn !== stateOf(before);
}

function stateOf(content: RuleContent | undefined): State {
  return content === undefined ? ABSENT : ruleKey(content);
}

async function judgeOne(
  record: GroupRecord,
  resolved: Resolved,
  event: GroupEvent,
  group: Group,
  found: readonly GroupRule[],
  guard: Guard,
): Promise<Judged | undefined> {
  const { judged, before, after } = resolved;
  judged.verdict = "accepted";
  delete judged.judgedOn;
  const content = after ?? before;
  if (content?.direction === "egress" && !guard.policy.egress) return undefined;
  const judgement = await judge(resolved, event, group, {
    ...guard,
    entries: (prefixListId) => guard.groups.entries(prefixListId),
  });
  const { verdict, approvedBy, storeFailure } = judgement;
  const { decision, unknown } = verdict;
  if (!stops(decision)) {
    judged.judgedOn = stateOf(before);
    return { resolved, judgement, outcome: decision === "allow" ? "allowed" : "noted" };
  }
  if (approvedBy !== undefined) {
    judged.judgedOn = stateOf(before);
    return { resolved, judgement, outcome: "approved", because: `Approved by ${approvedBy.join(" and ")}.` };
  }
  const unread = storeFailure === undefined ? {} : { because: `${storeFailure}.`, escalated: true };
  const held = (because: string): Judged => ({
    resolved,
    judgement,
    outcome: "held",
    because,
    escalated: true,
  });
  if (decision === "hold") {
    // Judged anew when it is known what the change was.
    if (!resolved.isKnown) judged.judgedOn = ABSENT;
    const why = unknown === undefined ? {} : { because: `Its ${unknown} can't be told.` };
    return { resolved, judgement, outcome: "held", ...why, ...unread };
  }
  if (storeFailure !== undefined) return held(`Whether it is approved is not known: ${storeFailure}.`);
  const unclear = ignorance(record, resolved);
  if (unclear !== undefined) {
    judged.verdict = "unresolved";
    return held(unclear);
  }
  const old = distrust(record, resolved, found);
  if (old !== undefined) return held(old);
  if (guard.policy.mode === "notify") return { resolved, judgement, outcome: "would be undone" };
  const rounds = record.undone.filter(({ what }) => what === signature(resolved)).length;
  if (rounds >= FIGHT_ROUNDS) {
    return held(
      `It was undone ${rounds} times within ten minutes and made again each time: find out who or what insists on it.`,
    );
  }
  judged.verdict = "rejected";
  judged.judgedOn = stateOf(before);
  judged.pending = true;
  return { resolved, judgement };
}

/** Undoes what doesn't stand, as far as it is still there, and notes what the group is then. */
async function undo(
  record: GroupRecord,
  group: Group,
  found: readonly GroupRule[],
  { groups, now }: Guard,
): Promise<{ fold: Fold; actions: Action[] }> {
  const fold = foldRecord(record);
  const actions = actionsFor(fold, found);
  const restored = await act(actions, group, groups);
  const at = now();
  record.undone = record.undone.filter((each) => at.getTime() - new Date(each.at).getTime() < FIGHT_MS);
  for (const action of actions) {
    const state = stateAfter(action, actions, fold, found);
    record.acts.push({ rule: action.rule, state, at: at.toISOString() });
  }
  for (const [rule, states] of fold.explained) {
    const isGone = fold.rules.has(rule) && !found.some(({ id }) => fold.ruleOf(id) === rule);
    // Another rule stands in its place, which may go with an event of its own.
    if (isGone && states.has(ABSENT) && !actions.some((action) => action.rule === rule)) {
      record.acts.push({ rule, state: ABSENT, at: at.toISOString() });
    }
  }
  for (const rule of restored) {
    const action = actions.find((each) => each.do === "authorize" && ruleKey(each.to) === ruleKey(rule));
    if (action !== undefined && rule.id !== action.rule) record.aliases[rule.id] = action.rule;
  }
  for (const judged of fold.blamed) judged.pending = false;
  for (const resolved of fold.effects) {
    if (!fold.blamed.includes(resolved.judged)) continue;
    if (actions.some(({ rule }) => rule === fold.ruleOf(resolved.rule))) {
      record.undone.push({ what: signature(resolved), at: at.toISOString() });
    }
  }
  noteFound(record, foldRecord(record), rulesAfter(found, actions, restored), at);
  return { fold, actions };
}

/** What the guard made of a rule; what stands in its place may go with an event of its own. */
function stateAfter(
  action: Action,
  actions: readonly Action[],
  fold: Fold,
  found: readonly GroupRule[],
): State {
  if (action.do !== "revoke") return ruleKey(action.to);
  const isRevoked = (id: string) => actions.some((each) => each.do === "revoke" && each.found.id === id);
  const kept = found.find(({ id }) => fold.ruleOf(id) === action.rule && !isRevoked(id));
  const wanted = fold.rules.get(action.rule);
  return kept && wanted ? ruleKey(wanted) : ABSENT;
}

/** Removals first, so that what is restored finds its place free. */
async function act(actions: readonly Action[], group: Group, groups: SecurityGroups): Promise<GroupRule[]> {
  const those = <K extends Action["do"]>(kind: K) =>
    actions.filter((action): action is Extract<Action, { do: K }> => action.do === kind);
  await groups.revoke(
    group,
    those("revoke").map(({ found }) => found),
  );
  await groups.modify(
    group,
    those("modify").map(({ to }) => to),
  );
  const wanted = those("authorize").map(({ to }) => to);
  const made = await groups.authorize(group, wanted);
  if (made.length >= wanted.length) return made;
  // Some were there already, or the answer doesn't name them all.
  const keys = new Set(wanted.map(ruleKey));
  return (await groups.rules(group)).filter((rule) => keys.has(ruleKey(rule)));
}

/** Why what was before a change is not known, which a later event may tell; undefined: it is known. */
function ignorance({ base }: GroupRecord, { isKnown, judged: { effect } }: Resolved): string | undefined {
  if (base === undefined)
    return "There is no record of what the group was before, so it is not undone by guess.";
  if (isKnown) return undefined;
  const what =
    effect.ruleId ?? (effect.op === "drop" && effect.content ? describeRule(effect.content) : "the rule");
  return `The record of the group is older than the change: it doesn't have ${what}, so it is not undone by guess.`;
}

/** Why the record is not to be trusted about a change. */
function distrust(
  { base, checkedAt = "", doubts }: GroupRecord,
  { entry, rule, before, after, judged: { effect } }: Resolved,
  found: readonly GroupRule[],
): string | undefined {
  const at = new Date(entry.at).getTime();
  if (base !== undefined && entry.at <= base.at) {
    return `The record of the group (${base.at}) is newer than the change, whose event came late: what was before is not known, so it is not undone by guess.`;
  }
  if (at - new Date(checkedAt).getTime() > RECORD_AGE_MS) {
    return `The record of the group is older than the change: nobody has looked at the group since ${checkedAt}, so it is not undone by guess. Does the guard's schedule run?`;
  }
  const doubt = doubts[rule];
  if (effect.op === "put" || doubt === undefined || before === undefined) return undefined;
  const given = after ? ruleKey(after) : ABSENT;
  const isLate = at - new Date(doubt.since).getTime() > SETTLE_MS / 2;
  if (doubt.state === given || !isLate || found.some((each) => ruleKey(each) === ruleKey(before)))
    return undefined;
  return `The record of the group is older than the change: since ${doubt.since} the rule is another than any event told, so it is not undone by guess.`;
}

/** What a change is, whichever rule's id it comes with. */
function signature({ judged: { effect }, before, after }: Resolved): string {
  return [effect.op, before && ruleKey(before), after && ruleKey(after)].filter(Boolean).join(" | ");
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
  const told =
    entry.event === event.id
      ? event
      : { ...event, id: entry.event, at: entry.at, principal: entry.by, name: "an earlier change" };
  return noticeOf(told, group, judgement, outcome ?? (isActed ? "undone" : "already undone"), {
    ...{ store: approveFlags, place },
    ...(reasons !== "" && { because: reasons }),
    ...(escalated && { escalated }),
  });
}

function unknownGroup(event: GroupEvent, { place }: Guard): Notice {
  const name = event.group.name ?? "";
  const group = { id: "", name, vpcId: "", tags: {}, account: event.account };
  const judgement: Judgement = { verdict: { decision: "hold", approvers: 1 }, parts: [] };
  return noticeOf(event, group, judgement, "held", {
    place,
    because: `It was called by the name ${JSON.stringify(name)}, and the default VPC has no group of that name any more: look at it by hand.`,
    escalated: true,
    store: "",
  });
}

/** Groups that an event calls by name, by their ids. */
async function withGroupIds(effect: Effect, groups: SecurityGroups): Promise<Effect> {
  const reference = effect.content?.referencedSecurityGroupId;
  const [, owner = "", name] = /^(.*\/)?name:(.*)$/s.exec(reference ?? "") ?? [];
  if (name === undefined) return effect;
  const id = await groups.idOf(name);
  if (id === undefined) return effect;
  return { ...effect, content: { ...effect.content, referencedSecurityGroupId: `${owner}${id}` } } as Effect;
}

/** ModifySecurityGroupRules names another account's group without the account, which the rule itself says. */
function withOwner(effect: Effect, found: readonly GroupRule[]): Effect {
  if (effect.op !== "modify") return effect;
  const { content, ruleId } = effect;
  const { referencedSecurityGroupId = "" } = found.find(({ id }) => id === ruleId) ?? {};
  const isMeant = referencedSecurityGroupId.endsWith(`/${content.referencedSecurityGroupId}`);
  return isMeant ? { ...effect, content: { ...content, referencedSecurityGroupId } } : effect;
}

/** An event that doesn't say which ids its rules got: those of rules that are there and that nobody knows. */
function nameUnnamed(record: GroupRecord, event: string, found: readonly GroupRule[]): void {
  const fold = foldRecord(record);
  for (const { entry, judged, rule, after } of fold.effects) {
    if (entry.event !== event || judged.effect.op !== "put" || after === undefined) continue;
    const there = found.find((each) => ruleKey(each) === ruleKey(after));
    const isKnown =
      there !== undefined &&
      (fold.rules.has(fold.ruleOf(there.id)) || record.aliases[there.id] !== undefined);
    if (there !== undefined && !isKnown && judged.effect.ruleId === undefined)
      record.aliases[there.id] = rule;
  }
}

/** A group that was just made lets everything out and nothing in (EC2 documentation). */
function newGroup(found: readonly GroupRule[]): KeptRule[] {
  const isDefault = (rule: GroupRule) =>
    rule.direction === "egress" &&
    rule.ipProtocol === "-1" &&
    ["0.0.0.0/0", "::/0"].includes(rule.cidrIpv4 ?? rule.cidrIpv6 ?? "");
  const there = found.filter(isDefault);
  if (there.some(({ cidrIpv4 }) => cidrIpv4 !== undefined)) return there;
  const everything = { direction: "egress" as const, ipProtocol: "-1", fromPort: -1, toPort: -1 };
  return [...there, { id: "default-egress", ...everything, cidrIpv4: "0.0.0.0/0" }];
}

/** An event's time is cut to seconds: what is in the same second is after this. */
function justBefore(at: string): string {
  return new Date(new Date(at).getTime() - 1).toISOString();
}

function isRole({ roleArn, arn, role }: Principal, own: string): boolean {
  if (roleArn === own) return true;
  const [, account, name] = /^arn:[^:]+:iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(own) ?? [];
  return name !== undefined && role === name && arn?.includes(`::${account}:assumed-role/`) === true;
}
