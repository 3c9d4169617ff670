/**
 * Which accounts' regions a rule speaks for, in its own description: what a later run knows them by that can't
 * read all of them. Only where several are read.
 */
import { attributedTo, placeOf } from "../../declaration/descriptions";
import type { Inventory } from "../../inventory/types";
import type { MappedRule } from "../../mapping/types";

/**
 * The rules, each with the accounts and regions in front of its description: its group's owner, and the owners
 * of the interfaces that carry the group.
 */
export function attributed(rules: MappedRule[], inventory: Inventory): MappedRule[] {
  if (inventory.accounts === undefined) return rules;
  const places = placesByGroup(inventory);
  return rules.map((mapped) => {
    const { rule, permission } = mapped;
    const found = places.get(permission.securityGroupId) ?? new Set();
    return { ...mapped, rule: { ...rule, description: attributedTo(rule.description, found) } };
  });
}

function placesByGroup(inventory: Inventory): Map<string, Set<string>> {
  const places = new Map<string, Set<string>>();
  const add = (groupId: string, { ownerId, region = inventory.region }: Owned) => {
    if (ownerId === undefined || region === undefined) return;
    const known = places.get(groupId) ?? new Set();
    places.set(groupId, known.add(placeOf({ accountId: ownerId, region })));
  };
  for (const group of inventory.securityGroups) add(group.id, group);
  for (const each of inventory.networkInterfaces) {
    for (const groupId of each.securityGroupIds) if (each.instanceId !== undefined) add(groupId, each);
  }
  return places;
}

interface Owned {
  ownerId?: string;
  region?: string;
}
