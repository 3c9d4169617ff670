import { addressRange } from "../policy/addresses";
import { portRanges } from "../policy/ports";
import type { References } from "./references";
import type { ValueRule } from "./schema";

/**
 * What is wrong with a value, as the ends of PAN-OS's message lines ("'FOO' is not a valid reference");
 * an empty list when nothing is.
 */
export function faults(
  value: string,
  rule: ValueRule,
  references: References,
  at: "write" | "commit",
): string[] {
  switch (rule.rule) {
    case "any":
      return [];
    case "one-of":
      return rule.values.includes(value) ? [] : [`'${value}' is not an allowed keyword`];
    case "text":
      return length(value) <= rule.max
        ? []
        : [`can be at most ${rule.max} characters, but current length: ${length(value)}`];
    case "integer": {
      const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
      return number >= rule.min && number <= rule.max
        ? []
        : [`'${value}' must be an integer between ${rule.min} and ${rule.max}`];
    }
    case "ip-netmask":
      return !value.includes("-") && addressRange(value) ? [] : [`${value} is an invalid ipv4/v6 address`];
    case "ip-range":
      if (!value.includes("-")) return [`${value} range separator('-') not found`];
      return addressRange(value) ? [] : [`${value} is an invalid ip range`];
    case "fqdn":
      return /^(?=.{1,255}$)[a-zA-Z0-9_]([a-zA-Z0-9_.-]*[a-zA-Z0-9_])?$/.test(value)
        ? []
        : [`'${value}' is not a valid FQDN`];
    case "ports":
      return portRanges(value) ? [] : [`'${value}' is not a valid port or port range`];
    case "reference":
      return referenceFaults(value, rule, references, at);
  }
}

/** PAN-OS counts characters, not UTF-16 units. */
export function length(text: string): number {
  return [...text].length;
}

function referenceFaults(
  value: string,
  rule: Extract<ValueRule, { rule: "reference" }>,
  references: References,
  at: "write" | "commit",
): string[] {
  if (rule.keywords.includes(value)) return [];
  if (rule.at === "commit" && at === "write") return [];
  if (rule.addresses && addressRange(value)) return [];
  if (references.exists(rule.to, value)) return [];
  const lines: string[] = [];
  if (rule.keywords.length > 0) lines.push(`'${value}' is not an allowed keyword`);
  if (rule.addresses) lines.push(`${value} is an invalid ipv4/v6 address`);
  lines.push(`'${value}' is not a valid reference`);
  if (rule.addresses) lines.push(`${value} range separator('-') not found`);
  return lines;
}
