import { cleanupPosition } from "./cleanup-rule";
import { isQuarantineRuleName, ownerTag } from "./names";
import type { Address, AddressGroup, Application, SecurityRule, Service, Tag } from "../panos/policy";
import {
  addressGroupHash,
  addressHash,
  applicationHash,
  hash,
  ruleHash,
  serviceHash,
  tagHash,
} from "./hashes";
import { ruleAsTaken, type PolicyObjects } from "./objects";
import { ownObjects } from "./ownership";
import { isPlaced, placeOf, type Places } from "./placement";

/** The tag object that marks what is a stack's. */
export function stackTag(ownerId: string, stack: string): Tag {
  return { name: ownerTag(ownerId), comments: stack };
}

/** Hashes of content by name: what a stack declares, or what was found of it. */
export interface Declaration {
  rules: Record<string, string>;
  addresses: Record<string, string>;
  addressGroups: Record<string, string>;
  services: Record<string, string>;
  applications: Record<string, string>;
  tags: Record<string, string>;
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
