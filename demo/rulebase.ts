import { securityGroupIn, TAG_PREFIX } from "../declaration/names";
import type { Part } from "../lib/terminal/display";
import type { Column } from "../lib/terminal/table";
import type { RulebaseRule } from "../panos/policy";
import { several } from "./input";

/** Names of security groups by their ids. */
export type GroupNames = ReadonlyMap<string, string>;

export const RULEBASE_COLUMNS: Column[] = [
  { title: "rule", least: 16, cut: "middle" },
  { title: "group", least: 10 },
  { title: "from", least: 17 },
  { title: "to", least: 13 },
  { title: "lets in", least: 13 },
];

/** A rulebase in evaluation order: rules of ours with the group that they mirror, the administrator's paler. */
export function rulebaseRows(rules: readonly RulebaseRule[], groups: GroupNames): Part[][] {
  return rules.map((rule): Part[] => {
    const isDenial = rule.action !== "allow";
    const lets = rule.disabled ? "disabled" : isDenial ? `nothing (${rule.action})` : trafficOf(rule);
    const cells = [several(rule.source, 1), several(rule.destination, 1), lets];
    if (isOurs(rule)) return [rule.name, groupOf(rule.name, groups), ...cells];
    return [rule.name, "(not ours)", ...cells].map((text): Part => ({ text, style: "dim" }));
  });
}

export function isOurs({ tag }: RulebaseRule): boolean {
  return tag.some((each) => each.startsWith(TAG_PREFIX));
}

/** The security group that a rule mirrors, by its name. */
function groupOf(rule: string, groups: GroupNames): Part {
  const id = securityGroupIn(rule) ?? "";
  return { text: groups.get(id) ?? id, style: "green" };
}

/** What names of our objects begin with: the `ownerId` of Pulumi.dev.yaml is in them. */
const OUR_OBJECTS = "aws-demo4aws-";

function trafficOf({ application, service }: RulebaseRule): string {
  const applications = application.filter((each) => each !== "any");
  const services = service.filter((each) => each !== "any" && each !== "application-default");
  const all = applications.length > 0 ? applications : services.length > 0 ? services : ["everything"];
  return several(
    all.map((each) => each.replace(OUR_OBJECTS, "")),
    1,
  );
}

export type Change = "added" | "changed" | "removed";

export interface RuleChange {
  rule: string;
  change: Change;
  /** In a word or two for each field: "to: − 10.20.1.20". */
  how: string;
}

/** @param changes what `how` says takes no room where it says nothing */
export function changeColumns(changes: readonly RuleChange[]): Column[] {
  return changes.some(({ how }) => how !== "") ? CHANGE_COLUMNS : CHANGE_COLUMNS.slice(0, -1);
}

const CHANGE_COLUMNS: Column[] = [
  { title: "" },
  { title: "group" },
  { title: "rule", least: 24, cut: "middle" },
  { title: "how", least: 14 },
];

const SIGNS: Record<Change, Part> = {
  added: { text: "+", style: ["green", "bold"] },
  changed: { text: "~", style: ["yellow", "bold"] },
  removed: { text: "−", style: ["red", "bold"] },
};

export function changeRows(changes: readonly RuleChange[], groups: GroupNames): Part[][] {
  return changes.map(({ rule, change, how }) => [SIGNS[change], groupOf(rule, groups), rule, how]);
}

/** What has become of rules, by name. */
export function changesBetween(
  before: readonly RulebaseRule[],
  after: readonly RulebaseRule[],
): Map<string, RuleChange> {
  const [old, now] = [before, after].map((rules) => new Map(rules.map((rule) => [rule.name, rule])));
  const changes = new Map<string, RuleChange>();
  for (const [name, rule] of now!) {
    const was = old!.get(name);
    if (was === undefined) changes.set(name, { rule: name, change: "added", how: "" });
    else if (JSON.stringify(was) !== JSON.stringify(rule))
      changes.set(name, { rule: name, change: "changed", how: howChanged(was, rule) });
  }
  for (const name of old!.keys())
    if (!now!.has(name)) changes.set(name, { rule: name, change: "removed", how: "" });
  return changes;
}

function howChanged(was: RulebaseRule, is: RulebaseRule): string {
  const sides = [
    ["from", was.source, is.source],
    ["to", was.destination, is.destination],
  ] as const;
  return sides
    .flatMap(([side, old, now]) => {
      const gone = old.filter((each) => !now.includes(each));
      const come = now.filter((each) => !old.includes(each));
      const parts = [
        ...(gone.length > 0 ? [`− ${several(gone, 1)}`] : []),
        ...(come.length > 0 ? [`+ ${several(come, 1)}`] : []),
      ];
      return parts.length > 0 ? [`${side}: ${parts.join(" ")}`] : [];
    })
    .join("; ");
}
