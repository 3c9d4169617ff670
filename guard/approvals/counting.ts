import type { CountingApproval } from "./approval";
import type { Approvers } from "./people";
import { readApprovals, type Refused } from "./read";
import type { ApprovalStore } from "./store";
import { withUses, type UseLedger } from "./uses";

/**
 * Reads the approvals that count, with what those that are good once were used for, and what doesn't count.
 * @param who `approvers` of guard.yaml
 * @param isOf which groups' are asked for
 * @throws GuardError `APPROVALS`
 */
export async function countingApprovals(
  { approvals: store, uses }: { approvals: ApprovalStore; uses: UseLedger | undefined },
  who: Approvers | undefined,
  isOf: (group: string) => boolean,
): Promise<{ approvals: CountingApproval[]; refused: Refused[] }> {
  const { approvals, refused } = readApprovals(await store.all(), who, isOf);
  const once = approvals.filter((each) => each.once);
  const used = uses === undefined || once.length === 0 ? new Map<string, never>() : await uses.of(once);
  return { approvals: withUses(approvals, used), refused };
}
