import type { NetworkInterface, SecurityGroupRule } from "../inventory/types";
import { prefixListGroupsOf } from "../mapping";
import { isInside, parseCidr, type Cidr } from "../mapping/cidr";
import { plainText } from "../mapping/describe";
import { includes, normalised, trafficOf, type Traffic } from "../mapping/protocols";
import { ofThePassing } from "../mapping/order";
import { addressTexts } from "../mapping/routing";
import type { Direction, MappedRule } from "../mapping/types";
import { explainIsolated } from "./isolation";
import type { Explanation, Reason, Verdict } from "./reason";
import { describeRule, whyBehind, type View } from "./view";

/** Packets to ask about: from outside to an instance, or from an instance's address to outside. */
export interface PacketQuestion {
  from: Cidr;
  to: Cidr;
  traffic: Traffic;
  /** As it was asked, for the answer: "tcp/443". */
  port: string;
}

/** Packets, seen from the interfaces that they come to or leave. */
interface Packets {
  direction: Direction;
  /** What is asked of the other side. */
  far: Cidr;
  owners: NetworkInterface[];
  traffic: Traffic;
}

/** Whether and why packets are let through. */
export function explainPacket(view: View, question: PacketQuestion): Explanation {
  const { from, to, traffic, port } = question;
  const what = `${port} from ${from.text} to ${to.text}`;
  const ownersOf = (cidr: Cidr) => view.inventory.networkInterfaces.filter((each) => owns(each, cidr));
  const [ingress, egress] = [ownersOf(to), ownersOf(from)];
  const packets: Packets =
    ingress.length > 0 || egress.length === 0
      ? { direction: "ingress", far: from, owners: ingress, traffic }
      : { direction: "egress", far: to, owners: egress, traffic };
  if (packets.owners.length === 0) {
    return {
      verdict: "not asked for",
      text: `no rule of ours lets in ${what}`,
      because: [{ text: `no interface in the inventory has the address ${to.text}` }],
    };
  }
  const isolated = explainIsolated(view, question, what, [egress, ingress]);
  const rules = rulesFor(view, packets);
  const permitting = groupRulesFor(view, packets, rules);
  const covered = rules.filter(({ rule }) =>
    view.coverage?.covered.some((each) => each.rule.rule.name === rule.name),
  );
  const verdict = verdictOn(view, packets, rules, covered, permitting);
  const names = rules.map(({ rule }) => rule.name).join(", ");
  const text: Record<Exclude<Verdict, "isolated">, string> = {
    allowed: `${names} lets in ${what}`,
    "in part": `${names} lets in part of ${what}`,
    "already allowed": `the firewall's own rules let in ${what}`,
    withheld: `AWS lets in ${what}, but no rule of ours does`,
    "not asked for": `no rule of ours lets in ${what}`,
  };
  return {
    verdict: isolated?.verdict ?? verdict,
    text: isolated?.text ?? text[verdict],
    because: [
      ...(isolated?.because ?? []),
      permitting.length === 0
        ? { text: "no security group lets this in" }
        : { text: "AWS lets it in by", because: permitting.map((each) => whyPermitted(view, each, rules)) },
      ...packets.owners.map((owner) => whyBehind(view, owner)),
      ...covered.map(({ rule }) => ({
        id: rule.name,
        text: `${rule.name} is left out: the firewall's own rules allow it already`,
      })),
    ],
  };
}

interface Permitting {
  group: { id: string; name: string };
  rule: SecurityGroupRule;
}

/** The rules that some of the packets fit. */
function rulesFor({ policy }: View, { direction, far, owners, traffic }: Packets): MappedRule[] {
  const members = groupMembers(policy);
  const own = owners.flatMap((owner) => addressTexts(owner).flatMap((text) => cidrOf(text) ?? []));
  return policy.rules.filter(({ rule, permission }) => {
    const [near, other] =
      direction === "ingress" ? [rule.destination, rule.source] : [rule.source, rule.destination];
    const permitted = trafficOf(permission);
    return (
      permission.direction === direction &&
      permitted !== undefined &&
      includes(permitted, traffic) &&
      other.flatMap((name) => members.get(name) ?? [name]).some((text) => overlaps(text, far)) &&
      near
        .flatMap((name) => members.get(name) ?? [name])
        .some((text) => own.some((address) => overlaps(text, address)))
    );
  });
}

