import type { CountingApproval } from "./approvals/approval";
import { countingApprovals } from "./approvals/counting";
import type { ApprovalStore } from "./approvals/store";
import type { UseLedger } from "./approvals/uses";
import type { SecurityGroups } from "./groups";
import type { Notice } from "./notice";
import type { GuardPolicy } from "./policy/types";
import type { RecordStore } from "./record/store";

/** Everything that the guard works with. */
export interface Guard {
  policy: GuardPolicy;
  groups: SecurityGroups;
  records: RecordStore;
  approvals: ApprovalStore;
  uses: UseLedger;
  now: () => Date;
  /** The ARNs of roles whose changes are this program's own. */
  ownRoles: readonly string[];
  /** The flags that lead `npm run approve` to the store of approvals. */
  approveFlags: string;
  /** How messages name where the groups are; absent: where the guard itself is. */
  place?: string | undefined;
  /** Told, or kept to be told, before an event counts as handled, so that nothing is decided in silence. */
  tell: (notices: readonly Notice[]) => Promise<void>;
}

/** What is asked once for a group, however many of its changes are judged. */
export interface Consulted {
  counting: () => Promise<CountingApproval[]>;
}

/** The guard, with a group's approvals read when they are first asked for. */
export function consulting(guard: Guard, group: string): Guard & Consulted {
  let asked: Promise<CountingApproval[]> | undefined;
  const read = async () =>
    (await countingApprovals(guard, guard.policy.approvers, (each) => each === group)).approvals;
  return { ...guard, counting: () => (asked ??= read()) };
}
