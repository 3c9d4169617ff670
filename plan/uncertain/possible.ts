/** What a firewall would hold if all that is unknown led to it. */
import type { PolicyContent } from "../../declaration/declaration";
import type { Inventory } from "../../inventory/types";
import type { FirewallSettings, Settings } from "../../settings/types";
import { contentOf, registrationsFor } from "../content";
import { asWritten, besideOthers } from "../on-firewall";
import { policyFor } from "../policy";
import { rulebasesOf, type FirewallState } from "../state";
import type { Possible as PossibleRules } from "./rules";

export interface Possible extends PossibleRules {
  content: PolicyContent;
  registrations: Record<string, string[]> | undefined;
  protectedInterfaces: string[];
}

/** Worked out only where something would go, and once. */
export function possibleOn(
  inventory: Inventory,
  state: FirewallState,
  firewall: FirewallSettings,
  guardrails: Settings["guardrails"],
): () => Possible {
  let known: Possible | undefined;
  const work = (): Possible => {
    const mapping = { ...firewall.mapping, unknownCrosses: true as const };
    const settings = { ...firewall, mapping };
    const rulebases = rulebasesOf(state);
    const mapped = policyFor(settings, inventory, guardrails);
    const { asked, coverage } = besideOthers(
      asWritten(mapped, settings, rulebases, inventory),
      settings,
      rulebases,
    );
    return {
      protectedInterfaces: asked.protectedInterfaces,
      rules: coverage.needed,
      isolating: asked.isolation?.rules ?? [],
      content: contentOf(coverage.needed, asked, mapping.ownerId),
      registrations: registrationsFor(coverage.needed, asked, settings),
    };
  };
  return () => (known ??= work());
}
