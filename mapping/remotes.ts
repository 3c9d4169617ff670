/** The far end of a security-group rule: the blocks that it names, or stands for. */
import type { SecurityGroupRule } from "../inventory/types";
import { FAMILIES } from "../lib/net/cidr";
import type { Cidr } from "../lib/net/cidr";
import { compareTexts } from "../lib/order";
import { listed } from "../lib/text";
import type { ZonedCarriers } from "./destinations";
import { parseAll, type PrefixLists } from "./prefix-lists";
import type { ReferenceReader } from "./references";

/** What says which blocks rules name by an id. */
interface Readers {
  prefixLists: PrefixLists;
  expanded: ReferenceReader | undefined;
}

/** More would make the reason a list. */
const SOME = 5;

/**
 * The blocks of a rule; none for a reference that isn't expanded.
 * @param crosses whether packets between a block and some carrier cross the firewall
 * @param narrowed told where something of it has to be left out
 */
export function remotesOf(
  groupRule: SecurityGroupRule,
  carriers: readonly ZonedCarriers[],
  { prefixLists, expanded }: Readers,
  crosses: (remote: Cidr) => boolean,
  narrowed: (why: string) => void,
): Cidr[] {
  const { id, cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId } = groupRule;
  if (referencedSecurityGroupId !== undefined) {
    if (!expanded) return [];
    const vpcIds = new Set(
      carriers.flatMap(({ families }) => FAMILIES.flatMap((family) => families[family].vpcIds)),
    );
    const { addresses, delegated, unconnected, isTransit } = expanded(groupRule, [...vpcIds]);
    if (unconnected.length > 0) {
      narrowed(
        `rule ${id} refers to ${referencedSecurityGroupId}, whose interfaces in ${unconnected.join(", ")} are left out: no active peering is known between there and every VPC that this group is used in${isTransit ? ", and across a transit gateway AWS lets in by a reference only what no firewall inspects" : ""}.`,
      );
    }
    const lost = delegated.filter(crosses).map(({ text }) => text);
    if (lost.length > 0) {
      narrowed(
        `rule ${id} refers to ${referencedSecurityGroupId}, and ${listed(lost.sort(compareTexts), SOME)} of its interfaces ${lost.length === 1 ? "is a delegated prefix, which stays" : "are delegated prefixes, which stay"} out: AWS doesn't say that a reference means them. A rule of the security group that names the prefix itself lets them in.`,
      );
    }
    return addresses;
  }
  if (prefixListId !== undefined) {
    const list = prefixLists(prefixListId);
    if (list !== undefined && "cidrs" in list) return list.cidrs;
    narrowed(
      list === undefined
        ? `rule ${id} names the prefix list ${prefixListId}, which can't be seen: it was deleted, is shared no longer, or may not be read.`
        : `the prefix list ${prefixListId} of rule ${id} ${list.fault}`,
    );
    return [];
  }
  const parsed = parseAll([cidrIpv4, cidrIpv6].filter((text) => text !== undefined));
  if ("cidrs" in parsed) return parsed.cidrs;
  narrowed(`rule ${id} ${parsed.fault}`);
  return [];
}

/** Whether a rule names a prefix list that nobody could see. */
export function isUnseen({ prefixListId }: SecurityGroupRule, prefixLists: PrefixLists): boolean {
  return prefixListId !== undefined && prefixLists(prefixListId) === undefined;
}
