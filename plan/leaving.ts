/** What a review is told of firewalls that leave the stack: everything that is ours on them goes. */
import type { FirewallSettings, Settings } from "../settings/types";
import { anchored } from "./on-firewall";
import { reviewedFirewall, type PlanLine } from "./plan-file";
import { isExpected } from "./preconditions";
import { rulebasesOf, type FirewallState } from "./state";

/**
 * A line for each. One that is one of the others under another name has none: its rules stay. One that can't be asked
 * stops nothing.
 * @param ask takes what a firewall has
 */
export async function leavingLines(
  { firewalls, leavingFirewalls }: Pick<Settings, "firewalls" | "leavingFirewalls">,
  ask: (firewall: FirewallSettings) => Promise<FirewallState>,
): Promise<PlanLine[]> {
  const stays = new Set(firewalls.map(placeOf));
  const leaving = leavingFirewalls.filter((each) => !stays.has(placeOf(each)));
  return Promise.all(
    leaving.map(async (firewall): Promise<PlanLine> => {
      try {
        const state = await ask(firewall);
        return { line: "leaving", firewall: reviewedFirewall(anchored(firewall, rulebasesOf(state))), state };
      } catch (error) {
        if (!isExpected(error)) throw error;
        return { line: "leaving-unread", firewall: reviewedFirewall(firewall), reason: error.message };
      }
    }),
  );
}

/** Where it is, whatever it is called. */
function placeOf({ connection, declared }: FirewallSettings): string {
  const { hostname, port, vsys, panorama } = connection;
  return JSON.stringify([hostname, port, vsys, panorama, declared.ownerId]);
}
