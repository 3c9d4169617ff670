import { noteRun } from "../../settings/run";
import { sessionWith } from "../session/session";
import { withReach } from "./fleet";
import { removalRefused, type RemovalLimit } from "./removals";

/**
 * Why an update may not take these away, told to its automation too; of a device group with how many firewalls that would
 * reach. Undefined: it may. The arguments are those of `removalRefused`.
 */
export async function heldRemoval(
  limit: RemovalLimit,
  what: string,
  removed: readonly string[],
  kept: number,
): Promise<string | undefined> {
  if (removalRefused(limit, what, removed, kept) === undefined) return undefined;
  const { firewall } = limit;
  const reach = await withReach(sessionWith(firewall));
  const reason = removalRefused({ ...limit, firewall: reach }, what, removed, kept);
  if (reason !== undefined) noteRun({ note: "held", firewall, reason });
  return reason;
}
