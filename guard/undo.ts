import type { Group, SecurityGroups } from "./groups";
import type { Guard } from "./guard";
import { signature } from "./judging";
import { foldRecord, type Fold } from "./record/fold";
import { noteFound } from "./record/observe";
import { ABSENT, type GroupRecord, type State } from "./record/types";
import { actionsFor, rulesAfter, type Action } from "./revert";
import { ruleKey, type GroupRule } from "./rules";

const FIGHT_MS = 10 * 60_000;

/** Undoes what doesn't stand, as far as it is still there, and notes what the group is then. */
export async function undo(
  record: GroupRecord,
  group: Group,
  found: readonly GroupRule[],
  { groups, now }: Pick<Guard, "groups" | "now">,
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
  const acted = new Set(actions.map(({ rule }) => rule));
  const there = new Set(found.map(({ id }) => fold.ruleOf(id)));
  for (const [rule, states] of fold.explained) {
    const isGone = fold.rules.has(rule) && !there.has(rule);
    // Another rule stands in its place, which may go with an event of its own.
    if (isGone && states.has(ABSENT) && !acted.has(rule)) {
      record.acts.push({ rule, state: ABSENT, at: at.toISOString() });
    }
  }
  for (const rule of restored) {
    const action = actions.find((each) => each.do === "authorize" && ruleKey(each.to) === ruleKey(rule));
    if (action !== undefined && rule.id !== action.rule) record.aliases[rule.id] = action.rule;
  }
  for (const judged of fold.blamed) judged.pending = false;
  for (const resolved of fold.effects) {
    if (fold.blamed.has(resolved.judged) && acted.has(fold.ruleOf(resolved.rule)))
      record.undone.push({ what: signature(resolved), at: at.toISOString() });
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
