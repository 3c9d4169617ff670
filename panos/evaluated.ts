/** The whole order in which a firewall looks at security rules, and whose each of them is. */
import type { Rulebase, RulebaseRule, RulesOnSome } from "./policy";

type Order = Pick<Rulebase, "rules" | "pushed" | "inherited" | "between" | "behind">;

/** Panorama's rules before those of the rulebase, on each firewall that it is for, in the order of evaluation. */
export function rulesOnAll({ inherited, pushed }: Pick<Order, "inherited" | "pushed">): RulebaseRule[] {
  return inherited ?? pushed?.rules?.above ?? [];
}

/** All that come before those of the rulebase. */
export function rulesBefore(rulebase: Omit<Order, "rules">): RulebaseRule[] {
  return [...rulesOnAll(rulebase), ...withTarget(rulebase.between ?? [])];
}

/** All that come behind those of the rulebase. */
export function rulesBehind({ behind, pushed }: Pick<Order, "behind" | "pushed">): RulebaseRule[] {
  return behind ?? pushed?.rules?.below ?? [];
}

/**
 * Panorama's pre-rules, the local ones, Panorama's post-rules: behind them come the predefined ones (PAN-OS
 * documentation, "Device Group Policies"). Within each, Panorama has put device groups in their order.
 */
export function evaluatedRules(rulebase: Order): RulebaseRule[] {
  return [...rulesBefore(rulebase), ...rulebase.rules, ...rulesBehind(rulebase)];
}

/** The rules of several firewalls: where these differ, each as one that has a target, which it is like. */
export function withTarget(some: readonly RulesOnSome[]): RulebaseRule[] {
  const [first] = some;
  if (some.length === 1 && first !== undefined) return first.rules;
  return some.flatMap(({ rules }) =>
    rules.map((rule) => ({ ...rule, conditions: [...new Set([...rule.conditions, "target"])] })),
  );
}

/** Whether a rule is of the rulebase that ours are in, and not of another that is looked at as well. */
export function isOfRulebase({ panorama, firewall }: Pick<RulebaseRule, "panorama" | "firewall">): boolean {
  return panorama === undefined && firewall === undefined;
}

/** Who wrote what Panorama has pushed: "device group web". @param loc as the device has it; "" where it doesn't say */
export function groupText(loc: string): string {
  return loc === "" ? "" : loc === "shared" ? "Shared" : `device group ${loc}`;
}

const PANORAMAS = "Panorama's rule ";
const FIREWALLS = "the rule ";

/** A rule by its name; another's says whose: "Panorama's rule pre-web of device group web", "the rule web of fw1". */
export function ruleLabel({
  name,
  panorama,
  firewall,
}: Pick<RulebaseRule, "name" | "panorama" | "firewall">): string {
  if (firewall !== undefined) return `${FIREWALLS}${name} of ${firewall}`;
  if (panorama === undefined) return name;
  return `${PANORAMAS}${name}${panorama === "" ? "" : ` of ${groupText(panorama)}`}`;
}

/** Whether a label is of one of Panorama's: no rule can have an apostrophe in its name. */
export function isPanoramas(label: string): boolean {
  return label.startsWith(PANORAMAS);
}

/** A label within a sentence. */
export function theRule(label: string, what = "the firewall's rule"): string {
  return isPanoramas(label) || label.startsWith(FIREWALLS) ? label : `${what} ${label}`;
}
