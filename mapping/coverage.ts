/**
 * Which of our rules other people's rules make unnecessary, and which of ours their denials would shadow.
 *
 * Other people's rules are the enabled ones above the cleanup rule, with Panorama's before the local ones, and those that
 * come before a device group's on its firewalls, that carry no tag of this program, of any stack: if ours counted, a rule
 * would make itself unnecessary, vanish, and come back on the next run. One that has lost its tag allows nothing for others
 * either, or whoever opens it would also have ended that it is declared; what it denies, it denies.
 */
import { isOfRulebase, ruleLabel, rulesOnAll } from "../panos/evaluated";
import type { Rulebase, RulebaseRule, SecurityRule } from "../panos/policy";
import type { Traffic } from "../lib/net/boxes";
import { candidatesBetween } from "./candidates";
import { cleanupPosition } from "../declaration/cleanup-rule";
import { isRuleNameOfAnyStack, TAG_PREFIX } from "../declaration/names";
import { objectsOf, trafficReader } from "./own-traffic";
import { resolver, takeOff } from "./resolved-rules";
import type { ResolvedRule } from "./resolved-rules";
import type { MappedRule, Policy } from "./types";

export interface CoverageOptions {
  /** Whether rules that other people's make unnecessary are left out at all. */
  enabled: boolean;
  cleanupRule: string;
  /** Administrators' rules that ours are to replace: they will not be there to allow anything. */
  adopt?: readonly string[];
  /** Whether denials of others may lose what applications of ours take from them; unless given, they may not. */
  allowApplicationShift?: boolean;
}

/** A rule of ours that administrators' rules above its place allow in full. */
export interface CoveredRule {
  rule: MappedRule;
  /** The rules that allow the same, as `ruleLabel` names them. */
  by: string[];
  /** Denials above those, that may take a part of it first. */
  deniedBy: string[];
}

export interface Coverage {
  /** The rules to declare, in the order given. */
  needed: MappedRule[];
  /** Rules that need not be declared, because they would never be reached. */
  covered: CoveredRule[];
  /** Needed rules, part of whose traffic an administrator's rule above possibly denies. */
  shadowed: { rule: MappedRule; by: string }[];
  /** Needed rules that stand above an administrator's denial, and let in part of what that possibly denies. */
  ahead: { rule: MappedRule; of: string }[];
}

/**
 * Judges each rule against the other people's rules, in running and in candidate: it is covered if in both
 * every source, destination, port and application of it is allowed by their rules, be it several together
 * (the rules are taken off it from the top, exactly). Denials above them change nothing about that: ours would
 * stand below both, so no packet would ever come to it. Where their objects can't be known (FQDNs, dynamic groups,
 * schedules, users …), an allow counts for nothing and a denial for everything it may mean.
 * A rule on an address group is judged by everything that may come to be in it, stopped instances included:
 * judged by today's members, it would come and go with them.
 * @param policy what mapping made of an inventory
 */
export function alreadyAllowed(
  { rules, services, addressGroups }: Pick<Policy, "rules" | "services" | "addressGroups">,
  rulebases: { candidate: Rulebase; running: Rulebase },
  options: CoverageOptions,
): Coverage {
  const trafficOf = trafficReader(objectsOf(rules, { services, addressGroups }, "carriers"));
  // Firewalls of a device group may differ in what comes first: a rule is unnecessary where it is on each of them.
  const judges = apart(rulebases).flatMap((rulebase) => {
    const each = rulebase.between ?? [{ rules: [] }];
    return each.map(({ rules: between }) => judgeOf(rulebase, between, options));
  });
  const coverage: Coverage = { needed: [], covered: [], shadowed: [], ahead: [] };
  for (const rule of rules) {
    const traffic = trafficOf(rule);
    const verdicts = judges.map((judge) => judge(rule.rule, traffic));
    const unique = (names: string[]) => [...new Set(names)];
    if (options.enabled && verdicts.every(({ covered }) => covered)) {
      const by = unique(verdicts.flatMap(({ allowedBy }) => allowedBy));
      coverage.covered.push({ rule, by, deniedBy: unique(verdicts.flatMap(({ deniedBy }) => deniedBy)) });
      continue;
    }
    coverage.needed.push(rule);
    for (const by of unique(verdicts.flatMap(({ shadowedBy }) => shadowedBy))) {
      coverage.shadowed.push({ rule, by });
    }
    for (const of of unique(verdicts.flatMap(({ aheadOf }) => aheadOf))) coverage.ahead.push({ rule, of });
  }
  return coverage;
}

