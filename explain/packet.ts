import type { NetworkInterface, SecurityGroupRule } from "../inventory/types";
import { isInside, parseCidr, type Cidr } from "../mapping/cidr";
import { includes, normalised, trafficOf, type Traffic } from "../mapping/protocols";
import type { SecurityRule } from "../panos/policy";
import { plainText } from "../mapping/describe";
import type { Explanation, Reason } from "./reason";
import { addressesOf, describeRule, whyBehind, type View } from "./view";

/** Packets to ask about. */
export interface PacketQuestion {
  from: Cidr;
  /** An instance's address. */
  to: string;
  traffic: Traffic;
  /** As it was asked, for the answer: "tcp/443". */
  port: string;
}

/** Whether and why packets are let in. */
export function explainPacket(view: View, question: PacketQuestion): Explanation {
  const { from, to, port, traffic } = question;
  const what = `${port} from ${from.text} to ${to}`;
  const owners = view.inventory.networkInterfaces.filter((each) => owns(each, to));
  if (owners.length === 0) {
    return {
      verdict: "not asked for",
      text: `${what} is not let in by a rule of ours`,
      because: [{ id: to, text: `no interface in the inventory has the address ${to}` }],
    };
  }
  const found = owners.flatMap((owner) =>
    view.inventory.securityGroups
      .filter(({ id }) => owner.securityGroupIds.includes(id))
      .flatMap((group) => group.ingress.map((rule) => ({ owner, group, rule })))
      .filter(({ rule }) => meetsSource(view, rule, from) && letsIn(rule, traffic)),
  );
  const rules = view.policy.rules.filter(
    ({ rule, permission }) =>
      found.some(({ rule: each }) => permission.ruleIds.includes(each.id)) &&
      rule.source.some((text) => overlaps(text, from)) &&
      owners.some((owner) => reaches(view, rule, owner)),
  );
  const covered = rules.filter(({ rule }) =>
    view.coverage?.covered.some((each) => each.rule.rule.name === rule.name),
  );
  const isWhole = rules.some(({ rule }) =>
    rule.source.some((text) => {
      const source = cidrOf(text);
      return source?.family === from.family && isInside(from, source);
    }),
  );
  const permitted = found.map(({ group, rule }): Reason => {
    const names = rules
      .filter(({ permission }) => permission.ruleIds.includes(rule.id))
      .map((each) => each.rule.name);
    const { text, ...about } = describeRule(rule);
    const reasons = view.policy.withheld.filter(({ permission }) => permission.ruleIds.includes(rule.id));
    return {
      ...about,
      text: `security group ${plainText(group.name)} (${group.id}): ${text}`,
      because: [
        ...names.map((name) => ({ id: name, text: `→ rule ${name}` })),
        ...reasons.map(({ reason }) => ({ text: reason })),
        ...(names.length + reasons.length === 0
          ? [{ text: "it becomes no rule: nothing of it crosses the firewall" }]
          : []),
      ],
    };
  });
  const because: Reason[] = [
    permitted.length === 0
      ? { text: `no security group of ${to} lets this in` }
      : { text: "AWS lets it in by", because: permitted },
    ...owners.map((owner) => whyBehind(view, owner)),
    ...covered.map(({ rule }) => ({
      id: rule.name,
      text: `${rule.name} is left out: the firewall allows it already`,
    })),
  ];
  const verdict =
    rules.length === 0
      ? permitted.length > 0 && found.some(({ rule }) => isWithheld(view, rule.id))
        ? "withheld"
        : "not asked for"
      : covered.length === rules.length
        ? "already allowed"
        : isWhole
          ? "allowed"
          : "in part";
  const names = rules.map(({ rule }) => rule.name).join(", ");
  const text = {
    allowed: `${what} is let in by ${names}`,
    "in part": `part of ${what} is let in, by ${names}`,
    "already allowed": `${what} is let in by the firewall's own rules`,
    withheld: `${what} is let in by AWS, but not by the firewall`,
    "not asked for": `${what} is not let in by a rule of ours`,
  }[verdict];
  return { verdict, text, because };
}

function isWithheld(view: View, ruleId: string): boolean {
  return view.policy.withheld.some(({ permission }) => permission.ruleIds.includes(ruleId));
}

function owns(networkInterface: NetworkInterface, to: string): boolean {
  const address = cidrOf(to);
  return address !== undefined && addressesOf(networkInterface).some((text) => overlaps(text, address));
}

/** Whether a rule's destinations have an address of an interface, by themselves or as a group's members. */
function reaches({ policy }: View, rule: SecurityRule, networkInterface: NetworkInterface): boolean {
  const groups = new Map(policy.addressGroups.map(({ group, members }) => [group.name, members]));
  const own = addressesOf(networkInterface).flatMap((text) => cidrOf(text) ?? []);
  return rule.destination
    .flatMap((name) => groups.get(name) ?? [name])
    .some((text) => own.some((address) => overlaps(text, address)));
}

/** An address as the CIDR of itself, or a CIDR. */
function cidrOf(text: string): Cidr | undefined {
  return parseCidr(text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`);
}

function letsIn(rule: SecurityGroupRule, traffic: Traffic): boolean {
  const permitted = trafficOf(normalised(rule));
  return permitted !== undefined && includes(permitted, traffic);
}

function meetsSource({ inventory }: View, rule: SecurityGroupRule, from: Cidr): boolean {
  const list = inventory.prefixLists.find(({ id }) => id === rule.prefixListId);
  const texts = [rule.cidrIpv4, rule.cidrIpv6, ...(list?.entries ?? []).map(({ cidr }) => cidr)];
  return texts.some((text) => text !== undefined && overlaps(text, from));
}

function overlaps(text: string, from: Cidr): boolean {
  const cidr = cidrOf(text);
  return cidr?.family === from.family && cidr.first <= from.last && from.first <= cidr.last;
}
