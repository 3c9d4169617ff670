/** Why a rule comes, goes or becomes another, where it is known what AWS had before: what happened there. */
import type { Reason } from "../explain/reason";
import { whyBehind } from "../explain/view";
import type { NetworkInterface, RouteTable, SecurityGroupRule } from "../../inventory/types";
import { parseBlock } from "../../lib/net/cidr";
import { plainText } from "../../lib/text";
import { describeTraffic, normalised } from "../../lib/net/protocols";
import { addressTexts } from "../../mapping/routing";
import { canonicalAddress } from "../../panos/entries";
import type { Account } from "./account";
import { withheldKey } from "./facts";
import { isDetached, reasonsNow, some, unique, type Subject } from "./reasons";

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

/** What became of the interfaces that carry the group, where the rule gains or loses their addresses by it. */
function carrierEvents({ permission, account: after, pair }: Subject, before: Account): Reason[] {
  const { groupId, direction } = permission;
  const carriers = [...before.carriers(groupId), ...after.carriers(groupId)];
  const ids = [...new Set(carriers.map(({ id }) => id))].sort();
  const { added, removed } = pair.ends[direction === "egress" ? "source" : "destination"];
  const [comes, goes] = [new Set(added), new Set(removed)];
  const events = ids.flatMap((id): Reason[] => {
    const texts = (account: Account) =>
      addressTexts(account.interfaces.get(id) ?? NOTHING).map(canonicalAddress);
    const isComing = texts(after).some((address) => comes.has(address));
    const isGoing = texts(before).some((address) => goes.has(address));
    const counted = counts(before, id, groupId);
    const counting = counts(after, id, groupId);
    if (!counted && counting) return isComing ? [cameBy(after, before, id, groupId)] : [];
    if (counted && !counting) return isGoing ? [wentBy(after, before, id, groupId)] : [];
    if (!counted || !counting || !(isComing || isGoing)) return [];
    return [...addressEvents(after, before, id, { comes, goes }), ...tagEvents(after, before, id)];
  });
  return some(unique(events), "interfaces");
}

const NOTHING: Pick<NetworkInterface, "privateIpAddresses" | "ipv6Addresses"> = {
  privateIpAddresses: [],
  ipv6Addresses: [],
};

/** An instance's tags can decide its zone. */
function tagEvents(after: Account, before: Account, id: string): Reason[] {
  const instanceId = after.interfaces.get(id)?.instanceId ?? "";
  const texts = (account: Account) =>
    Object.entries(account.instances.get(instanceId)?.tags ?? {}).map(([key, value]) => `${key}=${value}`);
  const [had, has] = [texts(before), texts(after)];
  const gained = has.filter((tag) => !had.includes(tag)).map((tag) => `gained ${plainText(tag)}`);
  const lost = had.filter((tag) => !has.includes(tag)).map((tag) => `lost ${plainText(tag)}`);
  if (gained.length + lost.length === 0) return [];
  const moves = [...gained, ...lost].slice(0, 3).join(", ");
  return [{ id: instanceId, text: `the tags of instance ${after.instanceLabel(instanceId)} ${moves}` }];
}

function counts(account: Account, id: string, groupId: string): boolean {
  return account.behind.has(id) && account.interfaces.get(id)?.securityGroupIds.includes(groupId) === true;
}

function cameBy(after: Account, before: Account, id: string, groupId: string): Reason {
  const now = after.interfaces.get(id)!;
  const old = before.interfaces.get(id);
  const instanceId = now.instanceId ?? "";
  const who = `${after.instanceLabel(instanceId)} with ${addressTexts(now).join(", ")}`;
  if (!before.instances.has(instanceId)) return { id: instanceId, text: `instance ${who} started` };
  if (old === undefined || old.instanceId !== instanceId || isDetached(old)) {
    return { id, text: `${id} was attached to instance ${who}` };
  }
  if (!old.securityGroupIds.includes(groupId)) {
    return { id, text: `instance ${who} was given the group ${after.groupLabel(groupId)}` };
  }
  return routeEvent(after, before, now, `instance ${who} is behind the firewall now`, after);
}

