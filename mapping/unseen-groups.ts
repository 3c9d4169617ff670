/** Security groups behind the firewall of which nothing is known: another account's, or gone while AWS was read. */
import { grouped } from "../lib/grouped";
import { listed } from "../lib/text";
import type { NetworkInterface, SecurityGroup } from "../inventory/types";
import { compareTexts } from "../lib/order";

/** More would make the sentence a list. */
const SOME = 5;

/**
 * Each group that some of these interfaces carry and that isn't among the groups, in one sentence. What it permits
 * can't be counted, so it is no permission that is withheld.
 */
export function unseenGroups(
  interfaces: readonly NetworkInterface[],
  groups: readonly Pick<SecurityGroup, "id">[],
): string[] {
  const seen = new Set(groups.map(({ id }) => id));
  const carriers = grouped(
    interfaces.flatMap((each) =>
      each.securityGroupIds.flatMap((id) => (seen.has(id) ? [] : [[id, each] as const])),
    ),
  );
  return [...carriers]
    .sort(([a], [b]) => compareTexts(a, b))
    .map(
      ([id, carrying]) =>
        `Security group ${id} can't be seen, and ${namesOf(carrying)} ${carrying.length === 1 ? "carries" : "carry"} it: ` +
        "it is another account's and shared no longer, was made or deleted while AWS was read, or may not be read. " +
        "What it permits is not known, so no rule is made of it.",
    );
}

function namesOf(interfaces: readonly NetworkInterface[]): string {
  const names = interfaces
    .map(({ id, instanceId }) => (instanceId === undefined ? id : `${id} of ${instanceId}`))
    .sort(compareTexts);
  return listed(names, SOME, " and");
}
