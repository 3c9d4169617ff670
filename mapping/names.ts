/**
 * The names of everything that we make on a firewall, and the grammar that recognises them.
 *
 * "Ours" means: carries this stack's tag *and* has a name that this grammar can produce. PAN-OS allows
 * 63 characters for names of rules and objects.
 */
import { createHash } from "node:crypto";

const MAX_NAME = 63;

/** Every tag of this program, of any stack, starts like this. */
export const TAG_PREFIX = "aws-panos-";

/** An administrator's emergency brake: a rule of ours that carries it is left as it is. */
export const HOLD_TAG = "aws-panos-hold";

const GROUP_ID = /^sg-[0-9a-z]{1,39}$/;

/** An ownerId: what `npm run init` makes. Short, so that it fits every name. */
export const OWNER_ID = /^[a-z0-9]{4,16}$/;

/** The tag that says which stack an object belongs to. */
export function ownerTag(ownerId: string): string {
  return TAG_PREFIX + ownerId;
}

/**
 * The name of a permission's rule: `aws-<group id>[-out]-<protocol>[-<ports>]`, `out` for egress, and
 * `-z<8 hex digits>` behind it for each pair of zones that is not the usual one. Not every group id leaves
 * room for all that: see `isRuleName`.
 * @param protocol "tcp", "udp", "icmp", "icmpv6", "all", or "ip" for a protocol by its number
 * @param ports "443", "8000-8100", an ICMP "8" or "3-1", a protocol's number, or "" where there is nothing to say
 */
export function ruleName(
  groupId: string,
  protocol: string,
  ports: string,
  more: { direction?: "ingress" | "egress"; zones?: readonly [from: string, to: string] } = {},
): string {
  const direction = more.direction === "egress" ? "out" : "";
  const zones = more.zones ? zoneMark(more.zones) : "";
  return ["aws", groupId, direction, protocol, ports, zones].filter((part) => part !== "").join("-");
}

/** Zones' names can hold anything, so a hash stands for them; it must not depend on what other zones there are. */
function zoneMark(zones: readonly [string, string]): string {
  return `z${createHash("sha256").update(JSON.stringify(zones)).digest("hex").slice(0, 8)}`;
}

/** Whether a group's id can be part of our names: it has room for the longest ports or ownerId beside it. */
export function isNameableGroup(groupId: string): boolean {
  return GROUP_ID.test(groupId);
}

const RULE_NAME = /^aws-sg-[0-9a-z]+(-out)?-(tcp|udp|icmp|icmpv6|ip|all)(-\d+(-\d+)?)?(-z[0-9a-f]{8})?$/;

/** Whether `name` is one that `ruleName` can produce and PAN-OS takes. */
export function isRuleName(name: string): boolean {
  return name.length <= MAX_NAME && RULE_NAME.test(name);
}

/** The name of a service object of ours: `aws-<ownerId>-<protocol>-<port>`. */
export function serviceName(ownerId: string, protocol: "tcp" | "udp", port: string): string {
  return `aws-${ownerId}-${protocol}-${port}`;
}

/** Whether `name` is one that `serviceName` can produce for this owner. */
export function isServiceName(name: string, ownerId: string): boolean {
  const start = `aws-${ownerId}-`;
  return name.startsWith(start) && /^(tcp|udp)-\d+(-\d+)?$/.test(name.slice(start.length));
}

/** PAN-OS allows 31 characters for names of applications. */
const MAX_APPLICATION_NAME = 31;

/**
 * The name of a custom application of ours: `aws-<ownerId>-i4-<type>[-<code>]` for ICMP, `-i6-` for ICMPv6,
 * `aws-<ownerId>-ip-<number>` for an IP protocol. So short that the longest ownerId leaves room for it.
 */
export function applicationName(
  ownerId: string,
  kind: "i4" | "i6" | "ip",
  number: number,
  code?: number,
): string {
  return `aws-${ownerId}-${kind}-${number}${code === undefined ? "" : `-${code}`}`;
}

/** Whether `name` is one that `applicationName` can produce for this owner. */
export function isApplicationName(name: string, ownerId: string): boolean {
  const start = `aws-${ownerId}-`;
  return (
    name.length <= MAX_APPLICATION_NAME &&
    name.startsWith(start) &&
    /^(i[46]-\d{1,3}(-\d{1,3})?|ip-\d{1,3})$/.test(name.slice(start.length))
  );
}

/** The name of a security group's dynamic address group: `aws-<ownerId>-<group id>`. */
export function addressGroupName(ownerId: string, groupId: string): string {
  return `aws-${ownerId}-${groupId}`;
}

/** Whether `name` is one that `addressGroupName` can produce for this owner. */
export function isAddressGroupName(name: string, ownerId: string): boolean {
  const start = `aws-${ownerId}-`;
  return name.startsWith(start) && GROUP_ID.test(name.slice(start.length));
}

/**
 * The tag that addresses are registered with to be members of a security group's address group:
 * `aws-panos-<ownerId>-<group id>`. No tag object of that name exists: registering needs none.
 */
export function memberTag(ownerId: string, groupId: string): string {
  return `${ownerTag(ownerId)}-${groupId}`;
}

/** Whether `tag` is one that `memberTag` can produce for this owner. */
export function isMemberTag(tag: string, ownerId: string): boolean {
  const start = `${ownerTag(ownerId)}-`;
  return tag.startsWith(start) && GROUP_ID.test(tag.slice(start.length));
}
