/**
 * Which of an administrator's rules the declared ones can replace. Taking one over must not open anything:
 * what it possibly allows has to lie within what the declared ones surely allow, and where these would come
 * to stand above a denial, they must not let in what that has stopped.
 */
import { ruleLabel } from "../panos/evaluated";
import type { FoundRule, Rulebase, RulebaseRule, SecurityRule } from "../panos/policy";
import { meets } from "../lib/net/boxes";
import type { Box, Traffic } from "../lib/net/boxes";
import { addressText, FAMILIES } from "../lib/net/cidr";
import { cleanupPosition } from "../declaration/cleanup-rule";
import type { CoverageOptions } from "./coverage";
import type { IntervalSet } from "../lib/net/intervals";
import { TAG_PREFIX } from "../declaration/names";
import { objectsOf, trafficOf } from "./own-traffic";
import type { NamedObjects } from "./own-traffic";
import { matchesZones, resolver, takeOff } from "./resolved-rules";
import type { ResolvedRule } from "./resolved-rules";
import { describePoint } from "./traffic";
import type { MappedRule, Policy } from "./types";

/** A rule that is replaced. */
export interface Adopted {
  name: string;
  /** The declared rules that allow all that it did; they go to its place. */
  by: string[];
  /** Its entry as it was judged. */
  found: FoundRule;
  /** What it does that its successors don't: profiles, logging, conditions. */
  lost: string[];
}

export interface Adoption {
  adopted: Adopted[];
  /** Those that can't be replaced, one sentence each that names the rule. */
  refused: string[];
  /** Those that neither configuration has: replaced by an earlier run, or misspelled. */
  gone: string[];
}

/**
 * Judges each rule that is to be replaced.
 * @param needed the rules to declare
 * @param policy what mapping made of an inventory, for the objects that they name
 * @param options `adopt` lists the names
 */
export function adoption(
  needed: readonly MappedRule[],
  policy: Pick<Policy, "services" | "addressGroups">,
  rulebases: { candidate: Rulebase; running: Rulebase },
  options: CoverageOptions,
): Adoption {
  const result: Adoption = { adopted: [], refused: [], gone: [] };
  const ours = needed.map(({ rule }) => rule);
  const judges = [rulebases.candidate, rulebases.running].map((rulebase) =>
    judgeOf(rulebase, needed, policy, options),
  );
  for (const name of new Set(options.adopt ?? [])) {
    const [candidate, running] = [rulebases.candidate, rulebases.running].map(({ rules }) =>
      rules.find((rule) => rule.name === name),
    );
    const verdicts = judges.map((judge) => judge(name)).filter((verdict) => verdict !== undefined);
    const found = (candidate ?? running)?.found;
    const against =
      running === undefined && candidate !== undefined
        ? "it is not committed yet"
        : candidate !== undefined && JSON.stringify(candidate.found) !== JSON.stringify(running?.found)
          ? "somebody has changed it and not committed that yet"
          : verdicts.map(({ against: why }) => why).find((why) => why !== undefined);
    const pushed =
      candidate === undefined && running === undefined ? pushedNamed(rulebases.running, name) : undefined;
    if (pushed !== undefined) {
      result.refused.push(
        `rule ${name} can't be taken over: it is ${ruleLabel(pushed)}, and no rule of ours takes a place among those`,
      );
    } else if (found === undefined) result.gone.push(name);
    else if (against !== undefined) result.refused.push(`rule ${name} can't be taken over: ${against}`);
    else {
      const by = [...new Set(verdicts.flatMap((verdict) => verdict.by))];
      const successors = ours.filter((rule) => by.includes(rule.name));
      result.adopted.push({ name, by, found, lost: lostWith(found, successors) });
    }
  }
  return result;
}

function pushedNamed({ pushed, inherited = [] }: Rulebase, name: string): RulebaseRule | undefined {
  const { above = [], below = [] } = pushed?.rules ?? {};
  return [...inherited, ...above, ...below].find((rule) => rule.name === name);
}

interface Verdict {
  by: string[];
  /** Why it can't be replaced; undefined: it can. */
  against: string | undefined;
}

/** Judges rules of one configuration by their names; undefined where it hasn't one of that name. */
function judgeOf(
  rulebase: Rulebase,
  needed: readonly MappedRule[],
  policy: Pick<Policy, "services" | "addressGroups">,
  options: CoverageOptions,
): (name: string) => Verdict | undefined {
  const cleanup = cleanupPosition(rulebase.rules, options.cleanupRule);
  // What is surely let in is what members a group has now; what may be, whom it may ever have.
  const surely = objectsOf(needed, policy, "members");
  const possibly = objectsOf(needed, policy, "carriers");
  const ours = needed.map(({ rule }) => rule);
  const [ofOurs, ofTheirs] = [resolver(surely), resolver(rulebase)];
  return (name) => {
    const index = rulebase.rules.findIndex((rule) => rule.name === name);
    const rule = rulebase.rules[index];
    if (rule === undefined) return undefined;
    const unfit = unfitness(rule, options.cleanupRule);
    if (unfit !== undefined) return { by: [], against: unfit };
    const peers = ours.filter((each) => haveSameZones(each, rule));
    if (peers.length === 0) {
      const zones = `${rule.from.join(", ")} to ${rule.to.join(", ")}`;
      return { by: [], against: `no declared rule has its zones, ${zones}` };
    }
    const peerRules = peers.map((each, at) => ofOurs(asRead(each), at, true));
    const old = ofTheirs(rule, index, true);
    const by = new Set<string>();
    for (const part of possibleTraffic(old, old.applications.possibly)) {
      const { left, allowedBy } = takeOff(part, peerRules);
      if (left[0] !== undefined) {
        const example = describe(part, left[0]);
        return { by: [], against: `it allows more than what is declared, for example ${example}` };
      }
      for (const { name: successor } of allowedBy) by.add(successor);
    }
    if (by.size === 0) return { by: [], against: "nothing of what it allows is declared" };
    if (index > cleanup) return { by: [...by], against: undefined };
    const between = rulebase.rules.slice(index + 1, cleanup).filter((each) => denies(each, rule));
    const denials = between.map((each) => ofTheirs(each, 0, false));
    const movedUp = peers.filter(
      (each) =>
        by.has(each.name) && !rulebase.rules.slice(0, index).some((above) => above.name === each.name),
    );
    // A rule with conditions takes none of its traffic for sure.
    const kept = rule.conditions.length > 0 ? [] : [old];
    return { by: [...by], against: bypass(movedUp, kept, denials, possibly) };
  };
}

