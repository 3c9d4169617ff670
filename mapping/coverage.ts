/**
 * Which of our rules other people's rules make unnecessary, and which of ours their denials would shadow.
 *
 * Other people's rules are the enabled ones above the cleanup rule that carry no tag of this program, of
 * any stack: if ours counted, a rule would make itself unnecessary, vanish, and come back on the next run.
 */
import type { RulebaseRule, Rulebase, SecurityRule } from "../panos/policy";
import { mayMean, namedApplications, surelyMeans } from "./application-names";
import type { NamedApplications } from "./application-names";
import { FAMILIES } from "./cidr";
import { cleanupPosition } from "./cleanup";
import { difference, intersection, overlaps } from "./intervals";
import type { IntervalSet } from "./intervals";
import { TAG_PREFIX } from "./names";
import { addressBounds, serviceBounds } from "./objects";
import { overlapIndex } from "./overlap-index";
import type { OverlapIndex } from "./overlap-index";
import type { AddressSet, Bounds } from "./objects";
import { prefixListGroupsOf } from "./prefix-lists";
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
  /** Names of the rules that allow the same. */
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
}

/**
 * Judges each rule against the other people's rules, in running and in candidate: it is covered if in both
 * every source, destination, port and application of it is allowed by their rules, be it several together
 * (the rules are taken off it from the top, exactly). Denials above them change nothing about that: ours would
 * stand below both, so no packet would ever come to it. Where their objects can't be known (FQDNs, dynamic groups,
 * schedules, users …), an allow counts for nothing and a denial for everything it may mean.
 * A rule on an address group is judged by everything that may come to be in it, stopped instances included:
 * judged by today's members, it would come and go with them.
 * @param policy what `mapInventory` returned
 */
export function alreadyAllowed(
  { rules, services, addressGroups }: Pick<Policy, "rules" | "services" | "addressGroups">,
  rulebases: { candidate: Rulebase; running: Rulebase },
  options: CoverageOptions,
): Coverage {
  const own = objectsOf(rules, { services, addressGroups }, "carriers");
  const judges = [rulebases.candidate, rulebases.running].map((rulebase) => judgeOf(rulebase, options));
  const coverage: Coverage = { needed: [], covered: [], shadowed: [] };
  for (const rule of rules) {
    const traffic = trafficOf(rule, own);
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
  }
  return coverage;
}

/** What covers a rule, for people: "allow-web, of which deny-one above may deny a part". */
export function coveredBy({ by, deniedBy }: Pick<CoveredRule, "by" | "deniedBy">): string {
  const part = deniedBy.length === 0 ? "" : `, of which ${deniedBy.join(" and ")} above may deny a part`;
  return by.join(" with ") + part;
}

/** What rules name, as a firewall has it. */
export type NamedObjects = Pick<Rulebase, "addresses" | "services" | "applications">;

/**
 * What these rules name, as the firewall would have it.
 * @param whom of a dynamic group: its members now, or everything that may come to be in it
 */
export function objectsOf(
  rules: readonly MappedRule[],
  { services, addressGroups }: Pick<Policy, "services" | "addressGroups">,
  whom: "members" | "carriers",
): NamedObjects {
  const groups = [
    ...addressGroups.map(({ group, ...members }) => [group.name, members[whom]] as const),
    ...prefixListGroupsOf(rules).map(({ name, entries }) => [name, entries] as const),
  ];
  return {
    services: new Map(services.map(({ name, protocol, port }) => [name, { kind: protocol, port }])),
    addresses: new Map(groups.map(([name, members]) => [name, { kind: "static-group", members }])),
    // Applications of ours are no groups: each is what it is called.
    applications: new Map(),
  };
}

/** Traffic of one application and family: every source to every destination on every port. */
export interface Box {
  source: IntervalSet;
  destination: IntervalSet;
  ports: IntervalSet;
}

export interface Traffic {
  application: string;
  family: keyof AddressSet;
  box: Box;
}

