/**
 * Prefix lists. The entries of a small one stand in the rules that name it; a large one becomes a static
 * address group, so that a change of its entries changes no rule.
 */
import type { PrefixList } from "../inventory/types";
import type { Address, StaticAddressGroup } from "../panos/policy";
import { FAMILIES, parseCidr } from "../lib/net/cidr";
import type { Cidr } from "../lib/net/cidr";
import type { ZonedCarriers } from "./destinations";
import { setOf } from "../lib/net/intervals";
import {
  addressObject,
  isNameablePrefixList,
  ownerTag,
  prefixListName,
  prefixListPartName,
} from "../declaration/names";
import { compareTexts } from "../lib/order";
import { familyOf } from "../lib/net/protocols";
import type { MappedPrefixList, MappedRule, MappingOptions, Permission } from "./types";

/**
 * Members of one static group. Most models take 2,500 (Palo Alto Networks' product comparison), but small ones
 * say `cfg.general.max-address-per-group: 500` of themselves.
 */
const MAX_MEMBERS = 500;

/** A prefix list's entries; or, where one is no CIDR block, what is wrong. */
type ParsedList = { cidrs: Cidr[]; isLarge: boolean; isLattice?: true } | { fault: string };

export type PrefixLists = (id: string) => ParsedList | undefined;

/**
 * AWS's lists of VPC Lattice's addresses (VPC Lattice user guide, "Control traffic using security groups"). Nobody else's
 * name can begin so (EC2 API reference, CreateManagedPrefixList).
 */
const LATTICE = /^com\.amazonaws\.[a-z0-9-]+\.(ipv6\.)?vpc-lattice$/;

/** The prefix lists by id. Of VPC Lattice's nothing is left: its traffic crosses no firewall. Each is parsed once, however many rules name it. */
export function prefixListsOf(
  lists: readonly PrefixList[],
  { prefixListGroups = Infinity }: Pick<MappingOptions, "prefixListGroups">,
): PrefixLists {
  const byId = new Map(lists.map((list) => [list.id, list]));
  const parsed = new Map<string, ParsedList>();
  return (id) => {
    const list = byId.get(id);
    if (list && !parsed.has(id) && LATTICE.test(list.name)) {
      parsed.set(id, { cidrs: [], isLarge: false, isLattice: true });
    }
    if (list && !parsed.has(id)) {
      const result = parseAll(list.entries.map((entry) => entry.cidr));
      const cidrs = "cidrs" in result ? [...byText(result.cidrs).values()] : [];
      const isLarge = cidrs.length > prefixListGroups && isNameablePrefixList(id);
      parsed.set(id, "fault" in result ? result : { cidrs, isLarge });
    }
    return parsed.get(id);
  };
}

/** CIDR blocks that a security-group rule or a prefix list names. */
export function parseAll(texts: readonly string[]): { cidrs: Cidr[] } | { fault: string } {
  const cidrs: Cidr[] = [];
  for (const text of texts) {
    const cidr = parseCidr(text);
    if (!cidr) return { fault: `has the source ${JSON.stringify(text)}, which is no CIDR block.` };
    cidrs.push(cidr);
  }
  return { cidrs };
}

function byText(cidrs: readonly Cidr[]): Map<string, Cidr> {
  return new Map(cidrs.map((cidr) => [cidr.text, cidr]));
}

/** What decides, besides its entries, which of a prefix list's entries cross the firewall. */
export interface ListScope {
  permission: Permission;
  /** The zone beyond the firewall. */
  outside: string;
  carriers: ZonedCarriers;
}

/**
 * The address group of a large prefix list, for rules of one scope. Where all entries cross the firewall it is
 * the same for all rules; otherwise one for each scope, so that its name still doesn't depend on the entries.
 * @param crossing what of the list crosses the firewall: entries, or parts of them
 * @param all the list's entries
 */
export function groupOfList(
  prefixListId: string,
  crossing: readonly Cidr[],
  all: readonly Cidr[],
  scope: ListScope,
  ownerId: string,
): MappedPrefixList {
  const texts = byText(crossing);
  const isWhole = texts.size === all.length && all.every(({ text }) => texts.has(text));
  return {
    name: prefixListName(ownerId, prefixListId, isWhole ? undefined : scopeOf(scope)),
    prefixListId,
    entries: crossing.map(({ text }) => text),
    vpcIds: vpcIdsOf(scope.carriers),
  };
}

