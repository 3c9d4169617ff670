/**
 * The names of everything that we make on a firewall, and the grammar that recognises them.
 *
 * "Ours" means: carries this stack's tag *and* has a name that this grammar can produce. PAN-OS allows
 * 63 characters for names of rules and objects.
 */
import { createHash } from "node:crypto";
import type { Address, Service } from "../panos/policy";
import { addressText, parseCidr } from "../lib/net/cidr";

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
 * `-z<8 hex digits>` behind it for each pair of zones that is not the usual one, `-p<8 hex digits>` for each
 * policy of instances' tags. What would pass 63 characters has `-h<10 hex digits>` of the whole in place of these
 * two, or of its traffic as well.
 * @param protocol "tcp", "udp", "icmp", "icmpv6", "all", or "ip" for a protocol by its number
 * @param ports "443", "8000-8100", an ICMP "8" or "3-1", a protocol's number, or "" where there is nothing to say
 */
export function ruleName(
  groupId: string,
  protocol: string,
  ports: string,
  more: {
    direction?: "ingress" | "egress";
    zones?: readonly [from: string, to: string];
    policy?: string;
  } = {},
): string {
  const direction = more.direction === "egress" ? "out" : "";
  const zones = more.zones ? zoneMark(more.zones) : "";
  const policy = policyMark(more.policy);
  const joined = (parts: string[]) => parts.filter((part) => part !== "").join("-");
  const traffic = ["aws", groupId, direction, protocol, ports];
  const name = joined([...traffic, zones, policy]);
  if (name.length <= MAX_NAME) return name;
  const mark = `h${createHash("sha256").update(name).digest("hex").slice(0, 10)}`;
  const shortened = joined([...traffic, mark]);
  return shortened.length <= MAX_NAME ? shortened : joined(["aws", groupId, direction, mark]);
}

/** Zones' names can hold anything, so a hash stands for them; it must not depend on what other zones there are. */
function zoneMark(zones: readonly [string, string]): string {
  return `z${createHash("sha256").update(JSON.stringify(zones)).digest("hex").slice(0, 8)}`;
}

/** A policy's tag can hold anything too. It, and not what the policy says, is what a name must not lose. */
function policyMark(tag: string | undefined): string {
  return tag === undefined ? "" : `p${createHash("sha256").update(tag).digest("hex").slice(0, 8)}`;
}

/** Whether a group's id can be part of our names: it has room for the longest ports or ownerId beside it. */
export function isNameableGroup(groupId: string): boolean {
  return GROUP_ID.test(groupId);
}

/** What stands for isolated instances in names, in place of a group's id. */
export const QUARANTINE = "quarantine";

/** The rules about isolated instances, as they stand from the top. */
export const QUARANTINE_PARTS = ["out", "responders", "in"] as const;

/**
 * The name of a rule about isolated instances: `aws-quarantine-<ownerId>-<part>`.
 * @param part nothing goes `out` of them, also where one is a responder; `responders` get through to them, and
 *   nothing else comes `in`
 */
export function quarantineRuleName(ownerId: string, part: (typeof QUARANTINE_PARTS)[number]): string {
  return `aws-${QUARANTINE}-${ownerId}-${part}`;
}

/** Whether `name` is one that `quarantineRuleName` can produce, for this owner or, without one, for any. */
export function isQuarantineRuleName(name: string, ownerId?: string): boolean {
  const [, owner] = /^aws-quarantine-([a-z0-9]{4,16})-(out|responders|in)$/.exec(name) ?? [];
  return owner !== undefined && (ownerId === undefined || owner === ownerId);
}

const RULE_NAME =
  /^aws-sg-[0-9a-z]+-((out-)?(tcp|udp|icmp|icmpv6|ip|all)(-\d+(-\d+)?)?)((-z[0-9a-f]{8})?(-p[0-9a-f]{8})?|-h[0-9a-f]{10})$/;
/** Of groups with ids longer than EC2 makes them. */
const HASHED_RULE_NAME = /^aws-sg-[0-9a-z]+-((?:out-)?h[0-9a-f]{10})$/;

/** Whether `name` is one that `ruleName` can produce and PAN-OS takes. */
export function isRuleName(name: string): boolean {
  return name.length <= MAX_NAME && (RULE_NAME.test(name) || HASHED_RULE_NAME.test(name));
}

/** What a rule's name says of the traffic, as "out-tcp-443"; undefined: it is no name of a permission's rule. */
export function trafficIn(name: string): string | undefined {
  return (RULE_NAME.exec(name) ?? HASHED_RULE_NAME.exec(name))?.[1];
}

