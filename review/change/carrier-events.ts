/** What became of the interfaces that carry a security group: they came, went, or lie on other ways. */
import type { NetworkInterface } from "../../inventory/types";
import { given } from "../../lib/records";
import { listed, plainText } from "../../lib/text";
import { bearerOf } from "../../mapping/marks";
import { addressTexts } from "../../mapping/routing";
import { canonicalAddress } from "../../panos/entries";
import type { Reason } from "../explain/reason";
import { whyBehind } from "../explain/view";
import type { Account } from "./account";
import { isDetached } from "./reasons";
import { some, unique, type Subject } from "./subject";
import { routesChanged, transitMoves } from "./moved-routes";

/** Where a rule gains or loses their addresses by it. */
export function carrierEvents({ permission, account: after, pair }: Subject, before: Account): Reason[] {
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
  const bearer = bearerOf(now);
  const who = `${after.bearerLabel(now)} with ${addressTexts(now).join(", ")}`;
  if (bearer === id && !before.isThere(old)) return { id, text: `${who} came` };
  if (bearer !== id && !before.instances.has(bearer)) return { id: bearer, text: `${who} started` };
  if (old === undefined || bearerOf(old) !== bearer || isDetached(old)) {
    return { id, text: `${id} was attached to ${who}` };
  }
  if (!old.securityGroupIds.includes(groupId)) {
    return { id, text: `${who} was given the group ${after.groupLabel(groupId)}` };
  }
  return routeEvent(after, before, now, `${who} is behind the firewall now`, after);
}

function wentBy(after: Account, before: Account, id: string, groupId: string): Reason {
  const old = before.interfaces.get(id)!;
  const now = after.interfaces.get(id);
  const bearer = bearerOf(old);
  const who = `${before.bearerLabel(old)} with ${addressTexts(old).join(", ")}`;
  if (bearer === id && !after.isThere(now)) return { id, text: `${who} is gone` };
  if (bearer !== id && !after.instances.has(bearer)) {
    return { id: bearer, text: `${who} stopped, or is gone` };
  }
  if (now === undefined || bearerOf(now) !== bearer || isDetached(now)) {
    return { id, text: `${id} was detached from ${who}` };
  }
  if (!now.securityGroupIds.includes(groupId)) {
    return { id, text: `the group ${before.groupLabel(groupId)} was taken from ${who}` };
  }
  return routeEvent(after, before, now, `${who} is not behind the firewall any more`, after);
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
  if (moved !== undefined) return { id: moved.id, text: `${what}: ${moved.text}`, because };
  const beyond = transitMoves(before.inventory, after.inventory);
  const [first] = beyond;
  return first === undefined
    ? { id, text: what, because }
    : {
        ...given({ id: first.id }),
        text: `${what}: ${listed(
          beyond.map(({ text }) => text),
          3,
        )}`,
        because,
      };
}

export function tableMove(
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

/** Addresses that an interface gained and lost while it stayed, as far as a rule gains and loses them. */
function addressEvents(
  after: Account,
  before: Account,
  id: string,
  { comes, goes }: Record<"comes" | "goes", ReadonlySet<string>>,
): Reason[] {
  const texts = (account: Account) => addressTexts(account.interfaces.get(id)!).map(canonicalAddress);
  const [had, has] = [texts(before), texts(after)];
  const now = after.interfaces.get(id)!;
  const who = bearerOf(now) === id ? after.bearerLabel(now) : `${id} of ${after.bearerLabel(now)}`;
  const gained = has.filter((text) => !had.includes(text) && comes.has(text));
  const lost = had.filter((text) => !has.includes(text) && goes.has(text));
  return [
    ...(gained.length > 0 ? [{ id, text: `${who} gained ${gained.join(", ")}` }] : []),
    ...(lost.length > 0 ? [{ id, text: `${who} lost ${lost.join(", ")}` }] : []),
  ];
}
