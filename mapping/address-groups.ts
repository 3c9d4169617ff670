/**
 * Dynamic address groups: rules name a group, the group's filter names a tag, and the tag is registered for
 * the addresses of running instances. Only the last of these changes when an instance starts or stops.
 */
import { parseAddress } from "../lib/net/cidr";
import { nearAddresses } from "./destinations";
import type { ZonedCarriers } from "./destinations";
import {
  addressGroupName,
  isAddressGroupName,
  isNameableGroup,
  memberTag,
  ownerTag,
} from "../declaration/names";
import { compareTexts } from "../lib/order";
import type { Direction, MappedAddressGroup, MappedRule, MappingOptions } from "./types";

/** By security group's id. */
type Carriers = Map<string, ZonedCarriers[]>;

/**
 * An address group for each security group and policy, sorted by name. Both families are in one: a packet has one
 * family only, so a rule whose sources are all IPv4 lets nothing in to an IPv6 member. Where the firewall translates,
 * sources have other addresses than destinations, and a group of their own.
 * @param all the addresses of all instances that carry a group, stopped or not
 * @param running those of running ones
 */
export function addressGroupsFrom(
  all: Carriers,
  running: Carriers,
  { ownerId, destinationAddress }: Pick<MappingOptions, "ownerId" | "destinationAddress">,
): MappedAddressGroup[] {
  const addresses = (of: Carriers, groupId: string, policy: string | undefined, direction: Direction) => {
    const carriers = (of.get(groupId) ?? []).filter((each) => each.policy?.tag === policy);
    return nearAddresses(carriers, direction).filter(isRegistrable);
  };
  const ends = destinationAddress === "public" ? ([undefined, "sources"] as const) : ([undefined] as const);
  return [...all.keys()]
    .filter(isNameableGroup)
    .sort(compareTexts)
    .flatMap((groupId) =>
      [...new Set(all.get(groupId)?.map(({ policy }) => policy?.tag))].flatMap((policy) =>
        ends.map((end) => ({ groupId, policy, end })),
      ),
    )
    .map(({ groupId, policy, end }) => {
      const tag = memberTag(ownerId, groupId, policy, end);
      const name = addressGroupName(ownerId, groupId, policy, end);
      const direction = end === "sources" ? "egress" : "ingress";
      return {
        group: { name, filter: `'${tag}'`, tag: [ownerTag(ownerId)] },
        memberTag: tag,
        members: addresses(running, groupId, policy, direction),
        carriers: addresses(all, groupId, policy, direction),
      };
    })
    .filter(({ group }) => isAddressGroupName(group.name, ownerId))
    .sort((a, b) => compareTexts(a.group.name, b.group.name));
}

/** IPv6 is registered by single addresses, IPv4 by ranges and prefixes too (PAN-OS documentation, 10.0). */
export function isRegistrable(text: string): boolean {
  return !text.includes(":") || parseAddress(text) !== undefined;
}

/** Those of the address groups that these rules name, in the order given. */
export function addressGroupsOf(
  rules: readonly MappedRule[],
  groups: readonly MappedAddressGroup[],
): MappedAddressGroup[] {
  const named = new Set(rules.flatMap(({ rule }) => [...rule.source, ...rule.destination]));
  return groups.filter(({ group }) => named.has(group.name));
}

/** What has to be registered for these groups: addresses by tag, also of groups that have none now. */
export function registrationsOf(groups: readonly MappedAddressGroup[]): Record<string, string[]> {
  return Object.fromEntries(groups.map(({ memberTag, members }) => [memberTag, members]));
}
