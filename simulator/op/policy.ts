import { addressRange } from "../policy/addresses";
import type { AddressRange } from "../policy/addresses";
import { takes } from "../policy/match";
import type { Flow } from "../policy/match";
import { policyRules } from "../policy/rules";
import type { PolicyRule } from "../policy/rules";
import { runningReferences } from "../policy/running";
import type { References } from "../schema/references";
import { result } from "../http/answers";
import { Refusal } from "../refusal";
import type { XmlElement } from "../xml/element";
import { escapeAttribute, escapeText } from "../xml/print";
import type { OpCommands, OpContext } from "./commands";

export const policyCommands: OpCommands = {
  "test security-policy-match": securityPolicyMatch,
  "show running security-policy": (_, { firewall, vsys = "vsys1" }) => {
    const names = firewall.vsys(firewall.running, vsys)?.at("rulebase", "security", "rules")?.entries() ?? [];
    return result(
      `<member>${names.map((rule, at) => `"${escapeText(rule.name ?? "")}; index: ${at + 1}"`).join("\n")}</member>`,
    );
  },
};

/** Tests run against what is running, not the candidate. */
function securityPolicyMatch(node: XmlElement, { firewall, vsys = "vsys1" }: OpContext) {
  const scope = firewall.vsys(firewall.running, vsys);
  const references = runningReferences(firewall, vsys);
  const flow = flowOf(node, references);
  const showAll = node.value("show-all")?.trim() === "yes";
  const matching: string[] = [];
  for (const rule of scope ? policyRules(scope, references) : []) {
    if (!takes(rule, flow, references)) continue;
    const entry = scope?.at("rulebase", "security", "rules")?.entry(rule.name);
    matching.push(ruleXml(rule, entry));
    if (!showAll || rule.action === "allow") return rules(matching);
  }
  if (flow.from !== undefined && flow.to !== undefined)
    matching.push(defaultRule(flow.from === flow.to, scope));
  return rules(matching);
}

const rules = (entries: string[]) =>
  result(entries.length === 0 ? "<rules/>" : `<rules>${entries.join("")}</rules>`);

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

function ruleXml(rule: PolicyRule, entry: XmlElement | undefined): string {
  const list = (tag: string): string => (entry?.members(tag) ?? []).join(" ") || "any";
  return entryXml(rule.name, [
    ["index", String(rule.index)],
    ["from", list("from")],
    ["source", list("source")],
    ["source-region", "none"],
    ["to", list("to")],
    ["destination", list("destination")],
    ["destination-region", "none"],
    ["user", list("source-user")],
    ["source-device", "any"],
    ["destinataion-device", "any"],
    ["category", list("category")],
    ["application_service", `${list("application")}/${list("service")}`],
    ["action", rule.action],
    ["icmp-unreachable", rule.icmpUnreachable ? "yes" : "no"],
    ["terminal", "yes"],
  ]);
}

function defaultRule(intrazone: boolean, vsys: XmlElement | undefined): string {
  const name = intrazone ? "intrazone-default" : "interzone-default";
  const overridden = vsys
    ?.at("rulebase", "default-security-rules", "rules", `entry:${name}`)
    ?.value("action");
  return entryXml(name, [
    ["index", ""],
    ["action", overridden ?? (intrazone ? "allow" : "deny")],
    ["terminal", "yes"],
  ]);
}

function entryXml(name: string, values: [string, string][]): string {
  const inner = values
    .filter(([, value]) => value !== "")
    .map(([tag, value]) => `<${tag}>${escapeText(value)}</${tag}>`);
  return `<entry name="${escapeAttribute(name)}">${inner.join("")}</entry>`;
}
