/** Which rules of ours become others, and in which fields. */
import { asRead } from "../../mapping/adoption";
import { cleanupPosition } from "../../declaration/cleanup-rule";
import { isQuarantineRuleName } from "../../declaration/names";
import { addressesOf } from "../../mapping/objects";
import { ownsRule } from "../../declaration/ownership";
import { addressSet, asSet } from "../../panos/entries";
import { isOfRulebase, rulesBefore } from "../../panos/evaluated";
import type { AddressObject, RulebaseRule, SecurityRule, ServiceObject } from "../../panos/policy";
import type { FirewallFacts } from "./facts";
import { objectChanges } from "./objects";
import type { Standing } from "./standing";
import type { FieldChange } from "./types";

/** A rule before and after; one of them at least. */
export interface Pair {
  name: string;
  before?: RulebaseRule;
  after?: RulebaseRule;
  fields: FieldChange[];
  /** Addresses that its ends gain and lose, whatever objects they are written as. */
  ends: Record<"source" | "destination", { added: string[]; removed: string[] }>;
}

export interface Policies {
  /** What is in force, and what will be. */
  before: Standing;
  after: Standing;
  pairs: Pair[];
  unchanged: number;
  held: string[];
}

/** Holds what is declared against what is in force, rule by rule. */
export function policiesOf(facts: FirewallFacts): Policies {
  const { ownerId, cleanupRule, running, wanted, members } = facts;
  const above = running.rules.slice(0, cleanupPosition(running.rules, cleanupRule));
  const first = rulesBefore(running);
  const isAbove = new Set(above.map(({ name }) => name));
  // What isolates instances stands above everybody's rules and mostly denies: it counts as one of others'.
  const isIsolation = (rule: RulebaseRule) =>
    isQuarantineRuleName(rule.name, ownerId) && ownsRule(ownerId, rule);
  const ours = running.rules.filter((rule) => ownsRule(ownerId, rule) && !isIsolation(rule));
  const others = [
    ...first,
    ...running.rules.filter((rule) => isAbove.has(rule.name) && !ours.includes(rule)),
  ];
  const found = new Map(ours.map((rule) => [rule.name, rule]));
  const held = facts.held.filter((name) => found.has(name));
  const declared = new Map(wanted.rules.map((rule) => [rule.name, asFound(rule)]));
  for (const name of held) declared.delete(name);

  const { addresses } = objectsOf(facts, members, false);
  const membersBefore = (name: string) =>
    addresses.get(name)?.kind === "static-group" ? addressesOf(name, addresses) : undefined;

  const afterwards = objectsOf(facts, wanted.members, true).addresses;
  const endsOf = (side: "source" | "destination", before?: RulebaseRule, after?: RulebaseRule) => {
    const all = (rule: RulebaseRule | undefined, objects: typeof addresses) =>
      addressSet((rule?.[side] ?? []).flatMap((name) => addressesOf(name, objects)));
    const [old, now] = [all(before, addresses), all(after, afterwards)];
    const [had, has] = [new Set(old), new Set(now)];
    return { added: now.filter((each) => !had.has(each)), removed: old.filter((each) => !has.has(each)) };
  };

  const pairs: Pair[] = [];
  let unchanged = 0;
  for (const name of [...new Set([...declared.keys(), ...found.keys()])].sort()) {
    if (held.includes(name)) continue;
    const [before, after] = [found.get(name), declared.get(name)];
    const fields =
      before !== undefined && after !== undefined
        ? fieldChanges(before, after, isAbove.has(name), membersBefore, wanted.members)
        : [];
    if (before !== undefined && after !== undefined && facts.setBacks !== undefined)
      fields.push(...objectChanges(before, after, facts.setBacks, fields));
    if (before !== undefined && after !== undefined && fields.length === 0) unchanged++;
    else {
      const ends = {
        source: endsOf("source", before, after),
        destination: endsOf("destination", before, after),
      };
      pairs.push({ name, ...(before && { before }), ...(after && { after }), fields, ends });
    }
  }
  const gone = new Set(facts.adopted.map(({ name }) => name));
  const stays = held.map((name) => found.get(name)!);
  // Of two by one name the local one counts: it is the one that may be ours.
  const order = new Map([...first, ...running.rules].map(({ name }, index) => [name, index]));
  const works = (rule: RulebaseRule) => isAbove.has(rule.name) && doesWork(rule);
  return {
    before: { ours: ours.filter(works), others, objects: objectsOf(facts, members, false), order, ownerId },
    after: {
      ours: [...stays.filter(works), ...declared.values()],
      others: withIsolation(
        others.filter((rule) => !isOfRulebase(rule) || (!gone.has(rule.name) && !isIsolation(rule))),
        wanted.isolation.map(asFound),
        facts.options.quarantine?.before,
      ),
      objects: objectsOf(facts, wanted.members, true),
      order,
      ownerId,
    },
    pairs,
    unchanged,
    held,
  };
}

