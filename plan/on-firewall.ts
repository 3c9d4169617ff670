/** What of a policy a firewall needs besides its own rules, on its NAT. */
import { localAnchor } from "../declaration/cleanup-rule";
import type { Inventory } from "../inventory/types";
import { withApplicationShift } from "../mapping/application-shift";
import { cleanupDoubts } from "../mapping/cleanup";
import { alreadyAllowed, type Coverage } from "../mapping/coverage";
import type { GuardedPolicy, Guardrails } from "../mapping/guardrails";
import { throughNat } from "../mapping/nat";
import { withOverrides } from "../mapping/overrides";
import { addressesOfInterfaces } from "../mapping/routing";
import { withFreeNames } from "../mapping/taken-names";
import type { MappedRule } from "../mapping/types";
import type { FirewallSettings, Settings } from "../settings/types";
import { requireDenial, requireReachable } from "./preconditions";
import { rulebasesOf, type FirewallState } from "./state";

type Rulebases = ReturnType<typeof rulebasesOf>;

/** A policy as a firewall takes it. */
export interface OnFirewall {
  asked: GuardedPolicy;
  coverage: Coverage;
  /** What a person should know of it, one sentence each. */
  doubts: string[];
}

/**
 * Settings with the place that ours have among the local rules: where the cleanup rule that they name is one of
 * Panorama's post-rules, that is the end.
 */
export function anchored(
  firewall: FirewallSettings,
  { candidate }: Pick<Rulebases, "candidate">,
): FirewallSettings {
  const cleanupRule = localAnchor(firewall.cleanupRule, candidate.rules, candidate.pushed?.below);
  if (cleanupRule === firewall.cleanupRule) return firewall;
  return {
    ...firewall,
    cleanupRule,
    coverage: { ...firewall.coverage, cleanupRule },
    declared: { ...firewall.declared, cleanupRule },
  };
}

/**
 * @param settings as they name the cleanup rule, which may be Panorama's
 * @throws PreconditionError where guardrails are enforced and the cleanup rule doesn't deny, or Panorama denies all
 */
export function onFirewall(
  mapped: GuardedPolicy,
  settings: FirewallSettings,
  state: FirewallState,
  inventory: Inventory,
  { guardrails }: Pick<Settings, "guardrails">,
): OnFirewall {
  const rulebases = rulebasesOf(state);
  const firewall = anchored(settings, rulebases);
  const written = asWritten(mapped, firewall, rulebases, inventory, guardrails);
  const zones = zonePairs(written.rules);
  requireReachable(rulebases.running, zones);
  const unclean = cleanupDoubts(rulebases, settings.cleanupRule, zones);
  requireDenial(unclean, { guardrails });
  const { asked, coverage, notes } = besideOthers(written, firewall, rulebases);
  return { asked, coverage, doubts: [...unclean, ...notes] };
}

/** A policy as it is written on a firewall: with the addresses of its NAT, its overrides and its names. */
export function asWritten(
  mapped: GuardedPolicy,
  { mapping }: FirewallSettings,
  rulebases: Rulebases,
  inventory: Inventory,
  guardrails: Pick<Guardrails, "neverOpen" | "widestSource">,
): GuardedPolicy {
  const inside = addressesOfInterfaces(inventory, mapped.protectedInterfaces);
  const translated = throughNat(mapped, rulebases, mapping, inside, guardrails);
  const overridden = withOverrides(translated, rulebases, mapping.ownerId);
  return withFreeNames(overridden, rulebases, mapping.ownerId);
}

/** What of it is needed beside the administrators' rules. */
export function besideOthers(
  written: GuardedPolicy,
  { mapping, coverage }: FirewallSettings,
  rulebases: Rulebases,
): { asked: GuardedPolicy; coverage: Coverage; notes: string[] } {
  const found = alreadyAllowed(written, rulebases, coverage);
  const options = { ...coverage, ownerId: mapping.ownerId };
  const { policy: asked, ...rest } = withApplicationShift(written, found, rulebases, options);
  return { asked, ...rest };
}

/** The zones that rules of ours are between; each has one on each side. */
function zonePairs(rules: readonly MappedRule[]): [from: string, to: string][] {
  return rules.map(({ rule: { from, to } }) => [from[0] ?? "", to[0] ?? ""]);
}
