/** Builds a review from facts. Pure: the same facts give the same review. */
import type { Seen } from "../../plan/reviewed/seen";
import type { Observed } from "../evidence/types";
import { notRead } from "../stopped/words";
import { withheldKey, type Facts } from "./facts";
import { reviewOfFirewall } from "./firewall";
import { ownersOf } from "./owners";
import { seenNotes } from "./seen-notes";
import { summaryOf } from "./summary";
import type { Counts, Finding, FirewallReview, Review, RuleChange } from "./types";

/**
 * What a change does, for people.
 * @param seen hashes of what the facts rest on
 * @param observed what flow logs showed, to be held against what closes
 */
export function reviewOf(facts: Facts, seen?: Seen, observed?: Observed): Review {
  const firewalls = facts.firewalls.map((firewall) => reviewOfFirewall(firewall, facts, observed));
  const against = findings(facts);
  const counts = countsOf(firewalls);
  const review: Omit<Review, "summary"> = {
    format: 1,
    stack: facts.stack,
    source: facts.source,
    against,
    counts,
    firewalls,
    addresses: ownersOf(firewalls, facts),
    notes: [
      ...new Set([
        ...facts.notes,
        ...facts.firewalls.flatMap(({ notes }) => notes),
        ...(observed === undefined ? [] : seenNotes(observed, facts.firewalls)),
        ...(counts.opening > 0 ? notRead(facts.inventory.filters) : []),
      ]),
    ],
    ...(seen && { seen }),
  };
  const { format, stack, source, ...others } = review;
  return { format, stack, source, summary: summaryOf(review), ...others };
}

/** What there is to say against it; of what was withheld before already, nothing. */
function findings({ firewalls, limits }: Facts): Finding[] {
  const guarded = firewalls.flatMap(({ guarded: found, withheldBefore = [] }) =>
    found.filter((each) => !withheldBefore.includes(withheldKey(each))).map(({ reason }) => reason),
  );
  return [
    ...limits.map((limit) => ({ kind: "limit" as const, ...limit })),
    ...[...new Set(guarded)].map((text) => ({ kind: "guardrail" as const, text })),
  ];
}

function countsOf(firewalls: readonly FirewallReview[]): Counts {
  const names = (of: (change: RuleChange) => boolean) =>
    new Set(firewalls.flatMap(({ changes }) => changes.filter(of).map(({ rule }) => rule))).size;
  const all = <T>(of: (firewall: FirewallReview) => T[]) => new Set(firewalls.flatMap(of)).size;
  return {
    opening: names(({ opens }) => opens.length > 0),
    closing: names(({ closes }) => closes.length > 0),
    added: names(({ kind }) => kind === "added"),
    changed: names(({ kind }) => kind === "changed"),
    removed: names(({ kind }) => kind === "removed"),
    withheld: all(({ withheld }) => withheld.map(({ text }) => text)),
    alreadyAllowed: all(({ alreadyAllowed }) => alreadyAllowed.map(({ rule }) => rule)),
  };
}
