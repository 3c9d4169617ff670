import * as log from "@pulumi/pulumi/log";
import type { Coverage } from "./mapping/coverage";
import type { Policy } from "./mapping/types";

/** Says in Pulumi's output what doesn't become a rule and why, and what a person should know. */
export async function report(policy: Policy, { covered, shadowed }: Coverage): Promise<void> {
  for (const warning of policy.warnings) await log.warn(warning);
  for (const { reason } of policy.withheld) await log.warn(`withheld: ${reason}`);
  for (const [by, rules] of grouped(shadowed.map(({ rule, by }) => [by, rule.rule.name]))) {
    await log.warn(
      `the firewall's rule ${by} stands above and denies part of what these allow: ${rules.join(", ")}`,
    );
  }
  for (const [by, rules] of grouped(covered.map(({ rule, by }) => [by.join(" with "), rule.rule.name]))) {
    await log.info(`left out, because the firewall's rule ${by} allows it already: ${rules.join(", ")}`);
  }
}

function grouped(pairs: [string, string][]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [key, value] of pairs) groups.set(key, [...(groups.get(key) ?? []), value]);
  return groups;
}
