import { cleanupPosition } from "../mapping/cleanup";
import { isQuarantineRuleName, ownerTag } from "../mapping/names";
import type { Address, AddressGroup, Application, SecurityRule, Service, Tag } from "../panos/policy";
import {
  addressGroupHash,
  addressHash,
  applicationHash,
  hash,
  ruleHash,
  serviceHash,
  tagHash,
} from "./content";
import type { Declaration, Difference } from "./inputs";
import { ruleAsTaken, type PolicyObjects } from "./objects";
import { ownObjects } from "./ownership";
import { isPlaced, placeOf, type Places } from "./placement";

/** The tag object that marks what is a stack's. */
export function stackTag(ownerId: string, stack: string): Tag {
  return { name: ownerTag(ownerId), comments: stack };
}

/** What a firewall is to hold of a stack, besides its tag. */
export interface PolicyContent {
  rules: readonly SecurityRule[];
  addresses: readonly Address[];
  addressGroups: readonly AddressGroup[];
  services: readonly Service[];
  applications: readonly Application[];
}

/** What a stack declares. */
export function declarationOf(ownerId: string, stack: string, content: PolicyContent): Declaration {
  const tag = stackTag(ownerId, stack);
  const hashes = <T extends { name: string }>(objects: readonly T[], hashOf: (object: T) => string) =>
    Object.fromEntries(objects.map((object) => [object.name, hashOf(object)]));
  return {
    rules: hashes(content.rules, ruleHash),
    addresses: hashes(content.addresses, addressHash),
    addressGroups: hashes(content.addressGroups, addressGroupHash),
    services: hashes(content.services, serviceHash),
    applications: hashes(content.applications, applicationHash),
    tags: { [tag.name]: tagHash(tag) },
  };
}

/** What a configuration holds of a stack, in the same hashes as what the stack declares. */
export function foundDeclaration(ownerId: string, places: Places, objects: PolicyObjects): Declaration {
  const own = ownObjects(ownerId, objects);
  // Once for all rules: looking each one up in the rulebase would cost the square of their number.
  const order = [...objects.rules.values()];
  const above = new Set(order.slice(0, cleanupPosition(order, places.before)).map(({ name }) => name));
  const rules = own.rules.map((name): [string, string] => {
    const content = ruleHash(ruleAsTaken(objects, name)!);
    const isRight = isQuarantineRuleName(name, ownerId)
      ? isPlaced(objects, name, ownerId, placeOf(name, ownerId, places))
      : above.has(name);
    return [name, placedHash(content, isRight)];
  });
  return {
    rules: Object.fromEntries(rules),
    addresses: Object.fromEntries(
      own.addresses.map((name) => [name, addressHash(objects.addresses.get(name)!)]),
    ),
    addressGroups: Object.fromEntries(
      own.addressGroups.map((name) => [name, addressGroupHash(objects.addressGroups.get(name)!)]),
    ),
    services: Object.fromEntries(
      own.services.map((name) => [name, serviceHash(objects.services.get(name)!)]),
    ),
    applications: Object.fromEntries(
      own.applications.map((name) => [name, applicationHash(objects.applications.get(name)!)]),
    ),
    tags: Object.fromEntries(own.tags.map((name) => [name, tagHash(objects.tags.get(name)!)])),
  };
}

/** A rule below the cleanup rule does not do what it says, so its place is part of its content. */
export function placedHash(content: string, isRight: boolean): string {
  return isRight ? content : `${content} below the cleanup rule`;
}

/** A hash of a whole declaration, whatever the order of its names. */
export function declarationHash(declaration: Declaration): string {
  const sorted = (part: Record<string, string>) => Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1));
  return hash(Object.values(eachPart((part) => sorted(declaration[part]))));
}

/** Something for each kind of objects that a declaration has. */
export function eachPart<T>(of: (part: keyof Declaration) => T): Record<keyof Declaration, T> {
  return {
    rules: of("rules"),
    addresses: of("addresses"),
    addressGroups: of("addressGroups"),
    services: of("services"),
    applications: of("applications"),
    tags: of("tags"),
  };
}

/** What an object of each kind is called. */
export const KINDS = {
  rules: "rule",
  addresses: "address",
  addressGroups: "address group",
  services: "service",
  applications: "application",
  tags: "tag",
} as const;

/**
 * How what was found differs from what is declared; none: it is equal.
 * @param exempt names that are left as they are: held, taken over, or kept because something uses them
 */
export function differing(
  declared: Declaration,
  found: Declaration,
  exempt: ReadonlySet<string>,
): Difference[] {
  return (Object.keys(KINDS) as (keyof Declaration)[]).flatMap((part) => {
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
  return differing(declared, found, exempt).map(({ part, name, how }) => `${KINDS[part]} ${name} ${how}`);
}

/** Names of rules that one declaration has and another hasn't, or has otherwise. */
export interface RuleChanges {
  added: string[];
  changed: string[];
  removed: string[];
}

/**
 * How the rules of two declarations differ.
 * @param content what `after` says; where it is given, a rule also changes with an address group that it names
 */
export function ruleChanges(before: Declaration, after: Declaration, content?: PolicyContent): RuleChanges {
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
  { rules, addressGroups }: PolicyContent,
): string[] {
  const members = new Map(
    addressGroups.map((group) => [group.name, "members" in group ? group.members : []]),
  );
  const differs = (name: string): boolean =>
    before.addressGroups[name] !== after.addressGroups[name] ||
    before.addresses[name] !== after.addresses[name] ||
    (members.get(name) ?? []).some(differs);
  const changed = new Set([...members.keys()].filter(differs));
  return rules
    .filter(({ source, destination }) => [...source, ...destination].some((name) => changed.has(name)))
    .map(({ name }) => name);
}

/** A list for a message: the first ones, and how many more. */
export function listed(items: readonly string[], most = 20): string {
  const more = items.length - most;
  return items.slice(0, most).join(", ") + (more > 0 ? `, and ${more} more` : "");
}
