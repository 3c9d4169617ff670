/** Members of a rule's destination beside what NAT makes of addresses. */
import { cidrsOf, parseBlock, type Family } from "../lib/net/cidr";
import { difference, intersection } from "../lib/net/intervals";
import type { IntervalSet } from "../lib/net/intervals";
import type { NamedObjects } from "./own-traffic";

/** Destinations without some addresses of a family; undefined where a group has one of these. */
export function without(
  members: readonly string[],
  lost: IntervalSet,
  own: Pick<NamedObjects, "addresses">,
  family: Family,
): string[] | undefined {
  if (lost.length === 0) return [...members];
  if (members.some((member) => own.addresses.has(member))) return undefined;
  return members.flatMap((text) => {
    const block = parseBlock(text);
    if (block?.family !== family || intersection([block], lost).length === 0) return [text];
    return addressTexts(difference([block], lost), family);
  });
}

/** Addresses as a rule names them. */
export function addressTexts(set: IntervalSet, family: Family): string[] {
  const whole = family === "IPv4" ? 32 : 128;
  return set.flatMap((interval) =>
    cidrsOf(family, interval).map(({ text, prefixLength }) =>
      prefixLength === whole ? text.slice(0, text.indexOf("/")) : text,
    ),
  );
}
