import type { Change } from "./change";

/** Why an event starts nothing; as log lines count them. */
export type DropReason =
  | "another service"
  | "not watched"
  | "an Insights event"
  | "read-only"
  | "failed call"
  | "dry run"
  | "own role"
  | "tag not watched"
  | "another kind of event"
  | "not a CloudTrail file"
  | "test message"
  | "empty";

/** What an event comes to. What is malformed goes to the dead-letter queue with its reason. */
export type Verdict = { change: Change } | { dropped: DropReason } | { malformed: string };

/** What counts of what EC2 says. */
export interface Watch {
  /** ARNs of the roles that are this program's own: what they do is no change. */
  ownRoles: readonly string[];
  /** Tag keys that the stack's configuration looks at. */
  tagKeys: readonly string[];
  /** Whether services' own calls count: the stack's `interfaces` names more than instances'. */
  services?: boolean;
}
