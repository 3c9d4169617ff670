/** What is to be declared, held against the running configuration. */
import { declarationOf, foundDeclaration, type PolicyContent } from "../declaration/declaration";
import { differences, ruleChanges, type Difference, type RuleChanges } from "../declaration/differences";
import type { PolicyObjects } from "../declaration/objects";
import { outOfForce } from "../declaration/out-of-force";
import { ownObjects } from "../declaration/ownership";
import { placesOf } from "../declaration/placement";
import type { FirewallSettings } from "../settings/types";
import type { Kind } from "./limits/hold-back";

export interface Compared {
  /** Without rules that an administrator has put on hold: they stay as they are. */
  changes: RuleChanges;
  /** How running differs from it, one sentence each. */
  waiting: string[];
  /** How many rules of ours stay. */
  kept: number;
  /** Rules of ours that an administrator has put on hold. */
  onHold: string[];
  /** What of it the running configuration has not as it is declared. */
  outOfForce: Difference[];
  /** How many the firewall has that aren't ours. */
  others: Record<Kind, number>;
}

export function againstRunning(
  { declared, mapping }: FirewallSettings,
  content: PolicyContent,
  running: PolicyObjects,
): Compared {
  const { ownerId, stack, cleanupRule } = declared;
  const own = ownObjects(ownerId, running);
  const wanted = declarationOf(ownerId, stack, content);
  const places = placesOf(cleanupRule, mapping.quarantine?.before);
  const found = foundDeclaration(ownerId, places, running);
  const { added, changed, removed } = ruleChanges(found, wanted, content);
  const isFree = (rule: string) => !own.held.includes(rule);
  const changes = { added, changed: changed.filter(isFree), removed: removed.filter(isFree) };
  return {
    changes,
    waiting: differences(wanted, found, new Set(own.held)),
    kept: own.rules.length - changes.removed.length,
    onHold: own.held,
    outOfForce: outOfForce(ownerId, places, wanted, running),
    others: {
      rules: running.rules.size - own.rules.length,
      services: running.services.size - own.services.length,
      addresses: running.addresses.size - own.addresses.length,
      addressGroups: running.addressGroups.size - own.addressGroups.length,
    },
  };
}

/** What limits count: not what must not wait because a person has marked an instance, or taken a permission away. */
export function withoutExcused(
  changes: RuleChanges,
  excused: readonly string[],
  doubt: string | undefined,
): RuleChanges {
  if (doubt !== undefined) return changes;
  const uncounted = new Set(excused);
  const counts = (name: string) => !uncounted.has(name);
  const { added, changed, removed } = changes;
  return { added: added.filter(counts), changed: changed.filter(counts), removed: removed.filter(counts) };
}
