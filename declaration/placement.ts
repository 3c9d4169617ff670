import { isQuarantineRuleName, QUARANTINE_PARTS, quarantineRuleName, TAG_PREFIX } from "./names";
import type { Operation } from "../panos/client";
import { standsAbove, type PolicyObjects } from "./objects";

/** Where rules of ours have to stand. */
export interface Places {
  /** The cleanup rule, which they stand above. */
  before: string;
  /** The rule that those about isolated instances stand directly above; absent: they stand at the top. */
  quarantineBefore?: string;
}

/** In place of a rule's name: the top of the rulebase. No rule can have that name. */
export const TOP = "(top)";

/** @param quarantineBefore undefined: the top */
export function placesOf(before: string, quarantineBefore: string | undefined): Places {
  return { before, ...(quarantineBefore !== undefined && { quarantineBefore }) };
}

/** What a rule of ours has to stand above. */
export function placeOf(rule: string, ownerId: string, { before, quarantineBefore }: Places): string {
  return isQuarantineRuleName(rule, ownerId) ? (quarantineBefore ?? TOP) : before;
}

/** Whether a rule of ours stands where it has to. @param before as `placeOf` says */
export function isPlaced(objects: PolicyObjects, rule: string, ownerId: string, before: string): boolean {
  if (!isQuarantineRuleName(rule, ownerId)) return standsAbove(objects, rule, before);
  const [out, responders, into] = namesFor(ownerId);
  // Each stands right only where the one that is placed before it does.
  if (rule === responders) {
    const isBelowOut = isPlaced(objects, out, ownerId, before) && standsAbove(objects, out, responders);
    return isBelowOut && standsJustAbove(objects, responders, into);
  }
  if (rule === out) return isPlaced(objects, into, ownerId, before) && standsJustAbove(objects, out, into);
  return before === TOP ? standsFirst(objects, into) : standsJustAbove(objects, into, before);
}

/** What brings a rule of ours to its place, once the one that is placed before it is in its own. */
export function moveTo(rule: string, ownerId: string, before: string): Pick<Operation, "where" | "dst"> {
  const dst = placedBefore(rule, ownerId) === undefined ? before : namesFor(ownerId)[2];
  return dst === TOP ? { where: "top" } : { where: "before", dst };
}

/** The rule about isolated instances that has to be in its place before another one; undefined: none. */
export function placedBefore(rule: string, ownerId: string): string | undefined {
  const [out, responders, into] = namesFor(ownerId);
  return rule === responders ? out : rule === out ? into : undefined;
}

/** As they stand, from the top. */
function namesFor(ownerId: string): [out: string, responders: string, into: string] {
  const [out, responders, into] = QUARANTINE_PARTS;
  return [
    quarantineRuleName(ownerId, out),
    quarantineRuleName(ownerId, responders),
    quarantineRuleName(ownerId, into),
  ];
}

/** Whether nothing stands above a rule but rules about isolated instances, whichever stack's: none fights. */
function standsFirst(objects: PolicyObjects, rule: string): boolean {
  for (const each of objects.rules.values()) {
    if (each.name === rule) return true;
    if (!isAnyQuarantineRule(each)) return false;
  }
  return false;
}

/** The same for what stands between two rules. */
function standsJustAbove(objects: PolicyObjects, rule: string, other: string): boolean {
  if (!objects.rules.has(other)) return false;
  let isBetween = false;
  for (const each of objects.rules.values()) {
    if (each.name === other) return isBetween;
    if (each.name === rule) isBetween = true;
    else if (isBetween && !isAnyQuarantineRule(each)) return false;
  }
  return false;
}

function isAnyQuarantineRule({ name, tag }: { name: string; tag: readonly string[] }): boolean {
  return isQuarantineRuleName(name) && tag.some((each) => each.startsWith(TAG_PREFIX));
}