function vpcIdsOf({ families }: ZonedCarriers): string[] {
  return [...new Set(FAMILIES.flatMap((family) => families[family].vpcIds))].sort(compareTexts);
}

/**
 * What `permissionReader` decides by, but for the VPCs, whose routes say what is in which zone: most VPCs say the same.
 * Carriers with the same routes are one scope. Where one has several contents, `namedApart` tells them apart.
 */
function scopeOf({ permission: { direction, ipProtocol }, outside, carriers }: ListScope): unknown {
  const routed = FAMILIES.map((family) => {
    const { addresses, crossings } = carriers.families[family];
    if (addresses[direction].length === 0) return "";
    return setOf(crossings[direction].flat())
      .map(({ first, last }) => `${first}-${last}`)
      .join(" ");
  });
  return [direction, outside, familyOf(ipProtocol) ?? "", ...routed];
}

/**
 * The rules, each naming groups that have its own entries: where one name would stand for several contents, each of these
 * has a name of its own, by the VPCs, or else by its entries.
 */
export function namedApart(rules: readonly MappedRule[], ownerId: string): MappedRule[] {
  const apart = (by: (list: MappedPrefixList) => unknown) => (named: readonly MappedRule[]) => {
    const ambiguous = ambiguousNames(named);
    if (ambiguous.size === 0) return named;
    return named.map((each) => {
      const { prefixLists = [] } = each;
      if (!prefixLists.some(({ name }) => ambiguous.has(name))) return each;
      return renamed(each, (list) =>
        ambiguous.has(list.name)
          ? prefixListName(ownerId, list.prefixListId, [list.name, by(list)])
          : list.name,
      );
    });
  };
  const byVpcs = apart(({ vpcIds }) => vpcIds)(rules);
  return [...apart(({ entries }) => entries)(byVpcs)];
}

function ambiguousNames(rules: readonly MappedRule[]): Set<string> {
  const contents = new Map<string, string>();
  const ambiguous = new Set<string>();
  for (const { name, entries } of rules.flatMap(({ prefixLists = [] }) => prefixLists)) {
    const content = entries.join(" ");
    if ((contents.get(name) ?? content) !== content) ambiguous.add(name);
    contents.set(name, content);
  }
  return ambiguous;
}

function renamed(mapped: MappedRule, nameOf: (list: MappedPrefixList) => string): MappedRule {
  const { rule, permission, prefixLists = [] } = mapped;
  const lists = prefixLists
    .map((list) => ({ ...list, name: nameOf(list) }))
    .sort((a, b) => compareTexts(a.name, b.name));
  const far = permission.direction === "egress" ? "destination" : "source";
  const before = new Set(prefixLists.map(({ name }) => name));
  const others = rule[far].filter((text) => !before.has(text));
  return {
    ...mapped,
    rule: { ...rule, [far]: [...lists.map(({ name }) => name), ...others] },
    prefixLists: lists,
  };
}

/** The prefix lists that rules name as address groups, each once, sorted by name. */
export function prefixListGroupsOf(rules: readonly MappedRule[]): MappedPrefixList[] {
  const lists = rules.flatMap(({ prefixLists = [] }) => prefixLists);
  const byName = new Map(lists.map((list) => [list.name, list]));
  return [...byName.values()].sort((a, b) => compareTexts(a.name, b.name));
}

/**
 * The objects that stand for these prefix lists. A group with more members than one takes consists of groups.
 * An address that several lists have is one object.
 */
export function prefixListObjects(
  lists: readonly MappedPrefixList[],
  ownerId: string,
): { addressGroups: StaticAddressGroup[]; addresses: Address[] } {
  const tag = [ownerTag(ownerId)];
  const addresses = new Map<string, Address>();
  const addressGroups = lists.flatMap(({ name, entries }): StaticAddressGroup[] => {
    const members = entries.map((entry) => {
      const address = addressObject(ownerId, entry);
      addresses.set(address.name, address);
      return address.name;
    });
    if (members.length <= MAX_MEMBERS) return [{ name, members, tag }];
    const parts = Array.from({ length: Math.ceil(members.length / MAX_MEMBERS) }, (_, index) => ({
      name: prefixListPartName(name, index + 1),
      members: members.slice(index * MAX_MEMBERS, (index + 1) * MAX_MEMBERS),
      tag,
    }));
    return [...parts, { name, members: parts.map((part) => part.name), tag }];
  });
  return {
    addressGroups,
    addresses: [...addresses.values()].sort((a, b) => compareTexts(a.name, b.name)),
  };
}
