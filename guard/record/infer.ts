/** What a call did that its event doesn't tell: what is otherwise in the group than everything else tells. Pure. */
import type { Effect } from "../event/event";
import { ruleKey, type GroupRule, type RuleContent } from "../rules";
import { shortHash } from "./compact";
import { foldRecord, type Fold, type Resolved } from "./fold";
import { differencesFrom } from "./observe";
import { ABSENT, type Entry, type GroupRecord, type JudgedEffect, type State } from "./types";

/**
 * Differences of the call's own kind. What another call made whose event is still on its way may be among them:
 * when that comes, it is judged as what it was.
 * @param call its name in EC2's API
 * @param found what EC2 shows
 */
export function inferredEffects(
  record: GroupRecord,
  call: string,
  found: readonly GroupRule[],
): JudgedEffect[] {
  const fold = foldRecord(record);
  return [...differencesFrom(fold, found)].flatMap(([rule, state]): JudgedEffect[] => {
    if (isTold(fold, rule, state)) return [];
    const effect = effectOf(rule, state, fold, found);
    return effect !== undefined && isOf(call, effect, fold) ? [{ effect, isInferred: true }] : [];
  });
}

/** Takes away what was inferred and is told now: it is judged as what it was. @param told an event's entry */
export function dropInferred(record: GroupRecord, told: Entry): void {
  if (!record.entries.some(({ effects }) => effects.some(({ isInferred }) => isInferred))) return;
  const fold = foldRecord(record);
  const stateOf = ({ after }: Resolved) => (after === undefined ? ABSENT : ruleKey(after));
  const own = fold.effects.filter(({ entry }) => entry === told);
  const isTold = (each: Resolved) =>
    own.some((one) => {
      const { op, ruleId } = one.judged.effect;
      // No two rules of a group have the same content at once.
      const isSame =
        fold.ruleOf(one.rule) === fold.ruleOf(each.rule) || (op === "put" && ruleId === undefined);
      return isSame && stateOf(one) === stateOf(each);
    });
  const gone = new Set(
    fold.effects.filter((each) => each.judged.isInferred && isTold(each)).map(({ judged }) => judged),
  );
  for (const entry of record.entries) entry.effects = entry.effects.filter((each) => !gone.has(each));
  const empty = record.entries.filter(({ effects }) => effects.length === 0 && gone.size > 0);
  record.handled.push(...empty.map(({ event, at }) => ({ event: shortHash(event), at })));
  record.entries = record.entries.filter((each) => !empty.includes(each) || each === told);
}

/** Whether an event tells it that is not judged to stand, or the guard is about to undo it. */
function isTold(fold: Fold, rule: string, state: State): boolean {
  if (fold.explained.get(rule)?.has(state)) return true;
  return fold.effects.some(
    (each) =>
      (each.judged.verdict === undefined || each.judged.verdict === "unresolved") &&
      fold.ruleOf(each.rule) === rule &&
      (each.after === undefined ? ABSENT : ruleKey(each.after)) === state,
  );
}

function effectOf(rule: string, state: State, fold: Fold, found: readonly GroupRule[]): Effect | undefined {
  if (state === ABSENT) return { op: "drop", ruleId: rule };
  const there = found.find((each) => fold.ruleOf(each.id) === rule && ruleKey(each) === state);
  if (there === undefined) return undefined;
  const { id: ruleId, ...content } = there;
  // An event doesn't tell a rule's tags, and what is restored has those of the record.
  delete content.tags;
  const isKnown = fold.rules.has(rule) || fold.effects.some((each) => fold.ruleOf(each.rule) === rule);
  return { op: isKnown ? "modify" : "put", ruleId, content };
}

function isOf(call: string, effect: Effect, fold: Fold): boolean {
  if (call === "ModifySecurityGroupRules") return effect.op === "modify";
  const content: Partial<RuleContent> | undefined =
    effect.op === "drop" ? fold.rules.get(effect.ruleId ?? "") : effect.content;
  const isDirection = content?.direction === (call.endsWith("Egress") ? "egress" : "ingress");
  return isDirection && effect.op === (call.startsWith("Revoke") ? "drop" : "put");
}
