import { cleanupPosition } from "./cleanup-rule";
import { isQuarantineRuleName, ownerTag } from "./names";
import { hash } from "./hashes";
import { eachPart, FIRST_KINDS, kindOf, PARTS, type DeclaredOf, type Part } from "./kinds/index";
import { ruleHash } from "./kinds/rule";
import type { Named } from "./kinds/kind";
import type { Tag } from "../panos/policy";
import { ruleAsTaken, type PolicyObjects } from "./objects";
import { ownObjects } from "./ownership";
import { isPlaced, placeOf, type Places } from "./placement";

/** The tag object that marks what is a stack's. */
export function stackTag(ownerId: string, stack: string): Tag {
  return { name: ownerTag(ownerId), comments: stack };
}

/** Hashes of content by name: what a stack declares, or what was found of it. */
export type Declaration = Record<Part, Record<string, string>>;

/** What a firewall is to hold of a stack, besides its tag. */
export type PolicyContent = { readonly [P in Exclude<Part, "tags">]: readonly DeclaredOf<P>[] };

/** Nothing of any kind, for whoever declares some. */
export const NO_CONTENT = eachPart(() => []) as PolicyContent;

/** What a stack declares. */
export function declarationOf(ownerId: string, stack: string, content: PolicyContent): Declaration {
  const all: Record<Part, readonly Named[]> = { ...content, tags: [stackTag(ownerId, stack)] };
  return eachPart((part) =>
    Object.fromEntries(all[part].map((object) => [object.name, kindOf(part).hash(object)])),
  );
}

/** What a configuration holds of a stack, in the same hashes as what the stack declares. */
export function foundDeclaration(ownerId: string, places: Places, objects: PolicyObjects): Declaration {
  const own = ownObjects(ownerId, objects);
  // Once for all rules: looking each one up in the rulebase would cost the square of their number.
  const order = [...objects.rules.values()];
  const above = new Set(order.slice(0, cleanupPosition(order, places.before)).map(({ name }) => name));
  const placedRule = (name: string) => {
    const isRight = isQuarantineRuleName(name, ownerId)
      ? isPlaced(objects, name, ownerId, placeOf(name, ownerId, places))
      : above.has(name);
    return placedHash(ruleHash(ruleAsTaken(objects, name)!), isRight);
  };
  return eachPart((part) => {
    const hashOf = (name: string) =>
      part === "rules" ? placedRule(name) : kindOf(part).hash(objects[part].get(name)!);
    return Object.fromEntries(own[part].map((name) => [name, hashOf(name)]));
  });
}

/** A rule below the cleanup rule does not do what it says, so its place is part of its content. */
export function placedHash(content: string, isRight: boolean): string {
  return isRight ? content : `${content} below the cleanup rule`;
}

/** A hash of a whole declaration, whatever the order of its names. */
export function declarationHash(declaration: Declaration): string {
  const sorted = (part: Record<string, string>) => Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = PARTS.map((part) => sorted(declaration[part] ?? {}));
  // States hold hashes of the first kinds alone: one that came later counts where there is something of it.
  while (parts.length > FIRST_KINDS && parts.at(-1)!.length === 0) parts.pop();
  return hash(parts);
}

/** One declaration of two: where they differ, both hashes, so that it equals nothing that is declared. */
export function bothConfigurations(candidate: Declaration, running: Declaration): Declaration {
  return eachPart((part) => {
    const names = new Set([...Object.keys(candidate[part]), ...Object.keys(running[part])]);
    return Object.fromEntries(
      [...names].map((name) => {
        const [staged = "absent", live = "absent"] = [candidate[part][name], running[part][name]];
        return [name, staged === live ? staged : `${live} in running, ${staged} in the candidate`];
      }),
    );
  });
}
