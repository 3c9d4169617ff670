/** Which of many rules can have anything to do with some traffic, without looking at each of them. */
import { bitsWhere, commonNumbers } from "../lib/net/bits";
import type { Bits } from "../lib/net/bits";
import type { Traffic } from "../lib/net/boxes";
import type { AddressSet } from "./bounds";
import type { IntervalSet } from "../lib/net/intervals";
import { once } from "../lib/once";
import { overlapIndex } from "../lib/net/overlap-index";
import { matchesZones } from "./resolved-rules";
import type { ResolvedRule } from "./resolved-rules";
import { ALL_TRAFFIC } from "./traffic";

/** Finds those of some rules, in order, whose addresses and ports meet some traffic's, whatever its application. */
export type Candidates = (traffic: Traffic) => ResolvedRule[];

/** Every rule of ours against every rule of theirs would cost their product: indexes find those that meet. */
export function candidatesOf(theirs: readonly ResolvedRule[]): Candidates {
  const find = meetingIn(theirs);
  return (traffic) => find(traffic).map((at) => theirs[at]!);
}

/** Finds those of some rules, in order, that match between two zones and by the traffic's application, too. */
export function candidatesBetween(
  theirs: readonly ResolvedRule[],
): (from: string, to: string, traffic: Traffic) => ResolvedRule[] {
  const find = meetingIn(theirs);
  const where = (passes: (rule: ResolvedRule) => boolean) =>
    bitsWhere(theirs.length, (at) => passes(theirs[at]!));
  const between = once(
    ([from, to]: [from: string, to: string]) => where(({ rule }) => matchesZones(rule, from, to)),
    JSON.stringify,
  );
  const matching = once((application: string) => where(({ matches }) => matches(application)));
  return (from, to, traffic) =>
    find(traffic, between([from, to]), matching(traffic.application)).map((at) => theirs[at]!);
}

function meetingIn(theirs: readonly ResolvedRule[]): (traffic: Traffic, ...among: Bits[]) => number[] {
  const indexOf = (setOf: (rule: ResolvedRule, bound: "surely" | "possibly") => IntervalSet) =>
    overlapIndex(theirs.map((rule) => setOf(rule, rule.allows ? "surely" : "possibly")));
  const addresses = once(
    ([side, family]: ["source" | "destination", keyof AddressSet]) =>
      indexOf((rule, bound) => rule[side][bound][family]),
    String,
  );
  // Ports that depend on the application may be any.
  const ports = once(() => indexOf(({ fixedPorts }, bound) => fixedPorts?.[bound] ?? ALL_TRAFFIC));
  return ({ family, box }, ...among) =>
    commonNumbers(
      addresses(["destination", family]).find(box.destination),
      addresses(["source", family]).find(box.source),
      ports("ports").find(box.ports),
      ...among,
    );
}
