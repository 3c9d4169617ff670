/**
 * What limits hold back: what opens, one by one and named. A run that stopped as a whole would let whoever asks for
 * too much keep open what was taken from them.
 */
import { permissionLabel } from "../../mapping/describe";
import type { MappedRule, Withheld } from "../../mapping/types";
import type { Capacity } from "../../panos/capacity";
import type { Limits } from "../../settings/types";
import { counted } from "../../lib/text";

/** What may be declared, and what limits take out of it. */
export interface HeldBack {
  needed: MappedRule[];
  withheld: Withheld[];
  /** What a person has to decide, one sentence for each limit. */
  reasons: string[];
}

/** Kinds of things of which a device has room for so many. */
const KINDS = {
  rules: "rules",
  services: "service objects",
  addresses: "address objects",
  addressGroups: "address groups",
} as const;
export type Kind = keyof typeof KINDS;

/** Names of what a rule needs, its own among them. */
export type Needs = Record<Kind, readonly string[]>;

/** How much of a kind goes there: the device's own number counts what is elsewhere on it as well. */
function roomFor(kind: Kind, { firewall, capacity }: Pick<Room, "firewall" | "capacity">): string {
  return `${firewall} has room for ${capacity[kind]} ${KINDS[kind]} beside what is shared or pushed there`;
}

export interface Room {
  firewall: string;
  /** Names of the rules of ours that run. */
  running: ReadonlySet<string>;
  /** How many the firewall has that aren't ours. */
  others: Record<Kind, number>;
  limits: Pick<Limits, "maxRules">;
  capacity: Capacity;
}

/**
 * Withholds additions that the stack configuration or the device has no room for, those with the last names first.
 * What runs stays, also where it is more than the limit by itself.
 */
export function withinRoom(
  needed: readonly MappedRule[],
  needsOf: (rule: MappedRule) => Needs,
  { firewall, running, others, limits: { maxRules }, capacity }: Room,
): HeldBack {
  const most = (kind: Kind) =>
    Math.min(
      (capacity[kind] ?? Infinity) - others[kind],
      kind === "rules" ? (maxRules ?? Infinity) : Infinity,
    );
  const used = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, new Set<string>()])) as Record<
    Kind,
    Set<string>
  >;
  const take = (needs: Needs) => {
    for (const kind of kinds()) for (const name of needs[kind]) used[kind].add(name);
  };
  const isThere = ({ rule }: MappedRule) => running.has(rule.name);
  for (const rule of needed) if (isThere(rule)) take(needsOf(rule));
  const lacking = new Map<Kind, MappedRule[]>();
  const admitted = needed.filter((rule) => {
    if (isThere(rule)) return true;
    const needs = needsOf(rule);
    const full = kinds().find((kind) => {
      const more = needs[kind].filter((name) => !used[kind].has(name)).length;
      return more > 0 && used[kind].size + more > most(kind);
    });
    if (full === undefined) take(needs);
    else lacking.set(full, [...(lacking.get(full) ?? []), rule]);
    return full === undefined;
  });
  const found = [...lacking].map(([kind, rules]) => {
    const isOwnLimit = kind === "rules" && maxRules !== undefined && most(kind) === maxRules;
    const there = others[kind] + used[kind].size;
    const limit = isOwnLimit
      ? `aws-panos-rules:guardrails.maxRules allows ${counted(maxRules, "rule")} of ours on ${firewall}`
      : there > (capacity[kind] ?? Infinity)
        ? `${roomFor(kind, { firewall, capacity })} and has ${there} already`
        : `${roomFor(kind, { firewall, capacity })}: ${others[kind]} are there, and ${used[kind].size} of ours`;
    return { rules, limit };
  });
  return {
    needed: admitted,
    withheld: found.flatMap(({ rules, limit }) => rules.map((rule) => withheld(rule, limit))),
    reasons: found.map(
      ({ rules, limit }) => `${limit}. ${count(rules.length)} withheld. ${heaviest(needed)}`,
    ),
  };
}

/**
 * Withholds openings beyond what is left of `maxChanges` once everything that closes is counted.
 * @param changes names of rules that would be added or let more through, and how many others would change
 * @param partOf what of a rule is in force already; undefined: nothing
 */
export function withinChanges(
  needed: readonly MappedRule[],
  changes: { opening: ReadonlySet<string>; others: number },
  partOf: (rule: MappedRule) => MappedRule | undefined,
  { firewall, maxChanges }: { firewall: string; maxChanges: number | undefined },
): HeldBack {
  const { opening, others } = changes;
  if (maxChanges === undefined || opening.size + others <= maxChanges) {
    return { needed: [...needed], withheld: [], reasons: [] };
  }
  let left = Math.max(0, maxChanges - others);
  const limit = `aws-panos-rules:maxChanges allows ${counted(maxChanges, "change")} of rules on ${firewall} in one run`;
  const held: Withheld[] = [];
  const kept = needed.flatMap((rule) => {
    if (!opening.has(rule.rule.name) || left-- > 0) return [rule];
    const part = partOf(rule);
    held.push(withheld(rule, part === undefined ? limit : `${limit}. What of it is in force stays`));
    return part ?? [];
  });
  const total = opening.size + others;
  return {
    needed: kept,
    withheld: held,
    reasons: [
      `${limit}, and it would change ${total}. ${count(held.length)} withheld. If all of it is meant, set ` +
        `aws-panos-rules:maxChanges to ${total} for this run`,
    ],
  };
}

function withheld({ permission }: MappedRule, limit: string): Withheld {
  return { permission, reason: `${permissionLabel(permission)} is withheld: ${limit}.` };
}

function count(openings: number): string {
  return openings === 1 ? "1 opening is" : `${openings} openings are`;
}

function kinds(): Kind[] {
  return Object.keys(KINDS) as Kind[];
}

/** The security groups with the most rules, for whoever has to make them fewer. */
function heaviest(rules: readonly MappedRule[]): string {
  const counts = new Map<string, number>();
  for (const { permission } of rules) {
    const group = `${permission.securityGroupName} (${permission.securityGroupId})`;
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a).slice(0, 5);
  return `The groups that weigh most: ${sorted.map(([group, weight]) => `${group} ${weight}`).join(", ")}`;
}
