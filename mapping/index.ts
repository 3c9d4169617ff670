/** What an inventory asks of the firewall. Pure: the same inventory and options give the same policy. */
import type { Inventory } from "../inventory/types";
import { addressGroupsFrom, addressGroupsOf } from "./address-groups";
import { carriersByGroup } from "./destinations";
import type { ZonedCarriers } from "./destinations";
import { compareTexts } from "./order";
import { relevantPermissions } from "./permissions";
import { protectedInterfaces, unknownTargets } from "./routing";
import type { ProtectedInterface } from "./routing";
import { applicationsOf, ruleOf, servicesOf, withApplicationsInside } from "./rules";
import type { MappedRule, MappingOptions, Policy } from "./types";
import { zonesOf } from "./zones";
import type { Zones } from "./zones";

export { addressGroupsOf, registrationsOf } from "./address-groups";
export { prefixListGroupsOf, prefixListObjects } from "./prefix-lists";
export { applicationsOf, servicesOf } from "./rules";
export { unknownTargets } from "./routing";

/**
 * The rules, one per ingress permission that lets something through the firewall; the service objects
 * that they need; and what had to be withheld, narrowed or ignored. Lists are sorted, so that the same
 * facts in another order give the same policy.
 */
export function mapInventory(inventory: Inventory, options: MappingOptions): Policy {
  const isDynamic = options.destinations === "dynamic";
  // A rule on an address group has to outlast its instances' nights, or each of them would cost a commit.
  const protection = protectedInterfaces(inventory, options, isDynamic ? "attached" : "running");
  const zones = zonesOf(inventory, options, protection.interfaces);
  const { groups, warnings } = carriersByGroup(protection.interfaces, zones, options);
  const relevant = relevantPermissions(inventory, groups, zones, options);
  const { permissions, withheld } = relevant;
  const found: MappedRule[] = [];
  for (const permission of permissions) {
    const result = ruleOf(permission, options);
    if ("rule" in result) found.push(result);
    else withheld.push(result);
  }
  const rules = withApplicationsInside(found, options.ownerId);
  rules.sort((a, b) => compareTexts(a.rule.name, b.rule.name));
  withheld.sort((a, b) => compareTexts(a.reason, b.reason));
  return {
    rules,
    services: servicesOf(rules, options.ownerId),
    applications: applicationsOf(rules, options.ownerId),
    addressGroups: isDynamic
      ? addressGroupsOf(
          rules,
          addressGroupsFrom(groups, runningCarriers(inventory, options, zones), options.ownerId),
        )
      : [],
    withheld,
    warnings: [
      ...targetWarnings(inventory, options),
      ...(protection.interfaces.length === 0 ? [NOTHING_PROTECTED] : []),
      ...protection.warnings,
      ...warnings,
      ...relevant.warnings,
      ...(isDynamic ? unregistrable(protection.interfaces) : []),
    ],
    protectedInterfaces: protection.interfaces.map(({ networkInterface }) => networkInterface.id),
  };
}

function runningCarriers(
  inventory: Inventory,
  options: MappingOptions,
  zones: Zones,
): Map<string, ZonedCarriers[]> {
  return carriersByGroup(protectedInterfaces(inventory, options).interfaces, zones, options).groups;
}

const NOTHING_PROTECTED =
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
