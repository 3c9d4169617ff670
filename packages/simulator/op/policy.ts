import { addressRange, rangeText } from "../policy/addresses";
import type { AddressRange } from "../policy/addresses";
import { takes } from "../policy/match";
import type { Flow } from "../policy/match";
import { policyRules } from "../policy/rules";
import type { PortRange } from "../policy/ports";
import type { AddressSet, PolicyRule } from "../policy/rules";
import { runningReferences } from "../policy/running";
import type { References } from "../schema/references";
import { commandResult, result } from "../http/answers";
import { Refusal } from "../refusal";
import { defaultAction, evaluatedRules } from "../pushed/evaluated";
import type { XmlElement } from "../xml/element";
import { escapeAttribute, escapeText } from "../xml/print";
import type { OpCommands, OpContext } from "./types";

export const policyCommands: OpCommands = {
  "test security-policy-match": securityPolicyMatch,
  "show running security-policy": runningPolicy,
};

/** Every rule that is looked at, in order, as the device's text has it. */
function runningPolicy(_: XmlElement, { firewall, vsys = "vsys1" }: OpContext) {
  const entries = evaluatedRules(firewall.pushed, vsys, firewall.vsys(firewall.running, vsys));
  const references = runningReferences(firewall, vsys);
  const inUse = entries.filter((entry) => entry.value("disabled") !== "yes");
  const blocks = policyRules(inUse, references).map((rule) => {
    const list = (tag: string): string => {
      const members = inUse[rule.index - 1]?.members(tag) ?? [];
      return members.length > 1 ? `[ ${members.join(" ")} ]` : (members[0] ?? "any");
    };
    const lines = [
      ...["from", "source", "to", "destination"].map((tag) => `${tag} ${list(tag)};`),
      `user ${list("source-user")};`,
      `category ${list("category")};`,
      `application/service [ ${applicationServices(rule).join(" ")} ];`,
      `action ${rule.action};`,
      `icmp-unreachable: ${rule.icmpUnreachable ? "yes" : "no"};`,
      "terminal yes;",
    ];
    return `"${rule.name}; index: ${rule.index}" {\n${lines.map((line) => `        ${line}`).join("\n")}\n}`;
  });
  return result(`<member>${escapeText(blocks.join("\n\n"))}</member>`);
}

/** Tests run against what is running, not the candidate. */
function securityPolicyMatch(node: XmlElement, { firewall, vsys = "vsys1" }: OpContext) {
  const scope = firewall.vsys(firewall.running, vsys);
  const references = runningReferences(firewall, vsys);
  const flow = flowOf(node, references);
  const showAll = node.value("show-all")?.trim() === "yes";
  const matching: string[] = [];
  const entries = evaluatedRules(firewall.pushed, vsys, scope);
  for (const rule of policyRules(entries, references)) {
    if (!takes(rule, flow, references)) continue;
    matching.push(ruleXml(rule, entries[rule.index - 1], references));
    if (!showAll || rule.action === "allow") return rules(matching);
  }
  if (flow.from !== undefined && flow.to !== undefined) {
    const name = flow.from === flow.to ? "intrazone-default" : "interzone-default";
    matching.push(defaultRule(name, defaultAction(firewall.pushed, vsys, scope, name)));
  }
  return rules(matching);
}

const rules = (entries: string[]) =>
  commandResult(entries.length === 0 ? "<rules/>" : `<rules>${entries.join("")}</rules>`);

function flowOf(node: XmlElement, references: References): Flow {
  const text = (tag: string): string | undefined => {
    const value = node.value(tag)?.trim();
    return value === undefined || value === "" ? undefined : value;
  };
  const application = text("application");
  return {
    from: zone(text("from"), "from", references),
    to: zone(text("to"), "to", references),
    source: address(text("source"), "source"),
    destination: address(text("destination"), "destination"),
    protocol: number(text("protocol"), "protocol", 255, 6),
    port: number(text("destination-port"), "destination-port", 65535, 0),
    application: application === "any" ? undefined : application,
    user: text("source-user"),
    category: text("category"),
  };
}

function refuse(tag: string, why: string): never {
  throw new Refusal("17", [`test -> security-policy-match -> ${tag} ${why}`, `${tag} is invalid`]);
}

