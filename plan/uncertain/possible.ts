/** What a firewall would hold if all that is unknown led to it. */
import type { PolicyContent } from "../../declaration/declaration";
import { securityGroupIn } from "../../declaration/names";
import type { Inventory } from "../../inventory/types";
import { withinGuardrails } from "../../mapping/guardrails";
import { addressTexts } from "../../mapping/routing";
import type { MappingOptions } from "../../mapping/types";
import type { FirewallSettings, Settings } from "../../settings/types";
import { nearEnd } from "../accounts/as-made";
import { mayBeListed, permissionsIn, stillPermitted } from "../accounts/permitted";
import { seenAddresses } from "../accounts/seen-addresses";
import { contentOf, registrationsFor } from "../content";
import { asWritten, besideOthers } from "../on-firewall";
import { policyFor } from "../policy";
import { rulebasesOf, type FirewallState } from "../state";
import type { PossibleRules } from "./rules";

export interface Possible extends PossibleRules {
  content: PolicyContent;
  registrations: Record<string, string[]> | undefined;
  /** Whether groups of these rules are carried by interfaces that the firewall may stand before. */
  areBehind: (rules: readonly string[]) => boolean;
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
    const { networkInterfaces, unrouted = [] } = inventory;
    const whole = { ...inventory, networkInterfaces: [...networkInterfaces, ...unrouted] };
    const mapped = policyFor(settings, whole, guardrails);
    const { asked, coverage } = besideOthers(
      asWritten(mapped, settings, rulebases, whole, guardrails),
      settings,
      rulebases,
    );
    return {
      ...farEndsOf(whole, guardrails, mapping),
      unseen: carriersUnseen(whole, asked.protectedInterfaces, mapping),
      areBehind: (rules) => areBehind(rules, asked.protectedInterfaces, whole),
      rules: coverage.needed,
      isolating: asked.isolation?.rules ?? [],
      content: contentOf(coverage.needed, asked, mapping.ownerId),
      registrations: registrationsFor(coverage.needed, asked, settings),
    };
  };
  return () => (known ??= work());
}

/** What is permitted today, whatever leads to the firewall. */
function farEndsOf(
  inventory: Inventory,
  guardrails: Settings["guardrails"],
  mapping: MappingOptions,
): Pick<Possible, "permitted" | "isUnseenList"> {
  const permissions = permissionsIn(withinGuardrails(inventory, guardrails, mapping).allowed);
  const seen = seenAddresses(inventory, new Set());
  const lists = new Set(inventory.prefixLists.map(({ id }) => id));
  return {
    isUnseenList: (id) => !lists.has(id),
    permitted: (rule, members) => {
      const groupId = securityGroupIn(rule.name) ?? "";
      const permitted = permissions(groupId, rule.name);
      if (permitted === undefined) return [];
      if (mayBeListed(rule, groupId, permitted)) return [...members];
      return stillPermitted(members, permitted, seen, mapping.ownerId);
    },
  };
}

/** @param behind interfaces that the firewall may stand before */
function carriersUnseen(
  { networkInterfaces, securityGroups }: Inventory,
  behind: readonly string[],
  { destinationAddress }: MappingOptions,
): Possible["unseen"] {
  const [seen, asked] = [new Set(securityGroups.map(({ id }) => id)), new Set(behind)];
  return (rule) => {
    const groupId = securityGroupIn(rule.name) ?? "";
    if (seen.has(groupId)) return undefined;
    const carriers = networkInterfaces.filter(
      (each) => asked.has(each.id) && each.securityGroupIds.includes(groupId),
    );
    if (carriers.length === 0) return undefined;
    // Which of the firewall's own addresses are translated to them was its NAT's to say, for a permission.
    return destinationAddress === "nat" ? rule[nearEnd(rule.name)] : carriers.flatMap(addressTexts);
  };
}

/** Another region's or account's interfaces carry none of them. */
function areBehind(rules: readonly string[], behind: readonly string[], inventory: Inventory): boolean {
  const [asked, groups] = [new Set(behind), new Set(rules.map(securityGroupIn))];
  return inventory.networkInterfaces.some(
    ({ id, securityGroupIds }) => asked.has(id) && securityGroupIds.some((each) => groups.has(each)),
  );
}