interface Verdict {
  covered: boolean;
  /** The rules that took something off it. */
  allowedBy: string[];
  /** The denials that possibly meet what was left of it when they came. */
  deniedBy: string[];
  /** Those of them that stand above our own rule. */
  shadowedBy: string[];
}

/** Beyond so many pieces left over, a rule is no neat combination of others: it stays needed. */
const MAX_PIECES = 256;

/** What a rule of ours lets in, apart by application and family, for which cover is judged apart. */
export function trafficOf(
  { rule }: { rule: MatchedRule },
  { addresses, services }: Omit<NamedObjects, "applications">,
): Traffic[] {
  const source = addressBounds(rule.source, false, addresses).possibly;
  const destination = addressBounds(rule.destination, false, addresses).possibly;
  return rule.application.flatMap((application) => {
    const ports = serviceBounds(rule, application, services).possibly;
    return FAMILIES.filter((family) => source[family].length > 0 && destination[family].length > 0).map(
      (family) => ({
        application,
        family,
        box: { source: source[family], destination: destination[family], ports },
      }),
    );
  });
}

/** What a rule of whoever matches traffic by. */
export type MatchedRule = Pick<RulebaseRule, "source" | "destination" | "application" | "service">;

/** A rule, its names resolved once for all of ours. */
export interface ResolvedRule {
  rule: RulebaseRule;
  name: string;
  index: number;
  allows: boolean;
  matches: (application: string) => boolean;
  applications: NamedApplications;
  source: Bounds<AddressSet>;
  destination: Bounds<AddressSet>;
  ports: (application: string) => Bounds<IntervalSet>;
}

function judgeOf(rulebase: Rulebase, options: CoverageOptions) {
  const above = rulebase.rules.slice(0, cleanupPosition(rulebase.rules, options.cleanupRule));
  const theirs = above.flatMap((rule, index): ResolvedRule[] => {
    const allows = rule.action === "allow";
    const counts =
      !rule.disabled &&
      !options.adopt?.includes(rule.name) &&
      !rule.tag.some((tag) => tag.startsWith(TAG_PREFIX)) &&
      !(allows && rule.conditions.length > 0);
    return counts ? [resolved(rule, index, allows, rulebase)] : [];
  });
  const between = new Map<string, Candidates>();
  const candidatesBetween = (from: string, to: string) => {
    const key = JSON.stringify([from, to]);
    const known = between.get(key) ?? candidatesOf(theirs.filter(({ rule }) => matchesZones(rule, from, to)));
    between.set(key, known);
    return known;
  };
  const positions = new Map(above.map(({ name }, index) => [name, index]));

  return ({ name, from, to }: SecurityRule, traffic: Traffic[]): Verdict => {
    // A rule of ours that somebody moved up is not shadowed by what stands below it.
    const ourPosition = positions.get(name) ?? Infinity;
    const verdict: Verdict = { covered: traffic.length > 0, allowedBy: [], deniedBy: [], shadowedBy: [] };
    for (const part of traffic) {
      const { left, allowedBy, deniedBy } = takeOff(
        part,
        candidatesBetween(from[0] ?? "any", to[0] ?? "any")(part),
      );
      if (left.length > 0) verdict.covered = false;
      const above = deniedBy.filter(({ index }) => index < ourPosition);
      verdict.allowedBy.push(...allowedBy.map(({ name }) => name));
      verdict.deniedBy.push(...deniedBy.map(({ name }) => name));
      verdict.shadowedBy.push(...above.map(({ name }) => name));
    }
    return verdict;
  };
}

