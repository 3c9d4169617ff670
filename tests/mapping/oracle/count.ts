/** Whether every permission of a group behind the firewall ends somewhere: nothing vanishes without a word. */
import type { Coverage } from "../../../mapping/coverage";
import type { Policy } from "../../../mapping/types";
import { isAttached, isFirewalls, isUp, passes, turningPoints } from "./aws";
import type { World } from "./worlds";

/** Security-group rules by what became of them, in one direction; a rule can end in two of them by its parts. */
export interface Count {
  permissions: number;
  rules: number;
  covered: number;
  withheld: number;
  elsewhere: number;
  /** "sg-0a ingress sgr-1" of those that vanished. */
  vanished: string[];
  /** Interfaces behind the firewall that are neither mapped nor counted by kind. */
  uncounted: string[];
}

export function countOf(
  world: World,
  { withheld, protectedInterfaces, leftOut }: Pick<Policy, "withheld" | "protectedInterfaces" | "leftOut">,
  { needed, covered }: Pick<Coverage, "needed" | "covered">,
): Count {
  const { inventory, options } = world;
  const idsOf = (all: readonly { permission: { ruleIds: string[] } }[]) =>
    new Set(all.flatMap(({ permission }) => permission.ruleIds));
  const ends = {
    rules: idsOf(needed),
    covered: idsOf(covered.map(({ rule }) => rule)),
    withheld: idsOf(withheld.filter(({ isElsewhere, reason }) => isElsewhere !== true && reason !== "")),
    elsewhere: idsOf(withheld.filter(({ isElsewhere, reason }) => isElsewhere === true && reason !== "")),
  };
  const count: Count = {
    ...{ permissions: 0, rules: 0, covered: 0, withheld: 0, elsewhere: 0, vanished: [], uncounted: [] },
  };
  const counted = new Set([...protectedInterfaces, ...leftOut.kinds.flatMap(({ ids }) => ids)]);
  const isThere = options.destinations === "dynamic" ? isAttached : isUp;
  const groups = new Set<string>();
  for (const each of inventory.networkInterfaces) {
    // What no route lists is decided by the ends of all addresses.
    const points = [...turningPoints(world, each), "0.0.0.0", "255.255.255.255", "::", "ffff::"];
    if (!points.some((point) => passes(world, each, point)) || isFirewalls(world, each)) continue;
    if (!counted.has(each.id)) count.uncounted.push(each.id);
    if (isThere(world, each)) for (const id of each.securityGroupIds) groups.add(id);
  }
  for (const group of inventory.securityGroups.filter(({ id }) => groups.has(id))) {
    for (const direction of options.directions ?? ["ingress"]) {
      for (const { id } of group[direction] ?? []) {
        count.permissions++;
        const found = (["rules", "covered", "withheld", "elsewhere"] as const).filter((end) =>
          ends[end].has(id),
        );
        for (const end of found) count[end]++;
        if (found.length === 0) count.vanished.push(`${group.id} ${direction} ${id}`);
      }
    }
  }
  return count;
}
