import { HOLD_TAG, isOfAStack, ownerTag } from "./names";
import { eachPart, kindOf, KINDS, PARTS, type Part } from "./kinds/index";
import { byTag, type Named } from "./kinds/kind";
import type { PolicyObjects } from "./objects";

/**
 * Whether an object is this stack's: its mark *and* a name that we can have given. One with our mark and another
 * name is an administrator's clone, one with our name and no mark is theirs to keep.
 */
export function owns(part: Part, ownerId: string, found: Named): boolean {
  const kind = kindOf(part);
  return kind.isOurName(found.name, ownerId) && kind.isMarked(ownerId, found);
}

/** A rule, in whatever form. */
interface Tagged extends Named {
  tag: readonly string[];
}

/** The same of a rule. */
export function ownsRule(ownerId: string, rule: Tagged): boolean {
  return byTag.isMarked(ownerId, rule) && KINDS.rules.isOurName(rule.name, ownerId);
}

/**
 * Whether an object is one that we declare, with everything but our mark. Our rules may go on using it; one that says
 * something else by now would make them mean something else.
 * @param declared the hash of what is declared
 */
export function isOursUnmarked(part: Part, ownerId: string, found: Named, declared: string): boolean {
  const kind = kindOf(part);
  if (kind.isMarked(ownerId, found) || !kind.isOurName(found.name, ownerId)) return false;
  return kind.hash(kind.withMark(ownerId, found)) === declared;
}

/**
 * Objects as they are with our mark put back on those of these names: for what they say, whoever has taken it off.
 */
export function withMarks(
  ownerId: string,
  names: ReadonlySet<string>,
  objects: PolicyObjects,
): PolicyObjects {
  const marked = eachPart((part) => {
    const found: ReadonlyMap<string, Named> = objects[part];
    const mark = (object: Named) =>
      names.has(object.name) ? kindOf(part).withMark(ownerId, object) : object;
    return new Map([...found].map(([name, object]) => [name, mark(object)]));
  });
  return { ...objects, ...(marked as PolicyObjects) };
}

/** Whether an administrator has pulled the emergency brake on a rule: it stays as that person left it. */
export function isHeld(rule: { tag: readonly string[] }): boolean {
  return rule.tag.includes(HOLD_TAG);
}

/** Whether a rule carries this stack's tag under a name that we never give: somebody's clone. */
export function carriesForeignName(ownerId: string, rule: Tagged): boolean {
  return rule.tag.includes(ownerTag(ownerId)) && !KINDS.rules.isOurName(rule.name, ownerId);
}

/**
 * Whether a rule has a name that this stack can have given, and no stack's tag: one of ours that lost it. It may let in
 * what AWS doesn't any more, and nobody mends or removes it.
 */
export function hasLostTag(ownerId: string, rule: Tagged): boolean {
  return KINDS.rules.isOurName(rule.name, ownerId) && !isOfAStack(rule.tag);
}

/** What every run says of a rule that lost its tag. */
export function lostTagMessage(name: string, firewall: string): string {
  return (
    `rule ${name} on ${firewall} has lost this stack's tag: it is left as it is, whatever AWS allows. ` +
    "Rename it, or remove it there"
  );
}

/** The same of all in both configurations: one is in force until it is gone from running. */
export function lostTagMessages(
  ownerId: string,
  firewall: string,
  { candidate, running }: Record<"candidate" | "running", { rules: readonly Tagged[] }>,
): string[] {
  const lost = [...candidate.rules, ...running.rules].filter((rule) => hasLostTag(ownerId, rule));
  return [...new Set(lost.map(({ name }) => lostTagMessage(name, firewall)))];
}

/** What every run says of a rule on hold. */
export function heldMessage(name: string, firewall: string): string {
  return `rule ${name} on ${firewall} is on hold (tag ${HOLD_TAG}): it is left as it is`;
}

/** What a run says of an object that carries our tag under a name that we never give. */
export function strayMessage(name: string, firewall: string): string {
  return `${name} on ${firewall} carries this stack's tag under a name that isn't ours: it is left alone`;
}

/** The refusal to take an object that somebody else made under a name of ours. */
export function notOurs(kind: string, name: string, firewall: string, tags: readonly string[]): string {
  return (
    `${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind} named ${name} exists on ${firewall} and is not this stack's ` +
    `(its tags: ${tags.join(", ") || "none"}). Rename or remove it there, then run again`
  );
}

/**
 * What a firewall has by a declared name without our mark, and may have been ours: it is left as it is where the stack has
 * it, and refused where that has to make it.
 */
export interface Unmarked {
  part: Part;
  name: string;
  /** What is said then. */
  refusal: string;
}

/** Names of what is this stack's in a configuration. */
export interface OwnObjects extends Record<Part, string[]> {
  /** Rules that are this stack's but held. They are among `rules` too. */
  held: string[];
  /** What carries our tag under a name that isn't ours: reported, never touched. */
  strays: string[];
}

/** Sorts out what is this stack's. */
export function ownObjects(ownerId: string, objects: PolicyObjects): OwnObjects {
  const found = (part: Part): Named[] => [...objects[part].values()];
  const own = eachPart((part) =>
    found(part)
      .filter((object) => owns(part, ownerId, object))
      .map(({ name }) => name),
  );
  const isStray = (part: Part, object: Named & { tag?: readonly string[] }) =>
    object.tag?.includes(ownerTag(ownerId)) === true && !owns(part, ownerId, object);
  return {
    ...own,
    held: own.rules.filter((name) => isHeld(objects.rules.get(name)!)),
    strays: PARTS.flatMap((part) =>
      found(part)
        .filter((object) => isStray(part, object))
        .map(({ name }) => name),
    ),
  };
}
