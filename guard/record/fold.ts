/** What a group's rules should be: the record's base, and every change since that stands. Pure, in linear time. */
import type { Effect } from "../event/event";
import { ruleContent, ruleKey, type RuleContent } from "../rules";
import {
  ABSENT,
  type Act,
  type Entry,
  type GroupRecord,
  type JudgedEffect,
  type KeptRule,
  type State,
} from "./types";

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
  blamed: Set<JudgedEffect>;
  /** The id that the record knows a rule under. */
  ruleOf: (id: string) => string;
}

/** Plays the record: changes that stand take effect, rejected ones only explain what may be found in EC2. */
export function foldRecord(record: GroupRecord): Fold {
  const folding = new Folding(record);
  for (const resolved of folding.steps()) folding.apply(resolved);
  return folding.outcome();
}

/** Rules by id, and by the one content that no two of them have. */
class ByContent<T extends { content: RuleContent }> {
  readonly byId = new Map<string, T>();
  private readonly ids = new Map<string, string>();

  set(id: string, value: T): void {
    this.delete(id);
    this.byId.set(id, value);
    this.ids.set(ruleKey(value.content), id);
  }

  delete(id: string): void {
    const value = this.byId.get(id);
    if (value === undefined) return;
    this.byId.delete(id);
    const key = ruleKey(value.content);
    if (this.ids.get(key) === id) this.ids.delete(key);
  }

  /** The id of the one with this content. */
  with(key: string): string | undefined {
    return this.ids.get(key);
  }
}

/**
 * Plays a record step by step, so that a change can be judged between what was before it and what comes after:
 * `for (const each of folding.steps()) folding.apply(each)`.
 */
export class Folding {
  /** Those that should be. */
  private readonly rules = new ByContent<{ content: KeptRule }>();
  /** What is or was there against the policy, to know what later events speak of. */
  private readonly known = new ByContent<{ content: RuleContent; since: string }>();
  private readonly aliases: Map<string, string>;
  private readonly explained = new Map<string, Set<State>>();
  private readonly acts = new Map<string, Act[]>();
  /** What the guard made of a rule last, unless something happened to it since. */
  private readonly left = new Map<string, Act>();
  private readonly effects: Resolved[] = [];
  private readonly blamed = new Set<JudgedEffect>();

  constructor(private readonly record: GroupRecord) {
    for (const rule of record.base?.rules ?? []) this.rules.set(rule.id, { content: rule });
    this.aliases = new Map(Object.entries(record.aliases));
    for (const act of record.acts) {
      this.left.set(act.rule, act);
      const ofRule = this.acts.get(act.rule);
      if (ofRule === undefined) this.acts.set(act.rule, [act]);
      else ofRule.push(act);
    }
  }

  /** Every effect in the order of time, as it is resolved by those before it, once these are applied. */
  *steps(): Generator<Resolved> {
    for (const entry of inOrder(this.record.entries)) {
      for (const [index, judged] of entry.effects.entries()) {
        const { effect } = judged;
        const rule = this.subjectOf(effect, entry.at, `${entry.event}#${index}`);
        const before =
          effect.op === "put"
            ? undefined
            : (this.rules.byId.get(rule)?.content ?? this.known.byId.get(rule)?.content);
        const after = outcomeOf(effect, before);
        const isKnown = effect.op === "put" || before !== undefined;
        const resolved = { entry, judged, rule, isKnown, ...(before && { before }), ...(after && { after }) };
        this.effects.push(resolved);
        yield resolved;
      }
    }
  }

  apply({ entry, judged, rule, before, after, isKnown }: Resolved): void {
    const { effect, verdict, pending } = judged;
    const { base } = this.record;
    // The base has what was before it.
    if (verdict === undefined || !isKnown || (base !== undefined && entry.at <= base.at)) return;
    const acted = this.left.get(rule);
    if (acted !== undefined && entry.at > acted.at) this.left.delete(rule);
    if (verdict === "accepted") {
      this.learn(rule, after, entry.at);
      this.known.delete(rule);
      if (effect.op === "drop") this.rules.delete(rule);
      else if (after) {
        const { event, at, by } = entry;
        const had = this.rules.byId.get(rule)?.content;
        // Whoever changes a description alone has not made the rule what it is.
        const isSame = before !== undefined && ruleKey(before) === ruleKey(after);
        const origin = isSame ? had?.origin : judged.isInferred ? undefined : { event, at, by };
        const kept = { ...after, id: rule, ...(had?.tags && { tags: had.tags }) };
        this.take(rule, origin === undefined ? kept : { ...kept, origin });
      }
      return;
    }
    const holder = effect.op === "put" && after ? this.rules.with(ruleKey(after)) : undefined;
    this.learn(rule, after, entry.at);
    if (verdict !== "rejected") return;
    if (holder !== undefined && holder !== rule) {
      // It is only what should be there anyway.
      this.take(rule, { ...this.rules.byId.get(holder)!.content, id: rule });
    } else if (pending) {
      this.explain(rule, after ? ruleKey(after) : ABSENT);
      this.blamed.add(judged);
    }
  }