/** Whom the address groups of a policy stand for. */
function groupMembers({ addressGroups, rules }: View["policy"]): Map<string, string[]> {
  return new Map([
    ...addressGroups.map(({ group, members }): [string, string[]] => [group.name, members]),
    ...prefixListGroupsOf(rules).map(({ name, entries }): [string, string[]] => [name, entries]),
  ]);
}

/** The security-group rules that let some of the packets in, whatever becomes of them on the firewall. */
function groupRulesFor({ inventory }: View, packets: Packets, rules: MappedRule[]): Permitting[] {
  const { direction, owners, far, traffic } = packets;
  const carried = new Set(owners.flatMap(({ securityGroupIds }) => securityGroupIds));
  const mapped = new Set(rules.flatMap(({ permission }) => permission.ruleIds));
  const fits = (rule: SecurityGroupRule) => {
    const permitted = trafficOf(normalised(rule));
    const list = inventory.prefixLists.find(({ id }) => id === rule.prefixListId);
    const texts = [rule.cidrIpv4, rule.cidrIpv6, ...(list?.entries ?? []).map(({ cidr }) => cidr)];
    return (
      permitted !== undefined &&
      includes(permitted, traffic) &&
      texts.some((text) => text !== undefined && overlaps(text, far))
    );
  };
  return inventory.securityGroups
    .filter(({ id }) => carried.has(id))
    .flatMap((group) =>
      (group[direction] ?? [])
        .filter((rule) => mapped.has(rule.id) || fits(rule))
        .map((rule) => ({ group, rule })),
    );
}

function whyPermitted({ policy }: View, { group, rule }: Permitting, rules: MappedRule[]): Reason {
  const { text, ...about } = describeRule(rule);
  const names = rules.filter(({ permission }) => permission.ruleIds.includes(rule.id));
  const withheld = policy.withheld.filter(({ permission }) => permission.ruleIds.includes(rule.id));
  const outcome: Reason[] = [
    ...names.map((each) => ({ id: each.rule.name, text: `→ rule ${each.rule.name}` })),
    ...withheld.map(({ reason }) => ({ text: reason })),
  ];
  return {
    ...about,
    text: `security group ${plainText(group.name)} (${group.id}): ${text}`,
    because:
      outcome.length > 0 ? outcome : [{ text: "it becomes no rule: nothing of it crosses the firewall" }],
  };
}

function verdictOn(
  { policy }: View,
  { direction, far }: Packets,
  rules: MappedRule[],
  covered: MappedRule[],
  permitting: Permitting[],
): Exclude<Verdict, "isolated"> {
  if (rules.length === 0) {
    const ids = new Set(permitting.map(({ rule }) => rule.id));
    const isWithheld = ofThePassing(policy.withheld).some(({ permission }) =>
      permission.ruleIds.some((id) => ids.has(id)),
    );
    return isWithheld ? "withheld" : "not asked for";
  }
  if (covered.length === rules.length) return "already allowed";
  const members = groupMembers(policy);
  const isWhole = rules.some(({ rule }) =>
    (direction === "ingress" ? rule.source : rule.destination)
      .flatMap((name) => members.get(name) ?? [name])
      .some((text) => {
        const side = cidrOf(text);
        return side?.family === far.family && isInside(far, side);
      }),
  );
  return isWhole ? "allowed" : "in part";
}

function owns(networkInterface: NetworkInterface, asked: Cidr): boolean {
  return addressTexts(networkInterface).some((text) => {
    const cidr = cidrOf(text);
    return cidr?.family === asked.family && isInside(asked, cidr);
  });
}

/** An address as the CIDR of itself, or a CIDR; undefined for anything else, such as a group's name. */
export function cidrOf(text: string): Cidr | undefined {
  return parseCidr(text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`);
}

function overlaps(text: string, other: Cidr): boolean {
  const cidr = cidrOf(text);
  return cidr?.family === other.family && cidr.first <= other.last && other.first <= cidr.last;
}
