/** Which removals AWS and known events explain, so that `maxRemovals: { revoked: pass }` need not count them. */
import type { Inventory } from "../../inventory/types";
import { securityGroupIn, trafficIn } from "../../declaration/names";
import { trafficName } from "../../lib/net/protocols";

/**
 * Of these rules of ours, those whose permission was revoked: an event says that permissions of the group were taken
 * away, and AWS shows the group without this one. A group that isn't there at all explains nothing: a wrong account,
 * region or role shows just that. Nor does one with a rule that can't be read, which may be this one.
 * @param names of rules
 * @param inventory everything that was read, before guardrails
 * @param events ids of the groups that events name
 */
export function revokedAmong(
  names: readonly string[],
  { securityGroups }: Pick<Inventory, "securityGroups">,
  events: readonly string[],
): string[] {
  const known = new Set(events);
  const permitted = new Map(
    securityGroups
      .filter(({ id, unreadableRules = [] }) => known.has(id) && unreadableRules.length === 0)
      .map(({ id, ingress, egress = [] }): [string, Set<string>] => [
        id,
        new Set([
          ...ingress.map((rule) => trafficName(rule)),
          ...egress.map((rule) => `out-${trafficName(rule)}`),
        ]),
      ]),
  );
  return names.filter((name) => {
    const traffic = trafficIn(name);
    const present = permitted.get(securityGroupIn(name) ?? "");
    return traffic !== undefined && present !== undefined && !present.has(traffic);
  });
}
