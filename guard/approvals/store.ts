import type { Approval } from "./approval";
import type { Kept } from "./read";

/** Where approvals are kept, outside the request and outside of what may change groups. */
export interface ApprovalStore {
  /** What the store is, for messages. */
  name: string;
  /**
   * All that is there, as it is: `readApprovals` tells what counts.
   * @throws GuardError `APPROVALS`
   */
  all(): Promise<Kept[]>;
  /** Keeps a new one, under the name of who is signed in. @throws GuardError `APPROVALS` */
  add(approval: Approval): Promise<void>;
}
