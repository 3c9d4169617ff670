import { REGION } from "../lib/region";
import { isAddress, isCidr, isNetwork, networkOf } from "./cidr";
import { anyText, mapOf, oneOf, quoted, text } from "./shape";
import type { Shape } from "./shape";
import type { RouteOrigin } from "./types";

/** An id as EC2 makes them: a prefix and at least one lower-case letter or digit. */
export function id(prefix: string): Shape<string> {
  const grammar = new RegExp(`^${prefix}-[0-9a-z]+$`);
  return text(`an id that starts with ${prefix}-`, `${prefix}-0123456789abcdef0`, (value) =>
    grammar.test(value),
  );
}

export function cidr(family: 4 | 6): Shape<string> {
  const valid = text(`an IPv${family} CIDR`, family === 4 ? "203.0.113.0/24" : "2001:db8::/32", (value) =>
    isCidr(value, family),
  );
  return (value, path, problems) => {
    const right = valid(value, path, problems);
    return right === null || isNetwork(right)
      ? right
      : problems.add(path, `${quoted(right)} has bits set beyond its prefix; write "${networkOf(right)}"`);
  };
}

export function address(family: 4 | 6): Shape<string> {
  return text(`an IPv${family} address`, family === 4 ? "10.20.1.10" : "2001:db8::10", (value) =>
    isAddress(value, family),
  );
}

export const region = text("a region", "eu-central-1", (value) => REGION.test(value));

export const accountId = text("an account id", "123456789012", (value) => /^\d{12}$/.test(value));

/** What AWS itself owns has a word in the place of an account. */
export const ownerId = text("an account id", "123456789012", (value) => /^(\d{12}|[A-Za-z-]+)$/.test(value));

export const tags = mapOf(anyText);

/** The fields that every object has which an account owns. */
export const owned = { ownerId, region };
export const OWNED = ["ownerId", "region"] as const;

export const routeOrigin = oneOf<RouteOrigin>(
  "CreateRouteTable",
  "CreateRoute",
  "EnableVgwRoutePropagation",
  "Advertisement",
);
