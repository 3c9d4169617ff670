import type { RuleContent } from "../rules";
import type { Principal } from "../../aws/cloudtrail/principal";

/** What a call did to one rule. */
export type Effect =
  /** A rule was added. */
  | { op: "put"; ruleId?: string; content: RuleContent }
  /** A rule got other content; what the request leaves out stayed as it was. */
  | { op: "modify"; ruleId: string; content: Partial<RuleContent> }
  /** A rule was removed, named by its id or its content. */
  | { op: "drop"; ruleId?: string; content?: RuleContent };

/** A call that changed a security group, as CloudTrail reports it. */
export interface GroupEvent {
  /** CloudTrail's eventID: what arrives twice has the same. */
  id: string;
  /** ISO 8601, UTC; CloudTrail knows whole seconds. */
  at: string;
  name: string;
  account: string;
  region: string;
  principal: Principal;
  sourceIp?: string;
  userAgent?: string;
  /** `name` alone: a group of the default VPC, called by its name. Neither: the event doesn't say, and is `unread`. */
  group: { id?: string; name?: string };
  effects: Effect[];
  /** Why `effects` may not be all that the call did: only a look at the group tells. Absent: they are. */
  unread?: string;
  /** It failed, and may have been done all the same: `unread` says how. Where a look finds nothing, it was not. */
  isUncertain?: true;
  /** Whether the group was made or deleted by it. */
  life?: "created" | "deleted";
}

/** Who changed a group's tags, as far as an event tells. */
export type Tagging = Pick<GroupEvent, "id" | "at" | "name" | "principal">;

/** A change of tags of groups. */
export interface GroupTagging extends Tagging, Pick<GroupEvent, "account" | "region"> {
  /** Absent: the event doesn't tell of which. */
  groups?: string[];
}