function zone(name: string | undefined, tag: string, references: References): string | undefined {
  // "any" is a word of rules; a flow comes from one zone.
  if (name !== undefined && !references.find("zone", name)) refuse(tag, `'${name}' is not a valid reference`);
  return name;
}

function address(value: string | undefined, tag: string): AddressRange | undefined {
  if (value === undefined || value === "any") return undefined;
  return addressRange(value) ?? refuse(tag, `${value} is an invalid ipv4/v6 address`);
}

function number(value: string | undefined, tag: string, max: number, otherwise: number): number {
  if (value === undefined) return otherwise;
  const parsed = /^\d{1,5}$/.test(value) ? Number(value) : NaN;
  return parsed <= max ? parsed : refuse(tag, `'${value}' must be an integer between 0 and ${max}`);
}

/**
 * A rule as the device prints what it has compiled: names resolved to addresses, and each application with
 * each service as `number:application/protocol/source port/destination port` (two public recordings, and the
 * same fields on the CLI; "destinataion" is the device's).
 */
function ruleXml(rule: PolicyRule, entry: XmlElement | undefined, references: References): string {
  const list = (tag: string): string[] => entry?.members(tag) ?? [];
  return entryXml(rule.name, [
    ["index", String(rule.index)],
    ["from", list("from")],
    ["source", addresses(rule.source, references)],
    ["source-region", regions(rule.source, references)],
    ["to", list("to")],
    ["destination", addresses(rule.destination, references)],
    ["destination-region", regions(rule.destination, references)],
    ["user", list("source-user")],
    ["source-device", []],
    ["destinataion-device", []],
    ["category", list("category")],
    ["application_service", applicationServices(rule)],
    ["action", rule.action],
    ["icmp-unreachable", rule.icmpUnreachable ? "yes" : "no"],
    ["terminal", "yes"],
  ]);
}

function addresses({ any, negate, ranges, unknown }: AddressSet, references: References): string[] {
  if (any) return [];
  const objects = unknown.filter((name) => references.find("address", name));
  return [...ranges.map(rangeText), ...objects].map((text) => (negate ? `${text}(negate)` : text));
}

/** Countries and custom regions, which the device lists apart from addresses. */
function regions({ unknown }: AddressSet, references: References): string[] {
  const found = unknown.filter((name) => !references.find("address", name));
  return found.length === 0 ? ["none"] : found;
}

function applicationServices(rule: PolicyRule): string[] {
  const names = rule.application === "any" ? ["any"] : [...rule.application.keys()];
  return names
    .flatMap((name) => servicesOf(rule, name).map((service) => `${name}/${service}`))
    .map((quadruple, number) => `${number}:${quadruple}`);
}

/** "tcp/any/443": protocol, source port and destination port, once for each range. */
function servicesOf({ application, service }: PolicyRule, name: string): string[] {
  if (service === "any") return ["any/any/any"];
  if (service !== "application-default")
    return service.flatMap(({ protocol, ports }) => placed(protocol, ports));
  const places = application === "any" ? undefined : application.get(name);
  if (!places || places.length === 0) return ["any/any/app-default"];
  return places.flatMap((place) =>
    place.kind === "port"
      ? placed(place.protocol, place.ports)
      : [`${place.protocol === 1 ? "icmp" : place.protocol}/any/any`],
  );
}

function placed(protocol: string, ports: readonly PortRange[]): string[] {
  return ports.map(({ low, high }) => `${protocol}/any/${low === high ? low : `${low}-${high}`}`);
}

function defaultRule(name: string, action: string): string {
  return entryXml(name, [
    ["action", action],
    ["terminal", "yes"],
  ]);
}

/** A list of one is a text, of several members, and of none "any". */
function entryXml(name: string, values: [string, string | string[]][]): string {
  const inner = values.map(([tag, value]) => {
    const [first = "any", ...more] = typeof value === "string" ? [value] : value;
    const texts = [first, ...more].map(escapeText);
    return element(
      tag,
      more.length === 0 ? texts.join("") : texts.map((text) => element("member", text)).join(""),
    );
  });
  return `<entry name="${escapeAttribute(name)}">${inner.join("")}</entry>`;
}

function element(tag: string, inner: string): string {
  return `<${tag}>${inner}</${tag}>`;
}
