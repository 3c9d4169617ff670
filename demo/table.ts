import type { RulebaseRule } from "../panos/policy";
import { TAG_PREFIX } from "../declaration/names";

const WIDTHS = { name: 40, source: 26, destination: 24, application: 14, service: 26 };

/** A rulebase as a table for a plain terminal, in evaluation order; `*` marks rules of this program. */
export function rulebaseTable(rules: readonly RulebaseRule[]): string {
  const rows = rules.map((rule) => ({
    mark: rule.tag.some((tag) => tag.startsWith(TAG_PREFIX)) ? "*" : " ",
    name: rule.name,
    source: several(rule.source),
    destination: several(rule.destination),
    application: several(rule.application),
    service: several(rule.service),
    action: rule.disabled ? `${rule.action} (off)` : rule.action,
  }));
  const head = {
    mark: " ",
    name: "rule",
    source: "source",
    destination: "destination",
    application: "application",
    service: "service",
    action: "action",
  };
  const line = (row: typeof head) =>
    [
      row.mark,
      ...Object.entries(WIDTHS).map(([column, width]) => fit(row[column as keyof typeof WIDTHS], width)),
      row.action,
    ]
      .join(" ")
      .trimEnd();
  return [line(head), ...rows.map(line)].map((text) => `    ${text}`).join("\n");
}

/** The first of a list and how many more there are. */
function several(list: readonly string[]): string {
  return list.length > 1 ? `${list[0]} +${list.length - 1}` : (list[0] ?? "");
}

function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