/** Resolves the names of a rule. @param objects what they stand for */
export function resolved(
  rule: RulebaseRule,
  index: number,
  allows: boolean,
  objects: NamedObjects,
): ResolvedRule {
  const ports = new Map<string, Bounds<IntervalSet>>();
  const applications = namedApplications(rule.application, objects.applications);
  return {
    rule,
    name: rule.name,
    index,
    allows,
    matches: (application) =>
      allows ? surelyMeans(applications, application) : mayMean(applications, application),
    applications,
    source: addressBounds(rule.source, rule.negateSource, objects.addresses),
    destination: addressBounds(rule.destination, rule.negateDestination, objects.addresses),
    ports: (application) => {
      let bounds = ports.get(application);
      if (!bounds) ports.set(application, (bounds = serviceBounds(rule, application, objects.services)));
      return bounds;
    },
  };
}

/** Finds those of some rules, in order, that can have anything to do with some traffic. */
export type Candidates = (traffic: Traffic) => ResolvedRule[];

/** So few that looking at them costs no more than looking for fewer. */
const FEW = 64;

/** Every rule of ours against every rule of theirs would cost their product: an index finds those that meet. */
export function candidatesOf(theirs: ResolvedRule[]): Candidates {
  const indexes = new Map<string, OverlapIndex>();
  const met = (side: "source" | "destination", { family, box }: Traffic) => {
    const key = `${side} ${family}`;
    const index = indexes.get(key) ?? overlapIndex(theirs.map((rule) => rule[side].possibly[family]));
    indexes.set(key, index);
    return index.find(box[side]);
  };
  return (traffic) => {
    const byDestination = met("destination", traffic);
    const bySource = byDestination.length > FEW ? met("source", traffic) : byDestination;
    const fewer = bySource.length < byDestination.length ? bySource : byDestination;
    return fewer.map((at) => theirs[at]!);
  };
}

/** Takes what rules surely allow off some traffic, from the top of the rulebase. */
export function takeOff(
  { application, family, box }: Traffic,
  theirs: ResolvedRule[],
): { left: Box[]; allowedBy: ResolvedRule[]; deniedBy: ResolvedRule[] } {
  let left = [box];
  const allowedBy: ResolvedRule[] = [];
  const deniedBy: ResolvedRule[] = [];
  for (const rule of theirs) {
    if (left.length === 0) break;
    if (!rule.matches(application)) continue;
    const bound = rule.allows ? "surely" : "possibly";
    const taken: Box = {
      source: rule.source[bound][family],
      destination: rule.destination[bound][family],
      ports: rule.ports(application)[bound],
    };
    if (!left.some((piece) => meets(piece, taken))) continue;
    if (rule.allows) {
      allowedBy.push(rule);
      if (left.length <= MAX_PIECES) left = left.flatMap((piece) => without(piece, taken));
    } else {
      deniedBy.push(rule);
    }
  }
  return { left, allowedBy, deniedBy };
}

export function meets(a: Box, b: Box): boolean {
  return overlaps(a.ports, b.ports) && overlaps(a.destination, b.destination) && overlaps(a.source, b.source);
}

/** What of `box` lies outside `taken`, as up to three disjoint boxes. */
export function without(box: Box, taken: Box): Box[] {
  if (!meets(box, taken)) return [box];
  const source = intersection(box.source, taken.source);
  const destination = intersection(box.destination, taken.destination);
  return [
    { ...box, source: difference(box.source, taken.source) },
    { ...box, source, destination: difference(box.destination, taken.destination) },
    { source, destination, ports: difference(box.ports, taken.ports) },
  ].filter((piece) => piece.source.length > 0 && piece.destination.length > 0 && piece.ports.length > 0);
}

/** PAN-OS documentation: intrazone rules match within a zone, interzone rules between two, universal both. */
export function matchesZones(
  rule: Pick<RulebaseRule, "from" | "to" | "ruleType">,
  from: string,
  to: string,
): boolean {
  const names = (zones: string[], zone: string) => zones.includes("any") || zones.includes(zone);
  if (rule.ruleType === "intrazone") return from === to && names(rule.from, from);
  if (rule.ruleType === "interzone" && from === to) return false;
  return names(rule.from, from) && names(rule.to, to);
}
