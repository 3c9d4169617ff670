/** What our rules say must be said in words that nobody's object has: see declaration/taken-names. */
import { ruleLabel } from "../panos/evaluated";
import type { Rulebase, RulebaseRule, SecurityRule, TakenNames } from "../panos/policy";
import { takenBy, takenMembers } from "../declaration/taken-names";
import { parseBlock } from "../lib/net/cidr";
import { permissionLabel } from "./describe";
import { isOfThisProgram, serviceName } from "../declaration/names";
import { compareWithheld } from "./order";
import { prefixListObjects } from "./prefix-lists";
import { portsInName, trafficOf } from "../lib/net/protocols";
import { applicationsOf, servicesOf } from "./rules";
import type { Isolation, MappedRule, Policy, Withheld } from "./types";

/**
 * A policy that says nothing in words that are somebody's names: an address is written as a block, an application is
 * left to its exact service; what has no other words is withheld.
 * @param policy what mapping made of an inventory
 */
export function withFreeNames<P extends Policy>(
  policy: P,
  rulebases: { candidate: Rulebase; running: Rulebase },
  ownerId: string,
): P {
  const names = [rulebases.running, rulebases.candidate].map(namesIn);
  const pushed = pushedByName(rulebases.running);
  const hasNone = names.every(({ addresses, services, applications }) =>
    isEmpty(addresses, services, applications),
  );
  if (hasNone && pushed.size === 0) return policy;
  const found = policy.rules.map((mapped) => {
    const other = pushed.get(mapped.rule.name);
    return other === undefined ? freed(mapped, names, ownerId) : withoutName(mapped, other);
  });
  const rules = found.filter((each) => "rule" in each);
  const withheld = found.filter((each): each is Withheld => !("rule" in each));
  const isolation = policy.isolation && withFreeAddresses(policy.isolation, names);
  const taken = (isolation?.rules ?? []).flatMap((rule) =>
    takenMembers(rule, names).map(
      ({ member, what }) =>
        `${rule.name} names ${member}, which the firewall takes for the ${what} of that name: it may not isolate whom it names. Rename that.`,
    ),
  );
  const sameNames = (isolation?.rules ?? []).flatMap(({ name }) => {
    const other = pushed.get(name);
    return other === undefined
      ? []
      : [
          `${ruleLabel(other)} has the name of the rule of ours that isolates instances, which the firewall may refuse for that. Rename that.`,
        ];
  });
  return {
    ...policy,
    rules,
    services: servicesOf(rules, ownerId),
    applications: applicationsOf(rules, ownerId),
    withheld: [...policy.withheld, ...withheld].sort(compareWithheld),
    warnings: [...policy.warnings, ...new Set([...taken, ...sameNames])],
    ...(isolation && { isolation }),
  };
}

/** Whether a firewall takes a local rule by the name of one of Panorama's is nowhere documented. */
function pushedByName({ pushed, rules }: Rulebase): Map<string, RulebaseRule> {
  const { above = [], below = [] } = pushed?.rules ?? {};
  const both = new Map([...above, ...below].map((rule) => [rule.name, rule]));
  // One that takes both has shown that it does.
  for (const { name } of both.size === 0 ? [] : rules) both.delete(name);
  return both;
}

function withoutName({ permission }: MappedRule, other: RulebaseRule): Withheld {
  const reason =
    `${permissionLabel(permission)} is not opened: its rule would have the name of ${ruleLabel(other)}. ` +
    "Rename that.";
  return { permission, reason };
}

function isEmpty(...names: ReadonlyMap<string, unknown>[]): boolean {
  return names.every(({ size }) => size === 0);
}

/** An earlier recording has objects, and doesn't say what they are: any counts, except by names that are ours. */
export function namesIn({ names, addresses, services, applications }: Rulebase): TakenNames {
  if (names !== undefined) return names;
  const named = (objects: ReadonlyMap<string, unknown>) =>
    new Map([...objects.keys()].filter((name) => !isOfThisProgram(name)).map((name) => [name, ["object"]]));
  return {
    addresses: named(addresses),
    services: named(services),
    applications: named(applications),
  };
}

function withFreeAddresses(isolation: Isolation, names: readonly TakenNames[]): Isolation {
  return { ...isolation, rules: isolation.rules.map((rule) => respelled(rule, names)) };
}

/** A rule whose addresses are written so that they are nobody's names, as far as they can be; the same if they are. */
export function respelled<R extends SecurityRule>(rule: R, names: readonly TakenNames[]): R {
  const isTaken = (member: string) => takenBy("addresses", member, names) !== undefined;
  if (![...rule.source, ...rule.destination].some(isTaken)) return rule;
  const list = (members: readonly string[]) =>
    members.map((member) =>
      isTaken(member) ? (spellings(member).find((each) => !isTaken(each)) ?? member) : member,
    );
  return { ...rule, source: list(rule.source), destination: list(rule.destination) };
}

/** Other ways to write an address: names have no slash. */
function spellings(member: string): string[] {
  const block = parseBlock(member);
  if (block === undefined || block.first !== block.last) return [];
  return [`${block.text.split("/")[0]}/${block.prefixLength}`];
}

function freed(mapped: MappedRule, names: readonly TakenNames[], ownerId: string): MappedRule | Withheld {
  const { permission, prefixLists = [] } = mapped;
  const rule = withoutTakenApplications(respelled(mapped.rule, names), mapped, names, ownerId);
  const { addresses, addressGroups } = prefixListObjects(prefixLists, ownerId);
  const source = [...rule.source, ...[...addresses, ...addressGroups].map(({ name }) => name)];
  const [taken] = takenMembers({ ...rule, source }, names);
  if (taken === undefined) return rule === mapped.rule ? mapped : { ...mapped, rule };
  const { member, what } = taken;
  const reason =
    `${permissionLabel(permission)} is not opened: its rule would name ${member}, which the firewall takes for the ` +
    `${what} of that name. Rename that.`;
  return { permission, reason };
}

/** What goes over TCP or UDP ports is said by these alone, where its application's name is somebody's. */
function withoutTakenApplications(
  rule: SecurityRule,
  { permission }: MappedRule,
  names: readonly TakenNames[],
  ownerId: string,
): SecurityRule {
  const traffic = trafficOf(permission);
  if (traffic?.protocol !== "tcp" && traffic?.protocol !== "udp") return rule;
  const isFree = rule.application.every((name) => takenBy("applications", name, names) === undefined);
  if (isFree) return rule;
  // One on services of ours has them already, on other ports where the firewall translates them.
  const isDefault = rule.service.includes("application-default");
  const service = isDefault ? [serviceName(ownerId, traffic.protocol, portsInName(traffic))] : rule.service;
  return { ...rule, application: ["any"], service };
}