/** What covers a rule, for people: "allow-web, of which deny-one above may deny a part". */
export function coveredBy({ by, deniedBy }: Pick<CoveredRule, "by" | "deniedBy">): string {
  const part = deniedBy.length === 0 ? "" : `, of which ${deniedBy.join(" and ")} above may deny a part`;
  return by.join(" with ") + part;
}

const labelOf = ({ rule }: ResolvedRule) => ruleLabel(rule);

interface Verdict {
  covered: boolean;
  /** The rules that took something off it. */
  allowedBy: string[];
  /** The denials that possibly meet what was left of it when they came. */
  deniedBy: string[];
  /** Those of them that stand above our own rule. */
  shadowedBy: string[];
  /** Those that stand below it: somebody has moved it up, or put them there. */
  aheadOf: string[];
}

/** The configurations; one, where nothing that counts is pending: then they are judged alike. */
function apart({ candidate, running }: { candidate: Rulebase; running: Rulebase }): Rulebase[] {
  if (candidate === running) return [candidate];
  // Whether a rule is equal in what we don't judge by makes no difference, but comparing all of it is simplest.
  const textOf = ({ rules, inherited, between, addresses, services, applications }: Rulebase) =>
    JSON.stringify([rules, inherited, between, [...addresses], [...services], [...applications]]);
  return textOf(candidate) === textOf(running) ? [candidate] : [candidate, running];
}

/** @param between what comes next on some firewalls of a device group */
function judgeOf(rulebase: Rulebase, between: readonly RulebaseRule[], options: CoverageOptions) {
  const { rules, pushed } = rulebase;
  const local = rules.slice(0, cleanupPosition(rules, options.cleanupRule));
  const first = [...rulesOnAll(rulebase), ...between];
  const above = [...first, ...local];
  // What names mean isn't known where Panorama's objects aren't: then no allow is sure.
  const isKnown = pushed?.unread === undefined;
  const adopted = new Set(options.adopt);
  const resolve = resolver(rulebase);
  const theirs = above.flatMap((rule, index): ResolvedRule[] => {
    const allows = rule.action === "allow";
    const counts =
      !rule.disabled &&
      !(isOfRulebase(rule) && adopted.has(rule.name)) &&
      !rule.tag.some((tag) => tag.startsWith(TAG_PREFIX)) &&
      !(allows && (rule.conditions.length > 0 || !isKnown || isRuleNameOfAnyStack(rule.name)));
    return counts ? [resolve(rule, index, allows)] : [];
  });
  const candidates = candidatesBetween(theirs);
  const positions = new Map(local.map(({ name }, index) => [name, first.length + index]));

  return ({ name, from, to }: SecurityRule, traffic: Traffic[]): Verdict => {
    // A rule of ours that somebody moved up is not shadowed by what stands below it.
    const ourPosition = positions.get(name) ?? Infinity;
    const verdict: Verdict = {
      covered: traffic.length > 0,
      ...{ allowedBy: [], deniedBy: [], shadowedBy: [], aheadOf: [] },
    };
    for (const part of traffic) {
      const { left, allowedBy, deniedBy } = takeOff(part, candidates(from[0] ?? "any", to[0] ?? "any", part));
      if (left.length > 0) verdict.covered = false;
      const [above, below] = [true, false].map((isAbove) =>
        deniedBy.filter(({ index }) => index < ourPosition === isAbove),
      ) as [ResolvedRule[], ResolvedRule[]];
      verdict.allowedBy.push(...allowedBy.map(labelOf));
      verdict.deniedBy.push(...deniedBy.map(labelOf));
      verdict.shadowedBy.push(...above.map(labelOf));
      verdict.aheadOf.push(...below.map(labelOf));
    }
    return verdict;
  };
}
