import type { MappedRule } from "./mapping/types";
import type { Capacity } from "./panos/capacity";
import { HeldError, PreconditionError } from "./preconditions";
import { listed, type PolicyContent, type RuleChanges } from "./provider/declaration";
import { removalRefused } from "./provider/removals";
import type { Limits } from "./settings";

/**
 * Refuses a run that changes more than it may, before anything of it is declared.
 * @param changes what would become different in the running configuration
 * @param kept how many rules of ours stay
 * @throws HeldError that lists what the run would do
 */
export function requireWithinLimits(
  changes: RuleChanges,
  kept: number,
  firewall: string,
  { maxChanges, maxRemovals }: Limits,
  suspicion: string | undefined,
): void {
  const limits = {
    ...(maxRemovals !== undefined && { maxRemovals }),
    ...(suspicion !== undefined && { suspicion }),
  };
  const refused = removalRefused({ firewall, ...limits }, "rules", changes.removed, kept);
  if (refused !== undefined) throw new HeldError(refused);

  const { added, changed, removed } = changes;
  const count = added.length + changed.length + removed.length;
  if (maxChanges === undefined || count <= maxChanges) return;
  const parts = Object.entries({ add: added, change: changed, remove: removed })
    .filter(([, names]) => names.length > 0)
    .map(([verb, names]) => `${verb} ${listed(names, 50)}`);
  throw new HeldError(
    `this run would change ${count} rules on ${firewall}, more than the ${maxChanges} that ` +
      `aws-panos-rules:maxChanges allows: it would ${parts.join("; ")}. Nothing was written. If it is meant, set ` +
      `aws-panos-rules:maxChanges to ${count} for this run`,
  );
}

/**
 * Refuses a policy that is larger than the stack configuration or the device allows.
 * @param others how many rules and objects the firewall has that aren't ours
 * @throws PreconditionError with the count and the groups that weigh most
 */
export function requireFit(
  content: Pick<PolicyContent, "services" | "addresses" | "addressGroups"> & { rules: readonly MappedRule[] },
  others: { rules: number; services: number; addresses: number; addressGroups: number },
  firewall: string,
  { maxRules }: Limits,
  capacity: Capacity,
): void {
  const count = content.rules.length;
  if (maxRules !== undefined && count > maxRules) {
    throw new PreconditionError(
      `${firewall} would get ${count} rules, more than the ${maxRules} of aws-panos-rules:guardrails.maxRules. ` +
        `Nothing was written. ${heaviest(content.rules)}`,
    );
  }
  for (const [kind, wanted, there, most] of [
    ["rules", count, others.rules, capacity.rules],
    ["service objects", content.services.length, others.services, capacity.services],
    ["address objects", content.addresses.length, others.addresses, capacity.addresses],
    ["address groups", content.addressGroups.length, others.addressGroups, capacity.addressGroups],
  ] as const) {
    if (most === undefined || wanted + there <= most) continue;
    throw new PreconditionError(
      `${firewall} takes ${most} ${kind}: ${there} are there, and ${wanted} of ours don't fit. Nothing was written. ` +
        heaviest(content.rules),
    );
  }
}

/** The security groups with the most rules, for whoever has to make them fewer. */
function heaviest(rules: readonly MappedRule[]): string {
  const counts = new Map<string, number>();
  for (const { permission } of rules) {
    const group = `${permission.securityGroupName} (${permission.securityGroupId})`;
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a).slice(0, 5);
  return `The groups that weigh most: ${sorted.map(([group, count]) => `${group} ${count}`).join(", ")}`;
}
