/** The facts of a review of two snapshots: what AWS says before and after, and no firewall. */
import type { Inventory } from "../inventory/types";
import { addressGroupsOf } from "../mapping";
import { mapWithin, type GuardedPolicy } from "../mapping/guardrails";
import type { MappingOptions } from "../mapping/types";
import type { Rulebase } from "../panos/policy";
import { firewallIdentity } from "../provider/firewall";
import type { Settings } from "../settings";
import { asFound } from "./changes";
import type { Facts, FirewallFacts, Wanted } from "./facts";

/**
 * What a change in AWS does to what is declared: everything that the earlier snapshot asks for stands for what
 * is in force.
 */
export function factsBetween(
  before: Inventory,
  after: Inventory,
  { firewalls, guardrails }: Pick<Settings, "firewalls" | "guardrails">,
  stack: string,
): Facts {
  const policies = firewalls.map((firewall) => ({
    firewall,
    old: mapWithin(before, firewall.mapping, guardrails),
    now: mapWithin(after, firewall.mapping, guardrails),
  }));
  return {
    stack,
    source: "between",
    inventory: after,
    before,
    firewalls: policies.map(({ firewall: { mapping, declared }, old, now }): FirewallFacts => {
      const { ownerId, cleanupRule } = declared;
      return {
        ...{ firewall: firewallIdentity(declared), ownerId, cleanupRule, options: mapping },
        running: asRunning(old, cleanupRule, mapping),
        members: wantedOf(old).members,
        wanted: wantedOf(now),
        withheld: now.withheld,
        guarded: now.guarded,
        withheldBefore: old.withheld.map(({ reason }) => reason),
        ...{ alreadyAllowed: [], shadowed: [], adopted: [], held: [] },
      };
    }),
    limits: [],
    notes: [...new Set(policies.flatMap(({ now }) => now.warnings))],
  };
}

/** What a policy asks for, in the form that a review takes. */
export function wantedOf({
  rules,
  services,
  addressGroups,
}: Pick<GuardedPolicy, "rules" | "services" | "addressGroups">): Wanted {
  return {
    rules: rules.map(({ rule }) => rule),
    permissions: Object.fromEntries(rules.map(({ rule, permission }) => [rule.name, permission])),
    services,
    members: Object.fromEntries(
      addressGroupsOf(rules, addressGroups).map(({ group, members }) => [group.name, members]),
    ),
  };
}

function asRunning(
  { rules, services }: GuardedPolicy,
  cleanupRule: string,
  options: MappingOptions,
): Rulebase {
  const cleanup = {
    name: cleanupRule,
    description: "",
    tag: [],
    from: ["any"],
    to: ["any"],
    source: ["any"],
  };
  const everything = { destination: ["any"], application: ["any"], service: ["any"], action: "deny" };
  return {
    rules: [...rules.map(({ rule }) => asFound(rule)), asFound({ ...cleanup, ...everything })],
    addresses: new Map(),
    taggedAddresses: [],
    services: new Map(services.map(({ name, protocol, port }) => [name, { kind: protocol, port }])),
    zones: [options.untrustZone, options.trustZone],
    profileGroups: [],
    logSettings: [],
  };
}