/** Rules, with those that isolate instances above one of the local ones, or above all of these. */
function withIsolation(others: RulebaseRule[], isolation: RulebaseRule[], before?: string): RulebaseRule[] {
  const isPlace = (rule: RulebaseRule) =>
    isOfRulebase(rule) && (before === undefined || rule.name === before);
  const first = others.filter((rule) => !isOfRulebase(rule)).length;
  const found = others.findIndex(isPlace);
  const at = found < 0 ? first : found;
  return [...others.slice(0, at), ...isolation, ...others.slice(at)];
}

/** Whether a rule lets anything through for sure. */
function doesWork({ disabled, action, conditions }: RulebaseRule): boolean {
  return !disabled && action === "allow" && conditions.length === 0;
}

function objectsOf({ running, wanted }: FirewallFacts, members: Record<string, string[]>, isAfter: boolean) {
  const groups = Object.entries(members).map(([name, list]): [string, AddressObject] => [
    name,
    { kind: "static-group", members: list },
  ]);
  const services = wanted.services.map(({ name, protocol, port }): [string, ServiceObject] => [
    name,
    { kind: protocol, port },
  ]);
  return {
    addresses: new Map([...running.addresses, ...groups]),
    services: new Map([...running.services, ...(isAfter ? services : [])]),
    applications: running.applications,
  };
}

/** The same as `asRead`, with the entry that it would be found as. */
export function asFound(rule: Omit<SecurityRule, "action"> & { action: string }): RulebaseRule {
  return { ...asRead(rule), found: { ...rule, extras: [] } };
}

const LISTS = ["from", "to", "source", "destination", "application", "service", "tag"] as const;
const VALUES = [
  ["action", "action"],
  ["description", "description"],
  ["profileGroup", "profile-setting"],
  ["logSetting", "log-setting"],
] as const;

/**
 * How a rule differs from what it was, field by field.
 * @param isAbove whether it stands above the cleanup rule before
 * @param membersBefore members of a dynamic group, where they count
 */
export function fieldChanges(
  before: RulebaseRule,
  after: RulebaseRule,
  isAbove: boolean,
  membersBefore: (group: string) => string[] | undefined,
  membersAfter: Record<string, string[]>,
): FieldChange[] {
  const fields: FieldChange[] = [];
  const compare = (field: string, old: readonly string[], now: readonly string[]) => {
    const [had, has] = [new Set(old), new Set(now)];
    const added = now.filter((member) => !had.has(member));
    const removed = old.filter((member) => !has.has(member));
    if (added.length + removed.length > 0) fields.push({ field, added, removed });
  };
  for (const list of LISTS) {
    const set = list === "source" || list === "destination" ? addressSet : asSet;
    compare(list, set(before[list]), set(after[list]));
  }
  for (const group of new Set([...after.source, ...after.destination])) {
    const [old, now] = [membersBefore(group), membersAfter[group]];
    if (old !== undefined && now !== undefined)
      compare(`members of ${group}`, addressSet(old), addressSet(now));
  }
  for (const [key, field] of VALUES) {
    const [old, now] = [before, after].map(({ found }) => spaced(found?.[key] ?? ""));
    compare(field, old ? [old] : [], now ? [now] : []);
  }
  // Only by hand can a rule of ours have come to any of that.
  compare("other settings", before.found?.extras ?? [], after.found?.extras ?? []);
  if (!isAbove)
    fields.push({ field: "place", added: ["above the cleanup rule"], removed: ["below the cleanup rule"] });
  return fields;
}

/** PAN-OS and XML give a text back with its blanks run together. */
function spaced(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
