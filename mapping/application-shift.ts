/**
 * What our custom applications change for rules of others. Once one of ours identifies an ICMP type or an IP protocol,
 * its packets are no longer `icmp`, `ping` or `gre`: rules that name those don't match them any more, wherever in the
 * rulebase and whatever the addresses.
 */
import { evaluatedRules, ruleLabel, theRule } from "../panos/evaluated";
import type { Application, Rulebase, RulebaseRule } from "../panos/policy";
import type { Coverage, CoverageOptions } from "./coverage";
import { mayMean, namedApplications } from "./application-names";
import { applicationNamed, applicationsNamedBy } from "../declaration/custom-applications";
import { permissionLabel } from "./describe";
import { applicationsOfProtocol } from "../lib/net/ip-protocols";
import { ownerTag } from "../declaration/names";
import { compareTexts } from "../lib/order";
import type { MappedRule, Policy, Withheld } from "./types";

type ShiftOptions = Pick<CoverageOptions, "allowApplicationShift" | "adopt"> & { ownerId: string };

/** A rule of somebody else that no longer matches what it did. */
interface Affected {
  rule: string;
  allows: boolean;
  /** Those that it names and that may lose packets. */
  names: string[];
  /** What takes them. */
  by: Application[];
}

/**
 * Takes out of the needed rules what needs an application that a denial of somebody else would lose packets to,
 * unless that is allowed; and says what the others change.
 */
export function withApplicationShift<P extends Policy, C extends Coverage>(
  policy: P,
  coverage: C,
  rulebases: { candidate: Rulebase; running: Rulebase },
  options: ShiftOptions,
): { policy: P; coverage: C; notes: string[] } {
  const { ownerId, allowApplicationShift = false } = options;
  const affected = affectedBy(applicationsOfRules(coverage.needed, ownerId), rulebases, options);
  const denials = allowApplicationShift ? [] : affected.filter(({ allows }) => !allows);
  const taken = new Map<string, Affected[]>();
  for (const denial of denials) {
    for (const { name } of denial.by) taken.set(name, [...(taken.get(name) ?? []), denial]);
  }
  const needed: MappedRule[] = [];
  const withheld: Withheld[] = [];
  for (const mapped of coverage.needed) {
    const application = mapped.rule.application.filter((name) => !taken.has(name));
    if (application.length === mapped.rule.application.length) needed.push(mapped);
    // Rules for wider ICMP name applications of ours that are there for other rules only.
    else if (application.length > 0) needed.push({ ...mapped, rule: { ...mapped.rule, application } });
    else withheld.push(withheldFor(mapped, taken));
  }
  const shadowed = stillShadowed(coverage.shadowed, needed, affected, rulebases, ownerId);
  if (withheld.length === 0) {
    return { policy, coverage: { ...coverage, needed, shadowed }, notes: affected.map(describe) };
  }
  const gone = new Set(withheld.map(({ permission }) => permission));
  const stays = ({ permission }: MappedRule) => !gone.has(permission);
  const left = affectedBy(applicationsOfRules(needed, ownerId), rulebases, options);
  return {
    policy: {
      ...policy,
      rules: policy.rules.filter(stays),
      applications: policy.applications.filter(({ name }) => !taken.has(name)),
      withheld: [...policy.withheld, ...withheld],
    },
    coverage: {
      ...coverage,
      needed,
      shadowed: shadowed.filter(({ rule }) => stays(rule)),
      ahead: coverage.ahead.filter(({ rule }) => stays(rule)),
    },
    notes: left.map(describe),
  };
}

/**
 * What denials above possibly deny once applications of ours are there: one that no longer matches what a rule of ours
 * lets in doesn't deny it either.
 */
function stillShadowed(
  shadowed: Coverage["shadowed"],
  needed: readonly MappedRule[],
  affected: readonly Affected[],
  { candidate, running }: { candidate: Rulebase; running: Rulebase },
  ownerId: string,
): Coverage["shadowed"] {
  const losing = new Set(affected.filter(({ allows }) => !allows).map(({ rule }) => rule));
  if (losing.size === 0) return shadowed;
  const applications = new Map(needed.map(({ rule }) => [rule.name, rule.application]));
  return shadowed.filter(({ rule: { rule }, by }) => {
    if (!losing.has(by)) return true;
    return [candidate, running].some((rulebase) =>
      evaluatedRules(rulebase)
        .filter((each) => ruleLabel(each) === by && !each.disabled)
        .some((denial) => {
          const meant = namedApplications(denial.application, rulebase.applications);
          const lost = new Set(
            lossOf(denial, applicationsNamedBy([rule], ownerId), rulebase, ownerId).by.map(
              ({ name }) => name,
            ),
          );
          return (applications.get(rule.name) ?? rule.application).some(
            (application) => !lost.has(application) && mayMean(meant, application),
          );
        }),
    );
  });
}

