/**
 * Why a rule comes, goes or becomes another, in AWS's terms, where only today's account is known: what the
 * firewall has is held against what AWS says now.
 */
import { ruleIdsIn } from "../../declaration/descriptions";
import type { Reason } from "../explain/reason";
import { whyBehind } from "../explain/view";
import type { NetworkInterface, SecurityGroupRule } from "../../inventory/types";
import { parseCidr } from "../../lib/net/cidr";
import { coveredBy } from "../../mapping/coverage";
import { bearerOf } from "../../mapping/marks";
import { theRule } from "../../panos/evaluated";
import { addressTexts } from "../../mapping/routing";
import type { Account } from "./account";
import { isOf } from "./permission";
import { lets, revoked, some, unique, withheldOf, withoutStop, type Subject } from "./subject";

/** The reasons for a change of a rule; never none. */
export function reasonsNow(subject: Subject): Reason[] {
  const { pair } = subject;
  const outside = reasonsOutsideAws(subject);
  if (pair.after === undefined) return [...whyNotWanted(subject), ...outside];
  if (pair.before === undefined) return [...whyWanted(subject), ...outside];
  return [...whyMembers(subject), ...outside];
}

/** The rules of the group that ask for it, and the instances that it is asked for. */
function whyWanted({ permission, account, facts, pair }: Subject): Reason[] {
  const ids = new Set(facts.wanted.permissions[pair.name]?.ruleIds ?? []);
  const rules = account.rulesOf(permission).filter(({ id }) => ids.has(id));
  return [
    ...some(
      rules.map((rule) => lets(rule, permission, account)),
      "rules of the group",
    ),
    ...carriedBy(account, permission.groupId),
  ];
}

function carriedBy(account: Account, groupId: string): Reason[] {
  const carriers = account.carriers(groupId).filter(({ id }) => account.behind.has(id));
  const bearers = new Map(carriers.map((each) => [bearerOf(each), each]));
  const [first] = bearers.keys();
  if (first === undefined) return [];
  // The rule's destinations name them all.
  const names = [...bearers]
    .slice(0, 2)
    .map(([id, each]) => (id === each.id ? account.bearerLabel(each) : account.instanceLabel(id)));
  const more = bearers.size - names.length;
  return [
    {
      id: first,
      text: `it is carried behind the firewall by ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`,
    },
  ];
}

/** Why nothing asks for a rule any more. */
function whyNotWanted(subject: Subject): Reason[] {
  const { pair, permission, account, facts } = subject;
  const { groupId } = permission;
  const label = account.groupLabel(groupId);
  const withheld = withheldOf(subject);
  if (withheld.length > 0) return withheld;
  const covered = facts.alreadyAllowed.find(({ rule }) => rule.rule.name === pair.name);
  if (covered !== undefined) {
    return [{ text: `${theRule(coveredBy(covered))} allows it already` }];
  }
  const successor = facts.wanted.rules.find(({ name }) => {
    const other = facts.wanted.permissions[name];
    return other !== undefined && isOf(permission, other);
  });
  if (successor !== undefined) {
    return [
      {
        text: `between other zones, ${successor.from[0]} and ${successor.to[0]}, it is rule ${successor.name}`,
      },
    ];
  }
  if (!account.groups.has(groupId)) {
    if (account.unseenGroup(groupId)) {
      const carrier = account.carriers(groupId)[0]?.id ?? "";
      const text = `${groupId}, which ${carrier} carries, can't be seen any more: it is shared no longer, or may not be read`;
      return [{ id: groupId, text }];
    }
    const why =
      account.inventory.complete === true
        ? "it was deleted"
        : "it was deleted, or no running instance carries it";
    return [{ id: groupId, text: `${groupId} is not among the security groups any more: ${why}` }];
  }
  const rules = account.rulesOf(permission);
  if (rules.length === 0)
    return [revoked(subject, `${label} has no rule for ${permission.traffic} any more`)];
  const carriers = account.carriers(groupId);
  if (carriers.length === 0) return [{ id: groupId, text: `no interface carries ${label} any more` }];
  const behind = carriers.filter(({ id }) => account.behind.has(id));
  if (behind.length === 0)
    return some(
      carriers.map((each) => whyNotCarrying(subject, each, addressTexts(each).join(", "))),
      `interfaces that carry ${label}`,
    );
  return some(
    rules.map((rule) => ({
      ...lets(rule, permission, account),
      text: `${lets(rule, permission, account).text}, but none of those packets cross the firewall to what carries it`,
    })),
    "rules of the group",
  );
}

