/** What a reason is asked for: a rule's permission in an account; and what all kinds of reasons are made with. */
import { ruleIdsIn } from "../../declaration/descriptions";
import type { Reason } from "../explain/reason";
import { describeRule } from "../explain/view";
import type { SecurityGroupRule } from "../../inventory/types";
import type { Account } from "./account";
import type { Pair } from "./changes";
import type { FirewallFacts } from "./facts";
import { isOf, type NamedPermission } from "./permission";

/** More than these of one kind would only hide the others. */
const MOST_REASONS = 5;

export interface Subject {
  pair: Pair;
  permission: NamedPermission;
  account: Account;
  facts: FirewallFacts;
}

/** "web (sg-0a1) has sgr-0b2 from 203.0.113.0/24 “partner”". */
export function lets(
  rule: SecurityGroupRule,
  { groupId, direction }: NamedPermission,
  account: Account,
): Reason {
  const { text } = describeRule(rule, account);
  const words = direction === "egress" ? text.replace(" from ", " to ") : text;
  return { id: rule.id, text: `${account.groupLabel(groupId)} has ${words}` };
}

/** What of the same permission is withheld, guardrails included. */
export function withheldOf({ permission, facts }: Subject): Reason[] {
  return facts.withheld
    .filter((each) => isOf(permission, each.permission))
    .map(({ permission: { ruleIds }, reason }) => ({
      ...(ruleIds[0] !== undefined && { id: ruleIds[0] }),
      text: withoutStop(reason),
    }));
}

/** A sentence, for a list of them. */
export function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, "");
}

/** Ids of security-group rules that the description of the rule on the firewall names and AWS no longer has. */
export function revoked({ pair, permission, account }: Subject, text: string): Reason {
  const group = account.groups.get(permission.groupId);
  const ids = new Set([...(group?.ingress ?? []), ...(group?.egress ?? [])].map(({ id }) => id));
  const gone = ruleIdsIn(pair.before?.found?.description ?? "", permission.groupId).filter(
    (id) => !ids.has(id),
  );
  if (gone.length === 0) return { id: permission.groupId, text };
  return {
    id: gone[0]!,
    text: `${text}: ${gone.slice(0, MOST_REASONS).join(", ")} ${gone.length === 1 ? "was" : "were"} revoked`,
  };
}

/** The first ones, and how many more there are. */
export function some(reasons: Reason[], what: string): Reason[] {
  if (reasons.length <= MOST_REASONS) return reasons;
  return [...reasons.slice(0, MOST_REASONS), { text: `and ${reasons.length - MOST_REASONS} more ${what}` }];
}

export function unique(reasons: Reason[]): Reason[] {
  return [...new Map(reasons.map((reason) => [reason.text, reason])).values()];
}
