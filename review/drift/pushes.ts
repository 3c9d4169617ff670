/** How far what Panorama runs of a stack has come, firewall by firewall. Pure. */
import type { Declaration } from "../../declaration/declaration";
import { eachPart, KINDS, PARTS, type Part } from "../../declaration/kinds/index";
import { grouped } from "../../lib/grouped";
import type { MemberState, PushState } from "../../plan/state";
import type { comparison, Subject } from "./findings";
import { mirrored } from "./mirrored";
import type { Finding, FirewallDrift, Mirrored, NotApplied, Pushes } from "./types";

/** The same comparison with what each firewall holds of a device group; of a firewall it is as it was. */
export function withPushes(subject: Subject, found: Compared): Compared & Pick<FirewallDrift, "pushes"> {
  const { drift, facts, applied } = subject;
  const { pushes } = drift;
  if (pushes === undefined) return found;
  const wanted = new Map([...facts.wanted.rules, ...facts.wanted.isolation].map((rule) => [rule.name, rule]));
  const there = new Map(drift.running.rules.map((rule) => [rule.name, rule]));
  const given = {
    pushes,
    declared: facts.declared ?? eachPart(() => ({})),
    before: applied?.declared ?? eachPart(() => ({})),
    held: new Set([...drift.running.held, ...drift.candidate.held]),
    mirrors: (rule: string) => mirrored(subject, rule, wanted.get(rule), there.get(rule)),
  };
  return { ...found, ...comparedOn(given, found) };
}

type Compared = ReturnType<typeof comparison>;

/** What of a device group is to be compared. */
interface Pushed {
  pushes: PushState;
  declared: Declaration;
  /** As last applied. */
  before: Declaration;
  /** Rules on hold. */
  held: ReadonlySet<string>;
  /** What a rule stands for in AWS. */
  mirrors: (rule: string) => Mirrored;
}

/**
 * What firewalls lack of what Panorama runs: where they have what was applied before, the next update pushes it, and
 * otherwise it is drift. What is drift on Panorama itself says on which of them it is in force.
 * @param found what drift there is on Panorama
 */
export function comparedOn(
  { pushes, declared, before, held, mirrors }: Pushed,
  found: Pick<FirewallDrift, "findings" | "notApplied">,
): Pick<FirewallDrift, "findings" | "notApplied" | "pushes"> {
  const { running, members } = pushes;
  const asked = members.filter(({ unread }) => unread === undefined);
  const holds = (member: MemberState, part: Part, name: string) => (member.found ?? running)[part][name];
  const lacking = (part: Part, name: string) =>
    asked.filter((member) => holds(member, part, name) !== running[part][name]);
  const findings: Finding[] = [];
  const notApplied: NotApplied[] = [];
  const counts = new Map<MemberState, number>();
  for (const part of PARTS) {
    for (const name of namesIn(part, [
      running,
      declared,
      before,
      ...asked.flatMap((each) => each.found ?? []),
    ])) {
      const without = part === "rules" && held.has(name) ? [] : lacking(part, name);
      for (const member of without) counts.set(member, (counts.get(member) ?? 0) + 1);
      const [runs, wanted, last] = [running[part][name], declared[part][name], before[part][name]];
      // Drift of Panorama's own is told as that.
      if (without.length === 0 || (runs !== wanted && runs !== last)) continue;
      const common = { object: KINDS[part].noun, name, ...(part === "rules" && mirrors(name)) };
      const isEarlier = (member: MemberState) => [wanted, last].includes(holds(member, part, name));
      const [waiting, others] = [without.filter(isEarlier), without.filter((each) => !isEarlier(each))];
      if (others.length > 0)
        findings.push({ kind: "not-pushed", ...common, fields: [], on: others.map(({ label }) => label) });
      // Where it has what is declared and Panorama hasn't, the change of Panorama's is told already.
      if (waiting.length > 0 && runs === wanted) {
        const change = wanted === undefined ? "remove" : last === undefined ? "add" : "change";
        const on = waiting.map(({ label }) => label);
        notApplied.push({ ...common, change, staged: false, on });
      }
    }
  }
  const partOf = new Map(PARTS.map((part) => [KINDS[part].noun, part]));
  const told = found.findings.map((finding): Finding => {
    const part = partOf.get(finding.object);
    // A clone with our mark is nothing that is compared.
    const isKnown = part !== undefined && isNamed(part, finding.name, [running, declared, before]);
    if (!isKnown || finding.where === undefined || finding.where === "candidate") return finding;
    const without = new Set(lacking(part, finding.name));
    return { ...finding, on: asked.filter((each) => !without.has(each)).map(({ label }) => label) };
  });
  return {
    findings: [...told, ...findings, ...overridden(members), ...unknown(members)],
    notApplied: [...found.notApplied, ...notApplied],
    pushes: stateOf(pushes, counts),
  };
}

function isNamed(part: Part, name: string, all: readonly Declaration[]): boolean {
  return all.some((each) => each[part][name] !== undefined);
}

function namesIn(part: Part, all: readonly Declaration[]): string[] {
  return [...new Set(all.flatMap((each) => Object.keys(each[part])))].sort();
}

/** What firewalls have themselves by names of ours: which of the two counts there isn't ours to say. */
function overridden(members: readonly MemberState[]): Finding[] {
  return PARTS.flatMap((part) => {
    const found = members.flatMap(({ own, label }) =>
      own.filter((each) => each.part === part).map(({ name }) => [name, label] as const),
    );
    const object = KINDS[part].noun;
    return [...grouped(found)].map(([name, on]): Finding => ({
      kind: "overridden",
      object,
      name,
      fields: [],
      on,
    }));
  });
}

/** Firewalls of which nobody knows whether they have what was applied. */
function unknown(members: readonly MemberState[]): Finding[] {
  return members.flatMap(({ label, unread }): Finding[] =>
    unread === undefined
      ? []
      : [{ kind: "not-asked", object: "firewall", name: label, fields: [], why: unread }],
  );
}

function stateOf({ members, waiting }: PushState, counts: ReadonlyMap<MemberState, number>): Pushes {
  return {
    firewalls: members.map((member) => {
      const { label: firewall, isConnected, isInSync, lastPush, unread } = member;
      const behind = counts.get(member) ?? 0;
      return {
        firewall,
        isConnected,
        ...(isInSync !== undefined && { isInSync }),
        ...(lastPush !== "" && { lastPush }),
        ...(unread === undefined && { behind }),
      };
    }),
    ...(waiting && { waiting }),
  };
}
