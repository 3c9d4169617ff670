/**
 * What a policy does with flows that were seen: by their addresses and ports, as flow logs have no applications. Where
 * a rule of ours names an application, what comes on its port is taken for it, as it is everywhere here.
 */
import { candidatesOf, type Candidates } from "../../mapping/candidates";
import { matchesZones, resolver, type ResolvedRule } from "../../mapping/resolved-rules";
import { lineOf, surelyDefault } from "../../mapping/traffic";
import type { NamedObjects } from "../../mapping/own-traffic";
import type { Family, Interval } from "../../lib/net/cidr";
import { difference, overlaps, setOf, type IntervalSet } from "../../lib/net/intervals";
import { once } from "../../lib/once";
import { includes, meets, normalised, trafficOf, type Traffic } from "../../lib/net/protocols";
import { INTERZONE_DEFAULT, INTRAZONE_DEFAULT } from "../../declaration/cleanup-rule";
import { isOfRulebase, ruleLabel } from "../../panos/evaluated";
import type { RulebaseRule } from "../../panos/policy";
import { permissionNamed } from "../change/permission";

/** A policy as a whole: rules in the order in which they are evaluated. */
export interface JudgedPolicy {
  rules: readonly RulebaseRule[];
  /** Names of those that are ours; Panorama's may have the same ones. */
  ours: ReadonlySet<string>;
  objects: NamedObjects;
  /** Whether the firewall's NAT decides which addresses of the instances others' rules see. */
  isTranslated: boolean;
  /** Whether what Panorama has pushed could not be read: then its rules are missing, and names may mean others. */
  isUnread: boolean;
  /** What becomes of what no rule takes between two zones; absent: it is denied. */
  interzoneDefault?: string;
}

/** Packets of a flow, from who begins it to the server. */
export interface Packets {
  direction: "ingress" | "egress";
  family: Family;
  /** Every address that the interface may have in them. */
  near: IntervalSet;
  peer: Interval;
  /** What it may be: one of these. */
  traffic: readonly Traffic[];
}

export interface Fate {
  /** "unsure": something decides that isn't known, or it holds for a part only. */
  what: "allowed" | "cut" | "unsure";
  /** The rule that decides; absent: none does. */
  rule?: string;
  /** Rules that may decide before. */
  unless: string[];
  /** Our rules that it fits: for sure, or perhaps. */
  ours: { rule: string; isSure: boolean }[];
}

type Bound = "surely" | "possibly" | "no";

/** Judges flows between two zones. */
export type Judge = (packets: Packets, from: string, to: string) => Fate;

const UNREAD = "Panorama's rules that can't be read";

export function judgeOf(policy: JudgedPolicy): Judge {
  const { rules, ours, objects, isTranslated, isUnread } = policy;
  const resolve = resolver(objects);
  const active = rules.filter(({ disabled }) => !disabled);
  // As denials: then rules are found by what they may match, too.
  const all = active.map((rule, index) => resolve(rule, index, false));
  const permitted = new Map(
    active.flatMap(({ name }) =>
      ours.has(name) ? [[name, trafficOf(normalised(permissionNamed(name)))]] : [],
    ),
  );
  const between = once(
    ([from, to]: [string, string]): { find: Candidates } => ({
      find: candidatesOf(all.filter(({ rule }) => matchesZones(rule, from, to))),
    }),
    JSON.stringify,
  );
  return (packets, from, to) => {
    const { direction, family, near, peer, traffic } = packets;
    const far = [peer];
    const [source, destination] = direction === "ingress" ? [far, near] : [near, far];
    const box = {
      // Others' rules may see other addresses than the interface's own.
      source: isTranslated && direction === "egress" ? EVERYWHERE : source,
      destination: isTranslated && direction === "ingress" ? EVERYWHERE : destination,
      ports: setOf(traffic.flatMap(lineOf)),
    };
    const fate: Fate = { what: "cut", unless: [], ours: [] };
    const before: RulebaseRule[] = [];
    let decides: RulebaseRule | undefined;
    for (const candidate of between([from, to]).find({ application: "any", family, box })) {
      const { name, rule } = candidate;
      const isOurs = isOfRulebase(rule) && ours.has(name);
      const ends = endsOf(candidate, { ...packets, source, destination }, isTranslated && !isOurs);
      const what = isOurs
        ? least(ownTraffic(permitted.get(name), traffic), portsOf(candidate, box.ports))
        : traffics(candidate, box.ports, traffic);
      const bound = least(
        ends,
        what,
        rule.conditions.length > 0 || (isUnread && !isOurs) ? "possibly" : "surely",
      );
      if (bound === "no") continue;
      const allows = rule.action === "allow";
      if (isOurs && allows) fate.ours.push({ rule: name, isSure: bound === "surely" });
      if (decides !== undefined) continue;
      if (bound === "surely") decides = rule;
      else before.push(rule);
    }
    return settled(fate, { decides, before, isWithin: from === to }, policy);
  };
}