function wentBy(after: Account, before: Account, id: string, groupId: string): Reason {
  const old = before.interfaces.get(id)!;
  const now = after.interfaces.get(id);
  const instanceId = old.instanceId ?? "";
  const who = `${before.instanceLabel(instanceId)} with ${addressTexts(old).join(", ")}`;
  if (!after.instances.has(instanceId))
    return { id: instanceId, text: `instance ${who} stopped, or is gone` };
  if (now === undefined || now.instanceId !== instanceId || isDetached(now)) {
    return { id, text: `${id} was detached from instance ${who}` };
  }
  if (!now.securityGroupIds.includes(groupId)) {
    return { id, text: `the group ${before.groupLabel(groupId)} was taken from instance ${who}` };
  }
  return routeEvent(after, before, now, `instance ${who} is not behind the firewall any more`, after);
}

/** What moved of the ways to a subnet. */
function routeEvent(
  after: Account,
  before: Account,
  { subnetId, id }: NetworkInterface,
  what: string,
  shown: Account,
): Reason {
  const because = [whyBehind(shown, shown.interfaces.get(id)!)];
  const moved = tableMove(after, before, subnetId);
  return moved === undefined
    ? { id, text: what, because }
    : { id: moved.id, text: `${what}: ${moved.text}`, because };
}

function tableMove(
  after: Account,
  before: Account,
  subnetId: string,
): { id: string; text: string } | undefined {
  const table = (account: Account) => {
    const routeTableId = account.subnets.get(subnetId)?.routeTableId;
    return account.inventory.routeTables.find(({ id }) => id === routeTableId);
  };
  const [old, now] = [table(before), table(after)];
  if (old === undefined || now === undefined) return undefined;
  if (old.id !== now.id) {
    return { id: now.id, text: `${subnetId} uses route table ${now.id} instead of ${old.id}` };
  }
  const changed = routesChanged(old, now);
  return changed === undefined ? undefined : { id: now.id, text: changed };
}

/** How the routes of a table differ, in words. */
function routesChanged(old: RouteTable, now: RouteTable): string | undefined {
  const texts = (table: RouteTable) => new Set(table.routes.map(routeText));
  const [had, has] = [texts(old), texts(now)];
  const gained = [...has].filter((text) => !had.has(text));
  const lost = [...had].filter((text) => !has.has(text));
  if (gained.length + lost.length === 0) return undefined;
  const list = (verb: string, routes: string[]) =>
    routes.length === 0
      ? []
      : [
          `${verb} ${routes.slice(0, 3).join(", ")}${routes.length > 3 ? `, and ${routes.length - 3} more` : ""}`,
        ];
  return `route table ${now.id} ${[...list("gained", gained), ...list("lost", lost)].join(" and ")}`;
}

function routeText(route: RouteTable["routes"][number]): string {
  const { destinationCidrBlock: v4, destinationIpv6CidrBlock: v6, destinationPrefixListId: list } = route;
  const targets = Object.entries(route).flatMap(([key, value]) =>
    key.startsWith("destination") || key === "state" || key === "origin" ? [] : [String(value)],
  );
  const blackhole = route.state === "blackhole" ? " (a blackhole)" : "";
  return `${v4 ?? v6 ?? list ?? "?"} → ${targets.join(" ") || "nowhere"}${blackhole}`;
}

/** Addresses that an interface gained and lost while it stayed, as far as a rule gains and loses them. */
function addressEvents(
  after: Account,
  before: Account,
  id: string,
  { comes, goes }: Record<"comes" | "goes", ReadonlySet<string>>,
): Reason[] {
  const texts = (account: Account) => addressTexts(account.interfaces.get(id)!).map(canonicalAddress);
  const [had, has] = [texts(before), texts(after)];
  const who = `${id} of instance ${after.instanceLabel(after.interfaces.get(id)!.instanceId ?? "")}`;
  const gained = has.filter((text) => !had.includes(text) && comes.has(text));
  const lost = had.filter((text) => !has.includes(text) && goes.has(text));
  return [
    ...(gained.length > 0 ? [{ id, text: `${who} gained ${gained.join(", ")}` }] : []),
    ...(lost.length > 0 ? [{ id, text: `${who} lost ${lost.join(", ")}` }] : []),
  ];
}

/** What is withheld now and was not, and the other way round. */
function withholdings({ permission, facts }: Subject): Reason[] {
  const had = new Set(facts.withheldBefore ?? []);
  return facts.withheld
    .filter((each) => !had.has(withheldKey(each)))
    .filter(
      ({ permission: other }) =>
        other.securityGroupId === permission.groupId &&
        other.direction === permission.direction &&
        other.ipProtocol === permission.ipProtocol &&
        other.fromPort === permission.fromPort &&
        other.toPort === permission.toPort,
    )
    .map(({ reason }) => ({ text: reason.replace(/\.$/, "") }));
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
