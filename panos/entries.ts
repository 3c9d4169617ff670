import ipaddr from "ipaddr.js";
import type { Address, AddressGroup, Application, FoundRule, SecurityRule, Service, Tag } from "./policy";
import { isContent, saysNothing, valueOf } from "./rule-elements";
import { child, element, escapeXml, find, memberList, members, textAt, type XmlElement } from "./xml";

export type { FoundRule } from "./policy";

export interface FoundService extends Omit<Service, "protocol"> {
  protocol: string;
  description: string;
}

export interface FoundApplication extends Omit<Application, "identifiedBy"> {
  identifiedBy: string;
  /** Settings that an application of ours never has, as "name: value": ports, signatures, a parent, … */
  extras: string[];
}

export interface FoundAddress extends Address {
  /** What an address object of ours never has, as "name: value": a description, a range, an FQDN. */
  extras: string[];
}

export interface FoundAddressGroup {
  name: string;
  /** "" where it is static. */
  filter: string;
  /** None where it is dynamic. */
  members: string[];
  tag: string[];
  /** What a group of ours never has, as "name: value": a description. */
  extras: string[];
}

/** The `<entry>` of a rule. */
export function ruleXml(rule: SecurityRule): string {
  return (
    `<entry name="${escapeXml(rule.name)}">` +
    (rule.profileGroup === undefined
      ? ""
      : `<profile-setting>${memberList("group", [rule.profileGroup])}</profile-setting>`) +
    memberList("to", rule.to) +
    memberList("from", rule.from) +
    memberList("source", rule.source) +
    memberList("destination", rule.destination) +
    memberList("source-user", ["any"]) +
    memberList("category", ["any"]) +
    memberList("application", rule.application) +
    memberList("service", rule.service) +
    element("action", rule.action) +
    (rule.logStart === true ? element("log-start", "yes") + element("log-end", "yes") : "") +
    (rule.logSetting === undefined ? "" : element("log-setting", rule.logSetting)) +
    (rule.description === "" ? "" : element("description", rule.description)) +
    memberList("tag", rule.tag) +
    "</entry>"
  );
}

/** Reads a rule's `<entry>`. That it logs at the start of a session shows in `extras`. */
export function ruleFrom(entry: XmlElement): FoundRule {
  const list = (name: string) => members(child(entry, name));
  const group = members(find(entry, "profile-setting", "group"));
  const logSetting = textAt(entry, "log-setting");
  return {
    name: entry.attributes["name"] ?? "",
    description: textAt(entry, "description"),
    tag: list("tag"),
    from: list("from"),
    to: list("to"),
    source: list("source"),
    destination: list("destination"),
    application: list("application"),
    service: list("service"),
    action: textAt(entry, "action"),
    ...(group[0] !== undefined && { profileGroup: group.join(", ") }),
    ...(logSetting !== "" && { logSetting }),
    extras: extras(entry),
  };
}

/** What an entry sets that a rule of ours never does. */
function extras(entry: XmlElement): string[] {
  const found: string[] = [];
  for (const setting of entry.children) {
    const { name } = setting;
    if (name === "profile-setting") {
      if (child(setting, "profiles") !== undefined) found.push("profile-setting: profiles");
      continue;
    }
    if (isContent(name) || saysNothing(setting)) continue;
    const value = valueOf(setting);
    // Containers such as <option> or <target> count only where they hold something.
    if (value === "set" && setting.children.every((inner) => isEmpty(inner) || inner.text.trim() === "no"))
      continue;
    found.push(`${name}: ${value}`);
  }
  return found.sort();
}

function isEmpty(setting: XmlElement): boolean {
  return setting.text.trim() === "" && setting.children.every(isEmpty);
}

/** The `<entry>` of a service object. */
export function serviceXml(service: Service): string {
  const { name, protocol, port, tag } = service;
  return (
    `<entry name="${escapeXml(name)}">` +
    `<protocol><${protocol}>${element("port", port)}</${protocol}></protocol>` +
    `${memberList("tag", tag)}</entry>`
  );
}

/** Reads a service object's `<entry>`. A source port or a timeout of its own shows in `port`. */
export function serviceFrom(entry: XmlElement): FoundService {
  const protocol = child(entry, "protocol")?.children[0];
  const beyond = (protocol?.children ?? [])
    .filter((setting) => setting.name !== "port" && !isEmpty(setting) && child(setting, "no") === undefined)
    .map(({ name }) => name);
  return {
    name: entry.attributes["name"] ?? "",
    protocol: protocol?.name ?? "",
    port: [textAt(protocol, "port"), ...beyond].join(" with "),
    tag: members(child(entry, "tag")),
    description: textAt(entry, "description"),
  };
}

/**
 * What every application of ours is classed as: the fields that PAN-OS asks of a custom application, as
 * public tools fill them for protocols and ICMP types.
 */
