/** What an event tells of a group, into the group's record. */
import type { Effect, GroupEvent } from "../event/event";
import { ruleKey, type GroupRule } from "../rules";
import { foldRecord } from "./fold";
import { dropInferred, inferredEffects } from "./infer";
import { begin } from "./observe";
import type { Entry, GroupRecord, KeptRule } from "./types";

/** Notes what an event did, as far as it or a look at the group tells, unless it is noted. @returns whether it was not */
export function noteEvent(
  record: GroupRecord,
  event: GroupEvent,
  effects: readonly Effect[],
  found: readonly GroupRule[],
): boolean {
  if (record.entries.some((each) => each.event === event.id)) return false;
  const entry: Entry = {
    event: event.id,
    at: event.at,
    by: event.principal,
    effects: effects.map((effect) => ({ effect: withOwner(effect, found) })),
  };
  record.entries.push(entry);
  dropInferred(record, entry);
  nameUnnamed(record, event.id, found);
  // Without a record there is nothing to hold the group against.
  if (event.unread !== undefined && record.base !== undefined)
    entry.effects.push(...inferredEffects(record, event.name, found));
  if (entry.effects.length === 0) record.entries.pop();
  return true;
}

/** Begins the record of a group that an event made: with what it had before anybody changed it. */
export function beginNew(record: GroupRecord, { at }: GroupEvent, found: readonly GroupRule[]): void {
  begin(record, justBefore(at), newGroup(found));
}

/** ModifySecurityGroupRules names another account's group without the account, which the rule itself says. */
function withOwner(effect: Effect, found: readonly GroupRule[]): Effect {
  if (effect.op !== "modify") return effect;
  const { content, ruleId } = effect;
  const { referencedSecurityGroupId = "" } = found.find(({ id }) => id === ruleId) ?? {};
  const isMeant = referencedSecurityGroupId.endsWith(`/${content.referencedSecurityGroupId}`);
  return isMeant ? { ...effect, content: { ...content, referencedSecurityGroupId } } : effect;
}

/** An event that doesn't say which ids its rules got: those of rules that are there and that nobody knows. */
function nameUnnamed(record: GroupRecord, event: string, found: readonly GroupRule[]): void {
  const fold = foldRecord(record);
  for (const { entry, judged, rule, after } of fold.effects) {
    if (entry.event !== event || judged.effect.op !== "put" || after === undefined) continue;
    const there = found.find((each) => ruleKey(each) === ruleKey(after));
    const isKnown =
      there !== undefined &&
      (fold.rules.has(fold.ruleOf(there.id)) || record.aliases[there.id] !== undefined);
    if (there !== undefined && !isKnown && judged.effect.ruleId === undefined)
      record.aliases[there.id] = rule;
  }
}

/** A group that was just made lets everything out and nothing in (EC2 documentation). */
function newGroup(found: readonly GroupRule[]): KeptRule[] {
  const isDefault = (rule: GroupRule) =>
    rule.direction === "egress" &&
    rule.ipProtocol === "-1" &&
    ["0.0.0.0/0", "::/0"].includes(rule.cidrIpv4 ?? rule.cidrIpv6 ?? "");
  const there = found.filter(isDefault);
  if (there.some(({ cidrIpv4 }) => cidrIpv4 !== undefined)) return there;
  const everything = { direction: "egress" as const, ipProtocol: "-1", fromPort: -1, toPort: -1 };
  return [...there, { id: "default-egress", ...everything, cidrIpv4: "0.0.0.0/0" }];
}

/** An event's time is cut to seconds: what is in the same second is after this. */
function justBefore(at: string): string {
  return new Date(new Date(at).getTime() - 1).toISOString();
}
