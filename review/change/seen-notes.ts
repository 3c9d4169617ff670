import { dayOf, isoOf } from "../evidence/summary";
import type { Observed } from "../evidence/types";
import type { FirewallFacts } from "./facts";

/** What a person should know of what was seen, one sentence each. */
export function seenNotes(
  { first, last, gaps, widened }: Observed,
  firewalls: readonly Pick<FirewallFacts, "options">[],
): string[] {
  const when = (seconds: number) => dayOf(isoOf(seconds));
  const isTranslated = firewalls.some(({ options }) => options.destinationAddress === "nat");
  const told = "What was seen";
  const missing = gaps.length === 0 ? [] : [`${told} is not all: ${gaps.slice(0, MOST_GAPS).join("; ")}`];
  if (first === undefined || last === undefined)
    return [
      `${told} is nothing: the flow logs have no record of these interfaces, and so say nothing of what closes`,
      ...missing,
    ];
  return [
    `${told} is of flow logs from ${when(first)} to ${when(last)}: what isn't told to be cut was not seen in that time`,
    ...missing,
    ...(widened === undefined
      ? []
      : [`${told} is told by networks, as there were too many peers to keep apart`]),
    ...(isTranslated
      ? [`${told} can't be held against what closes, where the firewall's NAT decides about addresses`]
      : []),
  ];
}

const MOST_GAPS = 3;