/** What decides, and what may come before: only where that does the same, it changes nothing. */
function settled(
  fate: Fate,
  {
    decides,
    before,
    isWithin,
  }: { decides: RulebaseRule | undefined; before: RulebaseRule[]; isWithin: boolean },
  { isUnread, interzoneDefault = "deny" }: JudgedPolicy,
): Fate {
  const isAllowed = decides === undefined ? interzoneDefault === "allow" : decides.action === "allow";
  const unless = [
    ...(isUnread ? [UNREAD] : []),
    ...before.filter(({ action }) => (action === "allow") !== isAllowed).map(ruleLabel),
    // Predefined: what nothing takes passes within a zone, unless somebody has changed that.
    ...(decides === undefined && isWithin ? [INTRAZONE_DEFAULT] : []),
  ];
  const rule = decides === undefined ? isAllowed && INTERZONE_DEFAULT : ruleLabel(decides);
  return {
    ...fate,
    what: unless.length > 0 ? "unsure" : isAllowed ? "allowed" : "cut",
    unless,
    ...(rule && { rule }),
  };
}

const EVERYWHERE: IntervalSet = [{ first: 0n, last: (1n << 128n) - 1n }];

function endsOf(
  rule: ResolvedRule,
  { direction, family, source, destination }: Packets & { source: IntervalSet; destination: IntervalSet },
  isTranslated: boolean,
): Bound {
  const side = (set: IntervalSet, of: "source" | "destination", isHidden: boolean): Bound => {
    const { surely, possibly } = rule[of];
    if (isHidden) return rule.rule[of].includes("any") ? "surely" : "possibly";
    return within(set, surely[family], possibly[family]);
  };
  return least(
    side(source, "source", isTranslated && direction === "egress"),
    side(destination, "destination", isTranslated && direction === "ingress"),
  );
}

function within(set: IntervalSet, surely: IntervalSet, possibly: IntervalSet): Bound {
  if (set.length === 0 || !overlaps(set, possibly)) return "no";
  return difference(set, surely).length === 0 ? "surely" : "possibly";
}

/** The worst of several. */
function least(...bounds: Bound[]): Bound {
  return bounds.includes("no") ? "no" : bounds.includes("possibly") ? "possibly" : "surely";
}

function ownTraffic(permitted: Traffic | undefined, seen: readonly Traffic[]): Bound {
  if (permitted === undefined || !seen.some((each) => meets(permitted, each))) return "no";
  return seen.every((each) => includes(permitted, each)) ? "surely" : "possibly";
}

/** A rule's ports, of whichever of its applications. */
function portsOf(rule: ResolvedRule, ports: IntervalSet): Bound {
  const names = [...rule.applications.possibly];
  const bounds = names.map((name) => within(ports, rule.ports(name).surely, rule.ports(name).possibly));
  if (bounds.includes("surely")) return "surely";
  return bounds.includes("possibly") ? "possibly" : "no";
}

/** Ports and applications of another's rule. */
function traffics(rule: ResolvedRule, ports: IntervalSet, seen: readonly Traffic[]): Bound {
  const { possibly, surely, maybeMore } = rule.applications;
  if (possibly.has("any")) {
    const { surely: sure, possibly: maybe } = rule.ports("any");
    return within(ports, sure, maybe);
  }
  const { fixedPorts } = rule;
  if (fixedPorts !== undefined && within(ports, fixedPorts.surely, fixedPorts.possibly) === "no") return "no";
  const bound = portsOf(rule, ports);
  if (bound === "no") return maybeMore ? "possibly" : "no";
  // A denial of one application may not be meant; an allow of one is, on the ports that are its own.
  const isUsual = [...surely].some(
    (name) =>
      difference(ports, surelyDefault(name)).length === 0 && seen.every(({ protocol }) => protocol !== "ip"),
  );
  return rule.rule.action === "allow" && bound === "surely" && isUsual ? "surely" : "possibly";
}
