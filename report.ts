import * as log from "@pulumi/pulumi/log";
import type { Coverage } from "./mapping/coverage";
import type { Policy } from "./mapping/types";

/** Says in Pulumi's output what doesn't become a rule and why, and what a person should know. */
export async function report(policy: Policy, { covered, shadowed }: Coverage): Promise<void> {
  const lines = [
    ...policy.warnings.map((warning) => ["warn", warning] as const),
    ...policy.withheld.map(({ reason }) => ["warn", `withheld: ${reason}`] as const),
    ...shadowed.map(
      ({ rule, by }) =>
        ["warn", `${rule.rule.name} would be shadowed by the firewall's rule ${by}, which denies`] as const,
    ),
    ...covered.map(
      ({ rule, by }) =>
        ["info", `${rule.rule.name} is left out: already allowed by ${by.join(", ")}`] as const,
    ),
  ];
  await Promise.all(lines.map(([severity, message]) => log[severity](message)));
}
