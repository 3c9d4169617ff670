/** What has to be done to a group, so that what doesn't stand is gone. Pure. */
import type { Fold } from "./record/fold";
import { ABSENT } from "./record/types";
import { ruleKey, type GroupRule } from "./rules";

/** One step. `rule` is the id that the record knows a rule under. */
export type Action =
  /** A rule is removed. */
  | { do: "revoke"; rule: string; found: GroupRule }
  /** A rule gets its earlier content again. */
  | { do: "modify"; rule: string; found: GroupRule; to: GroupRule }
  /** A rule that was removed is made again, with its description and tags. */
  | { do: "authorize"; rule: string; to: GroupRule };

/**
 * The difference between what should be and what is, as far as it is due to a change that doesn't stand (or
 * to what the guard did before it knew better). Anything else has an event of its own, and is left.
 */
export function actionsFor(fold: Fold, found: readonly GroupRule[]): Action[] {
  const byRule = new Map<string, GroupRule[]>();
  for (const rule of found) {
    const known = fold.ruleOf(rule.id);
    byRule.set(known, [...(byRule.get(known) ?? []), rule]);
  }
  const byKey = new Map(found.map((rule) => [ruleKey(rule), rule]));
  const isBlamed = (rule: GroupRule) => fold.explained.get(fold.ruleOf(rule.id))?.has(ruleKey(rule)) === true;
  return [...fold.explained].flatMap(([rule, states]): Action[] => {
    const wanted = fold.rules.get(rule);
    const own = byRule.get(rule) ?? [];
    const blamed = own.filter(isBlamed);
    if (wanted === undefined) return blamed.map((each) => ({ do: "revoke", rule, found: each }));
    // EC2 has no two rules with the same content.
    const same = byKey.get(ruleKey(wanted));
    const there = same && (fold.ruleOf(same.id) === rule || !isBlamed(same)) ? same : undefined;
    const others = blamed.filter((each) => each !== there);
    const revokes = others.map((each): Action => ({ do: "revoke", rule, found: each }));
    if (there !== undefined) return revokes;
    const [first, ...rest] = revokes;
    if (first?.do === "revoke") {
      return [{ do: "modify", rule, found: first.found, to: { ...wanted, id: first.found.id } }, ...rest];
    }
    return own.length === 0 && states.has(ABSENT) ? [{ do: "authorize", rule, to: wanted }] : [];
  });
}

/** The rules as they are after these steps. @param restored what EC2 answered to the authorizations */
export function rulesAfter(
  found: readonly GroupRule[],
  actions: readonly Action[],
  restored: readonly GroupRule[],
): GroupRule[] {
  const gone = new Set(actions.flatMap((action) => (action.do === "revoke" ? [action.found.id] : [])));
  const changed = new Map(
    actions.flatMap((action) => (action.do === "modify" ? [[action.found.id, action.to] as const] : [])),
  );
  return [
    ...found.filter(({ id }) => !gone.has(id)).map((rule) => changed.get(rule.id) ?? rule),
    ...restored,
  ];
}
