/** Why a rule comes, goes or becomes another, where it is known what AWS had before: what happened there. */
import type { Reason } from "../explain/reason";
import type { RouteTable, SecurityGroupRule } from "../../inventory/types";
import { parseBlock } from "../../lib/net/cidr";
import { plainText } from "../../lib/text";
import { unreadableRule } from "../../mapping/permission-messages";
import { describeTraffic, normalised } from "../../lib/net/protocols";
import { addressTexts } from "../../mapping/routing";
import type { Account } from "./account";
import { carrierEvents, tableMove } from "./carrier-events";
import { withheldKey } from "./facts";
import { routesChanged, transitMoves } from "./moved-routes";
import { isOf } from "./permission";
import { isDetached, reasonsNow } from "./reasons";
import { some, unique, withoutStop, type Subject } from "./subject";

/** The reasons for a change of a rule; never none. */
export function reasonsBetween(subject: Subject, before: Account): Reason[] {
  const found = [
    ...ruleEvents(subject, before, true),
    ...listEvents(subject, before),
    ...carrierEvents(subject, before),
    ...withholdings(subject),
  ];
  if (found.length > 0) return unique(found);
  const events = [
    ...ruleEvents(subject, before, false),
    ...widerEvents(subject, before),
    ...renamed(subject, before),
  ];
  return events.length > 0 ? unique(events) : reasonsNow(subject);
}

/**
 * Security-group rules that were authorized, revoked or modified.
 * @param onlyFelt leaves out those whose addresses the rule neither gains nor loses
 */
function ruleEvents(
  { permission, account: after, pair }: Subject,
  before: Account,
  onlyFelt: boolean,
): Reason[] {
  const { groupId, direction } = permission;
  // What can't be seen was neither authorized nor revoked.
  if (before.unseenGroup(groupId) || after.unseenGroup(groupId)) return [];
  const all = (account: Account) =>
    new Map((account.groups.get(groupId)?.[direction] ?? []).map((rule) => [rule.id, rule]));
  const [old, now] = [all(before), all(after)];
  const [had, has] = [before.rulesOf(permission), after.rulesOf(permission)];
  const ids = [...new Set([...had, ...has].map(({ id }) => id))].sort();
  const label = (account: Account) => account.groupLabel(groupId);
  const words = (rule: SecurityGroupRule) =>
    `${traffic(rule)} ${direction === "egress" ? "to" : "from"} ${remote(rule)}`;
  const ends = pair.ends[direction === "egress" ? "destination" : "source"];
  const isFelt = (rule: SecurityGroupRule, account: Account, moved: readonly string[]) =>
    !onlyFelt || meetsAny(rule, account, moved);
  const events = ids.flatMap((id): Reason[] => {
    const [was, is] = [old.get(id), now.get(id)];
    if (was === undefined && is !== undefined) {
      if (!isFelt(is, after, ends.added)) return [];
      return [{ id, text: `${id} of ${label(after)} was authorized: ${words(is)}${described(is)}` }];
    }
    if (was !== undefined && is === undefined) {
      if (!isFelt(was, before, ends.removed)) return [];
      const unreadable = after.groups.get(groupId)?.unreadableRules?.find((each) => each.id === id);
      if (unreadable) return [{ id, text: `of ${label(after)}, ${unreadableRule(unreadable)}` }];
      return [{ id, text: `${id} of ${label(before)} was revoked: ${words(was)}${described(was)}` }];
    }
    if (was === undefined || is === undefined || words(was) === words(is)) return [];
    if (!isFelt(was, before, ends.removed) && !isFelt(is, after, ends.added)) return [];
    return [
      { id, text: `${id} of ${label(after)} was changed: ${words(was)} became ${words(is)}${described(is)}` },
    ];
  });
  return some(events, "rules of the group");
}

/** Whether a security-group rule has anything to do with some addresses; one that names a group may have. */
function meetsAny(rule: SecurityGroupRule, { lists }: Account, addresses: readonly string[]): boolean {
  if (rule.referencedSecurityGroupId !== undefined) return addresses.length > 0;
  const entries = lists.get(rule.prefixListId ?? "")?.entries ?? [];
  const blocks = [rule.cidrIpv4, rule.cidrIpv6, ...entries.map(({ cidr }) => cidr)].flatMap(
    (text) => (text === undefined ? undefined : parseBlock(text)) ?? [],
  );
  return addresses.some((text) => {
    const address = parseBlock(text);
    return blocks.some(
      (block) =>
        address?.family === block.family && block.first <= address.last && address.first <= block.last,
    );
  });
}

function traffic(rule: SecurityGroupRule): string {
  return describeTraffic(normalised(rule));
}

function remote({ cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId }: SecurityGroupRule): string {
  return cidrIpv4 ?? cidrIpv6 ?? prefixListId ?? referencedSecurityGroupId ?? "nothing";
}

