/** What stays of rules of which nobody could read whether their packets still come to the firewall. */
import {
  isAddressGroupName,
  isQuarantineRuleName,
  prefixListIn,
  quarantinePartIn,
  securityGroupIn,
  trafficIn,
} from "../../declaration/names";
import type { PolicyObjects } from "../../declaration/objects";
import { isHeld, ownsRule } from "../../declaration/ownership";
import type { MappedRule } from "../../mapping/types";
import { canonicalAddress } from "../../panos/entries";
import type { FoundRule, SecurityRule } from "../../panos/policy";
import { ANY, asMade, farEnd, nearEnd, type Making } from "../accounts/as-made";
import { united } from "../accounts/seen-addresses";
import { within } from "../accounts/within";

/** What would be declared if all that is unknown led to the firewall. */
export interface PossibleRules {
  /** Permissions' rules. */
  rules: readonly MappedRule[];
  /** Those about isolated instances. */
  isolating: readonly SecurityRule[];
  /** What of a rule's far end may still be permitted. */
  permitted: (rule: FoundRule, members: readonly string[]) => string[];
  isUnseenList: (prefixListId: string) => boolean;
  /** The addresses of who carries a group that could not be seen; undefined: nobody does, or it was seen. */
  unseen: (rule: FoundRule) => readonly string[] | undefined;
}

/** A rule of which something stays that is not known to be needed. */
export interface Staying {
  rule: SecurityRule;
  /** What of it, by its members. */
  members: string[];
}

type End = "source" | "destination";

/**
 * The rules of a firewall that lose something only because it was not read in full: as they run, without what AWS surely
 * says is gone. A rule gets nothing by this that it has not.
 * @param declared what is known to be needed
 * @param possible asked only where a rule would lose something
 * @returns what stays, and the names of rules that don't because nobody knows what they were
 */
export function uncertainRules(
  declared: readonly SecurityRule[],
  possible: () => PossibleRules,
  running: PolicyObjects,
  options: Making,
): { staying: Staying[]; opened: string[] } {
  const { ownerId } = options;
  const known = new Map(declared.map((rule) => [rule.name, rule]));
  const losing = [...running.rules.values()].filter(
    (rule) => ownsRule(ownerId, rule) && !isHeld(rule) && loses(rule, known.get(rule.name)),
  );
  if (losing.length === 0) return { staying: [], opened: [] };
  const opened: string[] = [];
  const asking = possible();
  const { rules, isolating, unseen } = asking;
  const mapped = new Map(rules.map((each) => [each.rule.name, each]));
  const denials = new Map(isolating.map((rule) => [rule.name, rule]));
  const all = losing.flatMap((rule) => {
    if (isQuarantineRuleName(rule.name)) {
      const asked = denials.get(rule.name);
      return asked === undefined ? [] : stillIsolating(rule, known.get(rule.name), asked);
    }
    const asked = mapped.get(rule.name);
    if (asked !== undefined) {
      return staying(rule, known.get(rule.name), asked, running, asking, ownerId);
    }
    const near = unseen(rule);
    if (near === undefined) return [];
    // What it permits is not known either.
    const whole = { permitted: (_: FoundRule, far: readonly string[]) => [...far], isUnseenList: () => true };
    const made = asMade(rule, options);
    if (made === undefined) {
      opened.push(rule.name);
      return [];
    }
    const may = { rule: { ...made, [nearEnd(rule.name)]: near } };
    return staying(rule, undefined, may, running, whole, ownerId);
  });
  return { staying: all, opened };
}

function loses(found: FoundRule, declared: SecurityRule | undefined): boolean {
  return (
    declared === undefined ||
    (["source", "destination"] as const).some((end) => lost(found, declared, end).length > 0)
  );
}

/** Members of a rule's end that it would have no longer. */
function lost(found: FoundRule, declared: SecurityRule | undefined, end: End): string[] {
  const left = new Set(declared?.[end].map(canonicalAddress));
  return found[end].filter((member) => !left.has(canonicalAddress(member)));
}

