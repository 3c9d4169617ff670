/** Approvals of changes: what they say, and which change they fit. Pure. */
import { parseCidr, isInside } from "../../lib/net/cidr";
import { includes, trafficOf, type Traffic } from "../../lib/net/protocols";
import type { Direction } from "../../mapping/types";
import { entriesHash } from "../entries";
import type { Principal } from "../../aws/cloudtrail/principal";
import { fits } from "../../lib/pattern";
import type { Kind } from "../policy/types";
import { endOf, type GroupRule, type RuleContent } from "../rules";
import { personOf, type Approvers } from "./people";

/** Somebody's word that a change may be, as `npm run approve` keeps it. */
export interface Approval {
  id: string;
  /** Who approved: the key that the store lets nobody else write under, see people.ts. */
  by: string;
  madeAt: string;
  /** sg-…, of whichever account: as in the names of rules, the id tells it from all others. */
  group: string;
  /** Whose change it is for; absent: anybody's but the approver's. */
  for?: string;
  permission: ApprovedPermission;
  /** A word that the rule's description or one of its tags' values has to hold besides. */
  ticket?: string;
  /** ISO 8601. */
  until: string;
  /** Good for one change, which then stands for good; otherwise for as many as there are, until it ends. */
  once: boolean;
  reason?: string;
}

/** One that counts: whose person is known, and what it was used for, if it is good once. */
export interface CountingApproval extends Approval {
  /** Equal for the same person. */
  person: string;
  /** For people. */
  name: string;
  used?: Use;
}

/** What an approval that is good once was used for, as the guard itself notes it. */
export interface Use {
  event: string;
  rule: string;
  at: string;
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
  /** Of a prefix list: what its entries were when it was approved (`entriesHash`). */
  entries?: string;
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
  /** The blocks of a prefix list; absent where they can't be told. */
  entries?: readonly string[];
}

/** Whether enough people have approved what asks for it. */
export interface Consent {
  /** So many people have to approve: one more than the policy says where any of them may have made the change. */
  needed: number;
  /** The approvals that fit, each of another person than all others and than who asks; `needed` at most. */
  given: CountingApproval[];
  isEnough: boolean;
}

/** @param approvers how many have to approve besides who asks */
export function consentTo(
  asking: Asking,
  approvers: number,
  who: Approvers | undefined,
  approvals: readonly CountingApproval[],
  now: Date,
): Consent {
  const asker = personOf(asking.principal, who);
  const needed = approvers + (asker === undefined ? 1 : 0);
  const people = new Set(asker === undefined ? [] : [asker]);
  const given = approvals
    .filter((approval) => fitsChange(approval, asking, now))
    .sort((a, b) => rank(a) - rank(b) || (a.madeAt < b.madeAt ? -1 : 1))
    .filter(({ person }) => !people.has(person) && people.add(person))
    .slice(0, needed);
  return { needed, given, isEnough: given.length >= needed };
}

/** What lasts before what is used up, and what is used up for this change already first of all. */
function rank({ once, used }: CountingApproval): number {
  return used !== undefined ? 0 : once ? 2 : 1;
}

/** Everything is looked at every time, also of one that was used: what it was used for may be another by now. */
function fitsChange(approval: CountingApproval, asking: Asking, now: Date): boolean {
  const { principal, content, event, rule } = asking;
  const { permission, used, until, once } = approval;
  if (approval.group !== asking.group || !covers(permission, asking)) return false;
  if (approval.ticket !== undefined && !names(content, approval.ticket)) return false;
  if (approval.for !== undefined && (principal === undefined || !isFor(approval.for, principal)))
    return false;
  const end = Date.parse(until);
  if (used === undefined || !once) return now.getTime() < end;
  // The same rule changed by another event is another matter.
  const isItsUse = event === undefined ? used.rule === rule : used.event === event;
  return isItsUse && Date.parse(used.at) < end;
}

/** Whether the change is one that was approved. */
function covers(approved: ApprovedPermission, { kind, content, entries }: Asking): boolean {
  const traffic = trafficOf(content);
  if (approved.kind !== kind || approved.direction !== content.direction) return false;
  if (traffic === undefined || !includes(approved.traffic, traffic)) return false;
  const end = endOf(content);
  if (content.prefixListId !== undefined) {
    return end === approved.end && entries !== undefined && approved.entries === entriesHash(entries);
  }
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
