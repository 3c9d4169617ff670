/** What a preview knows of one firewall, told to the review that started it. */
import type { Coverage } from "../../mapping/coverage";
import type { Adopted } from "../../mapping/adoption";
import type { GuardedPolicy } from "../../mapping/guardrails";
import type { Rulebase } from "../../panos/policy";
import type { Registration } from "../../panos/registered";
import { addressGroupName, memberTag, isQuarantineRuleName, QUARANTINE } from "../../declaration/names";
import { ofThePassing } from "../../mapping/order";
import { firewallIdentity } from "../../provider/firewall";
import { placesOf } from "../../declaration/placement";
import { isolatedMessages } from "../../mapping/quarantine";
import { declarationOf, foundDeclaration, type PolicyContent } from "../../declaration/declaration";
import type { PolicyObjects } from "../../declaration/objects";
import { carriesForeignName, isHeld, ownsRule, strayMessage } from "../../declaration/ownership";
import { declaredRegistrations, registrationChanges } from "../../declaration/registrations";
import type { FirewallSettings } from "../../settings/index";
import { wantedOf } from "./between";
import type { FirewallFacts } from "./facts";
import { rulebaseParts } from "./hashes";

export interface Known {
  firewall: FirewallSettings;
  policy: GuardedPolicy;
  rulebases: { candidate: Rulebase; running: Rulebase };
  objects: PolicyObjects;
  coverage: Coverage;
  adopted: readonly Adopted[];
  content: PolicyContent;
  /** What is not on the firewall as the policy takes it to be, one sentence each. */
  doubts: readonly string[];
  /** What is to be registered, by tag, and what is; undefined where rules name addresses. */
  registrations: Record<string, string[]> | undefined;
  registered: readonly Registration[];
}

/** The facts of a firewall. */
export function firewallFacts(known: Known): FirewallFacts {
  const { firewall, policy, rulebases, objects, coverage, adopted, content } = known;
  const { declared, mapping, cleanupRule } = firewall;
  const { ownerId, stack } = declared;
  const { running } = rulebases;
  const registrations =
    known.registrations && registrationChanges(known.registered, declaredRegistrations(known.registrations));
  return {
    firewall: firewallIdentity(declared),
    ...{ ownerId, cleanupRule, options: mapping, running },
    members: registeredMembers(known, ownerId),
    found: foundDeclaration(ownerId, placesOf(cleanupRule, mapping.quarantine?.before), objects),
    declared: declarationOf(ownerId, stack, content),
    ...(registrations && {
      registrations: { missing: registrations.missing.length, excess: registrations.excess.length },
    }),
    wanted: {
      ...wantedOf(coverage.needed, policy),
      // Also what is kept of accounts that could not be read.
      rules: content.rules.filter(({ name }) => !isQuarantineRuleName(name, ownerId)),
      services: content.services,
    },
    withheld: ofThePassing(policy.withheld),
    guarded: policy.guarded,
    alreadyAllowed: coverage.covered,
    shadowed: coverage.shadowed.map(({ rule, by }) => ({ rule: rule.rule.name, by })),
    adopted: [...adopted],
    held: running.rules.filter((rule) => ownsRule(ownerId, rule) && isHeld(rule)).map(({ name }) => name),
    notes: [
      ...policy.warnings,
      ...known.doubts,
      ...isolatedMessages(policy.isolation),
      ...rulebases.candidate.rules
        .filter((rule) => carriesForeignName(ownerId, rule))
        .map(({ name }) => strayMessage(name, firewallIdentity(declared))),
    ],
    seen: rulebaseParts(rulebases, ownerId),
  };
}

/** Members of our dynamic groups now, by the names of the groups: those that running has or will have. */
function registeredMembers(
  { policy, objects, registered }: Known,
  ownerId: string,
): Record<string, string[]> {
  const groupIds = policy.addressGroups.map(({ memberTag: tag }) => tag.slice(memberTag(ownerId, "").length));
  // Without members it denies nothing, rather than who knows what.
  groupIds.push(QUARANTINE);
  const byTag = new Map<string, string[]>();
  for (const { address, tag } of registered) byTag.set(tag, [...(byTag.get(tag) ?? []), address]);
  for (const tag of byTag.keys()) groupIds.push(tag.slice(memberTag(ownerId, "").length));
  return Object.fromEntries(
    [...new Set(groupIds)]
      .map((id): [string, string[]] => [
        addressGroupName(ownerId, id),
        byTag.get(memberTag(ownerId, id)) ?? [],
      ])
      .filter(([name]) => objects.addressGroups.has(name)),
  );
}

/** The facts of a firewall that could not be asked. */
export function refusedFacts(
  { declared, mapping, cleanupRule }: FirewallSettings,
  policy: GuardedPolicy,
  refusal: string,
): FirewallFacts {
  const none = { addresses: new Map(), taggedAddresses: [], services: new Map(), zones: [] };
  const nothing = { applications: new Map(), overrides: [], profileGroups: [], logSettings: [] };
  return {
    firewall: firewallIdentity(declared),
    ...{ ownerId: declared.ownerId, cleanupRule, options: mapping },
    running: { rules: [], ...none, ...nothing },
    members: {},
    wanted: wantedOf(policy.rules, policy),
    withheld: ofThePassing(policy.withheld),
    guarded: policy.guarded,
    ...{ alreadyAllowed: [], shadowed: [], adopted: [], held: [], notes: policy.warnings, refusal },
  };
}
