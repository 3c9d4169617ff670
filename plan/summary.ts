/** What an update does to the firewalls, on one screen: the last that a program says of its plans. */
import { counted, cut, listed, plainText } from "../lib/text";
import { addressesNamed } from "../declaration/objects";
import { securityGroupIn } from "../declaration/names";
import { openToTheWorld } from "../mapping/marks-of-opening";
import { ofThePassing } from "../mapping/order";
import type { MappedRule } from "../mapping/types";
import { groupNamesIn } from "./accounts/group-names";
import type { Message } from "./messages";
import type { Plan, RefusedPlan } from "./types";

/** Of a line: Pulumi indents it by four. */
const WIDTH = 74;
/** Of a group's name, so that what is open stands beside it. */
const NAME_WIDTH = 24;
/** Of the names of firewalls of which it says the same. */
const NAMES_WIDTH = 40;
const MOST_LINES = 24;
const WARNING = "  ⚠ ";

/** The summary of a run's plans. Firewalls of which it says the same are named together, those with warnings first. */
export function summaryOf(plans: readonly (Plan | RefusedPlan)[]): Message {
  const most = plans.length > 1 ? 2 : 5;
  const alike = new Map<string, { names: string[]; part: Part }>();
  for (const plan of plans) {
    const part = "refusal" in plan ? REFUSED : partOf(plan, most);
    const key = [part.head(""), ...part.details].join("\n");
    const { names } = alike.get(key) ?? alike.set(key, { names: [], part }).get(key)!;
    names.push(nameOf(plan));
  }
  const isWarned = ({ details }: Part) => details.some((line) => line.startsWith(WARNING));
  const parts = [...alike.values()].sort((a, b) => Number(isWarned(b.part)) - Number(isWarned(a.part)));
  const lines = parts.flatMap(({ names, part }) => [
    part.head(cut(listed(names, 3), NAMES_WIDTH)),
    ...part.details,
  ]);
  const more = lines.length - MOST_LINES;
  const shown = more > 0 ? [...lines.slice(0, MOST_LINES), `and ${counted(more, "line")} more`] : lines;
  return {
    severity: parts.some(({ part }) => isWarned(part)) ? "warn" : "info",
    text: shown.map((line) => cut(line, WIDTH)).join("\n"),
  };
}

/** A firewall's name; of a device group with how many firewalls it is. */
function nameOf(plan: Plan | RefusedPlan): string {
  const { name } = plan.firewall.declared;
  const fleet = "refusal" in plan ? undefined : plan.state.fleet;
  return fleet === undefined ? name : `${name} (${counted(fleet.firewalls.length, "firewall")})`;
}

interface Part {
  /** The first line, of firewalls with these names. */
  head: (names: string) => string;
  details: string[];
}

const REFUSED: Part = { head: (names) => `${names}: nothing is written, for the reason above`, details: [] };

function partOf(plan: Plan, most: number): Part {
  const { added, changed, removed } = plan.changes;
  const verbs = [
    ["add", added],
    ["change", changed],
    ["remove", removed],
  ] as const;
  const counts = verbs.flatMap(([verb, { length }]) => (length > 0 ? [`${length} to ${verb}`] : []));
  const rest = restOf(plan);
  if (counts.length > 0) {
    const details = [...warnings(plan, most), ...ruleLines(plan, most), `  then ${rest}`];
    return { head: (names) => `rules on ${names}: ${counts.join(", ")}`, details };
  }
  // What is registered is compared when that is done.
  const nothing =
    plan.registrations === undefined && plan.waiting.length === 0 ? "no change" : "no rule changes";
  const others = plan.waiting.length > 0 ? `${counted(plan.waiting.length, "other change")}; ` : "";
  return { head: (names) => `${nothing} on ${names}: ${others}${rest}`, details: [] };
}

/** What there will be, and what becomes no rule. */
function restOf({ content, policy, coverage, onHold, adopted, heldBack }: Plan): string {
  const counts = [
    [ofThePassing(policy.withheld).length, "withheld"],
    [coverage.covered.length, "already allowed"],
    [onHold.length, "on hold"],
    [adopted.length, "taken over"],
  ] as const;
  return [
    counted(content.rules.length, "rule"),
    ...counts.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : [])),
    ...(heldBack.length > 0 ? [`some held back by ${counted(heldBack.length, "limit")}`] : []),
  ].join(", ");
}

/** Ports of administration and databases that open to the internet, which they didn't before. */
function warnings(plan: Plan, most: number): string[] {
  const touched = new Set([...plan.changes.added, ...plan.changes.changed]);
  const found = plan.coverage.needed
    .filter(({ rule, permission }) => touched.has(rule.name) && permission.direction === "ingress")
    .flatMap((mapped) => {
      const names = newlyOpen(mapped, plan);
      const group = cut(plainText(mapped.permission.securityGroupName), NAME_WIDTH);
      return names.length > 0 ? [`${group}: open to the world: ${listed(names, 2)}`] : [];
    });
  return firstOf(found, most).map((text) => `${WARNING}${text}`);
}

function newlyOpen({ rule, permission, prefixLists = [] }: MappedRule, { state }: Plan): string[] {
  const ports = portsOf(permission);
  const entries = new Map(prefixLists.map((list) => [list.name, list.entries]));
  const running = state.running.objects;
  const before = running.rules.get(rule.name);
  // One with settings that aren't ours may be disabled.
  const wasOpen = before?.action === "allow" && before.extras.length === 0;
  const known = wasOpen ? openToTheWorld({ source: addressesNamed(before.source, running), ports }) : [];
  const source = rule.source.flatMap((name) => entries.get(name) ?? [name]);
  return openToTheWorld({ source, ports }).filter((name) => !known.includes(name));
}

function portsOf({ ipProtocol, fromPort, toPort }: MappedRule["permission"]): string[] {
  return [ipProtocol === "-1" ? "any" : `${ipProtocol}/${fromPort}-${toPort}`];
}

/** Rules by name, with their security groups' names, as Pulumi marks what it adds, changes and removes. */
function ruleLines({ changes, content, state }: Plan, most: number): string[] {
  const running = changes.removed.flatMap((name) => state.running.objects.rules.get(name) ?? []);
  const groups = groupNamesIn([...running, ...content.rules]);
  const lines = (sign: string, names: readonly string[]) =>
    firstOf(
      names.map((name) => named(name, groups)),
      most,
    ).map((text) => `  ${sign} ${text}`);
  return [...lines("+", changes.added), ...lines("~", changes.changed), ...lines("-", changes.removed)];
}

function named(rule: string, groups: ReadonlyMap<string, string>): string {
  const group = groups.get(securityGroupIn(rule) ?? "");
  return group === undefined ? rule : `${rule} (${cut(group, NAME_WIDTH)})`;
}

function firstOf(texts: readonly string[], most: number): string[] {
  const more = texts.length - most;
  return [...texts.slice(0, most), ...(more > 0 ? [`and ${more} more`] : [])];
}
