/** Judging what has not been judged of a group's record, each change between what was before it and what came after. */
import type { Consulted, Guard } from "./guard";
import { judge, type Judgement } from "./judge";
import type { Outcome } from "./notice";
import { stops } from "./policy/evaluate";
import { Folding, type Resolved } from "./record/fold";
import { RECORD_AGE_MS, SETTLE_MS } from "./record/observe";
import { shortHash } from "./record/compact";
import { ABSENT, type GroupRecord, type State } from "./record/types";
import { principalText } from "../aws/cloudtrail/principal";
import { describeRule, ruleKey, type GroupRule, type RuleContent } from "./rules";
import type { Group } from "./groups";

export interface Judged {
  resolved: Resolved;
  judgement: Judgement;
  /** Absent: it is undone, if it is still there. */
  outcome?: Outcome;
  because?: string;
  escalated?: boolean;
}

const FIGHT_ROUNDS = 3;

/** Judges what is new, earlier changes that are clear by now, and what could not be judged before. */
export async function judgeAll(
  record: GroupRecord,
  group: Group,
  found: readonly GroupRule[],
  guard: Guard & Consulted,
): Promise<Judged[]> {
  const done: Judged[] = [];
  const folding = new Folding(record);
  for (const resolved of folding.steps()) {
    if (isToJudge(record, resolved)) {
      const one = await judgeOne(record, resolved, group, found, guard);
      if (one !== undefined) done.push(one);
    }
    folding.apply(resolved);
  }
  return done;
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
  group: Group,
  found: readonly GroupRule[],
  guard: Guard & Consulted,
): Promise<Judged | undefined> {
  const { judged, before, after, entry } = resolved;
  judged.verdict = "accepted";
  delete judged.judgedOn;
  delete judged.isText;
  const content = after ?? before;
  if (content?.direction === "egress" && !guard.policy.egress) return undefined;
  const judgement = await judge(resolved, group, group, {
    ...guard,
    approvals: guard.counting,
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
  const held = (because: string): Judged => ({
    resolved,
    judgement,
    outcome: "held",
    because,
    escalated: true,
  });
  if (storeFailure !== undefined) {
    // It is none that stays so: it is judged again.
    delete judged.verdict;
    return held(`Whether it is approved is not known: ${storeFailure}. It is tried again until it is.`);
  }
  if (decision === "hold") {
    // Judged anew when it is known what the change was.
    if (!resolved.isKnown) judged.judgedOn = ABSENT;
    const why = unknown === undefined ? {} : { because: `Its ${unknown} can't be told.` };
    return { resolved, judgement, outcome: "held", ...why };
  }
  const unclear = ignorance(record, resolved);
  if (unclear !== undefined) {
    judged.verdict = "unresolved";
    return held(unclear);
  }
  const old = distrust(record, resolved, found);
  if (old !== undefined) return held(old);
  if (guard.policy.mode === "notify") return { resolved, judgement, outcome: "would be undone" };
  judged.verdict = "rejected";
  judged.judgedOn = stateOf(before);
  judged.pending = true;
  const rounds = record.undone.filter(({ what }) => what === signature(resolved)).length;
  if (rounds < FIGHT_ROUNDS) return { resolved, judgement };
  const because =
    `It was undone ${rounds} times within ten minutes and made again each time, now by ${principalText(entry.by)}: ` +
    "find out who or what insists on it, and stop them.";
  return { resolved, judgement, because, escalated: true };
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
export function signature({ judged: { effect }, before, after }: Resolved): string {
  return shortHash(
    [effect.op, before && ruleKey(before), after && ruleKey(after)].filter(Boolean).join(" | "),
  );
}
