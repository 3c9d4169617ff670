/** The facts of a review of two snapshots: what AWS says before and after, and no firewall. */
import type { Inventory } from "../../inventory/types";
import { objectsOf } from "../../mapping/own-traffic";
import { mapWithin, type GuardedPolicy } from "../../mapping/guardrails";
import { ofThePassing } from "../../mapping/order";
import { isolatedMessages } from "../../mapping/quarantine";
import type { MappedRule, MappingOptions } from "../../mapping/types";
import type { Rulebase } from "../../panos/policy";
import { firewallIdentity } from "../../provider/session/identity";
import type { Settings } from "../../settings/types";
import { asFound } from "./changes";
import { withheldKey, type Facts, type FirewallFacts, type Wanted } from "./facts";

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
        firewall: firewallIdentity(declared),
        ownerId,
        cleanupRule,
        options: mapping,
        running: asRunning(old, cleanupRule, mapping),
        members: wantedOf(old.rules, old).members,
        wanted: wantedOf(now.rules, now),
        withheld: ofThePassing(now.withheld),
        guarded: now.guarded,
        withheldBefore: old.withheld.map(withheldKey),
        alreadyAllowed: [],
        shadowed: [],
        adopted: [],
        held: [],
        notes: [...now.warnings, ...isolatedMessages(now.isolation)],
      };
    }),
    limits: [],
    notes: [],
  };
}

/** What rules ask for, in the form that a review takes. */
export function wantedOf(
  rules: readonly MappedRule[],
  policy: Pick<GuardedPolicy, "services" | "addressGroups" | "isolation">,
): Wanted {
  const groups = [...objectsOf(rules, policy, "members").addresses];
  const { addressGroup, members = [] } = policy.isolation ?? {};
  return {
    rules: rules.map(({ rule }) => rule),
    isolation: policy.isolation?.rules ?? [],
    permissions: Object.fromEntries(rules.map(({ rule, permission }) => [rule.name, permission])),
    services: policy.services,
    members: {
      ...Object.fromEntries(
        groups.map(([name, object]) => [name, object.kind === "static-group" ? object.members : []]),
      ),
      ...(addressGroup && { [addressGroup.name]: members }),
    },
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
    applications: new Map(),
    overrides: [],
    zones: [options.untrustZone, options.trustZone],
    profileGroups: [],
    logSettings: [],
  };
}
