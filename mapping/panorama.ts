/** What Panorama's rules before the local ones do to ours: none of ours can come first. */
import { listed } from "../lib/text";
import { parseBlock } from "../lib/net/cidr";
import { difference, overlaps, setOf } from "../lib/net/intervals";
import type { IntervalSet } from "../lib/net/intervals";
import { ruleLabel, rulesBefore } from "../panos/evaluated";
import type { Rulebase } from "../panos/policy";
import { ALL_ADDRESSES } from "./bounds";
import type { AddressSet } from "./bounds";
import { matchesZones, resolver } from "./resolved-rules";
import type { ResolvedRule } from "./resolved-rules";
import { ALL_TRAFFIC } from "./traffic";
import type { Isolation, MappingOptions } from "./types";

/** So many rules or instances are named. */
const MOST = 10;

/** Panorama's pre-rules that are in use, and whatever else comes before the rulebase. */
function preRules(rulebase: Rulebase): ResolvedRule[] {
  const resolve = resolver(rulebase);
  return rulesBefore(rulebase).flatMap((rule, index) =>
    rule.disabled ? [] : [resolve(rule, index, rule.action === "allow")],
  );
}

/**
 * Why no rule of ours would ever be reached: a denial of Panorama's takes everything between our zones first.
 * @param zones pairs of zones that our rules are between
 */
export function deniedBefore(
  rulebase: Rulebase,
  zones: readonly (readonly [from: string, to: string])[],
): string | undefined {
  const denials = preRules(rulebase).filter(
    (rule) => deniesAll(rule) && isAll(rule.source.surely) && isAll(rule.destination.surely),
  );
  const pairs = [...new Map(zones.map((pair) => [pair.join(" "), pair])).values()];
  const by = pairs.map(([from, to]) => denials.find(({ rule }) => matchesZones(rule, from, to)));
  if (pairs.length === 0 || by.includes(undefined)) return undefined;
  const names = [...new Set(by.flatMap((each) => (each === undefined ? [] : [ruleLabel(each.rule)])))];
  const where = listed(
    pairs.map(([from, to]) => `from ${from} to ${to}`),
    MOST,
    " and",
  );
  const what = `${names.join(" and ")} denies everything ${where}`;
  return rulebase.inherited === undefined
    ? `${what} above the local rulebase, so no local rule, ours included, is ever reached. Nothing was written. ` +
        "A cleanup rule belongs into Panorama's post-rulebase: have it moved there, and name it as aws-panos-rules:cleanupRule"
    : `${what} before the device group's rules on each of its firewalls, so none of ours is ever reached. Nothing was ` +
        "written. Have it moved behind them: a cleanup rule belongs below what is to be let in";
}

/** Whether a rule denies whatever application, on whatever port, without a condition. */
function deniesAll({ allows, rule, fixedPorts }: ResolvedRule): boolean {
  return (
    !allows &&
    rule.conditions.length === 0 &&
    rule.application.includes("any") &&
    fixedPorts !== undefined &&
    difference(ALL_TRAFFIC, fixedPorts.surely).length === 0
  );
}

function isAll(set: AddressSet): boolean {
  return (["IPv4", "IPv6"] as const).every(
    (family) => difference(ALL_ADDRESSES[family], set[family]).length === 0,
  );
}

/** Which of Panorama's rules let traffic through to isolated instances, or from them; one sentence each. */
export function throughIsolation(
  rulebase: Rulebase,
  isolation: Isolation | undefined,
  { quarantine }: Pick<MappingOptions, "quarantine">,
): string[] {
  if (quarantine?.deny !== true) return [];
  const rules = preRules(rulebase);
  const allows = rules.filter((rule) => rule.allows);
  const marked = isolation?.instances.filter(({ isMarked }) => isMarked) ?? [];
  if (allows.length === 0) return [];
  const before = rulebase.inherited === undefined ? BEFORE_LOCAL : BEFORE_GROUP;
  if (marked.length === 0) {
    const names = listed(
      allows.map(({ rule }) => ruleLabel(rule)),
      MOST,
      " and",
    );
    return [`${names}: ${before}. What these allow would go on to an instance that is isolated. ${HOW}`];
  }
  return allows.flatMap((rule) => {
    const above = rules.filter((each) => each.index < rule.index);
    const to = marked.filter(({ addresses }) => mayTake(rule, "destination", addresses, above));
    const from = marked.filter(({ addresses }) => mayTake(rule, "source", addresses, above));
    const whom = [...sides("to", to), ...sides("from", from)].join(", and ");
    return whom === ""
      ? []
      : [`${ruleLabel(rule.rule)}: ${before}. It may still let traffic through ${whom}. ${HOW}`];
  });
}

const BEFORE_LOCAL = "Panorama's pre-rules come before the local ones that isolate instances";
const BEFORE_GROUP =
  "pre-rules of shared and of the groups above come before those of the device group that isolate instances";
const HOW = "Have it denied above that in Panorama's pre-rulebase";

function sides(word: string, instances: readonly { id: string; addresses: string[] }[]): string[] {
  const names = instances.map(({ id, addresses }) => `${id} (${addresses.join(", ")})`);
  return names.length === 0 ? [] : [`${word} ${listed(names, MOST, " and")}`];
}

/** Whether a rule may take packets with one of these addresses on a side, that no denial above it surely takes. */
function mayTake(
  rule: ResolvedRule,
  side: "source" | "destination",
  addresses: readonly string[],
  above: readonly ResolvedRule[],
): boolean {
  const other = side === "source" ? "destination" : "source";
  const denials = above.filter(
    (each) =>
      deniesAll(each) &&
      isAll(each[other].surely) &&
      each.rule.from.includes("any") &&
      each.rule.to.includes("any"),
  );
  return addresses.some((text) => {
    const block = parseBlock(text);
    if (block === undefined) return true;
    const { family } = block;
    const left = denials.reduce<IntervalSet>(
      (set, denial) => difference(set, denial[side].surely[family]),
      setOf([block]),
    );
    return overlaps(left, rule[side].possibly[family]);
  });
}
