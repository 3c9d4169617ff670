/** The whole order in which a firewall looks at security rules, and whose each of them is. */
import type { Rulebase, RulebaseRule } from "./policy";

/**
 * Panorama's pre-rules, the local ones, Panorama's post-rules: behind them come the predefined ones (PAN-OS
 * documentation, "Device Group Policies"). Within each, Panorama has put device groups in their order.
 */
export function evaluatedRules({ rules, pushed }: Pick<Rulebase, "rules" | "pushed">): RulebaseRule[] {
  return pushed?.rules === undefined ? rules : [...pushed.rules.above, ...rules, ...pushed.rules.below];
}

/** Who wrote what Panorama has pushed: "device group web". @param loc as the device has it; "" where it doesn't say */
export function groupText(loc: string): string {
  return loc === "" ? "" : loc === "shared" ? "Shared" : `device group ${loc}`;
}

const PANORAMAS = "Panorama's rule ";

/** A rule by its name; one of Panorama's says so: "Panorama's rule pre-web of device group web". */
export function ruleLabel({ name, panorama }: Pick<RulebaseRule, "name" | "panorama">): string {
  if (panorama === undefined) return name;
  return `${PANORAMAS}${name}${panorama === "" ? "" : ` of ${groupText(panorama)}`}`;
}

/** Whether a label is of one of Panorama's: no rule can have an apostrophe in its name. */
export function isPanoramas(label: string): boolean {
  return label.startsWith(PANORAMAS);
}

/** A label within a sentence. */
export function theRule(label: string, what = "the firewall's rule"): string {
  return isPanoramas(label) ? label : `${what} ${label}`;
}
