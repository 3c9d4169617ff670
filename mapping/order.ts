import { compareTexts } from "../lib/order";
import type { Withheld } from "./types";

/** By reason, which two permissions of a group can share. */
export function compareWithheld(a: Withheld, b: Withheld): number {
  const ids = ({ permission }: Withheld) => permission.ruleIds.join();
  return compareTexts(a.reason, b.reason) || compareTexts(ids(a), ids(b));
}

/** Those of which something comes to the firewall: where one is, a rule is missing. */
export function ofThePassing(withheld: readonly Withheld[]): Withheld[] {
  return withheld.filter(({ isElsewhere }) => isElsewhere !== true);
}
