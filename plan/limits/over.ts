import { counted, listed } from "../../lib/text";
import { type RuleChanges } from "../../declaration/differences";
import { removalRefused } from "../../provider/revision/removals";
import type { Limits } from "../../settings/types";

/**
 * Why a run may not be: it changes more than it may, as this lists. Undefined: it may.
 * @param changes what would become different in the running configuration
 * @param kept how many rules of ours stay
 */
export function overLimits(
  changes: RuleChanges,
  kept: number,
  firewall: string,
  { maxChanges, maxRemovals }: Pick<Limits, "maxChanges" | "maxRemovals">,
  suspicion: string | undefined,
): string | undefined {
  const limits = {
    ...(maxRemovals !== undefined && { maxRemovals }),
    ...(suspicion !== undefined && { suspicion }),
  };
  const refused = removalRefused({ firewall, ...limits }, "rules", changes.removed, kept);
  if (refused !== undefined) return refused;

  const { added, changed, removed } = changes;
  const count = added.length + changed.length + removed.length;
  if (maxChanges === undefined || count <= maxChanges) return undefined;
  const parts = Object.entries({ add: added, change: changed, remove: removed })
    .filter(([, names]) => names.length > 0)
    .map(([verb, names]) => `${verb} ${listed(names, 50)}`);
  return (
    `this run would change ${counted(count, "rule")} on ${firewall}, more than the ${maxChanges} that ` +
    `aws-panos-rules:maxChanges allows: it would ${parts.join("; ")}. Nothing was written. If it is meant, set ` +
    `aws-panos-rules:maxChanges to ${count} for this run`
  );
}
