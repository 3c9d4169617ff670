import { GuardError } from "./error";
import type { Effect, GroupEvent } from "./event/event";
import type { Principal } from "./event/principal";
import type { Group, SecurityGroups } from "./groups";
import { consulting, type Consulted, type Guard } from "./guard";
import type { Judgement } from "./judge";
import { judgeAll, type Judged } from "./judging";
import { noticeOf, type Notice } from "./notice";
import { isHandled, shortHash } from "./record/compact";
import { foldRecord, type Fold } from "./record/fold";
import { begin } from "./record/observe";
import { recordKey } from "./record/store";
import type { Entry, GroupRecord, KeptRule } from "./record/types";
import type { Action } from "./revert";
import { ruleKey, type GroupRule } from "./rules";
import { noteScope } from "./scope";
import { noteText } from "./texts";
import { undo } from "./undo";

/**
 * Judges what an event did to a security group, and undoes what doesn't stand. Handled again, or after later
 * events, it comes to the same end.
 * @returns one notice for each decision, which has been told
 * @throws GuardError where it has to be tried again
 */
export async function handleEvent(event: GroupEvent, guard: Guard): Promise<Notice[]> {
  if (guard.ownRoles.some((role) => isRole(event.principal, role))) return [];
  const { groups, records, tell } = guard;
  const id = event.group.id ?? (await groups.idOf(event.group.name ?? ""));
  if (id === undefined) {
    const notices = [unknownGroup(event, guard)];
    await tell(notices);
    return notices;
  }
  const effects = await Promise.all(event.effects.map((effect) => withGroupIds(effect, groups)));
  const { notices, failure } = await records.withRecord<Handled>(recordKey(event, id), async (record) => {
    if (isHandled(record, event.id) || noteText(record, event, effects))
      return { keep: record, result: { notices: [] } };
    const [group, found] = await Promise.all([
      groups.group(id),
      groups.rules({ id, account: event.account }),
    ]);
    if (event.life === "deleted" || group === undefined) return { keep: undefined, result: { notices: [] } };
    const { notices: scope, isGuarded } = noteScope(record, group, guard);
    // Of a group that was never guarded nothing is kept.
    if (!isGuarded && record.left === undefined) return { keep: undefined, result: { notices: [] } };
    if (event.life === "created" && record.base === undefined)
      begin(record, justBefore(event.at), newGroup(found));
    const isNew = note(record, event, effects, found);
    // It is judged when the group comes back.
    if (!isGuarded) {
      await tell(scope);
      return { keep: record, result: { notices: scope } };
    }
    const decided = await decide(record, group, found, consulting(guard, id), event);
    const { failure: failed } = decided;
    if (failed === undefined && effects.length === 0)
      record.handled.push({ event: shortHash(event.id), at: guard.now().toISOString() });
    // What can't be judged is said once, not each time that it is tried.
    const said = [...scope, ...decided.notices.filter((each) => isNew || !decided.untold.has(each))];
    await tell(said);
    return { keep: record, result: { notices: said, ...(failed !== undefined && { failure: failed }) } };
  });
  if (failure !== undefined) throw new GuardError("APPROVALS", `the event is tried again: ${failure}`);
  return notices;
}

interface Handled {
  notices: Notice[];
  failure?: string;
}

/** What came of judging everything that was to be judged. */
export interface Decided {
  notices: Notice[];
  /** Those of what could not be judged, and why. */
  untold: Set<Notice>;
  failure?: string;
}

/**
 * Judges what has not been judged of a group, and undoes what doesn't stand.
 * @param event what it is about; absent: earlier ones
 */
export async function decide(
  record: GroupRecord,
  group: Group,
  found: readonly GroupRule[],
  guard: Guard & Consulted,
  event: GroupEvent,
): Promise<Decided> {
  const judged = await judgeAll(record, group, found, guard);
  const { fold, actions } = await undo(record, group, found, guard);
  const decided: Decided = { notices: [], untold: new Set() };
  for (const each of judged) {
    const notice = noticeFor(each, actions, fold, event, group, guard);
    // Where only a description is another there is nothing to say.
    if (each.judgement.parts.length === 0 && each.resolved.isKnown) continue;
    decided.notices.push(notice);
    if (each.judgement.storeFailure === undefined) continue;
    decided.untold.add(notice);
    decided.failure = each.judgement.storeFailure;
  }
  return decided;
}

/** Notes what an event did, unless it is noted. @returns whether it was not */
function note(
  record: GroupRecord,
  event: GroupEvent,
  effects: readonly Effect[],
  found: readonly GroupRule[],
): boolean {
  if (record.entries.some((each) => each.event === event.id)) return false;
  if (effects.length === 0) return true;
  const entry: Entry = {
    ...{ event: event.id, at: event.at, by: event.principal },
    effects: effects.map((effect) => ({ effect: withOwner(effect, found) })),
  };
  record.entries.push(entry);
  nameUnnamed(record, event.id, found);
  return true;
}

function noticeFor(
  { resolved, judgement, outcome, because, escalated }: Judged,
  actions: readonly Action[],
  fold: Fold,
  event: GroupEvent,
  group: Group,
  { approveFlags, place }: Guard,
): Notice {
  const { entry, rule } = resolved;
  const isActed = actions.some((action) => action.rule === fold.ruleOf(rule));
  const repaired =
    outcome !== undefined && isActed
      ? "What was undone before this was known has been put right."
      : undefined;
  const reasons = [because, repaired].filter((each) => each !== undefined).join(" ");
  // An earlier event that this one made clear is told as what it was.
  const told =
    entry.event === event.id
      ? event
      : { ...event, id: entry.event, at: entry.at, principal: entry.by, name: "an earlier change" };
  return noticeOf(told, group, judgement, outcome ?? (isActed ? "undone" : "already undone"), {
    ...{ store: approveFlags, place },
    ...(reasons !== "" && { because: reasons }),
    ...(escalated && { escalated }),
  });
}

function unknownGroup(event: GroupEvent, { place }: Guard): Notice {
  const name = event.group.name ?? "";
  const group = { id: "", name, vpcId: "", tags: {}, account: event.account };
  const judgement: Judgement = { verdict: { decision: "hold", approvers: 1 }, parts: [] };
  return noticeOf(event, group, judgement, "held", {
    place,
    because: `It was called by the name ${JSON.stringify(name)}, and the default VPC has no group of that name any more: look at it by hand.`,
    escalated: true,
    store: "",
  });
}

/** Groups that an event calls by name, by their ids. */
async function withGroupIds(effect: Effect, groups: SecurityGroups): Promise<Effect> {
  const reference = effect.content?.referencedSecurityGroupId;
  const [, owner = "", name] = /^(.*\/)?name:(.*)$/s.exec(reference ?? "") ?? [];
  if (name === undefined) return effect;
  const id = await groups.idOf(name);
  if (id === undefined) return effect;
  return { ...effect, content: { ...effect.content, referencedSecurityGroupId: `${owner}${id}` } } as Effect;
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

function isRole({ roleArn, arn, role }: Principal, own: string): boolean {
  if (roleArn === own) return true;
  const [, account, name] = /^arn:[^:]+:iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(own) ?? [];
  return name !== undefined && role === name && arn?.includes(`::${account}:assumed-role/`) === true;
}
