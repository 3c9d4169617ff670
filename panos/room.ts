/** How many rules and objects still go where a stack writes, of what its device takes in all. */
import type { Capacity } from "./capacity";
import { child, entries, find, type XmlElement } from "./xml";

/** How many of each a place has. */
export type Counts = Record<keyof Capacity, number>;

const RULEBASES = ["rulebase", "pre-rulebase", "post-rulebase"] as const;
export type AnyRulebase = (typeof RULEBASES)[number];

const NOTHING: Counts = { rules: 0, services: 0, addresses: 0, addressGroups: 0 };
const KINDS = Object.keys(NOTHING) as (keyof Capacity)[];

/** Counts what a vsys, a device group or a shared place has, by its element. */
export function countsOf(place: XmlElement | undefined): Counts {
  const objects = (container: string) => entries(child(place, container)).size;
  return {
    rules: RULEBASES.reduce((sum, each) => sum + rulesIn(place, each), 0),
    services: objects("service"),
    addresses: objects("address"),
    addressGroups: objects("address-group"),
  };
}

/** How many security rules one of a place's rulebases has. */
export function rulesIn(place: XmlElement | undefined, rulebase: AnyRulebase): number {
  return entries(find(place, rulebase, "security", "rules")).size;
}

export function sumOf(counts: readonly Counts[]): Counts {
  const total = { ...NOTHING };
  for (const each of counts) for (const kind of KINDS) total[kind] += each[kind];
  return total;
}

/** What a device takes beside what it has elsewhere: its number is of all of it, local and pushed. */
export function beside(most: Capacity, elsewhere: Counts): Capacity {
  const left = { ...most };
  for (const kind of KINDS) {
    const number = most[kind];
    if (number !== undefined) left[kind] = Math.max(0, number - elsewhere[kind]);
  }
  return left;
}

/** What all of several devices take; undefined where none says. */
export function leastOf(devices: readonly Capacity[]): Capacity {
  const least = (kind: keyof Capacity): number | undefined => {
    const said = devices.flatMap((each) => each[kind] ?? []);
    return said.length === 0 ? undefined : Math.min(...said);
  };
  return {
    rules: least("rules"),
    services: least("services"),
    addresses: least("addresses"),
    addressGroups: least("addressGroups"),
  };
}
