/** Why a permission, or part of one, becomes no rule: a sentence each. */
import { listed, plainText } from "../lib/text";
import type { Inventory, SecurityGroupRule, UnreadableRule } from "../inventory/types";
import { compareTexts } from "../lib/order";
import { permissionLabel } from "./describe";
import type { Permission } from "./types";

/** @param why a sentence */
export function notInFull(permission: Permission, why: string): string {
  return `${permissionLabel(permission)} is not opened in full: ${why}`;
}

export function wrongFamily(permission: Permission, groupRule: SecurityGroupRule): string {
  const [has, needs] = permission.ipProtocol === "icmp" ? ["IPv6", "icmpv6"] : ["IPv4", "icmp"];
  const ends = permission.direction === "egress" ? "destinations" : "sources";
  return `rule ${groupRule.id} has ${has} ${ends}, whose packets never carry this protocol (theirs is ${needs}), so they are left out.`;
}

export function unreadableRule({ id, fault }: Pick<UnreadableRule, "id" | "fault">): string {
  return `rule ${plainText(id)} can't be read, so nothing is made of it: ${plainText(fault)}.`;
}

export function onlyIsolated({ id }: SecurityGroupRule): string {
  return `all that rule ${id} names are addresses of isolated instances (quarantine).`;
}

export function guardedDestinations(groupRule: SecurityGroupRule, blocks: readonly string[]): string {
  return `in the same zone as destinations of rule ${groupRule.id} (${blocks.join(", ")}) are interfaces of this account, and only their own ingress permissions open the way to them.`;
}

/** @param ids network load balancers' interfaces */
export function forwardedSources(ids: readonly string[]): string {
  return `what ${ofBalancers(ids)} to targets with its clients' addresses (client IP preservation) has other sources than its own, and EC2 doesn't tell which.`;
}

/** @param ids network load balancers' interfaces that carry the group that the rule refers to */
export function forwardedMembers(
  { id, referencedSecurityGroupId }: SecurityGroupRule,
  ids: readonly string[],
) {
  return `rule ${id} refers to ${referencedSecurityGroupId}, and what ${ofBalancers(ids)} to targets with its clients' addresses (client IP preservation) doesn't come from its own, and EC2 doesn't tell where from.`;
}

function ofBalancers(ids: readonly string[]): string {
  return `a network load balancer (${listed(ids.toSorted(compareTexts), 5)}) sends`;
}

export function incompleteness({ complete }: Inventory): string[] {
  return complete === true
    ? []
    : [
        "With references expand the members of referenced groups may be missing: this inventory holds only interfaces that a firewall could stand before. inventory: ec2 reads them all.",
      ];
}

export function unreadRules(groupIds: readonly string[]): string[] {
  if (groupIds.length === 0) return [];
  return [
    `The inventory has no egress rules of these security groups, so nothing of theirs is opened: ${listed(groupIds.toSorted(compareTexts), 10)}.`,
  ];
}
