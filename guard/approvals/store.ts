import type { Approval } from "./approval";

/** Where approvals are kept, outside the request and outside of what may change groups. */
export interface ApprovalStore {
  /** What the store is, for messages. */
  name: string;
  /**
   * All that there are.
   * @throws GuardError `APPROVALS`
   */
  all(): Promise<Approval[]>;
  /** Keeps a new one, under the name of who is signed in. @throws GuardError `APPROVALS` */
  add(approval: Approval): Promise<void>;
  /**
   * Uses one that is good once, for one change of one rule.
   * @returns false where another change has used it by now
   * @throws GuardError `APPROVALS`
   */
  use(approval: Approval, used: NonNullable<Approval["used"]>): Promise<boolean>;
}
