/** Whether the cleanup rule denies what comes to it. */
import { INTERZONE_DEFAULT, INTRAZONE_DEFAULT } from "../declaration/cleanup-rule";
import type { Rulebase, RulebaseRule } from "../panos/policy";

/**
 * Why a cleanup rule doesn't deny everything that comes to it, one sentence each; none: it does. A rulebase without
 * it has none either: that is a missing prerequisite.
 * @param zones pairs of zones that our rules are between
 */
export function cleanupDoubts(
  rulebases: Record<"candidate" | "running", Rulebase>,
  cleanupRule: string,
  zones: readonly (readonly [from: string, to: string])[],
): string[] {
  const [candidate, running] = [
    doubtsIn(rulebases.candidate, cleanupRule),
    doubtsIn(rulebases.running, cleanupRule),
  ];
  const said = (doubts: readonly string[], where: string) =>
    doubts.map(
      (doubt) =>
        `the cleanup rule ${cleanupRule} ${doubt}${where}, so what no rule allows may be let in all the same`,
    );
  const isIn = (doubts: readonly string[]) => (doubt: string) => doubts.includes(doubt);
  const [both, pending, mended] = [
    candidate.filter(isIn(running)),
    candidate.filter((doubt) => !running.includes(doubt)),
    running.filter((doubt) => !candidate.includes(doubt)),
  ];
  return [
    ...said(both, ""),
    ...said(pending, " in the candidate configuration"),
    ...said(mended, " in the running configuration"),
    ...withinZones(rulebases.candidate, cleanupRule, zones),
  ];
}

function doubtsIn(rulebase: Rulebase, cleanupRule: string): string[] {
  const rule = [...rulebase.rules, ...(rulebase.pushed?.rules?.below ?? [])].find(
    ({ name }) => name === cleanupRule,
  );
  if (rule !== undefined) return [...switchedOff(rule), ...narrower(rule)];
  const { interzoneDefault = "deny" } = rulebase;
  return cleanupRule === INTERZONE_DEFAULT && defaultAllows(rulebase)
    ? [`is overridden: its action is ${interzoneDefault}`]
    : [];
}

/** Whether the action of the predefined interzone-default, overridden or not, lets through what comes to it. */
export function defaultAllows({ interzoneDefault = "deny" }: Pick<Rulebase, "interzoneDefault">): boolean {
  return !DENIALS.has(interzoneDefault);
}

/** Whether a rule denies everything that comes to it, so that nothing comes to those below. */
export function deniesEverything(rule: RulebaseRule): boolean {
  return switchedOff(rule).length === 0 && narrower(rule).length === 0;
}

const DENIALS = new Set(["deny", "drop", "reset-client", "reset-server", "reset-both"]);

function switchedOff({ disabled, action }: RulebaseRule): string[] {
  return [
    ...(disabled ? ["is disabled"] : []),
    ...(DENIALS.has(action) ? [] : [`doesn't deny: its action is ${action || "missing"}`]),
  ];
}

/** What a rule matches less than everything by. */
function narrower(rule: RulebaseRule): string[] {
  const fields = (["from", "to", "source", "destination", "application", "service"] as const).filter(
    (field) => !rule[field].includes("any"),
  );
  const what = [
    ...fields.map((field) => `${field} is ${rule[field].slice(0, 5).join(", ") || "missing"}`),
    ...(rule.negateSource ? ["its source is negated"] : []),
    ...(rule.negateDestination ? ["its destination is negated"] : []),
    ...(rule.ruleType === "intrazone" ? ["it matches within a zone only"] : []),
    ...(rule.ruleType === "interzone" ? ["it matches between zones only"] : []),
    ...rule.conditions.map((condition) => `${condition} is set`),
  ];
  return what.length === 0 ? [] : [`doesn't match everything: ${what.join("; ")}`];
}

/** The predefined rules are two, and the one for what stays in a zone allows. */
function withinZones(
  { rules }: Rulebase,
  cleanupRule: string,
  zones: readonly (readonly [string, string])[],
): string[] {
  if (cleanupRule !== INTERZONE_DEFAULT || rules.some(({ name }) => name === cleanupRule)) return [];
  const same = [...new Set(zones.filter(([from, to]) => from === to).map(([zone]) => zone))].sort();
  if (same.length === 0) return [];
  return [
    `the cleanup rule ${cleanupRule} denies nothing within a zone, and rules of ours are within ${same.join(", ")}: ` +
      `what no rule allows there is let in by ${INTRAZONE_DEFAULT}, unless that is overridden`,
  ];
}
