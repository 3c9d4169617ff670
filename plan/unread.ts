/** What stays because AWS was not read: whole accounts, or a part of what says where packets are led. */
import type { PolicyContent } from "../declaration/declaration";
import type { Inventory } from "../inventory/types";
import { withinGuardrails } from "../mapping/guardrails";
import { namesIn, respelled } from "../mapping/taken-names";
import { firewallTargets } from "../mapping/targets";
import type { FirewallSettings, Settings } from "../settings/types";
import { withKeptRules, type Kept } from "./accounts/keep";
import { PreconditionError } from "./preconditions";
import type { OnFirewall } from "./on-firewall";
import { rulebasesOf, type FirewallState } from "./state";
import { withUncertain, type WithUncertain } from "./uncertain";

/**
 * What is needed, and what stays beside it because it was not read, if there is any. Rules that are kept as they are
 * found may name addresses that have become somebody's names.
 * @param asked the policy that it is needed for
 * @throws PreconditionError
 */
export function withUnread(
  needed: PolicyContent,
  asked: OnFirewall["asked"],
  inventory: Inventory,
  state: FirewallState,
  firewall: FirewallSettings,
  guardrails: Settings["guardrails"],
): WithUncertain {
  const uncertain = withUncertain(needed, asked, inventory, state, firewall, guardrails);
  const { content, warnings } = keptOf(uncertain.content, inventory, state, firewall, guardrails);
  const { candidate, running } = rulebasesOf(state);
  const names = [running, candidate].map(namesIn);
  return {
    ...uncertain,
    content: { ...content, rules: content.rules.map((rule) => respelled(rule, names)) },
    warnings: [...uncertain.warnings, ...warnings],
  };
}

/**
 * What is needed, and the rules of accounts that could not be read.
 * @throws PreconditionError
 */
export function keptOf(
  needed: PolicyContent,
  inventory: Inventory,
  { running }: FirewallState,
  { mapping }: FirewallSettings,
  guardrails: Settings["guardrails"],
): Kept {
  if (inventory.unread === undefined) return { content: needed, warnings: [] };
  if (mapping.destinations === "dynamic") throw registered();
  const { allowed } = withinGuardrails(inventory, guardrails, { ...mapping, unknownCrosses: true });
  // Where the firewall translates, rules name its own interfaces' addresses for instances of any account.
  const own = firewallTargets(inventory, mapping).networkInterfaceIds;
  const networkInterfaces = inventory.networkInterfaces.filter(({ id }) => !own.has(id));
  const read = { inventory: { ...inventory, networkInterfaces }, allowed };
  const kept = withKeptRules(needed, read, running.objects, mapping);
  // Until the setting was changed, they were registered.
  const isDynamic = (name: string) => (running.objects.addressGroups.get(name)?.filter ?? "") !== "";
  if (kept.content.rules.some(({ source, destination }) => [...source, ...destination].some(isDynamic))) {
    throw registered();
  }
  return kept;
}

function registered(): PreconditionError {
  return new PreconditionError(
    "aws-panos-rules:onUnreadable: keep can't be used where addresses are registered with the firewall: which of " +
      "them are of an account that can't be read is not known. Nothing was written. Let all accounts be read",
  );
}
