/** What security groups that were read permit today, of rules whose instances could not be read. */
import { ruleIdsIn, wasCut } from "../../declaration/descriptions";
import {
  cidrNamed,
  isAddressGroupName,
  isAddressGroupPart,
  prefixListIn,
  ruleName,
  trafficIn,
} from "../../declaration/names";
import type { PolicyObjects } from "../../declaration/objects";
import type { Inventory, PrefixList, SecurityGroupRule } from "../../inventory/types";
import { cidrsOf, FAMILIES, parseAddress, parseBlock, type Family } from "../../lib/net/cidr";
import { difference, intersection, setOf, size, type IntervalSet } from "../../lib/net/intervals";
import { normalised, portsInName, trafficOf } from "../../lib/net/protocols";
import { parseAll } from "../../mapping/prefix-lists";
import type { Direction } from "../../mapping/types";
import type { FoundRule } from "../../panos/policy";
import { united, type SeenAddresses } from "./seen-addresses";

/** What a group's security-group rules of one direction and traffic permit. */
export interface Permitted {
  /** The rules' ids. */
  ids: Set<string>;
  blocks: Record<Family, IntervalSet>;
  /** Ids of prefix lists that were read. Their entries are among the blocks. */
  lists: Set<string>;
  /** Ids of those that could not be seen. */
  unseenLists: Set<string>;
  /** Ids of referenced groups. */
  references: Set<string>;
}

/** By the group and what rules' names say of their traffic. */
export type Permissions = (groupId: string, name: string) => Permitted | undefined;

/** @param allowed what guardrails leave of the inventory */
export function permissionsIn({ securityGroups, prefixLists }: Inventory): Permissions {
  const rules = new Map<string, SecurityGroupRule[]>();
  const add = (groupId: string, rule: SecurityGroupRule, direction: Direction) => {
    const traffic = trafficOf(normalised(rule));
    if (traffic === undefined) return;
    const name = ruleName(groupId, traffic.protocol, portsInName(traffic), { direction });
    const key = `${groupId} ${trafficIn(name)}`;
    rules.set(key, [...(rules.get(key) ?? []), rule]);
  };
  for (const { id, ingress, egress = [] } of securityGroups) {
    for (const rule of ingress) add(id, rule, "ingress");
    for (const rule of egress) add(id, rule, "egress");
  }
  const lists = new Map(prefixLists.map((list) => [list.id, list]));
  return (groupId, name) => {
    const found = rules.get(`${groupId} ${trafficIn(name)}`);
    return found && permittedBy(found, lists);
  };
}

function permittedBy(rules: readonly SecurityGroupRule[], lists: ReadonlyMap<string, PrefixList>): Permitted {
  const named = rules.flatMap(({ prefixListId }) => lists.get(prefixListId ?? "") ?? []);
  const texts = rules
    .flatMap(({ cidrIpv4, cidrIpv6 }) => [cidrIpv4, cidrIpv6])
    .filter((text) => text !== undefined);
  const ofLists = named.map(entriesOf);
  return {
    ids: new Set(rules.map(({ id }) => id)),
    blocks: byFamily((family) =>
      setOf([...blocksOf(texts)[family], ...ofLists.flatMap((each) => [...each[family]])]),
    ),
    lists: new Set(named.map(({ id }) => id)),
    unseenLists: new Set(
      rules.flatMap(({ prefixListId: id = "" }) => (id === "" || lists.has(id) ? [] : id)),
    ),
    references: new Set(
      rules.flatMap(({ referencedSecurityGroupId: id }) => (id === undefined ? [] : id.split("/").at(-1)!)),
    ),
  };
}

/** Of a list with an entry that is none, nothing is: no rule opens it either. */
function entriesOf({ entries }: PrefixList): Record<Family, IntervalSet> {
  const texts = entries.map(({ cidr }) => cidr);
  return blocksOf("cidrs" in parseAll(texts) ? texts : []);
}

function blocksOf(texts: readonly string[]): Record<Family, IntervalSet> {
  const blocks = texts.flatMap((text) => parseBlock(text) ?? []);
  return byFamily((family) => setOf(blocks.filter((block) => block.family === family)));
}

function byFamily(of: (family: Family) => IntervalSet): Record<Family, IntervalSet> {
  return Object.fromEntries(FAMILIES.map((family) => [family, of(family)])) as Record<Family, IntervalSet>;
}

/**
 * Whether all the security-group rules that a rule's description names are gone, or withheld. Only those of its own
 * group and traffic count: descriptions hold people's texts, which may look like any other rule's id.
 */
export function isRevoked(
  { description }: Pick<FoundRule, "description">,
  groupId: string,
  permitted: Permitted,
): boolean {
  // One that was cut may name more.
  return !wasCut(description) && !ruleIdsIn(description, groupId).some((id) => permitted.ids.has(id));
}

/**
 * Whether all that a rule was made of is still permitted, and some of it is a prefix list that could not be seen: then
 * any of its blocks may be an entry of that.
 */
export function mayBeListed(
  { description }: Pick<FoundRule, "description">,
  groupId: string,
  { ids, unseenLists }: Permitted,
): boolean {
  return (
    unseenLists.size > 0 && !wasCut(description) && ruleIdsIn(description, groupId).every((id) => ids.has(id))
  );
}

/** What is permitted of a rule's far end: blocks or parts of them, groups of prefix lists, and members of referenced groups. */
export function stillPermitted(
  members: readonly string[],
  { blocks, lists, unseenLists, references }: Permitted,
  seen: Pick<SeenAddresses, "mayCarry">,
  ownerId: string,
): string[] {
  const left = members.flatMap((text) => {
    const list = prefixListIn(text, ownerId) ?? "";
    if (lists.has(list) || unseenLists.has(list)) return [text];
    const block = parseBlock(text);
    if (block === undefined) return [];
    const common = intersection([block], blocks[block.family]);
    if (size(common) === size([block])) return [text];
    // A member of a referenced group is written as an address, and what permissions say as a block.
    const isMember =
      parseAddress(text) !== undefined && references.size > 0 && seen.mayCarry(text, references);
    if (isMember) return [text];
    return common.flatMap((interval) => cidrsOf(block.family, interval)).map((each) => each.text);
  });
  // Parts of one may be another.
  return united(left);
}

/**
 * The address groups of a firewall, those of prefix lists that were read without entries that these have lost; one of
 * which nothing is left isn't there.
 */
export function withEntriesOfToday(
  groups: PolicyObjects["addressGroups"],
  { prefixLists }: Inventory,
  ownerId: string,
): PolicyObjects["addressGroups"] {
  const lists = new Map(prefixLists.map((list) => [list.id, list]));
  const kept = new Map<string, NonNullable<ReturnType<typeof groups.get>>>();
  const partsFirst = [...groups.values()].sort(
    (a, b) => Number(isAddressGroupPart(b.name)) - Number(isAddressGroupPart(a.name)),
  );
  for (const group of partsFirst) {
    const list = lists.get(prefixListIn(group.name, ownerId) ?? "");
    const entries = list && entriesOf(list);
    const isThere = (member: string) => {
      if (isAddressGroupName(member, ownerId)) return kept.has(member);
      const block = parseBlock(cidrNamed(member, ownerId) ?? "");
      return block !== undefined && difference([block], entries![block.family]).length === 0;
    };
    const members = entries === undefined ? group.members : group.members.filter(isThere);
    if (entries === undefined || members.length > 0) kept.set(group.name, { ...group, members });
  }
  return kept;
}
