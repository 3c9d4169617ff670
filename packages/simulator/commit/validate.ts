import { FIREWALL } from "../schema/firewall";
import { rulebasesOf } from "../schema/hierarchy";
import { References } from "../schema/references";
import type { Beside } from "../schema/references";
import { below } from "../schema/schema";
import type { Schema, StructSchema } from "../schema/schema";
import { faults } from "../schema/values";
import type { XmlElement } from "../xml/element";

interface Place {
  /** Labels below the vsys (or shared), for messages. */
  labels: readonly string[];
  references: References;
}

/**
 * What a commit finds wrong in a configuration, as its job's detail lines: missing parts, parts that
 * exclude each other, names that mean nothing, negation of "any". An empty list when it can be committed.
 * @param tolerated faults that the configuration ran with from the start, and may go on with
 * @param beside what its names may mean beside what is in it
 */
export function validate(config: XmlElement, tolerated: ReadonlySet<string>, beside: Beside): string[] {
  const found = faultsOf(config, beside).filter(({ line }) => !tolerated.has(line));
  const negations = negatedAny(config);
  if (found.length === 0) return negations.length === 0 ? [] : [...negations, "Configuration is invalid"];
  // Each container above is called invalid in its turn, from the inside out.
  const above = found.flatMap(({ labels }) =>
    labels
      .slice(0, -1)
      .reverse()
      .filter((label) => CONTAINERS.has(label)),
  );
  const invalid = [...new Set([...above, "vsys", "devices"])];
  return [
    ...found.map(({ line }) => ` ${line}`),
    ...invalid.map((label) => ` ${label} is invalid`),
    ...negations,
  ];
}

interface Fault {
  labels: readonly string[];
  line: string;
}

/** Faults without the closing lines that depend on them. */
export function faultsOf(config: XmlElement, beside: Beside): Fault[] {
  const found: Fault[] = [];
  const references = new References(config, undefined, undefined, beside);
  walk(config, FIREWALL, { labels: [], references }, ({ labels }, line) => found.push({ labels, line }));
  return found;
}

const CONTAINERS = new Set([
  "rules",
  "security",
  "rulebase",
  "address",
  "address-group",
  "service",
  "service-group",
  "application",
  "application-group",
  "tag",
  "profile-group",
  "default-security-rules",
]);

type Report = (place: Place, line: string) => void;

function walk(node: XmlElement, schema: Schema, place: Place, report: Report): void {
  const say = (line: string): void => report(place, `${place.labels.join(" -> ")} ${line}`);
  switch (schema.kind) {
    case "open":
      return;
    case "struct":
      structure(node, schema, say);
      for (const child of node.children) {
        const inner = below(schema, child.tag);
        // Unknown nodes are refused when they are written; those of the start are kept.
        if (inner) walk(child, inner, { ...place, labels: [...place.labels, child.tag] }, report);
      }
      return;
    case "entries":
      for (const entry of node.entries()) walk(entry, schema.of, enter(node, entry, place), report);
      return;
    case "members":
      for (const text of node.memberTexts()) {
        for (const fault of faults(text, schema.value, place.references, "commit")) say(fault);
      }
      return;
    case "leaf":
      for (const fault of faults(node.text, schema.value, place.references, "commit")) say(fault);
  }
}

/** Labels start anew below a vsys and below shared, as PAN-OS prints them. */
function enter(container: XmlElement, entry: XmlElement, place: Place): Place {
  const name = entry.name ?? "";
  if ((container.tag === "vsys" || container.tag === "device-group") && container.parent?.tag === "entry") {
    return { labels: [], references: place.references.inVsys(name) };
  }
  const isScope = container.tag === "devices";
  return { ...place, labels: isScope ? [] : [...place.labels, name] };
}

function structure(node: XmlElement, schema: StructSchema, say: (line: string) => void): void {
  for (const tag of schema.required ?? []) {
    const child = node.child(tag);
    if (!child || (child.children.length === 0 && child.text === "")) say(`is missing '${tag}'`);
  }
  if (!schema.choice) return;
  const present = schema.choice.of.filter((tag) => node.child(tag));
  const [first, second] = present;
  if (second !== undefined) say(`Node ${first ?? ""} and ${second} are mutually exclusive`);
  if (first === undefined && schema.choice.one) say(`is missing one of '${schema.choice.of.join("', '")}'`);
}

function negatedAny(config: XmlElement): string[] {
  const lines: string[] = [];
  for (const rulebase of rulebasesOf(config)) {
    for (const rule of rulebase.at("security", "rules")?.entries() ?? []) {
      for (const side of ["source", "destination"] as const) {
        if (rule.value(`negate-${side}`) !== "yes" || !rule.members(side).includes("any")) continue;
        lines.push(
          `Negate cannot be enabled for security rule ${rule.name ?? ""} with ${side} address as 'any'`,
        );
      }
    }
  }
  return lines;
}
