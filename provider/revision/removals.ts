import { listed } from "../../lib/text";

/** What limits how much one update may take away. */
export interface RemovalLimit {
  firewall: string;
  /** `aws-panos-rules:maxRemovals`; absent: the larger of 10 and a quarter. */
  maxRemovals?: number;
  /** Set when nothing is declared for a reason that may be a mistake: it is shown with the refusal. */
  suspicion?: string;
}

/**
 * Why an update may not take these away; undefined: it may. A wrong region or role reads as an account
 * without instances, and must not close every door at once.
 * @param removed names of what would go
 * @param kept how many stay
 */
export function removalRefused(
  { maxRemovals, suspicion, firewall }: RemovalLimit,
  what: string,
  removed: readonly string[],
  kept: number,
): string | undefined {
  if (removed.length === 0) return undefined;
  const most = maxRemovals ?? Math.max(10, Math.floor((removed.length + kept) / 4));
  const raise = `If it is meant, set aws-panos-rules:maxRemovals to ${removed.length} for this run`;
  if (suspicion !== undefined && (maxRemovals ?? 0) < removed.length) {
    return `${suspicion}; this would remove all ${removed.length} ${what} from ${firewall}. ${raise}`;
  }
  if (removed.length <= most) return undefined;
  return (
    `this would remove ${removed.length} of ${removed.length + kept} ${what} from ${firewall}, ` +
    `more than the ${most} allowed: ${listed(removed)}. ${raise}`
  );
}
