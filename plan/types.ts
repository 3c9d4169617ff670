import type { PolicyContent } from "../declaration/declaration";
import type { Difference, RuleChanges } from "../declaration/differences";
import type { Unmarked } from "../declaration/ownership";
import type { Inventory } from "../inventory/types";
import type { Adopted } from "../mapping/adoption";
import type { Coverage } from "../mapping/coverage";
import type { GuardedPolicy } from "../mapping/guardrails";
import type { FirewallSettings } from "../settings/types";
import type { Moved, Reviewed } from "./reviewed";
import type { Parts } from "./reviewed/hashes";
import type { FirewallState } from "./state";

/** What is declared of a firewall, also where it could not be asked. */
interface Declared {
  firewall: FirewallSettings;
  /** What the account asks of it. */
  policy: GuardedPolicy;
  content: PolicyContent;
  /** Addresses to register, by tag; undefined where rules name addresses. */
  registrations: Record<string, string[]> | undefined;
  /** Why an empty policy may be a mistake. */
  suspicion: string | undefined;
  /** Rules that may go without counting as removed. */
  excused: string[];
}

/** What one firewall is to hold, and everything that this rests on. */
export interface Plan extends Declared {
  state: FirewallState;
  coverage: Coverage;
  /** Administrators' rules that are to be replaced, and names of those that aren't there to be. */
  adopted: Adopted[];
  gone: string[];
  /** What is not on the firewall as the policy takes it to be, one sentence each. */
  doubts: string[];
  /** What stays of accounts that could not be read, one sentence each. */
  unread: string[];
  /** Everything that an update would do, in hashes. */
  effects: Parts;
  /** How the firewall, and what is declared, are not as they were reviewed. */
  moved: { rulebase?: Moved | undefined; declaration?: Moved | undefined };
  /** Rules of ours that an administrator has put on hold. */
  onHold: string[];
  /** Rules that the running configuration hasn't, has otherwise, and has though they aren't declared; none on hold. */
  changes: RuleChanges;
  /** How the running configuration differs from what is declared, one sentence each. */
  waiting: string[];
  /** What of it the running configuration has not as it is declared. */
  outOfForce: Difference[];
  /** What of it the firewall has by its name without our mark. */
  unmarked: Unmarked[];
  /** What limits hold back, one sentence for each limit. */
  heldBack: string[];
  /** Why nothing of it may be done: a person has to decide. */
  stop?: { because: "limit" | "review"; text: string };
}

/** Of a firewall that could not be asked, or that is not as its settings say. */
export interface RefusedPlan extends Declared {
  /** Why nothing may be written to it, where the other firewalls get theirs all the same. */
  refusal: string;
  error: Error;
}

/** What a plan is made of besides settings. */
export interface PlanFacts {
  /** What AWS has, and what it asks of the firewall. */
  inventory: Inventory;
  policy: GuardedPolicy;
  state: FirewallState;
  /** Security groups from which permissions were taken, as events say. */
  revoked: readonly string[];
  /** The review that it has to keep to, if there is one. */
  reviewed?: Reviewed | undefined;
}