const APPLICATION_CLASS: Record<string, string> = {
  category: "networking",
  subcategory: "ip-protocol",
  technology: "network-protocol",
  risk: "1",
};

/** The `<entry>` of a custom application. */
export function applicationXml({ name, description, identifiedBy, number, code }: Application): string {
  const identity =
    identifiedBy === "ip-protocol"
      ? String(number)
      : element("type", String(number)) + (code === undefined ? "" : element("code", String(code)));
  return (
    `<entry name="${escapeXml(name)}">` +
    `<default><ident-by-${identifiedBy}>${identity}</ident-by-${identifiedBy}></default>` +
    Object.entries(APPLICATION_CLASS)
      .map(([field, value]) => element(field, value))
      .join("") +
    `${element("description", description)}</entry>`
  );
}

/** Reads a custom application's `<entry>`. */
export function applicationFrom(entry: XmlElement): FoundApplication {
  const defaults = child(entry, "default")?.children ?? [];
  const identity = defaults[0];
  const code = textAt(identity, "code");
  return {
    name: entry.attributes["name"] ?? "",
    description: textAt(entry, "description"),
    identifiedBy: identity?.name.replace(/^ident-by-/, "") ?? "",
    number: Number(textAt(identity, "type") || identity?.text.trim()),
    ...(code !== "" && { code: Number(code) }),
    extras: [
      ...defaults.slice(1).map(({ name }) => `default: ${name}`),
      ...entry.children.flatMap((setting) => {
        const { name } = setting;
        if (name === "default" || name === "description") return [];
        const value = members(setting).join(", ") || setting.text.trim();
        const isLeaf = setting.children.length === 0;
        if (APPLICATION_CLASS[name] === value || (isLeaf && (value === "" || value === "no"))) return [];
        return [`${name}: ${value || "set"}`];
      }),
    ].sort(),
  };
}

/** The `<entry>` of an address object. */
export function addressXml({ name, value, tag }: Address): string {
  return `<entry name="${escapeXml(name)}">${element("ip-netmask", value)}${memberList("tag", tag)}</entry>`;
}

/** Reads an address object's `<entry>`, whatever kind it is of. */
export function addressFrom(entry: XmlElement): FoundAddress {
  return {
    name: entry.attributes["name"] ?? "",
    value: textAt(entry, "ip-netmask"),
    tag: members(child(entry, "tag")),
    extras: settingsBeyond(entry, ["ip-netmask", "tag"]),
  };
}

/** The `<entry>` of an address group. */
export function addressGroupXml(group: AddressGroup): string {
  const content =
    "filter" in group
      ? `<dynamic>${element("filter", group.filter)}</dynamic>`
      : memberList("static", group.members);
  return `<entry name="${escapeXml(group.name)}">${content}${memberList("tag", group.tag)}</entry>`;
}

/** Reads an address group's `<entry>`, dynamic or static. */
export function addressGroupFrom(entry: XmlElement): FoundAddressGroup {
  return {
    name: entry.attributes["name"] ?? "",
    filter: textAt(entry, "dynamic", "filter"),
    members: members(child(entry, "static")),
    tag: members(child(entry, "tag")),
    extras: settingsBeyond(entry, ["dynamic", "static", "tag"]),
  };
}

function settingsBeyond(entry: XmlElement, ours: readonly string[]): string[] {
  return entry.children
    .filter((setting) => !ours.includes(setting.name) && !isEmpty(setting))
    .map((setting) => `${setting.name}: ${members(setting).join(", ") || setting.text.trim() || "set"}`);
}

/** The `<entry>` of a tag object. */
export function tagXml({ name, comments }: Tag): string {
  return `<entry name="${escapeXml(name)}">${element("comments", comments)}</entry>`;
}

/** Reads a tag object's `<entry>`. */
export function tagFrom(entry: XmlElement): Tag {
  return { name: entry.attributes["name"] ?? "", comments: textAt(entry, "comments") };
}

/**
 * One spelling for an address: PAN-OS keeps text as it was written, and `2001:DB8::/32`, `2001:db8:0::/32`,
 * `10.0.0.1` and `10.0.0.1/32` mean what their twins mean. What isn't an address is left as it is.
 */
export function canonicalAddress(text: string): string {
  const [address = "", length] = text.split("/");
  if (!ipaddr.isValid(address) || !/^[0-9a-f.:]+$/i.test(address)) return text;
  const parsed = ipaddr.parse(address);
  const full = parsed.kind() === "ipv4" ? "32" : "128";
  return length === undefined || length === full ? parsed.toString() : `${parsed.toString()}/${length}`;
}

/** A list as the set that PAN-OS takes it for: sorted, each member once. */
export function asSet(list: readonly string[]): string[] {
  return [...new Set(list)].sort();
}

/** A list of addresses as a set, each in its one spelling. */
export function addressSet(list: readonly string[]): string[] {
  return asSet(list.map(canonicalAddress));
}
