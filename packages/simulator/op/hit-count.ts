import { result } from "../http/answers";
import type { HitCount } from "../policy/hits";
import type { RuleTime } from "../policy/rule-times";
import { element } from "../xml/element";
import type { XmlElement } from "../xml/element";
import { escapeAttribute } from "../xml/print";
import type { OpCommands, OpContext } from "./types";

/** What a hit count command is about: the rules of one rulebase of a vsys. */
function chosen(node: XmlElement, { firewall }: OpContext) {
  const vsysName = node.at("vsys", "vsys-name")?.entries()[0];
  const base = vsysName?.child("rule-base")?.entries()[0];
  const vsys = vsysName?.name ?? "vsys1";
  const kind = base?.name ?? "security";
  const { pushed } = firewall;
  // Not in the order in which they are evaluated; the default rules come last.
  const rules = [
    ...(firewall.vsys(firewall.running, vsys)?.at("rulebase", kind, "rules")?.entries() ?? []),
    ...pushed.rules(vsys, "post-rulebase", kind),
    ...pushed.rules(vsys, "pre-rulebase", kind),
  ];
  if (kind === "security") {
    for (const name of ["intrazone-default", "interzone-default"]) {
      const rule = element("entry");
      rule.attributes = { name };
      rules.push(rule);
    }
  }
  const all = base?.child("rules")?.child("list") === undefined;
  const wanted = base?.child("rules")?.members("list") ?? [];
  return { vsys, kind, rules: rules.filter(({ name = "" }) => all || wanted.includes(name)) };
}

function entryXml(rule: XmlElement, hits: HitCount, { created, modified }: RuleTime): string {
  const values: [string, string | number][] = [
    ["latest", "yes"],
    ["hit-count", hits.count],
    ["last-hit-timestamp", hits.lastHit],
    ["last-reset-timestamp", hits.lastReset],
    ["first-hit-timestamp", hits.firstHit],
    ["rule-creation-timestamp", created],
    ["rule-modification-timestamp", modified],
  ];
  const inner = values.map(([tag, value]) => `<${tag}>${value}</${tag}>`).join("");
  return `<entry name="${escapeAttribute(rule.name ?? "")}">${inner}</entry>`;
}

export const hitCountCommands: OpCommands = {
  "show rule-hit-count": (node, context) => {
    const { hitCounts, ruleTimes } = context.firewall;
    const { vsys, kind, rules } = chosen(node, context);
    const counts = rules.map((rule) => entryXml(rule, hitCounts.of(rule), ruleTimes.of(rule)));
    return result(
      `<rule-hit-count><vsys><entry name="${escapeAttribute(vsys)}"><rule-base><entry name="${escapeAttribute(kind)}">` +
        `<rules>${counts.join("")}</rules></entry></rule-base></entry></vsys></rule-hit-count>`,
    );
  },
  "clear rule-hit-count": (node, context) => {
    const now = Math.floor(Date.now() / 1000);
    for (const rule of chosen(node, context).rules) context.firewall.hitCounts.reset(rule, now);
    return result("<msg><line>Succeeded to reset rule hit count for specified rules</line></msg>");
  },
};
