/** Whether an event tells all that a call did. */
import { field, isOmitted, listIn, optionalText, recordIn, type Fields } from "../../aws/cloudtrail/fields";
import { endOf } from "../rules";
import type { Effect } from "./event";

/** What was read of a call that changes rules. */
export interface Told {
  effects: Effect[];
  /** Whether its request names any rule. */
  isNaming: boolean;
  /** How many rules its request names that it may have changed. */
  requested: number;
  /** How many rules its answer names. */
  answered: number;
}

/** Without what no rule can be told from; with what else there is to tell, a look at the group finds it. */
export function tellable(effects: readonly Effect[]): Effect[] {
  return effects.filter(({ op, ruleId, content }) =>
    op === "drop" && ruleId !== undefined
      ? true
      : content !== undefined && endOf({ ...NO_END, ...content }) !== "",
  );
}

const NO_END = { ipProtocol: "", fromPort: 0, toPort: 0 };

/** Why a call did, or may have done, something else than was read; undefined: all of it was. */
export function unreadReason(request: Fields, response: Fields, told: Told): string | undefined {
  const { effects, isNaming, requested, answered } = told;
  if (isOmitted(request) && answered === 0)
    return `CloudTrail left out its request (${optionalText(request["reason"]) ?? "omitted"})`;
  if (!isNaming && answered === 0) return "its event names no rule";
  if (tellable(effects).length < effects.length || hasUnread(request))
    return "its event has permissions that can't be read";
  if (answered > 0 && requested > answered)
    return `it asked for ${requested} rules, and its answer has ${answered}`;
  return isOmitted(response) && effects.length === 0 ? "CloudTrail left out its answer" : undefined;
}

/** Whether a request has a permission without an end, or an update without a rule. */
function hasUnread(request: Fields): boolean {
  const ends = ["ipRanges", "ipv6Ranges", "prefixListIds", "groups", "userIdGroupPairs"];
  const permissions = listIn(field(request, "ipPermissions")).map(recordIn);
  const updates = listIn(field(request, "securityGroupRules") ?? field(request, "securityGroupRule"));
  return (
    permissions.some((each) => ends.every((end) => listIn(field(each, end)).length === 0)) ||
    updates.some((each) => optionalText(field(recordIn(each), "securityGroupRuleId")) === undefined)
  );
}
