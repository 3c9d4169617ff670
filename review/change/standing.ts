import type { NamedObjects } from "../../mapping/own-traffic";
import type { RulebaseRule } from "../../panos/policy";

/** Rules in the order in which they are evaluated, and the objects that they name. */
export interface Standing {
  ours: readonly RulebaseRule[];
  /** Other people's, above the cleanup rule. */
  others: readonly RulebaseRule[];
  objects: NamedObjects;
  /** The places of rules that stand on the firewall, by name; one of ours that doesn't yet goes below all. */
  order: ReadonlyMap<string, number>;
  ownerId: string;
}