  /** What everything came to, when all steps are applied. */
  outcome(): Fold {
    for (const [rule, { state }] of this.left) this.explain(rule, state);
    // Rules may have become one after that.
    for (const [rule, states] of [...this.explained]) {
      if (this.ruleOf(rule) === rule) continue;
      this.explained.delete(rule);
      for (const state of states) this.explain(this.ruleOf(rule), state);
    }
    const rules = new Map([...this.rules.byId].map(([id, { content }]) => [id, content]));
    const { explained, effects, blamed } = this;
    return { rules, explained, effects, blamed, ruleOf: (id) => this.ruleOf(id) };
  }

  private ruleOf(id: string): string {
    let found = id;
    for (let next = this.aliases.get(id); next !== undefined && next !== found; next = this.aliases.get(next))
      found = next;
    return found;
  }

  private explain(rule: string, state: State): void {
    this.explained.set(rule, (this.explained.get(rule) ?? new Set()).add(state));
  }

  /** A rule gets this content; where another has it already, they are one from now on. */
  private take(rule: string, content: KeptRule): void {
    const holder = this.rules.with(ruleKey(content));
    if (holder === undefined || holder === rule) {
      this.rules.set(rule, { content });
      return;
    }
    this.rules.delete(rule);
    // A change that doesn't stand made the other something else, which is still there.
    if (this.known.byId.has(holder)) {
      // Whoever speaks of the other by its id speaks of what it was made, not of this content.
      this.rules.delete(holder);
      this.rules.set(rule, { content });
      return;
    }
    this.aliases.set(rule, holder);
    this.rules.set(holder, { content });
  }

  /** A rule became this without anybody's leave; EC2 has no two rules with the same content. */
  private learn(rule: string, content: RuleContent | undefined, since: string): void {
    const other = content && this.known.with(ruleKey(content));
    if (other !== undefined) this.known.delete(other);
    if (content === undefined) this.known.delete(rule);
    else this.known.set(rule, { content, since });
  }

  private subjectOf(effect: Effect, at: string, otherwise: string): string {
    if (effect.ruleId !== undefined) return this.ruleOf(effect.ruleId);
    if (effect.op !== "drop" || effect.content === undefined) return otherwise;
    const key = ruleKey(effect.content);
    const had = this.known.with(key);
    if (had === undefined) return this.rules.with(key) ?? otherwise;
    // It got that content when the rule that should have it was gone; unless the guard put that right since.
    const { since } = this.known.byId.get(had)!;
    const isPutRight = this.acts.get(had)?.some((act) => act.at > since && act.at < at) === true;
    return isPutRight ? (this.rules.with(key) ?? had) : had;
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
    direction,
    ipProtocol,
    fromPort,
    toPort,
    ...(description !== undefined && { description }),
    ...Object.fromEntries(Object.entries(changes).filter(([key]) => !ENDS.some((end) => end === key))),
    ...ends,
  });
}

/**
 * By time. CloudTrail knows whole seconds only: within one, what speaks of a rule comes after what made it,
 * and otherwise what arrived first comes first.
 */
export function inOrder(entries: readonly Entry[]): Entry[] {
  const ids = (entry: Entry, isMade: boolean) =>
    new Set(
      entry.effects.flatMap(({ effect }) => ((effect.op === "put") === isMade ? (effect.ruleId ?? []) : [])),
    );
  const all = entries.map((entry) => ({ entry, made: ids(entry, true), named: ids(entry, false) }));
  const speaksOf = (named: ReadonlySet<string>, made: ReadonlySet<string>) =>
    made.size > 0 && [...named].some((id) => made.has(id));
  return all
    .sort((a, b) => {
      if (a.entry.at !== b.entry.at) return a.entry.at < b.entry.at ? -1 : 1;
      if (speaksOf(b.named, a.made)) return -1;
      return speaksOf(a.named, b.made) ? 1 : 0;
    })
    .map(({ entry }) => entry);
}