function described({ description }: SecurityGroupRule): string {
  return description ? ` “${plainText(description)}”` : "";
}

/** Entries that prefix lists of the permission gained and lost. */
function listEvents({ permission, account: after }: Subject, before: Account): Reason[] {
  const rules = [...before.rulesOf(permission), ...after.rulesOf(permission)];
  const ids = [...new Set(rules.flatMap(({ prefixListId }) => prefixListId ?? []))].sort();
  return ids.flatMap((id) => {
    const [old, now] = [before.lists.get(id), after.lists.get(id)];
    if (old === undefined || now === undefined) return [];
    const cidrs = (list: typeof old) => new Set(list.entries.map(({ cidr }) => cidr));
    const label = `prefix list ${plainText(now.name)} (${id})`;
    const [had, has] = [cidrs(old), cidrs(now)];
    return [
      ...some(
        [...has].filter((cidr) => !had.has(cidr)).map((cidr) => ({ id, text: `${label} gained ${cidr}` })),
        "entries",
      ),
      ...some(
        [...had].filter((cidr) => !has.has(cidr)).map((cidr) => ({ id, text: `${label} lost ${cidr}` })),
        "entries",
      ),
    ];
  });
}

/** What is withheld now and was not, and the other way round. */
function withholdings({ permission, facts }: Subject): Reason[] {
  const had = new Set(facts.withheldBefore ?? []);
  return facts.withheld
    .filter((each) => isOf(permission, each.permission) && !had.has(withheldKey(each)))
    .map(({ reason }) => ({ text: withoutStop(reason) }));
}

/** What is further away: routes of subnets and gateways, members of referenced groups, blocks of VPCs. */
function widerEvents({ permission, account: after }: Subject, before: Account): Reason[] {
  const { groupId } = permission;
  const reasons: Reason[] = [];
  const carriers = [...before.carriers(groupId), ...after.carriers(groupId)];
  for (const subnetId of new Set(carriers.map((each) => each.subnetId))) {
    const moved = tableMove(after, before, subnetId);
    if (moved !== undefined) reasons.push(moved);
  }
  reasons.push(...transitMoves(before.inventory, after.inventory));
  const vpcIds = new Set(carriers.map(({ vpcId }) => vpcId));
  const edges = (account: Account) =>
    new Map(
      account.inventory.routeTables
        .filter(({ vpcId, gatewayIds = [] }) => gatewayIds.length > 0 && vpcIds.has(vpcId))
        .map((table) => [table.id, table]),
    );
  const [hadEdges, hasEdges] = [edges(before), edges(after)];
  for (const id of new Set([...hadEdges.keys(), ...hasEdges.keys()])) {
    const none: RouteTable = { id, vpcId: "", routes: [] };
    const changed = routesChanged(hadEdges.get(id) ?? none, hasEdges.get(id) ?? none);
    if (changed !== undefined) reasons.push({ id, text: `the gateway's ${changed}` });
  }
  const referred = [...before.rulesOf(permission), ...after.rulesOf(permission)].flatMap(
    ({ referencedSecurityGroupId: id }) => id ?? [],
  );
  for (const id of new Set(referred)) {
    const members = (account: Account) =>
      JSON.stringify(
        account
          .carriers(id)
          .flatMap((each) => (isDetached(each) ? [] : addressTexts(each)))
          .sort(),
      );
    if (members(before) !== members(after)) {
      reasons.push({
        id,
        text: `the interfaces that carry the referenced group ${after.groupLabel(id)} are others`,
      });
    }
  }
  const blocks = (account: Account) =>
    JSON.stringify(
      account.inventory.vpcs
        .filter(({ id }) => vpcIds.has(id))
        .map(({ id, cidrBlocks, ipv6CidrBlocks }) => [id, cidrBlocks.toSorted(), ipv6CidrBlocks.toSorted()])
        .sort(),
    );
  if (blocks(before) !== blocks(after))
    reasons.push({ text: `the CIDR blocks of ${[...vpcIds].join(", ")} are others` });
  return some(reasons, "changes");
}

/** Names and descriptions, which a rule's description shows. */
function renamed({ pair, permission, account: after }: Subject, before: Account): Reason[] {
  const { groupId } = permission;
  if (!pair.fields.every(({ field }) => field === "description")) return [];
  if (!before.groups.has(groupId) || !after.groups.has(groupId)) return [];
  const [old, now] = [before.groupLabel(groupId), after.groupLabel(groupId)];
  if (old !== now) return [{ id: groupId, text: `security group ${old} is called ${now} now` }];
  const descriptions = new Map(before.rulesOf(permission).map(({ id, description }) => [id, description]));
  return some(
    after
      .rulesOf(permission)
      .filter(({ id, description }) => descriptions.has(id) && descriptions.get(id) !== description)
      .map((rule) => ({
        id: rule.id,
        text: `${rule.id} is described otherwise now:${described(rule) || " not at all"}`,
      })),
    "descriptions",
  );
}