/** Why a rule's ends gain and lose members. */
function whyMembers(subject: Subject): Reason[] {
  const { pair, permission } = subject;
  const [near, far] =
    permission.direction === "ingress"
      ? (["destination", "source"] as const)
      : (["source", "destination"] as const);
  const [inside, outside] = [pair.ends[near], pair.ends[far]];
  const reasons = [
    ...some(
      inside.added.map((address) => whyNear(subject, address)),
      "addresses come",
    ),
    ...some(
      inside.removed.map((address) => whyNotNear(subject, address)),
      "addresses go",
    ),
    ...some(unique(outside.added.flatMap((cidr) => whyFar(subject, cidr))), "CIDRs come"),
    ...some(unique(outside.removed.flatMap((cidr) => whyNotFar(subject, cidr))), "CIDRs go"),
  ];
  return unique(reasons);
}

function whyNear({ account, permission }: Subject, address: string): Reason {
  const owner = account.owner(address);
  if (owner === undefined) return { text: `${address} is what the account says now` };
  const bearer = bearerOf(owner);
  const [who, is] =
    bearer === owner.id ? [account.bearerLabel(owner), "is"] : [account.instanceLabel(bearer), "runs"];
  return {
    id: bearer,
    text: `${who} with ${address} ${is} behind the firewall and carries ${account.groupLabel(permission.groupId)}`,
    because: [whyBehind(account, owner)],
  };
}

/** Why an address is no longer one that a group's rules let in to. */
function whyNotNear(subject: Subject, address: string): Reason {
  const owner = subject.account.owner(address);
  if (owner === undefined) return { text: `no running instance has the address ${address} any more` };
  return whyNotCarrying(subject, owner, address);
}

/** Why an interface's addresses are none that a group's rules let in to. */
function whyNotCarrying(
  { account, permission, facts }: Subject,
  owner: NetworkInterface,
  address: string,
): Reason {
  if (owner.instanceId === undefined || bearerOf(owner) === owner.id) {
    return whyNotCarried(account, owner, address, permission.groupId);
  }
  const because = [whyBehind(account, owner)];
  const id = owner.instanceId;
  const label = account.instanceLabel(id);
  if (!account.instances.has(id)) return { id, text: `${label} with ${address} doesn't run`, because };
  if (!owner.securityGroupIds.includes(permission.groupId)) {
    return {
      id,
      text: `${label} with ${address} doesn't carry ${account.groupLabel(permission.groupId)} any more`,
    };
  }
  if (isDetached(owner)) return { id, text: `${owner.id} with ${address} is detached from ${label}` };
  if (!account.behind.has(owner.id)) return notBehind(account, owner, address);
  const guarded = facts.guarded.find(
    ({ permission: other, reason }) =>
      isOf(permission, other) && (reason.includes(id) || reason.includes(owner.vpcId)),
  );
  return {
    id,
    text: guarded ? withoutStop(guarded.reason) : `${address} of ${label} is not asked for any more`,
    because,
  };
}

/** The same of an interface that is no instance's. */
function whyNotCarried(account: Account, owner: NetworkInterface, address: string, groupId: string): Reason {
  const who = `${account.bearerLabel(owner)} with ${address}`;
  if (account.isThere(owner) && !owner.securityGroupIds.includes(groupId)) {
    return { id: owner.id, text: `${who} doesn't carry ${account.groupLabel(groupId)} any more` };
  }
  if (account.isThere(owner) && !account.behind.has(owner.id)) return notBehind(account, owner, address);
  return whyBehind(account, owner);
}

