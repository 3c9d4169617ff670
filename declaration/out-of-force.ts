import { differing } from "./differences";
import { foundDeclaration, type Declaration } from "./declaration";
import type { Difference } from "./differences";
import { eachPart, KINDS, PARTS } from "./kinds/index";
import type { PolicyObjects } from "./objects";
import { isHeld, ownObjects, withMarks } from "./ownership";
import type { Places } from "./placement";

/**
 * What is declared and not in the running configuration as it is declared, on whatever mark; but what an administrator
 * holds.
 */
export function outOfForce(
  ownerId: string,
  places: Places,
  declared: Declaration,
  running: PolicyObjects,
): Difference[] {
  const own = ownObjects(ownerId, running);
  const unmarked = eachPart((part) =>
    Object.keys(declared[part]).filter((name) => running[part].has(name) && !own[part].includes(name)),
  );
  const marked = withMarks(ownerId, new Set(Object.values(unmarked).flat()), running);
  const held = Object.keys(declared.rules).filter((name) => {
    const rule = running.rules.get(name);
    return rule !== undefined && isHeld(rule);
  });
  const found = foundDeclaration(ownerId, places, marked);
  return differing(declared, found, new Set(held)).filter(({ how }) => how !== "is not declared");
}

/**
 * What a configuration has of ours, where what an administrator has put on hold, or taken our mark off without changing
 * it, counts as it was last applied: a run leaves that as it is, and has nothing to do about it.
 * @param applied what an update last brought into force; absent: not known
 */
export function foundBesideLeft(
  ownerId: string,
  places: Places,
  objects: PolicyObjects,
  applied: Declaration | undefined,
): Declaration {
  if (applied === undefined) return foundDeclaration(ownerId, places, objects);
  const names = Object.values(applied).flatMap((each) => Object.keys(each));
  const found = foundDeclaration(ownerId, places, withMarks(ownerId, new Set(names), objects));
  const rules = { ...found.rules };
  for (const [name, rule] of objects.rules) {
    const last = applied.rules[name];
    if (!isHeld(rule) || (last === undefined && rules[name] === undefined)) continue;
    if (last === undefined) delete rules[name];
    else rules[name] = last;
  }
  return { ...found, rules };
}

/**
 * What a run without a refresh has to be told: of what is out of force, that which Pulumi takes for unchanged, because
 * it is declared as it was when it was last committed. What changes in this run is new to the firewall, or waits.
 * @returns a sentence; undefined where there is nothing of that
 */
export function refreshAdvice(
  firewall: string,
  before: Declaration | undefined,
  declared: Declaration,
  missing: readonly Difference[],
): string | undefined {
  const unseen = missing.filter(({ part, name }) => before?.[part]?.[name] === declared[part][name]);
  if (unseen.length === 0) return undefined;
  const counts = PARTS.map((part) => ({ part, found: unseen.filter((each) => each.part === part) }))
    .filter(({ found }) => found.length > 0)
    .map(({ part, found }) => {
      const gone = found.filter(({ how }) => how === "is missing").length;
      const total = Object.keys(declared[part]).length;
      const noun = KINDS[part].noun.replace(/ss$/, "sse");
      return `of ${total} declared ${noun}s ${gone} are missing and ${found.length - gone} are different`;
    });
  return (
    `the running configuration of ${firewall} is not what was last committed: ${counts.join("; ")}. Pulumi knows nothing ` +
    "of that without a refresh: run with --refresh, which mends it"
  );
}
