/** How what is found differs from what is declared, or one declaration from another. */
import type { Declaration } from "./declaration";
import { KINDS, PARTS, type Part } from "./kinds/index";

/** One object that is not as declared. */
export interface Difference {
  part: Part;
  name: string;
  how: "is missing" | "is not as declared" | "is not declared";
}

/**
 * How what was found differs from what is declared; none: it is equal.
 * @param exempt names that are left as they are: held, taken over, or kept because something uses them
 */
export function differing(
  declared: Declaration,
  found: Declaration,
  exempt: ReadonlySet<string>,
): Difference[] {
  return PARTS.flatMap((part) => {
    const wrong = Object.entries(declared[part])
      .filter(([name, content]) => !exempt.has(name) && found[part][name] !== content)
      .map(([name]): Difference => {
        return { part, name, how: found[part][name] === undefined ? "is missing" : "is not as declared" };
      });
    const more = Object.keys(found[part])
      .filter((name) => !exempt.has(name) && declared[part][name] === undefined)
      .map((name): Difference => ({ part, name, how: "is not declared" }));
    return [...wrong, ...more];
  });
}

/** The same, one sentence each. */
export function differences(
  declared: Declaration,
  found: Declaration,
  exempt: ReadonlySet<string>,
): string[] {
  return differing(declared, found, exempt).map(
    ({ part, name, how }) => `${KINDS[part].noun} ${name} ${how}`,
  );
}

/** Names of rules that one declaration has and another hasn't, or has otherwise. */
export interface RuleChanges {
  added: string[];
  changed: string[];
  removed: string[];
}

/** What rules and address groups name, declared or found. */
interface Naming {
  rules: readonly { name: string; source: readonly string[]; destination: readonly string[] }[];
  addressGroups: readonly { name: string; members?: readonly string[] }[];
}

/**
 * How the rules of two declarations differ.
 * @param content what `after` says; where it is given, a rule also changes with an address group that it names
 */
export function ruleChanges(before: Declaration, after: Declaration, content?: Naming): RuleChanges {
  const names = Object.keys(after.rules);
  const throughGroups = new Set(content === undefined ? [] : changedThroughGroups(before, after, content));
  return {
    added: names.filter((name) => before.rules[name] === undefined),
    changed: names.filter(
      (name) =>
        before.rules[name] !== undefined &&
        (before.rules[name] !== after.rules[name] || throughGroups.has(name)),
    ),
    removed: Object.keys(before.rules).filter((name) => after.rules[name] === undefined),
  };
}

/** Rules that name an address group which is not as it was, or consists of what isn't. */
function changedThroughGroups(
  before: Declaration,
  after: Declaration,
  { rules, addressGroups }: Naming,
): string[] {
  const members = new Map(addressGroups.map((group) => [group.name, group.members ?? []]));
  const differs = (name: string): boolean =>
    before.addressGroups[name] !== after.addressGroups[name] ||
    before.addresses[name] !== after.addresses[name] ||
    (members.get(name) ?? []).some(differs);
  const changed = new Set([...members.keys()].filter(differs));
  return rules
    .filter(({ source, destination }) => [...source, ...destination].some((name) => changed.has(name)))
    .map(({ name }) => name);
}
