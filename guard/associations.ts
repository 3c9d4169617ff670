/** What is said of a group whose rules hold in another VPC, too, or no longer: judged by what the policy says of that one. */
import { field, optionalText, recordIn } from "../aws/cloudtrail/fields";
import type { CloudTrailRecord } from "../aws/cloudtrail/record";
import { GuardError } from "./error";
import type { GroupEvent } from "./event/event";
import type { Guard } from "./guard";
import type { Part } from "./judge";
import { noticeOf } from "./notice";
import { evaluate, isInScope, stops, strictest } from "./policy/evaluate";
import type { GuardPolicy, Kind } from "./policy/types";
import { legible } from "./rules";

/** The calls after which a group's rules hold in another VPC than its own, too, or no longer. */
const KINDS: Readonly<Record<string, Kind>> = {
  AssociateSecurityGroupVpc: "opens",
  DisassociateSecurityGroupVpc: "closes",
};
export const ASSOCIATION_CALLS = Object.keys(KINDS);

/** A group that was associated with a VPC, or is no longer. */
export interface Association {
  event: GroupEvent & { group: { id: string } };
  vpc: string;
  /** What it does with the group's rules there. */
  kind: Kind;
}

/**
 * What an event says of a group and a VPC; undefined: it is no such call, or did nothing.
 * @throws GuardError `EVENT` where it doesn't say which
 */
export function associationIn(record: CloudTrailRecord): Association | undefined {
  const { id = "none", at = new Date(0).toISOString(), name = "", account, region, principal } = record;
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind === undefined || (record.error !== undefined && !record.isUncertain)) return undefined;
  const parameters = recordIn(record.request);
  const request = recordIn(field(parameters, `${name}Request`) ?? parameters);
  const [group, vpc] = ["groupId", "vpcId"].map((key) => optionalText(field(request, key)));
  if (group === undefined || vpc === undefined || account === undefined || region === undefined) {
    throw new GuardError(
      "EVENT",
      `${name} doesn't say of which group, VPC, account and region: look by hand`,
    );
  }
  const event = { id, at, name, account, region, principal, group: { id: group }, effects: [] };
  return { event, vpc, kind };
}

/** So many rules are named of one group. */
const MOST_NAMED = 20;

/**
 * Judges the rules that a group has by the policy's word of the VPC that it was associated with, and tells of it.
 * Nothing is undone: the guard has no right to it.
 */
export async function handleAssociation({ event, vpc, kind }: Association, guard: Guard): Promise<void> {
  const { policy, groups, tell, place, approveFlags } = guard;
  if (!looksAtVpcs(policy)) return;
  const group = await groups.group(event.group.id);
  // One that is gone has no rules anywhere.
  if (group === undefined) return;
  const there = { ...group, vpcId: vpc };
  if (!isInScope(policy, there)) return;
  const rules = (await groups.rules(group)).filter(
    ({ direction }) => policy.egress || direction === "ingress",
  );
  const parts = await Promise.all(
    rules.map(async (content): Promise<Part> => {
      const list = content.prefixListId;
      const entries = list === undefined ? undefined : await groups.entries(list);
      return { kind, content, ...(entries && { entries }) };
    }),
  );
  const { account, principal, at } = event;
  const verdicts = parts.map((part) =>
    evaluate(policy, { ...part, group: there, account, principal, at: new Date(at) }),
  );
  const verdict = strictest(verdicts) ?? { decision: "notify" as const, approvers: 1 };
  const stopped = parts.filter((_, index) => stops(verdicts[index]!.decision));
  const more = stopped.length > MOST_NAMED ? ` ${stopped.length - MOST_NAMED} more are not named.` : "";
  await tell([
    noticeOf(event, group, { verdict, parts: stopped.slice(0, MOST_NAMED) }, "noted", {
      because: `${textOf(kind, legible(vpc, 40), group.vpcId)}${more}`,
      escalated: stops(verdict.decision),
      store: approveFlags,
      place,
    }),
  ]);
}

function textOf(kind: Association["kind"], vpc: string, own: string): string {
  return kind === "opens"
    ? `It was associated with ${vpc}: its rules hold there, too. Later changes of it are judged as ones of ${own} alone.`
    : `It is no longer associated with ${vpc}: its rules don't hold there any more.`;
}

function looksAtVpcs({ scope, rules }: GuardPolicy): boolean {
  return scope.vpcs.length > 0 || rules.some(({ when }) => when.vpc !== undefined);
}
