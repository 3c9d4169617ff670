/** Approvals as they are kept, held against their one schema: what isn't one is left out, and disturbs no other. Pure. */
import { parseCidr } from "../../lib/net/cidr";
import { isRecord } from "../../lib/records";
import { ANY, traffic } from "../../settings/guardrails";
import { legible } from "../rules";
import type { Approval, ApprovedPermission, CountingApproval } from "./approval";
import { approverOf, type Approvers } from "./people";

/** Something in the store, and under which key it is. */
export interface Kept {
  by: string;
  id: string;
  /** Anything at all: whoever may approve may write what they like. */
  value: unknown;
}

/** Something in the store that doesn't count. */
export interface Refused {
  /** Where it is and who wrote it, legible. */
  by: string;
  id: string;
  problem: string;
}

/** The attributes that an approval may have. IAM's policy of who approves lets nobody write others. */
export const ATTRIBUTES = [
  ...["by", "id", "madeAt", "group", "for", "permission", "ticket", "until", "once", "reason", "expires"],
] as const;
const OF_PERMISSION: readonly string[] = ["kind", "direction", "text", "traffic", "end", "entries"];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;
export const GROUP_ID = /^sg-[0-9a-f]{1,32}$/;
export const TICKET = /^[^\s,;:()[\]]{3,128}$/;
export const ENTRIES_HASH = /^[0-9a-f]{64}$/;
const ID = /^[\w.-]{1,128}$/;

/**
 * What of all that is kept counts, and what doesn't.
 * @param isOf of which groups; what says it is another's isn't looked at
 */
export function readApprovals(
  kept: readonly Kept[],
  approvers: Approvers | undefined,
  isOf: (group: string) => boolean = () => true,
): { approvals: CountingApproval[]; refused: Refused[] } {
  const approvals: CountingApproval[] = [];
  const refused: Refused[] = [];
  for (const each of kept) {
    const { by, id, value } = each;
    const group = isRecord(value) ? value["group"] : undefined;
    if (typeof group === "string" && !isOf(group)) continue;
    const approver = approverOf(by, approvers);
    const read = "problem" in approver ? approver : readApproval(each);
    if ("problem" in read) {
      refused.push({ by: legible(by), id: legible(id), problem: read.problem });
    } else if (!("problem" in approver)) approvals.push({ ...read, ...approver });
  }
  return { approvals, refused };
}

/** One approval, whoever made it. */
function readApproval({ by, id, value }: Kept): Approval | { problem: string } {
  if (!isRecord(value)) return { problem: "it is no approval" };
  const stray = Object.keys(value).find((key) => !ATTRIBUTES.some((each) => each === key));
  if (stray !== undefined) return { problem: `${legible(stray, 40)} is no attribute of an approval` };
  const { madeAt, group, ticket, until, once, reason, permission } = value;
  const pattern = value["for"];
  const text = (each: unknown, most: number) =>
    each === undefined || (typeof each === "string" && each !== "" && each.length <= most);
  const approved = permissionIn(permission);
  const problem = [
    !ID.test(id) && "its id is none",
    !isTime(madeAt) && "madeAt is no time",
    !isTime(until) && "until is no time",
    !(typeof group === "string" && GROUP_ID.test(group)) && "group is no security group's id",
    typeof once !== "boolean" && "once is neither true nor false",
    !text(pattern, 256) && "for is no name",
    !text(reason, 1000) && "reason is no text",
    !(ticket === undefined || (typeof ticket === "string" && TICKET.test(ticket))) && "ticket is no word",
    typeof approved === "string" && approved,
  ].find((each) => each !== false);
  if (problem !== undefined || typeof approved === "string") return { problem: problem ?? "" };
  return {
    id,
    by,
    permission: approved,
    madeAt: String(madeAt),
    group: String(group),
    until: String(until),
    once: once === true,
    ...(typeof pattern === "string" && { for: pattern }),
    ...(typeof ticket === "string" && { ticket }),
    ...(typeof reason === "string" && { reason }),
  };
}

/** A permission, whose traffic is what its text says; a sentence where it is none. */
function permissionIn(value: unknown): ApprovedPermission | string {
  if (!isRecord(value)) return "it doesn't say which permission (a ticket alone approves nothing)";
  const stray = Object.keys(value).find((key) => !OF_PERMISSION.includes(key));
  if (stray !== undefined) return `permission.${legible(stray, 40)} is no attribute of an approval`;
  const { kind, direction, text, end, entries } = value;
  if (kind !== "opens" && kind !== "closes") return "permission.kind is neither opens nor closes";
  if (direction !== "ingress" && direction !== "egress") return "permission.direction is none";
  const found =
    typeof text === "string" && typeof end === "string" ? permission(text, end, entries) : undefined;
  return found === undefined ? "its permission is none" : { kind, direction, ...found };
}

/**
 * A permission as people write it.
 * @param text tcp/22, udp/1-1023, icmp, protocol/47, any
 * @param end a CIDR, a prefix list's or a group's id
 * @param entries of a prefix list: `entriesHash`, which has to be there to count
 */
export function permission(
  text: string,
  end: string,
  entries?: unknown,
): Omit<ApprovedPermission, "kind" | "direction"> | undefined {
  const guarded = text === "any" ? ANY : traffic(text, "", () => undefined);
  const block =
    parseCidr(end)?.text ?? (/^(pl-[0-9a-f]+|(\d{12}\/)?sg-[0-9a-f]+)$/.test(end) ? end : undefined);
  if (guarded === undefined || block === undefined) return undefined;
  if (entries === undefined) return { ...guarded, end: block };
  if (!block.startsWith("pl-") || typeof entries !== "string" || !ENTRIES_HASH.test(entries))
    return undefined;
  return { ...guarded, end: block, entries };
}

function isTime(value: unknown): boolean {
  return typeof value === "string" && TIME.test(value) && !Number.isNaN(Date.parse(value));
}
