/** What a group's rules should be: the record's base, and every change since that stands. Pure. */
import type { Effect } from "../event/event";
import { ruleContent, ruleKey, type RuleContent } from "../rules";
import { ABSENT, type Entry, type GroupRecord, type JudgedEffect, type KeptRule, type State } from "./types";

/** What one effect was about. */
export interface Resolved {
  entry: Entry;
  judged: JudgedEffect;
  /** The rule that it is about, by the id that the record knows it under. */
  rule: string;
  /** What that rule was before; absent where there was none, or nobody knows. */
  before?: RuleContent;
  /** What it became; absent where it was removed, or what it became can't be told. */
  after?: RuleContent;
  /** Whether what was before is known: always of a rule that was added. */
  isKnown: boolean;
}

/** The outcome of everything that is known, up to now. */
export interface Fold {
  /** The rules that should be, by the id that the record knows them under. */
  rules: Map<string, KeptRule>;
  /** In which states rules are because of changes that don't stand, or as the guard left them. */
  explained: Map<string, Set<State>>;
  effects: Resolved[];
  /** Rejected ones that have not been undone yet and that `explained` is due to. */
  blamed: JudgedEffect[];
  /** The id that the record knows a rule under. */
  ruleOf: (id: string) => string;
}

/** Plays the record: changes that stand take effect, rejected ones only explain what may be found in EC2. */
export function foldRecord(record: GroupRecord): Fold {
  const rules = new Map<string, KeptRule>((record.base?.rules ?? []).map((rule) => [rule.id, rule]));
  // What is or was there against the policy, to know what later events speak of.
  const known = new Map<string, { content: RuleContent; since: string }>();
  const aliases = new Map(Object.entries(record.aliases));
  const explained = new Map<string, Set<State>>();
  // What the guard made of a rule last, unless something happened to it since.
  const left = new Map(record.acts.map((act) => [act.rule, act]));
  const effects: Resolved[] = [];
  const blamed: JudgedEffect[] = [];
  const ruleOf = (id: string): string => {
    const next = aliases.get(id);
    return next === undefined || next === id ? id : ruleOf(next);
  };
  const explain = (rule: string, state: State) =>
    explained.set(rule, (explained.get(rule) ?? new Set()).add(state));
  const holderOf = (key: string): string | undefined =>
    [...rules].find(([, content]) => ruleKey(content) === key)?.[0];
  /** Whether a change that doesn't stand made this rule something else, which is still there. */
  const isElsewhere = (rule: string) => known.has(rule);
  /** A rule gets this content; where another has it already, they are one from now on. */
  const take = (rule: string, content: KeptRule): void => {
    const holder = holderOf(ruleKey(content));
    if (holder === undefined || holder === rule) {
      rules.set(rule, content);
      return;
    }
    rules.delete(rule);
    if (isElsewhere(holder)) {
      // Whoever speaks of the other by its id speaks of what it was made, not of this content.
      rules.delete(holder);
      rules.set(rule, content);
      return;
    }
    aliases.set(rule, holder);
    rules.set(holder, content);
  };
  /** A rule became this without anybody's leave; EC2 has no two rules with the same content. */
  const learn = (rule: string, content: RuleContent | undefined, since: string): void => {
    for (const [id, each] of known) {
      if (content !== undefined && ruleKey(each.content) === ruleKey(content)) known.delete(id);
    }
    if (content === undefined) known.delete(rule);
    else known.set(rule, { content, since });
  };

  for (const entry of inOrder(record.entries)) {
    entry.effects.forEach((judged, index) => {
      const { effect, verdict, pending } = judged;
      const rule = subjectOf(effect, entry.at, `${entry.event}#${index}`);
      const before = effect.op === "put" ? undefined : (rules.get(rule) ?? known.get(rule)?.content);
      const after = outcomeOf(effect, before);
      const isKnown = effect.op === "put" || before !== undefined;
      effects.push({ entry, judged, rule, isKnown, ...(before && { before }), ...(after && { after }) });
      // The base has what was before it.
      const isOld = record.base !== undefined && entry.at <= record.base.at;
      if (verdict === undefined || !isKnown || isOld) return;
      const acted = left.get(rule);
      if (acted !== undefined && entry.at > acted.at) left.delete(rule);
      if (verdict === "accepted") {
        learn(rule, after, entry.at);
        known.delete(rule);
        if (effect.op === "drop") rules.delete(rule);
        else if (after) {
          const { event, at, by } = entry;
          const { tags } = rules.get(rule) ?? {};
          take(rule, { ...after, id: rule, ...(tags && { tags }), origin: { event, at, by } });
        }
        return;
      }
      const holder = effect.op === "put" && after ? holderOf(ruleKey(after)) : undefined;
      learn(rule, after, entry.at);
      if (verdict !== "rejected") return;
      if (holder !== undefined && holder !== rule) {
        // It is only what should be there anyway.
        take(rule, { ...rules.get(holder)!, id: rule });
      } else if (pending) {
        explain(rule, after ? ruleKey(after) : ABSENT);
        blamed.push(judged);
      }
    });
  }
  for (const [rule, { state }] of left) explain(rule, state);
  // Rules may have become one after that.
  for (const [rule, states] of [...explained]) {
    if (ruleOf(rule) === rule) continue;
    explained.delete(rule);
    for (const state of states) explain(ruleOf(rule), state);
  }
  return { rules, explained, effects, blamed, ruleOf };

  function subjectOf(effect: Effect, at: string, otherwise: string): string {
    if (effect.ruleId !== undefined) return ruleOf(effect.ruleId);
    if (effect.op !== "drop" || effect.content === undefined) return otherwise;
    const key = ruleKey(effect.content);
    const [had, { since = "" } = {}] = [...known].find(([, { content }]) => ruleKey(content) === key) ?? [];
    if (had === undefined) return holderOf(key) ?? otherwise;
    // It got that content when the rule that should have it was gone; unless the guard put that right since.
    const isPutRight = record.acts.some((act) => act.rule === had && act.at > since && act.at < at);
    return isPutRight ? (holderOf(key) ?? had) : had;
  }
}

