/** Approvals of changes: what they say, and which change they fit. Pure. */
import { parseCidr, isInside } from "../../mapping/cidr";
import { includes, trafficOf, type Traffic } from "../../mapping/protocols";
import type { Direction } from "../../mapping/types";
import { personOf, type Principal } from "../event/principal";
import { fits } from "../policy/evaluate";
import type { Kind } from "../policy/types";
import { endOf, type GroupRule, type RuleContent } from "../rules";

/** Somebody's word that a change may be. */
export interface Approval {
  id: string;
  /** Who approved: what IAM calls `aws:userid`. The store lets nobody write under another's. */
  by: string;
  madeAt: string;
  /** sg-…, of whichever account: as in the names of rules, the id tells it from all others. */
  group: string;
  /** Whose change it is for; absent: anybody's but the approver's. */
  for?: string;
  permission?: ApprovedPermission;
  /** A word that the rule's description or one of its tags' values has to hold. */
  ticket?: string;
  /** ISO 8601. */
  until: string;
  /** Good for one change, which then stands for good; otherwise for as many as there are, until it ends. */
  once: boolean;
  reason?: string;
  /** What a `once` was used for. */
  used?: { event: string; rule: string };
}

/** A permission that is approved to be opened, or closed. A change inside it fits, too. */
export interface ApprovedPermission {
  kind: Kind;
  direction: Direction;
  /** As people write it: tcp/22, any. */
  text: string;
  traffic: Traffic;
  /** A CIDR, a prefix list's or a group's id. */
  end: string;
}

/** One permission that asks for an approval. */
export interface Asking {
  group: string;
  kind: Kind;
  content: RuleContent & Pick<GroupRule, "tags">;
  /** Who makes the change; absent where nobody knows. */
  principal?: Principal;
  /** The event, if there is one, and the rule's id, if it is known. */
  event?: string;
  rule?: string;
}

/** The approvals that fit, each of another person than all others and than who asks. */
export function approvalsFor(asking: Asking, approvals: readonly Approval[], now: Date): Approval[] {
  const people = new Set<string>();
  return approvals
    .filter((approval) => fitsChange(approval, asking, now))
    .sort((a, b) => rank(a) - rank(b) || (a.madeAt < b.madeAt ? -1 : 1))
    .filter((approval) => {
      const person = approver(approval.by);
      if (people.has(person)) return false;
      people.add(person);
      return true;
    });
}

/** What lasts before what is used up, and what is used up for this change already first of all. */
function rank({ once, used }: Approval): number {
  return used !== undefined ? 0 : once ? 2 : 1;
}

function fitsChange(approval: Approval, asking: Asking, now: Date): boolean {
  const { principal, content, event, rule } = asking;
  const { used, until, by } = approval;
  if (approval.group !== asking.group) return false;
  if (approval.permission !== undefined && !covers(approval.permission, asking.kind, content)) return false;
  if (approval.ticket !== undefined && !names(content, approval.ticket)) return false;
  // What it was used for stays approved; the same rule changed by another event is another matter.
  if (used !== undefined) return event === undefined ? used.rule === rule : used.event === event;
  if (new Date(until) <= now) return false;
  if (principal !== undefined && isSamePerson(by, principal)) return false;
  return approval.for === undefined || (principal !== undefined && isFor(approval.for, principal));
}

/** Whether the change is one that was approved. */
function covers(approved: ApprovedPermission, kind: Kind, content: RuleContent): boolean {
  const traffic = trafficOf(content);
  if (approved.kind !== kind || approved.direction !== content.direction) return false;
  if (traffic === undefined || !includes(approved.traffic, traffic)) return false;
  const end = endOf(content);
  if (end === approved.end) return true;
  const [inner, outer] = [parseCidr(end), parseCidr(approved.end)];
  return (
    inner !== undefined && outer !== undefined && inner.family === outer.family && isInside(inner, outer)
  );
}

function names({ description = "", tags = {} }: Asking["content"], ticket: string): boolean {
  const words = [description, ...Object.values(tags)].flatMap((text) => text.split(/[\s,;:()[\]]+/));
  return words.includes(ticket);
}

function isFor(pattern: string, { user, role, session, federated, arn }: Principal): boolean {
  return [user, role, session, federated, arn].some((name) => name !== undefined && fits(pattern, name));
}

/**
 * Whether an approver is who makes the change: the same identity, or the same session name under whichever
 * role, which identity providers name after the person.
 */
function isSamePerson(by: string, principal: Principal): boolean {
  return by === principal.id || approver(by) === personOf(principal);
}

/** The person behind `aws:userid`: of a role (ROLEID:session) the session's name. */
export function approver(by: string): string {
  return by.slice(by.indexOf(":") + 1).toLowerCase();
}
