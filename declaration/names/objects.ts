/** The names of objects that rules name, and the tags of who is in them. */
import type { Address, Service } from "../../panos/policy";
import { addressText, parseCidr } from "../../lib/net/cidr";
import { digest, GROUP_ID, MAX_NAME, ownerTag, policyMark, QUARANTINE, restOf } from "./marks";
import { DeclarationError } from "../error";

/** The name of a service object of ours: `aws-<ownerId>-<protocol>-<port>`. */
export function serviceName(ownerId: string, protocol: "tcp" | "udp", port: string): string {
  return `aws-${ownerId}-${protocol}-${port}`;
}

/** Whether `name` is one that `serviceName` can produce for this owner. */
export function isServiceName(name: string, ownerId: string): boolean {
  return serviceNamed(name, ownerId) !== undefined;
}

/** The service object of ours that a name stands for; undefined: it is none. */
export function serviceNamed(name: string, ownerId: string): Service | undefined {
  const [, protocol, port = ""] = /^(tcp|udp)-(\d+(?:-\d+)?)$/.exec(restOf(name, ownerId)) ?? [];
  if (protocol === undefined) return undefined;
  return { name, protocol: protocol as Service["protocol"], port, tag: [ownerTag(ownerId)] };
}

/** ICMP, ICMPv6, any other IP protocol. */
export type ApplicationKind = "i4" | "i6" | "ip";

/** PAN-OS allows 31 characters for names of applications. */
const MAX_APPLICATION_NAME = 31;

/**
 * The name of a custom application of ours: `aws-<ownerId>-i4-<type>[-<code>]` for ICMP, `-i6-` for ICMPv6,
 * `aws-<ownerId>-ip-<number>` for an IP protocol. So short that the longest ownerId leaves room for it.
 */
export function applicationName(
  ownerId: string,
  kind: ApplicationKind,
  number: number,
  code?: number,
): string {
  return `aws-${ownerId}-${kind}-${number}${code === undefined ? "" : `-${code}`}`;
}

/** What a name that `applicationName` can produce for this owner says; undefined: it is none. */
export function applicationParts(
  name: string,
  ownerId: string,
): { kind: ApplicationKind; number: number; code?: number } | undefined {
  if (name.length > MAX_APPLICATION_NAME) return undefined;
  const form = /^(?:(i[46])-(\d{1,3})(?:-(\d{1,3}))?|(ip)-(\d{1,3}))$/;
  const [, icmp, type, code, ip, protocol] = form.exec(restOf(name, ownerId)) ?? [];
  const [kind, number] = [icmp ?? ip, Number(type ?? protocol)];
  if (kind === undefined) return undefined;
  return { kind: kind as ApplicationKind, number, ...(code !== undefined && { code: Number(code) }) };
}

/** Whether `name` is one that `applicationName` can produce for this owner. */
export function isApplicationName(name: string, ownerId: string): boolean {
  return applicationParts(name, ownerId) !== undefined;
}

/** What the name of an application of this program, of any stack, stands for; undefined: it is none. */
export function applicationKindIn(name: string): ApplicationKind | undefined {
  return /^aws-[a-z0-9]+-(i4|i6|ip)-/.exec(name)?.[1] as ApplicationKind | undefined;
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
  const rest = restOf(name, ownerId);
  return name.length <= MAX_NAME && (isGroupPart(rest) || PREFIX_LIST_NAME.test(rest));
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
  const mark = scope === undefined ? "" : `-s${digest(JSON.stringify(scope), 12)}`;
  return `aws-${ownerId}-${listId}${mark}`;
}

/** The prefix list of which `name` is an address group, or a part of one; undefined: of none. */
export function prefixListIn(name: string, ownerId: string): string | undefined {
  return PREFIX_LIST_NAME.exec(restOf(name, ownerId))?.[0].split("-").slice(0, 2).join("-");
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
  throw new DeclarationError("NO_CIDR", `${JSON.stringify(text)} is no CIDR block`);
}

function hexDigits(prefixLength: number): number {
  return Math.max(1, Math.ceil(prefixLength / 4));
}

/** The CIDR block for which `addressObject` produces this name; undefined where it produces none such. */
export function cidrNamed(name: string, ownerId: string): string | undefined {
  const [, place = "", length = ""] = /^([0-9a-f.]+)-(\d{1,3})$/.exec(restOf(name, ownerId)) ?? [];
  if (place === "") return undefined;
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

/** The address group whose members are registered with a tag of `memberTag`. */
export function groupOfMemberTag(tag: string, ownerId: string): string {
  return addressGroupName(ownerId, tag.slice(memberTag(ownerId, "").length));
}

/** The tag that members of an address group are registered with; undefined: it is none of ours, or has none. */
export function memberTagOf(groupName: string, ownerId: string): string | undefined {
  const tag = memberTag(ownerId, restOf(groupName, ownerId));
  return isMemberTag(tag, ownerId) ? tag : undefined;
}