export function isDetached({ attachmentStatus }: NetworkInterface): boolean {
  return attachmentStatus === "detaching" || attachmentStatus === "detached";
}

/** "the route table rtb-… of subnet-… doesn't lead 10.0.1.10 through the firewall". */
function notBehind(account: Account, { subnetId, id }: NetworkInterface, address: string): Reason {
  const table = account.subnets.get(subnetId)?.routeTableId ?? "";
  return {
    id: table,
    text: `${subnetId}, where ${address} is, uses route table ${table}, which doesn't lead to the firewall`,
    because: [whyBehind(account, account.interfaces.get(id)!)],
  };
}

/** The rules of the group that name a CIDR, themselves or by a prefix list. */
function whyFar({ account, permission }: Subject, cidr: string): Reason[] {
  const reasons = account.rulesOf(permission).flatMap((rule): Reason[] => {
    if (names(rule, cidr)) return [lets(rule, permission, account)];
    const list = account.lists.get(rule.prefixListId ?? "");
    const entry = list?.entries.find((each) => parseCidr(each.cidr)?.text === parseCidr(cidr)?.text);
    if (list === undefined || entry === undefined) return [];
    return [{ id: list.id, text: `${lets(rule, permission, account).text}, which has ${cidr}` }];
  });
  if (reasons.length > 0) return reasons;
  const referring = account
    .rulesOf(permission)
    .filter(({ referencedSecurityGroupId: id }) => id !== undefined);
  return some(
    referring.map((rule) => lets(rule, permission, account)),
    "rules of the group",
  );
}

function whyNotFar(subject: Subject, cidr: string): Reason[] {
  const { account, permission, pair } = subject;
  const label = account.groupLabel(permission.groupId);
  const withheld = withheldOf(subject);
  const naming = account.rulesOf(permission).filter((rule) => names(rule, cidr));
  if (naming.length > 0) {
    if (withheld.length > 0) return withheld;
    return naming.map((rule) => ({
      id: rule.id,
      text: `${lets(rule, permission, account).text}, but its packets don't cross the firewall`,
    }));
  }
  if (cidr === "any")
    return [{ text: "any address is nothing that AWS says: somebody wrote it on the firewall" }];
  const before = new Set(ruleIdsIn(pair.before?.found?.description ?? "", permission.groupId));
  const lists = account
    .rulesOf(permission)
    .filter(({ id, prefixListId }) => prefixListId !== undefined && before.has(id))
    .map(({ prefixListId }) => prefixListId!);
  const after = new Set(account.rulesOf(permission).map(({ id }) => id));
  if (lists.length > 0 && [...before].every((id) => after.has(id))) {
    return [{ id: lists[0]!, text: `prefix list ${lists.join(" or ")} doesn't have ${cidr} any more` }];
  }
  const way = permission.direction === "egress" ? "out to" : "in from";
  return [revoked(subject, `${label} doesn't let ${permission.traffic} ${way} ${cidr} any more`)];
}

function names({ cidrIpv4, cidrIpv6 }: SecurityGroupRule, cidr: string): boolean {
  const asked = parseCidr(cidr)?.text;
  return (
    asked !== undefined &&
    [cidrIpv4, cidrIpv6].some((text) => text !== undefined && parseCidr(text)?.text === asked)
  );
}

/** What no account explains: how the rule is written, or where it stands. */
function reasonsOutsideAws({ pair }: Pick<Subject, "pair">): Reason[] {
  const reasons: Reason[] = [];
  for (const { field } of pair.fields) {
    if (field === "other settings" || field === "place" || field === "action") {
      reasons.push({
        text: `somebody has changed ${field === "place" ? "where it stands" : `its ${field}`} on the firewall`,
      });
    }
    if (["from", "to", "application", "service", "profile-setting", "log-setting", "tag"].includes(field)) {
      reasons.push({
        text: `its ${field} is another in the stack's settings, or somebody has changed it on the firewall`,
      });
    }
    if (field === "description" && pair.fields.length === 1) {
      reasons.push({ text: "names or descriptions have changed, in AWS or on the firewall" });
    }
  }
  return reasons;
}