/** The security group in the name of a rule or an address group of ours; undefined: it is about none. */
export function securityGroupIn(name: string): string | undefined {
  return /^aws-(?:[a-z0-9]{4,16}-)?(sg-[0-9a-z]+)(?:-|$)/.exec(name)?.[1];
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

/** The service object of ours that a name stands for; undefined: it is none. */
export function serviceNamed(name: string, ownerId: string): Service | undefined {
  if (!isServiceName(name, ownerId)) return undefined;
  const [, protocol, port] = /^(tcp|udp)-(.*)$/.exec(name.slice(`aws-${ownerId}-`.length)) ?? [];
  return { name, protocol: protocol as Service["protocol"], port: port ?? "", tag: [ownerTag(ownerId)] };
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

/** The name of a security group's dynamic address group, or of isolated instances': `aws-<ownerId>-<group id>`. */
export function addressGroupName(ownerId: string, groupId: string, policy?: string, end?: "sources"): string {
  return ["aws", ownerId, groupId, ...groupMarks(policy, end)].join("-");
}

/** `out` for members as sources, where the firewall translates and so destinations have other addresses. */
function groupMarks(policy: string | undefined, end: "sources" | undefined): string[] {
  return [...(policy === undefined ? [] : [policyMark(policy)]), ...(end === undefined ? [] : ["out"])];
}

/** Whether `name` is one that `addressGroupName` or `prefixListName` can produce for this owner. */
export function isAddressGroupName(name: string, ownerId: string): boolean {
  const start = `aws-${ownerId}-`;
  const rest = name.slice(start.length);
  const isOurs = isGroupPart(rest) || PREFIX_LIST_NAME.test(rest);
  return name.length <= MAX_NAME && name.startsWith(start) && isOurs;
}

/** Leaves room for the longest ownerId and everything that can stand behind it. */
const PREFIX_LIST_ID = /^pl-[0-9a-z]{1,21}$/;
const PREFIX_LIST_NAME = /^pl-[0-9a-z]{1,21}(-s[0-9a-f]{12})?(-\d{1,3})?$/;

/** Whether a prefix list's id can be part of our names. */
export function isNameablePrefixList(id: string): boolean {
  return PREFIX_LIST_ID.test(id);
}

/**
 * The name of a prefix list's static address group: `aws-<ownerId>-<list id>`, with `-s<12 hex digits>` where
 * it has only those entries that cross the firewall for some rules. It does not depend on the entries.
 * @param scope everything that decides which entries those are, besides the entries; undefined: all
 */
export function prefixListName(ownerId: string, listId: string, scope?: unknown): string {
  const digest = createHash("sha256").update(JSON.stringify(scope) ?? "");
  const mark = scope === undefined ? "" : `-s${digest.digest("hex").slice(0, 12)}`;
  return `aws-${ownerId}-${listId}${mark}`;
}

/** The name of one of the groups that a large prefix list's group consists of: the number is behind it. */
export function prefixListPartName(name: string, number: number): string {
  return `${name}-${number}`;
}

/** Whether an address group of ours is one that `prefixListPartName` names. */
export function isAddressGroupPart(name: string): boolean {
  return /-pl-[0-9a-z]+(-s[0-9a-f]{12})?-\d{1,3}$/.test(name);
}

/**
 * The address object of a CIDR block: `aws-<ownerId>-192.0.2.0-24`; for IPv6, whose colons PAN-OS takes in no
 * name, as many hexadecimal digits as the prefix has: `aws-<ownerId>-20010db8-32`.
 */
export function addressObject(ownerId: string, cidr: string): Address {
  const { family, first, prefixLength, text } = parseCidr(cidr) ?? noCidr(cidr);
  const digits = first.toString(16).padStart(32, "0").slice(0, hexDigits(prefixLength));
  const place = family === "IPv4" ? text.replace("/", "-") : `${digits}-${prefixLength}`;
  return { name: `aws-${ownerId}-${place}`, value: text, tag: [ownerTag(ownerId)] };
}

function noCidr(text: string): never {
  throw new Error(`${JSON.stringify(text)} is no CIDR block`);
}

function hexDigits(prefixLength: number): number {
  return Math.max(1, Math.ceil(prefixLength / 4));
}

/** The CIDR block for which `addressObject` produces this name; undefined where it produces none such. */
export function cidrNamed(name: string, ownerId: string): string | undefined {
  const start = `aws-${ownerId}-`;
  const [, place = "", length = ""] = /^([0-9a-f.]+)-(\d{1,3})$/.exec(name.slice(start.length)) ?? [];
  if (!name.startsWith(start) || place === "") return undefined;
  const text = place.includes(".")
    ? place
    : place.length === hexDigits(Number(length))
      ? addressText("IPv6", BigInt(`0x${place.padEnd(32, "0")}`))
      : "";
  const cidr = parseCidr(`${text}/${length}`);
  return cidr !== undefined && addressObject(ownerId, cidr.text).name === name ? cidr.text : undefined;
}

/** What an address group's name ends in: a security group's id and policy, or what stands for isolated instances. */
function isGroupPart(text: string): boolean {
  return GROUP_ID.test(text.replace(/(-p[0-9a-f]{8})?(-out)?$/, "")) || text === QUARANTINE;
}

/**
 * The tag that addresses are registered with to be members of a security group's address group:
 * `aws-panos-<ownerId>-<group id>`. No tag object of that name exists: registering needs none.
 */
export function memberTag(ownerId: string, groupId: string, policy?: string, end?: "sources"): string {
  return [ownerTag(ownerId), groupId, ...groupMarks(policy, end)].join("-");
}

/** Whether `tag` is one that `memberTag` can produce for this owner. */
export function isMemberTag(tag: string, ownerId: string): boolean {
  const start = `${ownerTag(ownerId)}-`;
  return tag.startsWith(start) && isGroupPart(tag.slice(start.length));
}
