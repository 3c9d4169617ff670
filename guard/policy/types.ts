import type { Family, Cidr } from "../../lib/net/cidr";
import type { GuardedTraffic } from "../../mapping/guardrails";
import type { Direction } from "../../mapping/types";
import type { FreezeWindow } from "../../settings/freeze";
import type { Approvers } from "../approvals/people";

/**
 * What becomes of a change.
 *
 * - `allow` it stays; `notify` it stays, and somebody should look
 * - `revert` it is undone, unless it is approved
 * - `hold` it stays in AWS and is withheld from the firewall, until it is approved
 */
export type Decision = "allow" | "notify" | "revert" | "hold";

/** Whether a change lets something through that was stopped, or the other way round. */
export type Kind = "opens" | "closes";

/** `guard.yaml`: what is judged, how, and what the guard does about it. */
export interface GuardPolicy {
  /** `notify`: says what it would do, and undoes nothing. */
  mode: "notify" | "enforce";
  /** Whether changes of egress rules are judged. */
  egress: boolean;
  /** The groups that are guarded: all, unless narrowed. */
  scope: { tags: string[]; vpcs: string[] };
  /** The accounts whose users and roles are meant where one is called by its name; absent: the guard's own. */
  accounts?: string[];
  /** Who may approve; absent: nobody. */
  approvers?: Approvers;
  rules: PolicyRule[];
}

export interface PolicyRule {
  name: string;
  /** In the file. */
  line: number;
  when: Conditions;
  then: Decision;
  /** How many people have to approve, besides who asks. */
  approvers: number;
}

/** All of them have to hold; of a list, one. Absent: no matter. Texts may have `*` in them. */
export interface Conditions {
  change: Kind[];
  direction?: Direction;
  principal?: { user?: string[]; role?: string[]; session?: string[]; federated?: string[] };
  group?: { ids?: string[]; names?: string[]; tags?: string[] };
  vpc?: string[];
  account?: string[];
  traffic?: GuardedTraffic[];
  source?: SourceConditions;
  time?: FreezeWindow[];
  /** The key of the tag that ends permissions (`expiryTag`): neither the rule nor its group says an end by it. */
  withoutEnd?: string;
}

/** The end beyond the group; of an egress rule, its destination. */
export interface SourceConditions {
  /** Shorter than these prefix lengths. */
  widerThan?: Record<Family, number>;
  /** Wholly inside one of these. */
  inside?: Cidr[];
  /** Some of it outside all of these. */
  outside?: Cidr[];
  prefixLists?: string[];
  groups?: string[];
}
