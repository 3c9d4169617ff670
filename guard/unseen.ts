/** What is said of a change that no event told. */
import type { GroupEvent } from "./event/event";
import type { Group } from "./groups";
import type { Guard } from "./guard";
import { noticeOf, type Notice } from "./notice";
import { evaluate } from "./policy/evaluate";
import type { Site } from "./reach";
import type { Fold } from "./record/fold";
import { ABSENT, type State } from "./record/types";
import { describeRule, ruleKey, type GroupRule } from "./rules";

export function unseenNotice(
  [rule, state]: [string, State],
  fold: Fold,
  found: readonly GroupRule[],
  group: Group,
  place: Site,
  { policy, approveFlags, place: named, now }: Guard,
): Notice {
  const opened = state === ABSENT ? undefined : found.find((each) => ruleKey(each) === state);
  const closed = fold.rules.get(rule);
  const parts = [
    ...(opened ? [{ kind: "opens" as const, content: opened }] : []),
    ...(closed ? [{ kind: "closes" as const, content: closed }] : []),
  ];
  const [first] = parts;
  const verdict = first
    ? evaluate(policy, { ...first, group, account: place.account })
    : { decision: "notify" as const, approvers: 1 };
  const event = noEvent(group, place, now());
  const what = first === undefined ? rule : describeRule(first.content);
  return noticeOf(event, group, { verdict, parts }, "unseen", {
    because: `${what}: look at CloudTrail's own log for who it was.`,
    escalated: true,
    store: approveFlags,
    place: named,
  });
}

/** Stands for the event where there is none. */
export function noEvent(group: Group, place: Site, now: Date): GroupEvent {
  return {
    id: "none",
    at: now.toISOString(),
    name: "no event",
    ...place,
    principal: { type: "unknown" },
    group: { id: group.id },
    effects: [],
  };
}
