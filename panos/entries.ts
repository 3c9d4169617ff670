import ipaddr from "ipaddr.js";
import type { FoundRule, SecurityRule } from "./policy";
import { isContent, saysNothing, valueOf } from "./rule-elements";
import { child, element, escapeXml, find, memberList, members, nameOf, textAt, type XmlElement } from "./xml";

export type { FoundRule } from "./policy";

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

/** Whether an element says nothing; what is chosen by an entry's name, as a target's firewalls are, says something. */
export function isEmpty(setting: XmlElement): boolean {
  return setting.text.trim() === "" && nameOf(setting) === "" && setting.children.every(isEmpty);
}

/** What an entry sets beyond these of its elements, as "name: value". */
export function settingsBeyond(entry: XmlElement, ours: readonly string[]): string[] {
  return entry.children
    .filter((setting) => !ours.includes(setting.name) && !isEmpty(setting))
    .map((setting) => `${setting.name}: ${members(setting).join(", ") || setting.text.trim() || "set"}`);
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
