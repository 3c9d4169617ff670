/** Why nothing of a permission comes to the firewall, so that no rule is missing. */
import { listed } from "../lib/text";
import type { SecurityGroupRule } from "../inventory/types";
import { FAMILIES, compareCidrs } from "../lib/net/cidr";
import type { Cidr } from "../lib/net/cidr";
import { overlaps } from "../lib/net/intervals";
import { permissionLabel } from "./describe";
import type { ZonedCarriers } from "./destinations";
import type { PrefixLists } from "./prefix-lists";
import type { MappingOptions, Permission, Withheld } from "./types";

/** More would make the sentence a list. */
const SOME = 5;

/** What a rule stands for. */
interface Found {
  blocks: readonly Cidr[];
  lists: PrefixLists;
}

/**
 * The permission of one security-group rule as one of which nothing comes to the firewall.
 */
export function elsewhere(
  permission: Permission,
  groupRule: SecurityGroupRule,
  found: Found,
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
  { id, referencedSecurityGroupId, prefixListId = "" }: SecurityGroupRule,
  { blocks: found, lists }: Found,
  carriers: readonly ZonedCarriers[],
  { references = "skip", destinationAddress }: MappingOptions,
): string {
  if (referencedSecurityGroupId !== undefined && references === "skip") {
    return `rule ${id} refers to ${referencedSecurityGroupId}, and AWS lets in by a reference only what passes no firewall on its way (references: skip)`;
  }
  const list = lists(prefixListId);
  if (list !== undefined && "isLattice" in list) {
    return `rule ${id} names ${prefixListId}, the prefix list of VPC Lattice, whose traffic AWS hands over inside the VPC, past every firewall`;
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
  const what = `${inShort(found)} of rule ${id}`;
  const because = `because they stay inside the VPC or a route leads them elsewhere${unless(found, carriers)}`;
  return direction === "ingress"
    ? `packets from ${what} don't come through the firewall, ${because}`
    : `packets to ${what} don't go through the firewall, ${because}`;
}

/** What of it isn't certain: of these blocks nobody knows where transit gateways or Cloud WAN lead them. */
function unless(found: readonly Cidr[], carriers: readonly ZonedCarriers[]): string {
  const uncertain = found.filter((block) =>
    carriers.some(({ families }) =>
      families[block.family].unknown.some((addresses) => overlaps(addresses, [block])),
    ),
  );
  if (uncertain.length === 0) return "";
  return `; but where a transit gateway or Cloud WAN leads those of ${inShort(uncertain)} was not read (explain shows how far; protectedVpcs says that they cross the firewall)`;
}

function inShort(blocks: readonly Cidr[]): string {
  const texts = FAMILIES.flatMap((family) =>
    blocks.filter((block) => block.family === family).sort(compareCidrs),
  ).map(({ text }) => text);
  return listed(texts, SOME);
}
