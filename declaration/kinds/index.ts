/**
 * The one table of the kinds of objects that we declare on a firewall. Whatever goes through all kinds goes through
 * this table: a new one is a file beside these, and a line here.
 */
import { address } from "./address";
import { addressGroup } from "./address-group";
import { application } from "./application";
import type { Kind } from "./kind";
import { rule } from "./rule";
import { service } from "./service";
import { tag } from "./tag";

/** By what a declaration calls them. A new kind goes to the end: hashes of declarations have this order. */
export const KINDS = {
  rules: rule,
  addresses: address,
  addressGroups: addressGroup,
  services: service,
  applications: application,
  tags: tag,
};

export type Part = keyof typeof KINDS;

/** How many there were when states began to hold hashes of declarations. */
export const FIRST_KINDS = 6;

export const PARTS = Object.keys(KINDS) as readonly Part[];

/** An object of a kind, as we declare it and as it is found. */
export type DeclaredOf<P extends Part> = Parameters<(typeof KINDS)[P]["xml"]>[0];
export type FoundOf<P extends Part> = ReturnType<(typeof KINDS)[P]["from"]>;

/** What a kind is like, whichever it is. */
export function kindOf(part: Part): Kind {
  return KINDS[part];
}

/** Something for each kind. */
export function eachPart<T>(of: (part: Part) => T): Record<Part, T> {
  return Object.fromEntries(PARTS.map((part) => [part, of(part)])) as Record<Part, T>;
}

/** The kinds in the order in which nothing goes that another still uses; the other way round, they can be made. */
export const ORDER_OF_REMOVAL: readonly Part[] = orderOfRemoval();

function orderOfRemoval(): Part[] {
  const left = new Set(PARTS);
  const order: Part[] = [];
  while (left.size > 0) {
    const isUsed = (part: Part) => [...left].some((user) => user !== part && uses(user, part).length > 0);
    const next = [...left].find((part) => !isUsed(part))!;
    left.delete(next);
    order.push(next);
  }
  return order;
}

/** The fields of one kind's objects that may name objects of another. */
export function uses(user: Part, part: Part): string[] {
  return Object.entries(kindOf(user).uses).flatMap(([field, kinds]) => (kinds.includes(part) ? [field] : []));
}
