/** What an inventory asks of the firewall. Pure: the same inventory and options give the same policy. */
import type { Inventory } from "../inventory/types";
import { Account } from "./account";
import { addressGroupsFrom, addressGroupsOf } from "./address-groups";
import { sharedAddresses } from "./overlaps";
import { permissionWarnings } from "./permissions";
import { neverRegistered } from "./left-out";
import { leavesGroups } from "./quarantine";
import { nearMisses } from "./marks";
import { unknownTargets } from "./routing";
import type { ProtectedInterface } from "./routing";
import { applicationsOf, servicesOf } from "./rules";
import type { MappingOptions, Policy } from "./types";
import { unseenGroups } from "./unseen-groups";
import { unseenTags } from "./unseen-tags";

export { addressGroupsOf, registrationsOf } from "./address-groups";
export { prefixListGroupsOf, prefixListObjects } from "./prefix-lists";
export { applicationsOf, servicesOf } from "./rules";
export { unknownTargets } from "./routing";

/**
 * The rules, one per ingress permission that lets something through the firewall; the service objects
 * that they need; and what had to be withheld, narrowed or ignored. Lists are sorted, so that the same
 * facts in another order give the same policy. The program maps within guardrails (`mapWithin`); this is mapping
 * alone.
 */
export function mapInventory(inventory: Inventory, options: MappingOptions): Policy {
  return policyOf(new Account(inventory, options), inventory);
}

/** The policy of an account, or of what guardrails leave of it; isolated instances have no part in its rules. */
export function policyOf(account: Account, part: Inventory): Policy {
  const { whole, options, zones } = account;
  const { rules, withheld, protection, carriers, unread } = account.mapped(part);
  const isDynamic = leavesGroups(options);
  const interfaces = protection.interfaces.map(({ networkInterface }) => networkInterface);
  const overlaps = sharedAddresses(interfaces, account.reachable, (each) => zones.inside(each));
  const unsure = interfaces.flatMap((each) => zones.unsure(each));
  const carried = part.securityGroups.filter(({ id }) => carriers.groups.has(id));
  const isolation = account.isolation(part, rules);
  return {
    rules,
    services: servicesOf(rules, options.ownerId),
    applications: applicationsOf(rules, options.ownerId),
    addressGroups: isDynamic
      ? addressGroupsOf(
          rules,
          addressGroupsFrom(carriers.groups, account.runningCarriers(part).groups, options),
        )
      : [],
    withheld,
    warnings: [
      ...targetWarnings(whole, options),
      ...(protection.interfaces.length === 0 ? [NOTHING_PROTECTED] : []),
      ...protection.warnings,
      ...overlaps,
      ...carriers.warnings,
      ...unseenGroups(interfaces, part.securityGroups),
      ...unseenTags(whole, { unsure, interfaces, groups: carried }, options),
      ...permissionWarnings(part, unread, options),
      ...nearMisses(whole, options, account.marks),
      ...(isDynamic ? unregistrable(protection.interfaces) : []),
      ...(isDynamic ? neverRegistered(interfaces, whole) : []),
    ],
    protectedInterfaces: interfaces.map(({ id }) => id),
    leftOut: protection.leftOut,
    overlaps,
    ...(isolation && { isolation }),
  };
}

/** Also where guardrails alone leave nothing. */
export const NOTHING_PROTECTED =
  "No network interface is behind the firewall: no running instance (nor anything else that interfaces names) is in a subnet whose routes lead to a configured firewall target. Check the targets, the region and the account.";

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
