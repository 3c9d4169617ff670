import { consentTo, type Asking, type CountingApproval } from "./approvals/approval";
import type { UseLedger } from "./approvals/uses";
import type { GroupEvent } from "./event/event";
import type { Group } from "./groups";
import { evaluate, stops, strictest, type Verdict } from "./policy/evaluate";
import type { GuardPolicy, Kind } from "./policy/types";
import type { Resolved } from "./record/fold";
import { ruleKey, type GroupRule, type RuleContent } from "./rules";

/** What the policy and the approvals say of one change of one rule. */
export interface Judgement {
  verdict: Verdict;
  /** Who approved what the policy stops; empty where nothing needs it, absent where not enough did. */
  approvedBy?: string[];
  /** Why approvals could not be looked at: it has to be judged again. */
  storeFailure?: string;
  /** What it opens and closes. */
  parts: Part[];
}

export interface Part {
  kind: Kind;
  content: RuleContent & Pick<GroupRule, "tags">;
  /** The blocks of a prefix list; absent where they can't be told. */
  entries?: readonly string[];
}

export interface Judging {
  policy: GuardPolicy;
  /** The group's approvals that count; asked again it is the same list. */
  approvals: () => Promise<CountingApproval[]>;
  uses: UseLedger;
  entries: (prefixListId: string) => Promise<string[] | undefined>;
  now: () => Date;
}

/** Judges what an event did to one rule, each thing that it opened or closed by itself; the strictest counts. */
export async function judge(
  resolved: Resolved,
  event: Pick<GroupEvent, "account">,
  group: Group,
  judging: Judging,
): Promise<Judgement> {
  const { entry, judged } = resolved;
  const parts = await Promise.all(
    partsOf(resolved).map(async (part): Promise<Part> => {
      const list = part.content.prefixListId;
      const entries = list === undefined ? undefined : await judging.entries(list);
      return { ...part, ...(entries && { entries }) };
    }),
  );
  const verdicts = parts.map(({ kind, content, entries }) => {
    const facts = {
      kind,
      content,
      group,
      at: new Date(entry.at),
      account: event.account,
      ...(entries && { entries }),
    };
    const verdict = evaluate(judging.policy, { ...facts, principal: entry.by });
    if (!judged.isInferred || stops(verdict.decision)) return verdict;
    // What this one may do, another who did it may not.
    const anybodys = evaluate(judging.policy, facts);
    return stops(anybodys.decision)
      ? { ...anybodys, decision: "hold" as const, unknown: "principal" }
      : verdict;
  });
  if (parts.length === 0 && !resolved.isKnown) return { verdict: blind(judging.policy), parts };
  const verdict = strictest(verdicts);
  if (verdict === undefined) return { verdict: { decision: "allow", approvers: 1 }, approvedBy: [], parts };
  const stopped = parts.flatMap((part, index) => {
    const { decision, approvers } = verdicts[index]!;
    return stops(decision) ? [{ part, approvers }] : [];
  });
  if (stopped.length === 0) return { verdict, approvedBy: [], parts };
  try {
    const approvedBy = await approved(stopped, resolved, group, judging);
    return { verdict, parts, ...(approvedBy && { approvedBy }) };
  } catch (error) {
    return { verdict, parts, storeFailure: (error as Error).message };
  }
}

/** Who approved every one of these; undefined where somebody is missing. What is good once is used up. */
async function approved(
  stopped: readonly { part: Part; approvers: number }[],
  { entry, rule, judged }: Resolved,
  group: Group,
  { policy, approvals, uses, now }: Judging,
): Promise<string[] | undefined> {
  let all = await approvals();
  for (;;) {
    const chosen = new Set<CountingApproval>();
    for (const { part, approvers } of stopped) {
      const asking: Asking = {
        ...{ ...part, group: group.id, event: entry.event, rule },
        ...(!judged.isInferred && { principal: entry.by }),
      };
      const { given, isEnough } = consentTo(asking, approvers, policy.approvers, all, now());
      if (!isEnough) return undefined;
      for (const approval of given) chosen.add(approval);
    }
    const taken: CountingApproval[] = [];
    for (const approval of chosen) {
      // One event is one change, also when it is judged anew, or changes several rules at once.
      if (!approval.once || approval.used?.event === entry.event) continue;
      const use = { event: entry.event, rule, at: now().toISOString() };
      if (await uses.use(approval, use)) approval.used = use;
      else taken.push(approval);
    }
    if (taken.length === 0) return [...chosen].map(({ name }) => name);
    // Another change has used these up in this moment.
    all = all.filter((approval) => !taken.includes(approval));
  }
}

/** What is said of a removal that names a rule which nobody knows: it is held where removals may be stopped. */
function blind({ rules }: GuardPolicy): Verdict {
  const rule = rules.find(({ when, then }) => when.change.includes("closes") && stops(then));
  return rule === undefined
    ? { decision: "notify", approvers: 1 }
    : { decision: "hold", rule, approvers: rule.approvers, unknown: "rule" };
}

/** What a change opens and what it closes; nothing where only a description is another. */
export function partsOf({
  judged: { effect },
  before,
  after,
}: Pick<Resolved, "judged" | "before" | "after">): Omit<Part, "entries">[] {
  // Of a rule that the record doesn't know, what the request says is all there is.
  const closed = before ?? (effect.op === "drop" ? effect.content : undefined);
  const opened = after ?? (effect.op === "modify" ? requested(effect.content) : undefined);
  if (before && after && ruleKey(before) === ruleKey(after)) return [];
  return [
    ...(opened ? [{ kind: "opens" as const, content: opened }] : []),
    ...(closed ? [{ kind: "closes" as const, content: closed }] : []),
  ];
}

function requested(content: Partial<RuleContent>): RuleContent {
  return { direction: "ingress", ipProtocol: "-1", fromPort: -1, toPort: -1, ...content };
}
