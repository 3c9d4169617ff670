import type { Inventory } from "../inventory/types";
import { permissionLabel } from "../mapping/describe";
import { mapWithin, type GuardedPolicy } from "../mapping/guardrails";
import type { FirewallSettings, Settings } from "../settings/types";
import { attributed } from "./accounts/attribution";

/** What the account asks of a firewall; where several were read, each rule says whose it is. */
export function policyFor(
  { mapping }: FirewallSettings,
  inventory: Inventory,
  guardrails: Settings["guardrails"],
): GuardedPolicy {
  const policy = mapWithin(inventory, mapping, guardrails);
  if (mapping.quarantine?.only === true) return isolatingAlone(policy);
  return { ...policy, rules: attributed(policy.rules, inventory) };
}

/** What is left where a stack only isolates: every permission is another stack's to declare or to withhold. */
function isolatingAlone(policy: GuardedPolicy): GuardedPolicy {
  const permissions = [...policy.rules, ...policy.withheld].map(({ permission }) => permission);
  const unique = new Map(permissions.map((each) => [permissionLabel(each), each]));
  return {
    ...policy,
    rules: [],
    services: [],
    applications: [],
    addressGroups: [],
    guarded: [],
    withheld: [...unique].map(([label, permission]) => ({
      permission,
      reason: `${label} is another stack's: this one only isolates instances (quarantine.only).`,
      isElsewhere: true,
    })),
  };
}
