/** What an inventory asks of the firewall. Pure: the same inventory and options give the same policy. */
import type { Inventory } from "../inventory/types";
import { addressGroupsFrom, addressGroupsOf } from "./address-groups";
import { carriersByGroup } from "./destinations";
import { compareTexts } from "../lib/order";
import { compareWithheld } from "./order";
import { sharedAddresses } from "./overlaps";
import { relevantPermissions } from "./permissions";
import { policiesOf } from "./policies";
import {
  isIsolated,
  isolationOf,
  leavesGroups,
  marksIn,
  nearMisses,
  withheldFrom,
  withoutIsolated,
} from "./quarantine";
import type { Marks } from "./quarantine";
import { protectedInterfaces, unknownTargets } from "./routing";
import type { ProtectedInterface } from "./routing";
import { applicationsOf, ruleOf, servicesOf, withApplicationsInside } from "./rules";
import type { MappedRule, MappingOptions, Policy, Withheld } from "./types";
import { unseenGroups } from "./unseen-groups";
import { zonesOf } from "./zones";

export { addressGroupsOf, registrationsOf } from "./address-groups";
export { prefixListGroupsOf, prefixListObjects } from "./prefix-lists";
export { applicationsOf, servicesOf } from "./rules";
export { unknownTargets } from "./routing";

/**
 * The rules, one per ingress permission that lets something through the firewall; the service objects
 * that they need; and what had to be withheld, narrowed or ignored. Lists are sorted, so that the same
 * facts in another order give the same policy.
 * @param whole what AWS has, where guardrails took something out of `inventory`: who is isolated, and what is in
 * which zone, is judged by it
 */
export function mapInventory(inventory: Inventory, options: MappingOptions, whole = inventory): Policy {
  const marks = marksIn(whole, options.quarantine);
  const interfaces = options.quarantine === undefined ? [] : protectedInterfaces(whole, options).interfaces;
  const behind = new Set(interfaces.map(({ networkInterface }) => networkInterface.id));
  const policy = mapWithout(inventory, options, whole, marks, behind);
  if (options.quarantine === undefined) return policy;
  const unseen: Marks = new Map([...marks].filter(([, { isMarked }]) => !isMarked));
  const asked =
    unseen.size < marks.size ? mapWithout(inventory, options, whole, unseen, behind).rules : policy.rules;
  const isolation = isolationOf(
    interfaces,
    whole.networkInterfaces,
    marks,
    options,
    differing(asked, policy.rules),
  );
  return { ...policy, ...(isolation && { isolation }) };
}

/** Names of rules that others don't have, or have otherwise. */
function differing(rules: readonly MappedRule[], others: readonly MappedRule[]): string[] {
  if (rules === others) return [];
  const textOf = ({ rule, prefixLists }: MappedRule) => JSON.stringify([rule, prefixLists]);
  const known = new Map(others.map((each) => [each.rule.name, textOf(each)]));
  return rules.filter((each) => known.get(each.rule.name) !== textOf(each)).map(({ rule }) => rule.name);
}

/** Of what is withheld, that of which nothing else is said: neither a rule nor another reason. */
export function unmentioned(
  more: readonly Withheld[],
  rules: readonly MappedRule[],
  withheld: readonly Withheld[],
): Withheld[] {
  const said = new Set([...rules, ...withheld].flatMap(({ permission }) => permission.ruleIds));
  return more.filter(({ permission }) => !permission.ruleIds.some((id) => said.has(id)));
}

/**
 * The policy in whose rules isolated instances have no part.
 * @param behind the interfaces that denials name where their instances are marked
 */
function mapWithout(
  inventory: Inventory,
  options: MappingOptions,
  whole: Inventory,
  marks: Marks,
  behind: ReadonlySet<string>,
): Policy {
  const isDynamic = options.destinations === "dynamic";
  // A rule on an address group has to outlast its instances' nights, or each of them would cost a commit.
  const protection = protectedInterfaces(inventory, options, isDynamic ? "attached" : "running");
  // By what AWS has: what guardrails left out is in its zone all the same, and no egress may open a way there.
  const zones = zonesOf(whole, options);
  const places = { zones, policies: policiesOf(inventory, options) };
  const isFree = ({ networkInterface }: ProtectedInterface) => !isIsolated(networkInterface, marks);
  const isolated = protection.interfaces.filter((each) => !isFree(each));
  const carriers = leavesGroups(options) ? protection.interfaces : protection.interfaces.filter(isFree);
  const { groups, warnings } = carriersByGroup(carriers, places, options);
  const relevant = relevantPermissions(
    inventory,
    groups,
    withoutIsolated(zones, whole, marks, behind, options),
    options,
  );
  const found: MappedRule[] = [];
  const withheld = [...relevant.withheld];
  for (const permission of relevant.permissions) {
    const result = ruleOf(permission, options);
    if ("rule" in result) found.push(result);
    else withheld.push(result);
  }
  if (isolated.length > 0) {
    const carried = carriersByGroup(isolated, places, options).groups;
    const lost = relevantPermissions(inventory, carried, zones, options);
    withheld.push(...withheldFrom(isolated, marks, lost.permissions));
    withheld.push(...unmentioned(lost.withheld, found, withheld));
  }
  const rules = withApplicationsInside(found, options.ownerId);
  rules.sort((a, b) => compareTexts(a.rule.name, b.rule.name));
  withheld.sort(compareWithheld);
  const overlaps = sharedAddresses(
    protection.interfaces.map(({ networkInterface }) => networkInterface),
    (each) => zones.inside(each),
  );
  const running = () => protectedInterfaces(inventory, options).interfaces.filter(isFree);
  return {
    rules,
    services: servicesOf(rules, options.ownerId),
    applications: applicationsOf(rules, options.ownerId),
    addressGroups: isDynamic
      ? addressGroupsOf(
          rules,
          addressGroupsFrom(groups, carriersByGroup(running(), places, options).groups, options),
        )
      : [],
    withheld,
    warnings: [
      ...targetWarnings(whole, options),
      ...(protection.interfaces.length === 0 ? [NOTHING_PROTECTED] : []),
      ...protection.warnings,
      ...overlaps,
      ...warnings,
      ...unseenGroups(
        protection.interfaces.map(({ networkInterface }) => networkInterface),
        inventory.securityGroups,
      ),
      ...relevant.warnings,
      ...nearMisses(whole, options.quarantine),
      ...(isDynamic ? unregistrable(protection.interfaces) : []),
    ],
    protectedInterfaces: protection.interfaces.map(({ networkInterface }) => networkInterface.id),
    leftOut: protection.leftOut,
    overlaps,
  };
}

/** Also where guardrails alone leave nothing. */
export const NOTHING_PROTECTED =
  "No network interface is behind the firewall: no running instance is in a subnet whose routes lead to a configured firewall target. Check the targets, the region and the account.";

function unregistrable(interfaces: readonly ProtectedInterface[]): string[] {
  const ids = interfaces.flatMap(({ networkInterface: { id, ipv6Prefixes = [] } }) =>
    ipv6Prefixes.length > 0 ? [id] : [],
  );
  if (ids.length === 0) return [];
  return [
    `With dynamic destinations the IPv6 prefixes of these network interfaces are left out, because PAN-OS registers single IPv6 addresses only: ${ids.join(", ")}.`,
  ];
}

function targetWarnings(inventory: Inventory, options: MappingOptions): string[] {
  return unknownTargets(inventory, options).map(
    (id) =>
      `The firewall target ${JSON.stringify(id)} is nowhere in AWS's answers: no route points to it and no network interface, instance, subnet or VPC has that id. Check the id, the region and the account.`,
  );
}
