/** A review's facts of one firewall. Pure: the same plan gives the same facts. */
import { addressGroupName, memberTag, isQuarantineRuleName, QUARANTINE } from "../../declaration/names";
import { ofThePassing } from "../../mapping/order";
import { firewallIdentity } from "../../provider/session/identity";
import { placesOf } from "../../declaration/placement";
import { isolatedMessages } from "../../mapping/quarantine";
import { declarationOf, foundDeclaration } from "../../declaration/declaration";
import {
  carriesForeignName,
  isHeld,
  lostTagMessages,
  ownsRule,
  strayMessage,
} from "../../declaration/ownership";
import { registrationKey } from "../../panos/registered";
import { declaredRegistrations, registrationChanges } from "../../declaration/registrations";
import type { ReviewedPlan, ReviewedRefusal } from "../../plan/plan-file";
import { wantedOf } from "./between";
import type { FirewallFacts } from "./facts";
import { setBacksOf } from "./objects";
import { rulebaseParts } from "../../plan/reviewed/hashes";
import { rulebasesOf } from "../../plan/state";

/** The facts of a firewall. */
export function firewallFacts(plan: ReviewedPlan): FirewallFacts {
  const { firewall, policy, state, coverage, adopted, content } = plan;
  const { declared, mapping, cleanupRule } = firewall;
  const { ownerId, stack } = declared;
  const rulebases = rulebasesOf(state);
  const { running } = rulebases;
  const wanted = plan.registrations && declaredRegistrations(plan.registrations);
  const registered = (state.registered ?? [{ found: [] }]).map(({ found }) =>
    registrationChanges(found, wanted ?? []),
  );
  const places = placesOf(cleanupRule, mapping.quarantine?.before);
  const hashes = {
    found: foundDeclaration(ownerId, places, state.running.objects),
    declared: declarationOf(ownerId, stack, content),
  };
  return {
    firewall: firewallIdentity(declared),
    ...(state.fleet && { reaches: state.fleet.firewalls.map(({ name }) => name) }),
    ownerId,
    cleanupRule,
    options: mapping,
    running,
    members: registeredMembers(plan),
    ...hashes,
    setBacks: setBacksOf(hashes, content, state.running.objects),
    ...(wanted && {
      registrations: {
        missing: registered.flatMap(({ missing }) => missing).length,
        excess: registered.flatMap(({ excess }) => excess).length,
      },
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
      ...plan.doubts,
      ...(state.fleet?.notes ?? []),
      ...isolatedMessages(policy.isolation),
      ...rulebases.candidate.rules
        .filter((rule) => carriesForeignName(ownerId, rule))
        .map(({ name }) => strayMessage(name, firewallIdentity(declared))),
      ...lostTagMessages(ownerId, firewallIdentity(declared), rulebases),
    ],
    seen: rulebaseParts(rulebases, ownerId),
    effects: plan.effects,
  };
}

/** Members of our dynamic groups now, by the names of the groups: those that running has or will have. */
export function registeredMembers({
  policy,
  state,
  firewall,
}: Pick<ReviewedPlan, "state" | "firewall"> & {
  policy: Pick<ReviewedPlan["policy"], "addressGroups">;
}): Record<string, string[]> {
  const { ownerId } = firewall.declared;
  const { registered = [], running } = state;
  const groupIds = policy.addressGroups.map(({ memberTag: tag }) => tag.slice(memberTag(ownerId, "").length));
  // Without members it denies nothing, rather than who knows what.
  groupIds.push(QUARANTINE);
  const byTag = new Map<string, string[]>();
  // Of a device group: what any of its firewalls has.
  const all = new Map(registered.flatMap(({ found }) => found).map((each) => [registrationKey(each), each]));
  for (const { address, tag } of all.values()) byTag.set(tag, [...(byTag.get(tag) ?? []), address]);
  for (const tag of byTag.keys()) groupIds.push(tag.slice(memberTag(ownerId, "").length));
  return Object.fromEntries(
    [...new Set(groupIds)]
      .map((id) => [addressGroupName(ownerId, id), id] as const)
      // One that somebody has made another, by hand, is what it says.
      .filter(
        ([name, id]) =>
          running.objects.addressGroups.get(name)?.filter.trim() === `'${memberTag(ownerId, id)}'`,
      )
      .map(([name, id]): [string, string[]] => [name, byTag.get(memberTag(ownerId, id)) ?? []]),
  );
}

/** The facts of a firewall that could not be asked. */
export function refusedFacts({ firewall, policy, refusal }: ReviewedRefusal): FirewallFacts {
  return {
    ...nothingOf(firewall),
    wanted: wantedOf(policy.rules, policy),
    withheld: ofThePassing(policy.withheld),
    guarded: policy.guarded,
    notes: policy.warnings,
    refusal,
  };
}

/** What is known of a firewall of which nothing is. */
export function nothingOf({
  declared,
  mapping,
  cleanupRule,
}: Pick<ReviewedRefusal["firewall"], "declared" | "mapping" | "cleanupRule">) {
  const none = { addresses: new Map(), taggedAddresses: [], services: new Map(), zones: [] };
  const nothing = { applications: new Map(), overrides: [], profileGroups: [], logSettings: [] };
  return {
    firewall: firewallIdentity(declared),
    ownerId: declared.ownerId,
    cleanupRule,
    options: mapping,
    running: { rules: [], ...none, ...nothing },
    members: {},
    alreadyAllowed: [],
    shadowed: [],
    adopted: [],
    held: [],
  };
}
