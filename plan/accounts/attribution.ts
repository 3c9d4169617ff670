/**
 * Which accounts' regions a rule speaks for, in its own description: what a later run knows them by that can't
 * read all of them. Only where several are read.
 */
import type { AccountRegion, Inventory } from "../../inventory/types";
import { MAX_DESCRIPTION } from "../../mapping/describe";
import { cut } from "../../lib/text";
import type { MappedRule } from "../../mapping/types";

/** More would leave no room for the rest of the description. Such a rule is taken for anybody's. */
const MOST = 8;

/** What stands in a description for more places than it has room for. */
export const ANYBODY = "*";

/** "123456789012/eu-central-1" */
type Place = string;

export function placeOf({ accountId, region }: AccountRegion): Place {
  return `${accountId}/${region}`;
}

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
    return { ...mapped, rule: { ...rule, description: labelled(rule.description, found) } };
  });
}

/** An attributed description that names further places. */
export function withPlaces(description: string, places: ReadonlySet<Place> | typeof ANYBODY): string {
  const known = attributionOf(description);
  if (known === ANYBODY) return description;
  const all = places === ANYBODY ? places : new Set([...(known ?? []), ...places]);
  return labelled(unattributed(description), all);
}

/** A description without the places in front of it. */
export function unattributed(description: string): string {
  if (attributionOf(description) === undefined) return description;
  return description.slice(description.indexOf("] ") + 2);
}

function labelled(description: string, places: ReadonlySet<Place> | typeof ANYBODY): string {
  const label = places === ANYBODY || places.size > MOST ? ANYBODY : [...places].sort().join(" ");
  return cut(`[${label}] ${description}`, MAX_DESCRIPTION);
}

/** What a description says: the places, or that it may be anybody's; undefined where it says nothing. */
export function attributionOf(description: string): Set<Place> | typeof ANYBODY | undefined {
  const label = /^\[([^\]]*)\] /.exec(description)?.[1];
  if (label === ANYBODY) return ANYBODY;
  const places = label?.split(" ") ?? [];
  const isPlace = (text: string) => /^\d{12}\/[a-z]{2}(-[a-z]+)+-\d+$/.test(text);
  return places.length > 0 && places.every(isPlace) ? new Set(places) : undefined;
}

function placesByGroup(inventory: Inventory): Map<string, Set<Place>> {
  const places = new Map<string, Set<Place>>();
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
