/** What all names of ours consist of, and the tags that mark what is ours. */
import { createHash } from "node:crypto";

/** PAN-OS's limit for names of rules and objects. */
export const MAX_NAME = 63;

/** Whether a name starts like those that we give, of any stack: whatever else does is no word and no address. */
export function isOfThisProgram(name: string): boolean {
  return name.startsWith("aws-");
}

/** Every tag of this program, of any stack, starts like this. */
export const TAG_PREFIX = "aws-panos-";

/** An administrator's emergency brake: a rule of ours that carries it is left as it is. */
export const HOLD_TAG = "aws-panos-hold";

/** Whether one of these tags says that an object is a stack's, whichever that is. */
export function isOfAStack(tags: readonly string[]): boolean {
  return tags.some((tag) => tag.startsWith(TAG_PREFIX) && tag !== HOLD_TAG);
}

/** What stands behind the start that all names of one stack's objects have; "" for others. */
export function restOf(name: string, ownerId: string): string {
  const start = `aws-${ownerId}-`;
  return name.startsWith(start) ? name.slice(start.length) : "";
}

/** For what can hold anything, or has no room. */
export function digest(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}

export const GROUP_ID = /^sg-[0-9a-z]{1,39}$/;

/** An ownerId: what `npm run init` makes. Short, so that it fits every name. */
export const OWNER_ID = /^[a-z0-9]{4,16}$/;

/** The tag that says which stack an object belongs to. */
export function ownerTag(ownerId: string): string {
  return TAG_PREFIX + ownerId;
}

/** A policy's tag can hold anything too. It, and not what the policy says, is what a name must not lose. */
export function policyMark(tag: string | undefined): string {
  return tag === undefined ? "" : `p${digest(tag, 8)}`;
}

/** Whether a group's id can be part of our names: it has room for the longest ports or ownerId beside it. */
export function isNameableGroup(groupId: string): boolean {
  return GROUP_ID.test(groupId);
}

/** What stands for isolated instances in names, in place of a group's id. */
export const QUARANTINE = "quarantine";
