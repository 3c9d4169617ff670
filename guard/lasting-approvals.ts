import { consentTo, type Asking, type CountingApproval } from "./approvals/approval";
import type { Group } from "./groups";
import type { Guard } from "./guard";
import { evaluate, stops } from "./policy/evaluate";
import { foldRecord } from "./record/fold";
import type { GroupRecord } from "./record/types";
import type { GroupRule } from "./rules";

/**
 * An approval that is good once and was given after the change: from now on it is that rule's, and lasts.
 */
export async function useApprovals(
  record: GroupRecord,
  group: Group,
  found: readonly GroupRule[],
  approvals: readonly CountingApproval[],
  { policy, groups, uses, now }: Guard,
): Promise<void> {
  const own = approvals.filter((each) => each.group === group.id);
  if (!own.some((each) => each.once && each.used === undefined)) return;
  const fold = foldRecord(record);
  for (const content of found) {
    if (content.direction === "egress" && !policy.egress) continue;
    const rule = fold.ruleOf(content.id);
    const { at, by, event } = fold.rules.get(rule)?.origin ?? {};
    const entries =
      content.prefixListId === undefined ? undefined : await groups.entries(content.prefixListId);
    const { decision, approvers } = evaluate(policy, {
      kind: "opens",
      content,
      group,
      account: group.account,
      ...(by && { principal: by }),
      ...(at !== undefined && { at: new Date(at) }),
      ...(entries && { entries }),
    });
    if (!stops(decision)) continue;
    const asking: Asking = {
      group: group.id,
      kind: "opens",
      content,
      rule,
      ...(by && { principal: by }),
      ...(event !== undefined && { event }),
      ...(entries && { entries }),
    };
    const { given, isEnough } = consentTo(asking, approvers, policy.approvers, own, now());
    if (!isEnough) continue;
    for (const approval of given.filter(({ once, used }) => once && used === undefined)) {
      const use = { event: event ?? `rule ${rule}`, rule, at: now().toISOString() };
      if (await uses.use(approval, use)) approval.used = use;
    }
  }
}