/** Everything that a rule may let in, apart by application and family. */
export function possibleTraffic(rule: ResolvedRule, applications: Iterable<string>): Traffic[] {
  const { source, destination } = rule;
  return [...applications].flatMap((application) =>
    FAMILIES.map((family) => ({
      application,
      family,
      box: {
        source: source.possibly[family],
        destination: destination.possibly[family],
        ports: rule.ports(application).possibly,
      },
    })).filter(({ box }) => Object.values(box).every((set: IntervalSet) => set.length > 0)),
  );
}

/** Whether a rule denies anything between the zones of another one, each of which has one on each side. */
function denies(rule: RulebaseRule, { from, to }: RulebaseRule): boolean {
  return rule.action !== "allow" && !rule.disabled && matchesZones(rule, from[0] ?? "", to[0] ?? "");
}

/** Whether a rule has the very zones of a declared one, which has one on each side. */
function haveSameZones(ours: SecurityRule, rule: RulebaseRule): boolean {
  return (["from", "to"] as const).every((side) => {
    const [zone] = ours[side];
    return rule[side].length > 0 && rule[side].every((each) => each === zone && each !== "any");
  });
}

/**
 * What our rules would let past a denial that stands between the place of the old rule and theirs: where they
 * allow more than the old one does, that has been stopped there. Undefined: nothing.
 * @param kept the old rule, whose traffic never came to the denials
 */
function bypass(
  movedUp: readonly SecurityRule[],
  kept: ResolvedRule[],
  denials: ResolvedRule[],
  objects: NamedObjects,
): string | undefined {
  for (const rule of movedUp) {
    for (const part of trafficOf({ rule }, objects)) {
      const { left } = takeOff(part, kept);
      for (const denial of denials.filter(({ matches }) => matches(part.application))) {
        const stopped: Box = {
          source: denial.source.possibly[part.family],
          destination: denial.destination.possibly[part.family],
          ports: denial.ports(part.application).possibly,
        };
        if (left.some((piece) => meets(piece, stopped))) {
          return (
            `in its place ${rule.name}, which allows more than it, would stand above the denial ${denial.name}. ` +
            "Move that above it first"
          );
        }
      }
    }
  }
  return undefined;
}

/** What the old rule does beyond letting traffic in, and its successors don't. */
function lostWith(found: FoundRule, successors: readonly SecurityRule[]): string[] {
  const lost = (what: string, old: string | undefined, has: (rule: SecurityRule) => string | undefined) =>
    old === undefined || successors.every((rule) => has(rule) === old) ? [] : [`${what} ${old}`];
  return [
    ...lost("security profile group", found.profileGroup, ({ profileGroup }) => profileGroup),
    ...lost("log forwarding profile", found.logSetting, ({ logSetting }) => logSetting),
    ...found.extras,
  ];
}

/** A declared rule in the form of one that is read from a device. */
export function asRead(rule: Omit<SecurityRule, "action"> & { action: string }): RulebaseRule {
  return {
    ...rule,
    disabled: false,
    ruleType: "universal",
    negateSource: false,
    negateDestination: false,
    conditions: [],
  };
}

/** One packet of some traffic, for people. */
function describe({ application, family }: Traffic, { source, destination, ports }: Box): string {
  const address = (set: IntervalSet) => addressText(family, set[0]?.first ?? 0n);
  const what = application === "any" ? "any application" : application;
  return `${what} from ${address(source)} to ${address(destination)} on ${describePoint(ports[0]?.first ?? 0n)}`;
}

/** What a rule is that can't be taken over, whatever it allows. */
function unfitness(rule: RulebaseRule, cleanupRule: string): string | undefined {
  if (rule.tag.some((tag) => tag.startsWith(TAG_PREFIX))) return "it carries a tag of this program";
  if (rule.name === cleanupRule) return "it is the cleanup rule";
  if (rule.unknown !== undefined && rule.unknown.length > 0) {
    return `it has ${rule.unknown.join(", ")}, which this program doesn't know: it may allow less than it seems to`;
  }
  if (rule.disabled) return "it is disabled, so it allows nothing";
  if (rule.action !== "allow") return `its action is ${rule.action || "missing"}`;
  if (rule.ruleType === "intrazone" && rule.from[0] !== rule.to[0])
    return "it is an intrazone rule of two zones";
  return undefined;
}
