/** What of an account's permissions waits for an approval, so that the firewall doesn't open it before. */
import type { Inventory, SecurityGroup, SecurityGroupRule } from "../inventory/types";
import type { Withholding } from "../mapping/guardrails";
import type { Direction } from "../mapping/types";
import { consentTo } from "./approvals/approval";
import { useKey } from "./approvals/uses";
import { approveCommand } from "./notice";
import { evaluate, isInScope, stops } from "./policy/evaluate";
import type { Waiting } from "./read-waiting";
import { ruleContent, ruleKey, type GroupRule } from "./rules";

/** Why a rule waits; undefined: it doesn't. */
export function waitingFor(inventory: Inventory, waiting: Waiting): Withholding {
  const { policy, approvals, heard, approveFlags, now } = waiting;
  const lists = new Map(
    inventory.prefixLists.map(({ id, entries }) => [id, entries.map(({ cidr }) => cidr)]),
  );
  // What is good once is good for one rule, however often that is asked about.
  const usedFor = new Map<string, string>();
  return (group: SecurityGroup, rule: SecurityGroupRule, direction: Direction) => {
    if (direction === "egress" && !policy.egress) return undefined;
    const content: GroupRule = {
      ...ruleContent({ ...rule, direction }),
      id: rule.id,
      ...(rule.tags && { tags: rule.tags }),
    };
    const known = heard?.get(rule.id);
    const isHeard = known?.key === ruleKey(content);
    const origin = isHeard ? known.origin : undefined;
    // Whoever approved what the guard has not heard of may be who made it.
    const isUnclear = heard !== undefined && !isHeard;
    const { id, name, vpcId, tags } = group;
    const place = { id, name, vpcId, ...(tags && { tags }) };
    if (!isInScope(policy, place)) return undefined;
    const account = group.ownerId ?? inventory.accountId;
    const entries = rule.prefixListId === undefined ? undefined : lists.get(rule.prefixListId);
    const verdict = evaluate(policy, {
      kind: "opens",
      content,
      group: place,
      ...(account !== undefined && { account }),
      ...(origin && { principal: origin.by, at: new Date(origin.at) }),
      ...(entries && { entries }),
    });
    if (!stops(verdict.decision)) return undefined;
    const asking = {
      group: id,
      kind: "opens" as const,
      content,
      rule: rule.id,
      ...(origin && { principal: origin.by, event: origin.event }),
      ...(entries && { entries }),
    };
    const free = (approvals ?? []).filter((each) => (usedFor.get(useKey(each)) ?? rule.id) === rule.id);
    const { given, needed, isEnough } = consentTo(asking, verdict.approvers, policy.approvers, free, now);
    if (isEnough && !isUnclear) {
      for (const each of given) if (each.once) usedFor.set(useKey(each), rule.id);
      return undefined;
    }
    const { rule: line, unknown } = verdict;
    const missing =
      needed > 1
        ? `${needed - (isUnclear ? 0 : given.length)} of ${needed} people's approvals`
        : "an approval";
    const why = unknown === undefined ? "" : `, whose ${unknown} is not known here`;
    return (
      `it waits for ${missing}${hindrance(waiting, isUnclear, needed > verdict.approvers)}: ` +
      `guard.yaml:${line?.line} ${line?.name}${why}. ` +
      approveCommand(id, [{ kind: "opens", content, ...(entries && { entries }) }], approveFlags)
    );
  };
}

/** Why approvals that there may be don't count, or more of them are needed. */
function hindrance({ approvals, policy }: Waiting, isUnclear: boolean, isAnybodys: boolean): string {
  if (approvals === undefined) return " (approvals can't be read)";
  if (policy.approvers === undefined) return " (none counts: guard.yaml doesn't say who may approve)";
  if (isUnclear) return " (none counts until the guard knows who made it)";
  return isAnybodys ? " (one more than usual, because nobody knows which person made it)" : "";
}
