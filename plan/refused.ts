import type { GuardedPolicy } from "../mapping/guardrails";
import type { FirewallSettings } from "../settings/types";
import { contentOf, registrationsFor } from "./content";
import type { RefusedPlan } from "./types";

/**
 * The plan for a firewall that could not be asked: everything that the account asks for stays declared, so that nothing
 * of it is taken for withdrawn, and nothing is written.
 */
export function refusedPlan(firewall: FirewallSettings, policy: GuardedPolicy, error: Error): RefusedPlan {
  const { rules, isolation } = policy;
  return {
    firewall,
    policy,
    content: contentOf(rules, policy, firewall.mapping.ownerId),
    registrations: registrationsFor(rules, policy, firewall),
    suspicion: undefined,
    excused: isolation?.excused ?? [],
    refusal: `nothing is written to ${firewall.declared.name}: ${error.message}`,
    error,
  };
}
