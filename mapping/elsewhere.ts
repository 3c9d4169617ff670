/** Why nothing of a permission comes to the firewall, so that no rule is missing. */
import type { SecurityGroupRule } from "../inventory/types";
import { FAMILIES, compareCidrs } from "../lib/net/cidr";
import type { Cidr } from "../lib/net/cidr";
import { permissionLabel } from "./describe";
import type { ZonedCarriers } from "./destinations";
import type { MappingOptions, Permission, Withheld } from "./types";

/** More would make the sentence a list. */
const SOME = 5;

/**
 * The permission of one security-group rule as one of which nothing comes to the firewall.
 * @param found the blocks that the rule stands for
 */
export function elsewhere(
  permission: Permission,
  groupRule: SecurityGroupRule,
  found: readonly Cidr[],
  carriers: readonly ZonedCarriers[],
  options: MappingOptions,
): Withheld {
  return {
    permission,
    reason: `${permissionLabel(permission)} needs no rule: ${because(permission, groupRule, found, carriers, options)}.`,
    isElsewhere: true,
  };
}

function because(
  { direction }: Permission,
  { id, referencedSecurityGroupId, prefixListId }: SecurityGroupRule,
  found: readonly Cidr[],
  carriers: readonly ZonedCarriers[],
  { references = "skip", destinationAddress }: MappingOptions,
): string {
  if (referencedSecurityGroupId !== undefined && references === "skip") {
    return `rule ${id} refers to ${referencedSecurityGroupId}, and AWS lets in by a reference only what passes no firewall on its way (references: skip)`;
  }
  if (found.length === 0) {
    return referencedSecurityGroupId === undefined
      ? `the prefix list ${prefixListId} of rule ${id} has no entries`
      : `no interface is known that carries ${referencedSecurityGroupId}, which rule ${id} refers to`;
  }
  const families = FAMILIES.filter((family) => found.some((block) => block.family === family));
  const isReachable = carriers.some((each) =>
    families.some((family) => each.families[family].addresses[direction].length > 0),
  );
  if (!isReachable) {
    const isPublic = destinationAddress === "public" && direction === "ingress" && families.includes("IPv4");
    return `no interface behind the firewall that carries the group has ${isPublic ? "a public" : "an"} ${families.join(" or ")} address`;
  }
  const texts = FAMILIES.flatMap((family) =>
    found.filter((block) => block.family === family).sort(compareCidrs),
  ).map(({ text }) => text);
  const more = texts.length > SOME ? `, and ${texts.length - SOME} more` : "";
  const what = `${texts.slice(0, SOME).join(", ")}${more} of rule ${id}`;
  return direction === "ingress"
    ? `packets from ${what} don't come through the firewall, because they stay inside the VPC or a route leads them elsewhere`
    : `packets to ${what} don't go through the firewall, because they stay inside the VPC or a route leads them elsewhere`;
}
