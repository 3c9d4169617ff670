import type { Principal } from "../aws/cloudtrail/principal";
import { decide } from "./decide";
import { GuardError } from "./error";
import type { Effect, GroupEvent } from "./event/event";
import type { SecurityGroups } from "./groups";
import { consulting, type Guard } from "./guard";
import type { Judgement } from "./judge";
import { noticeOf, type Notice } from "./notice";
import { isHandled, shortHash } from "./record/compact";
import { beginNew, noteEvent } from "./record/note-event";
import { recordKey } from "./record/store";
import { noteScope } from "./scope";
import { noteText } from "./texts";
import { UNSEEN_MS, unreadNotices } from "./unread";

/**
 * Judges what an event did to a security group, and undoes what doesn't stand. Handled again, or after later
 * events, it comes to the same end.
 * @returns one notice for each decision, which has been told
 * @throws GuardError where it has to be tried again
 */
export async function handleEvent(event: GroupEvent, guard: Guard): Promise<Notice[]> {
  if (isOwn(event, guard)) return [];
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
    if (event.life === "deleted") return { keep: undefined, result: { notices: [] } };
    if (group === undefined) {
      refuseYoung(event, id, guard.now());
      return { keep: undefined, result: { notices: [] } };
    }
    const { notices: scope, isGuarded } = noteScope(record, group, guard);
    // Of a group that was never guarded nothing is kept.
    if (!isGuarded && record.left === undefined) return { keep: undefined, result: { notices: [] } };
    if (event.life === "created" && record.base === undefined) beginNew(record, event, found);
    const isNew = noteEvent(record, event, effects, found);
    // It is judged when the group comes back.
    if (!isGuarded) {
      await tell(scope);
      return { keep: record, result: { notices: scope } };
    }
    const isNoted = record.entries.some((each) => each.event === event.id);
    const unread = isNoted ? [] : unreadNotices(event, group, record, guard);
    const decided = await decide(record, group, found, consulting(guard, id), event);
    const { failure: failed } = decided;
    if (failed === undefined && !isNoted)
      record.handled.push({ event: shortHash(event.id), at: guard.now().toISOString() });
    // What can't be judged is said once, not each time that it is tried.
    const said = [
      ...scope,
      ...unread,
      ...decided.notices.filter((each) => isNew || !decided.untold.has(each)),
    ];
    await tell(said);
    return { keep: record, result: { notices: said, ...(failed !== undefined && { failure: failed }) } };
  });
  if (failure !== undefined) throw failure;
  return notices;
}

interface Handled {
  notices: Notice[];
  failure?: GuardError;
}

/** @throws GuardError where a group that is not there may only not be shown yet */
function refuseYoung({ at }: GroupEvent, id: string, now: Date): void {
  if (now.getTime() - new Date(at).getTime() >= UNSEEN_MS) return;
  throw new GuardError("GROUP", `EC2 doesn't show ${id}, which may be new or gone: the event is tried again`);
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

/** Whether a change is the guard's own. */
export function isOwn({ principal }: Pick<GroupEvent, "principal">, { ownRoles }: Pick<Guard, "ownRoles">) {
  return ownRoles.some((role) => isRole(principal, role));
}

function isRole({ roleArn, arn, role }: Principal, own: string): boolean {
  if (roleArn === own) return true;
  const [, account, name] = /^arn:[^:]+:iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(own) ?? [];
  return name !== undefined && role === name && arn?.includes(`::${account}:assumed-role/`) === true;
}