function outcomeOf(effect: Effect, before: RuleContent | undefined): RuleContent | undefined {
  switch (effect.op) {
    case "put":
      return effect.content;
    case "drop":
      return undefined;
    case "modify":
      return before && modified(before, effect.content);
  }
}

const ENDS = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"] as const;

/** A rule's content with what a modification says; an end takes the place of any other. */
function modified(before: RuleContent, changes: Partial<RuleContent>): RuleContent {
  const { direction, ipProtocol, fromPort, toPort, description } = before;
  const from = ENDS.some((end) => changes[end] !== undefined) ? changes : before;
  const ends = Object.fromEntries(ENDS.flatMap((end) => (from[end] === undefined ? [] : [[end, from[end]]])));
  return ruleContent({
    ...{ direction, ipProtocol, fromPort, toPort },
    ...(description !== undefined && { description }),
    ...Object.fromEntries(Object.entries(changes).filter(([key]) => !ENDS.some((end) => end === key))),
    ...ends,
  });
}

/**
 * By time. CloudTrail knows whole seconds only: within one, what speaks of a rule comes after what made it,
 * and otherwise what arrived first comes first.
 */
function inOrder(entries: readonly Entry[]): Entry[] {
  const made = (entry: Entry) =>
    entry.effects.flatMap(({ effect }) => (effect.op === "put" ? (effect.ruleId ?? []) : []));
  const named = (entry: Entry) =>
    entry.effects.flatMap(({ effect }) => (effect.op === "put" ? [] : (effect.ruleId ?? [])));
  return [...entries].sort((a, b) => {
    if (a.at !== b.at) return a.at < b.at ? -1 : 1;
    if (made(a).some((id) => named(b).includes(id))) return -1;
    if (made(b).some((id) => named(a).includes(id))) return 1;
    return 0;
  });
}
