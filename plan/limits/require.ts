import { HeldError } from "../preconditions";
import { listed } from "../../lib/text";
import { type RuleChanges } from "../../declaration/differences";
import { removalRefused } from "../../provider/removals";
import type { Limits } from "../../settings/index";

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
  { maxChanges, maxRemovals }: Pick<Limits, "maxChanges" | "maxRemovals">,
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