function applicationsOfRules(rules: readonly MappedRule[], ownerId: string): Application[] {
  return applicationsNamedBy(
    rules.map(({ rule }) => rule),
    ownerId,
  );
}

function withheldFor({ rule, permission }: MappedRule, taken: ReadonlyMap<string, Affected[]>): Withheld {
  const [application = ""] = rule.application;
  const by = (taken.get(application) ?? []).map((each) => `${each.rule} (${each.names.join(", ")})`);
  return {
    permission,
    reason:
      `${permissionLabel(permission)} is not opened: it takes an application of ours, ${application}, and then the ` +
      `firewall's rules that deny such packets would not match them any more: ${by.join("; ")}. With ` +
      "allowApplicationShift they may lose them.",
  };
}

function affectedBy(
  ours: readonly Application[],
  rulebases: { candidate: Rulebase; running: Rulebase },
  { ownerId, adopt = [] }: ShiftOptions,
): Affected[] {
  if (ours.length === 0) return [];
  const found = new Map<string, Affected>();
  for (const rulebase of [rulebases.candidate, rulebases.running]) {
    for (const rule of evaluatedRules(rulebase)) {
      const allows = rule.action === "allow";
      const label = ruleLabel(rule);
      const isAdopted = allows && adopt.includes(label);
      if (rule.disabled || isAdopted || rule.tag.includes(ownerTag(ownerId))) continue;
      const { names, by } = lossOf(rule, ours, rulebase, ownerId);
      if (by.length === 0) continue;
      const known = found.get(label);
      found.set(label, {
        rule: label,
        allows: allows && known?.allows !== false,
        names: [...new Set([...(known?.names ?? []), ...names])],
        by: [...new Map([...(known?.by ?? []), ...by].map((each) => [each.name, each])).values()],
      });
    }
  }
  return [...found.values()].sort((a, b) => compareTexts(a.rule, b.rule));
}

/** What of ours takes packets from what a rule names, and what it names of that. */
function lossOf(
  rule: RulebaseRule,
  ours: readonly Application[],
  { applications }: Rulebase,
  ownerId: string,
): { names: string[]; by: Application[] } {
  const { names: meant, unknown } = meaningOf(rule.application, applications, new Set());
  if (meant.has("any")) return { names: [], by: [] };
  const names = new Set<string>();
  const by = ours.filter((application) => {
    // Whoever names it too loses nothing to it.
    if (meant.has(application.name)) return false;
    const lost = [...takenFrom(application).filter((name) => meant.has(name)), ...unknown];
    for (const name of lost) names.add(name);
    return lost.length > 0;
  });
  // A custom one of somebody else's, or another stack's, is identified in its own way.
  return { names: [...names].filter((name) => applicationNamed(name, ownerId) === undefined), by };
}

/** The predefined applications that packets are taken for without one of ours. */
function takenFrom({ identifiedBy, number }: Application): string[] {
  switch (identifiedBy) {
    case "icmp-type":
      return [
        "icmp",
        ...([0, 8].includes(number) ? ["ping"] : []),
        ...(TRACES.has(number) ? ["traceroute"] : []),
      ];
    case "icmp6-type":
      return ["ipv6-icmp", "icmpv6", ...([128, 129].includes(number) ? ["ping6"] : [])];
    case "ip-protocol":
      return [...applicationsOfProtocol(number)];
  }
}

/** ICMP types of a trace: echo requests and replies, time exceeded, and traceroute's own. */
const TRACES = new Set([0, 8, 11, 30]);

/** What names stand for: applications, and names whose content only the firewall knows. */
function meaningOf(
  names: readonly string[],
  objects: Rulebase["applications"],
  above: ReadonlySet<string>,
): { names: Set<string>; unknown: string[] } {
  const meant = new Set<string>();
  const unknown: string[] = [];
  const add = (name: string, object: ReturnType<typeof objects.get>): void => {
    if (object === undefined || object.kind === "custom") meant.add(name);
    else if (object.kind === "ambiguous") for (const reading of object.readings) add(name, reading);
    else if (object.kind === "opaque" || above.has(name)) unknown.push(name);
    else {
      const inner = meaningOf(object.members, objects, new Set([...above, name]));
      for (const member of inner.names) meant.add(member);
      unknown.push(...inner.unknown);
    }
  };
  for (const name of names) add(name, objects.get(name));
  return { names: meant, unknown };
}

function describe({ rule, allows, names, by }: Affected): string {
  const what = by
    .map(({ name, description }) => `${description.replace(/^[^:]*: /, "")} (${name})`)
    .join(", ");
  return (
    `${theRule(rule)} ${allows ? "allows" : "denies"} ${names.join(", ")}, and doesn't match any more what ` +
    `applications of ours stand for: ${what}. Name them in it where it has to ${allows ? "allow" : "deny"} them`
  );
}
