/**
 * A member of a rule is a name first: where somebody has an object that is called `10.0.1.10`, or a group of
 * applications that is called `ssl`, PAN-OS takes it for that (regions and lists before groups, groups before
 * addresses). What our rules say must be said in words that nobody's object has.
 */
import type { Rulebase, SecurityRule, TakenNames } from "../panos/policy";
import { knownApplication } from "./applications";
import { parseBlock } from "../lib/net/cidr";
import { permissionLabel } from "./describe";
import { serviceName } from "./names";
import { compareWithheld } from "./order";
import { prefixListObjects } from "./prefix-lists";
import { portsInName, trafficOf } from "./protocols";
import { applicationsOf, servicesOf } from "./rules";
import type { Isolation, MappedRule, Policy, Withheld } from "./types";

/** A member of a rule that PAN-OS takes for somebody's object. */
export interface TakenMember {
  side: keyof TakenNames;
  member: string;
  /** "address object", "shared application group" */
  what: string;
}

/** What of these members is somebody's object by name; objects of ours, in the places where ours are, are none. */
export function takenMembers(
  { source, destination, application, service }: Members,
  configurations: readonly TakenNames[],
): TakenMember[] {
  const taken = (side: keyof TakenNames, members: readonly string[]): TakenMember[] =>
    members.flatMap((member) => {
      const what = takenBy(side, member, configurations);
      return what === undefined ? [] : [{ side, member, what }];
    });
  return [
    ...taken("addresses", source),
    ...taken("addresses", destination),
    ...taken("applications", application),
    ...taken("services", service),
  ];
}

type Members = Pick<SecurityRule, "source" | "destination" | "application" | "service">;

/** What ours are themselves, by name: in the vsys. Whether one of these is ours is a matter of its mark. */
const OWN: Record<keyof TakenNames, readonly string[]> = {
  addresses: ["address object", "address group"],
  services: ["service"],
  applications: ["custom application"],
};

function takenBy(
  side: keyof TakenNames,
  member: string,
  configurations: readonly TakenNames[],
): string | undefined {
  const kinds = configurations.flatMap((names) => names[side].get(member) ?? []);
  if (kinds.length === 0) return undefined;
  const others = member.startsWith("aws-") ? kinds.filter((kind) => !OWN[side].includes(kind)) : kinds;
  // Whatever else stands in a rule of ours is the name of an object that the settings mean.
  const isMeant = !member.startsWith("aws-") && !isWord(side, member);
  return isMeant ? undefined : others[0];
}

/** Whether a member says something by itself, without an object. */
function isWord(side: keyof TakenNames, member: string): boolean {
  if (side === "addresses") return parseBlock(member) !== undefined;
  return side === "applications" && knownApplication(member) !== undefined;
}

/**
 * A policy that says nothing in words that are somebody's names: an address is written as a block, an application is
 * left to its exact service; what has no other words is withheld.
 * @param policy what `mapInventory` returned
 */
export function withFreeNames<P extends Policy>(
  policy: P,
  rulebases: { candidate: Rulebase; running: Rulebase },
  ownerId: string,
): P {
  const names = [rulebases.running, rulebases.candidate].map(namesIn);
  if (names.every(({ addresses, services, applications }) => isEmpty(addresses, services, applications))) {
    return policy;
  }
  const found = policy.rules.map((mapped) => freed(mapped, names, ownerId));
  const rules = found.filter((each) => "rule" in each);
  const withheld = found.filter((each): each is Withheld => !("rule" in each));
  const isolation = policy.isolation && withFreeAddresses(policy.isolation, names);
  const taken = (isolation?.rules ?? []).flatMap((rule) =>
    takenMembers(rule, names).map(
      ({ member, what }) =>
        `${rule.name} names ${member}, which the firewall takes for the ${what} of that name: it may not isolate whom it names. Rename that.`,
    ),
  );
  return {
    ...policy,
    rules,
    services: servicesOf(rules, ownerId),
    applications: applicationsOf(rules, ownerId),
    withheld: [...policy.withheld, ...withheld].sort(compareWithheld),
    warnings: [...policy.warnings, ...new Set(taken)],
    ...(isolation && { isolation }),
  };
}

function isEmpty(...names: ReadonlyMap<string, unknown>[]): boolean {
  return names.every(({ size }) => size === 0);
}

/** An earlier recording has objects, and doesn't say what they are: any counts, except by names that are ours. */
export function namesIn({ names, addresses, services, applications }: Rulebase): TakenNames {
  if (names !== undefined) return names;
  const named = (objects: ReadonlyMap<string, unknown>) =>
    new Map([...objects.keys()].filter((name) => !name.startsWith("aws-")).map((name) => [name, ["object"]]));
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
