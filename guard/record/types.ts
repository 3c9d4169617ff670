import type { Effect } from "../event/event";
import type { Principal } from "../../aws/cloudtrail/principal";
import type { Tags } from "../../inventory/types";
import type { GroupRule } from "../rules";

/** A rule and who is known to have made it what it is. */
export interface KeptRule extends GroupRule {
  origin?: Origin;
}

/** The change that a rule comes from. */
export interface Origin {
  event: string;
  at: string;
  by: Principal;
}

/**
 * What the guard knows of a group: its rules at some time before the changes that it may still have to
 * judge, and what has happened since. So that what was before a change can be told whatever order events
 * arrive in, and although they arrive seconds after others have read the group.
 */
export interface GroupRecord {
  /** The rules at a time before which nothing is open any more; absent: nobody knows what was before. */
  base?: { at: string; rules: KeptRule[] };
  /** When the group was last looked at, and what its rules were (a digest), since when. */
  checkedAt?: string;
  seen?: { at: string; digest: string };
  /** What a look at the group found otherwise than known, by rule, and since when. */
  doubts: Record<string, { state: State; since: string }>;
  /** What happened since, as far as the guard heard of it. */
  entries: Entry[];
  /** What the guard itself made of rules, in that order. */
  acts: Act[];
  /** The rules that restored ones stand for, by the id that EC2 gave them. */
  aliases: Record<string, string>;
  /** Events that were handled and are none of `entries` (`shortHash`), so that a second delivery is nothing new. */
  handled: { event: string; at: string }[];
  /** What was undone lately (`shortHash`), so that somebody is called who insists on it. */
  undone: { what: string; at: string }[];
  /** Since when the group is outside of the policy's scope, although it was in it. */
  left?: string;
  /** The group's tags that the policy looks at, as they were last seen. */
  tags?: Tags;
}

/** What a rule is: its content's key, or `absent`. */
export type State = string;
export const ABSENT: State = "absent";

/** What the guard made of a rule, and when. */
export interface Act {
  rule: string;
  state: State;
  at: string;
}

/** One event, and what came of it. */
export interface Entry {
  event: string;
  at: string;
  by: Principal;
  effects: JudgedEffect[];
}

export interface JudgedEffect {
  effect: Effect;
  /**
   * `accepted` it stays; `rejected` it is undone; `unresolved` it stays because the record doesn't say what
   * was before, and is judged when that becomes known; absent: it has not been judged.
   */
  verdict?: "accepted" | "rejected" | "unresolved";
  /** What the rule was taken to be before, by whose key it is judged anew when an event comes late. */
  judgedOn?: State;
  /** It was rejected, and has not been undone yet. */
  pending?: boolean;
  /** It changed a description alone: of each rule the last of these is kept. */
  isText?: true;
  /** The event doesn't tell it: it is what was otherwise in the group, which somebody else may have made. */
  isInferred?: true;
}

export function emptyRecord(): GroupRecord {
  return { doubts: {}, entries: [], acts: [], aliases: {}, handled: [], undone: [] };
}
