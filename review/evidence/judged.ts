/** What evidence is made of: what is known of account and firewall, and what becomes of each flow. */
import type { Inventory } from "../../inventory/types";
import type { GuardedPolicy } from "../../mapping/guardrails";
import type { FirewallFacts } from "../change/facts";
import type { Reading } from "./fates";
import type { Fate } from "./judge";
import type { SeenFlow } from "./types";

export type Outcome =
  | "allowedByOurs"
  | "allowedByOthers"
  | "cut"
  | "unsure"
  /** It doesn't cross the firewall. */
  | "notCrossing"
  /** Its interface isn't behind the firewall now. */
  | "notBehind"
  /** No rules of ours are about its direction, and the firewall's own aren't known. */
  | "notJudged";

export interface EvidenceGiven {
  stack: string;
  inventory: Inventory;
  facts: FirewallFacts;
  /** What is mapped without regard to the firewall. */
  mapped: GuardedPolicy;
  /** Whether the administrators' rules are known. */
  knowsOthers: boolean;
}

/** A flow, and what becomes of it. */
export interface Judged {
  flow: SeenFlow;
  /** Of its readings the ones that count, those that don't cross the firewall left out. */
  readings: Reading[];
  /** Whether it can't be told which of two readings is the right one. */
  isOpen: boolean;
  /** Of each reading; undefined: it isn't judged. */
  fates: (Fate | undefined)[];
  outcome: Outcome;
}