function staying(
  found: FoundRule,
  declared: SecurityRule | undefined,
  { rule: asked, prefixLists = [] }: Pick<MappedRule, "rule" | "prefixLists">,
  { addressGroups: groups }: Pick<PolicyObjects, "addressGroups">,
  { permitted, isUnseenList }: Pick<PossibleRules, "permitted" | "isUnseenList">,
  ownerId: string,
): Staying[] {
  const far = farEnd(found.name);
  const lists = new Set(prefixLists.map(({ prefixListId }) => prefixListId));
  const entries = prefixLists.flatMap((list) => list.entries);
  const ends = (["source", "destination"] as const).map((end) => {
    const may = [...asked[end], ...entries];
    const left = lost(found, declared, end).flatMap((member) => {
      if (!isAddressGroupName(member, ownerId)) return within(member, may);
      const list = prefixListIn(member, ownerId) ?? "";
      const isAsked = asked[end].includes(member) || lists.has(list) || isUnseenList(list);
      return isAsked && groups.has(member) ? [member] : [];
    });
    const stays = end === far ? permitted(found, left) : left;
    return { end, stays, all: united(declared?.[end] ?? [], stays) };
  });
  const members = ends.flatMap(({ stays }) => stays);
  // No address at all would be every address.
  if (members.length === 0 || ends.some(({ all }) => all.length === 0)) return [];
  const [source, destination] = ends.map(({ end, all }) => inOrderOf(found[end], all)) as [
    string[],
    string[],
  ];
  const isFar = ends.some(({ end, stays }) => end === far && stays.length > 0);
  const rule = declared ?? { ...asked, tag: found.tag, ...traffic(found, asked) };
  // A description names what the far end comes of.
  const description = isFar ? found.description : rule.description;
  return [{ rule: { ...rule, description, source, destination }, members }];
}

/** What a rule is about beside its ends: what AWS permits of what it has, as somebody may have opened it by hand. */
function traffic(
  found: FoundRule,
  asked: SecurityRule,
): Pick<SecurityRule, "from" | "to" | "application" | "service"> {
  const both = (field: "application" | "service") => {
    if (asked[field].includes(ANY)) return found[field];
    const common = found[field].filter((each) => asked[field].includes(each));
    return common.length === 0 ? asked[field] : common;
  };
  return { from: asked.from, to: asked.to, application: both("application"), service: both("service") };
}

/** Nobody has released what is isolated and may be behind the firewall. */
function stillIsolating(
  found: FoundRule,
  declared: SecurityRule | undefined,
  asked: SecurityRule,
): Staying[] {
  const near: End = quarantinePartIn(found.name) === "out" ? "source" : "destination";
  const members = lost(found, declared, near).flatMap((member) => within(member, asked[near]));
  if (members.length === 0) return [];
  const all = inOrderOf(found[near], united(declared?.[near] ?? [], members));
  return [{ rule: { ...(declared ?? asked), [near]: all }, members }];
}

/** Whether a new rule is what one that stays says already, between other zones: which they are is what was not read. */
export function isBeside(added: SecurityRule, stays: SecurityRule): boolean {
  return (
    securityGroupIn(added.name) === securityGroupIn(stays.name) &&
    trafficIn(added.name) === trafficIn(stays.name) &&
    (["source", "destination"] as const).every((end) => covers(stays[end], added[end]))
  );
}

/** Whether members are all among others, or parts of them. */
function covers(others: readonly string[], members: readonly string[]): boolean {
  return members.every((member) => within(member, others).join() === member);
}

/** As the firewall has them, where these are the same: what stays as it is is not written. */
function inOrderOf(found: readonly string[], members: readonly string[]): string[] {
  const known = new Set(members.map(canonicalAddress));
  const isSame = found.length === members.length && found.every((each) => known.has(canonicalAddress(each)));
  return isSame ? [...found] : [...members];
}
