/** Packets that a question is about, and which of an account's interfaces and of our rules they meet. */
import type { Inventory, NetworkInterface } from "../../inventory/types";
import { prefixListGroupsOf } from "../../mapping";
import { isInside, parseCidr, type Cidr } from "../../lib/net/cidr";
import { includes, trafficOf, type Traffic } from "../../lib/net/protocols";
import { addressTexts } from "../../mapping/routing";
import type { Direction, MappedRule } from "../../mapping/types";
import type { View } from "./view";

/** Packets to ask about: from outside to an instance, or from an instance's address to outside. */
export interface PacketQuestion {
  from: Cidr;
  to: Cidr;
  traffic: Traffic;
  /** As it was asked, for the answer: "tcp/443". */
  port: string;
}

/** Packets, seen from the interfaces that they come to or leave. */
export interface Packets {
  direction: Direction;
  /** What is asked of the interfaces' side, and of the other one. */
  near: Cidr;
  far: Cidr;
  /** Whose address it is, as far as the inventory knows. */
  owners: NetworkInterface[];
  traffic: Traffic;
}

/** The packets of a question: into the account, where it has the address that they go to, or out of it. */
function packetsOf(
  { networkInterfaces }: Pick<Inventory, "networkInterfaces">,
  { from, to, traffic }: PacketQuestion,
): Packets {
  const ownersOf = (cidr: Cidr) => networkInterfaces.filter((each) => owns(each, cidr));
  const [ingress, egress] = [ownersOf(to), ownersOf(from)];
  return ingress.length > 0 || egress.length === 0
    ? { direction: "ingress", near: to, far: from, owners: ingress, traffic }
    : { direction: "egress", near: from, far: to, owners: egress, traffic };
}

/** Packets, and the rules of ours that some of them fit. */
export interface Meeting {
  packets: Packets;
  rules: MappedRule[];
  /** The address that was asked for is one before the firewall's own translation: these have it for that. */
  isTranslated: boolean;
}

/**
 * What a question's packets meet: the interfaces that have the address which they go to, or those that the firewall
 * translates it to. A rule names an address before translation only where that surely leads to its instances.
 */
export function meetingOf(view: View, question: PacketQuestion): Meeting {
  const packets = packetsOf(view.inventory, question);
  const rules = rulesFor(view, packets);
  const translated = rules.length > 0 || packets.direction === "egress" ? [] : translatedTo(view, packets);
  const [first] = translated;
  if (first === undefined) return { packets, rules, isTranslated: false };
  const names = new Set(translated.map(({ rule }) => rule.name));
  const members = groupMembers(view.policy);
  const targets = (view.untranslated?.rules ?? [])
    .filter(({ rule }) => names.has(rule.name))
    .flatMap(({ rule }) => rule.destination.flatMap((name) => members.get(name) ?? [name]));
  const isTarget = (each: NetworkInterface) =>
    addressTexts(each).some((text) => {
      const address = cidrOf(text);
      return address !== undefined && targets.some((target) => overlaps(target, address));
    });
  // The port may be another one after translation: the one of the permission.
  const { traffic } = packets;
  const after = trafficOf(first.permission);
  return {
    packets: {
      ...packets,
      owners: view.inventory.networkInterfaces.filter(isTarget),
      traffic: after === undefined || includes(after, traffic) ? traffic : after,
    },
    rules: translated,
    isTranslated: true,
  };
}

/** The rules that name what packets go to, and only because the firewall's NAT translates it to their instances. */
function translatedTo({ policy, untranslated }: View, { near, far, traffic }: Packets): MappedRule[] {
  const before = new Map(untranslated?.rules.map((each) => [each.rule.name, each]));
  const members = groupMembers(policy);
  const names = (listed: readonly string[], cidr: Cidr) =>
    listed.flatMap((name) => members.get(name) ?? [name]).some((text) => overlaps(text, cidr));
  const ports = new Map(policy.services.map(({ name, protocol, port }) => [name, { protocol, port }]));
  const fits = ({ rule, permission }: MappedRule) => {
    const services = rule.service.flatMap((name) => ports.get(name) ?? []);
    const permitted = trafficOf(permission);
    if (services.length === 0) return permitted !== undefined && includes(permitted, traffic);
    return services.some(({ protocol, port }) =>
      port.split(",").some((range) => {
        const [fromPort = 0, toPort = fromPort] = range.split("-").map(Number);
        return includes({ protocol, fromPort, toPort }, traffic);
      }),
    );
  };
  return policy.rules.filter((mapped) => {
    const own = before.get(mapped.rule.name);
    const { destination, source } = mapped.rule;
    const isNamed = names(destination, near) && own !== undefined && !names(own.rule.destination, near);
    return mapped.permission.direction === "ingress" && isNamed && names(source, far) && fits(mapped);
  });
}

/** The rules that some of the packets fit, as they come to the interfaces or leave them. */
function rulesFor(
  { policy: translated, untranslated: policy = translated }: View,
  { direction, far, owners, traffic }: Packets,
): MappedRule[] {
  const asTranslated = new Map(translated.rules.map((each) => [each.rule.name, each]));
  const members = groupMembers(policy);
  const own = owners.flatMap((owner) => addressTexts(owner).flatMap((text) => cidrOf(text) ?? []));
  const fits = ({ rule, permission }: MappedRule) => {
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
  };
  return policy.rules.filter(fits).flatMap((each) => asTranslated.get(each.rule.name) ?? []);
}

/** Whom the address groups of a policy stand for. */
export function groupMembers({ addressGroups, rules }: View["policy"]): Map<string, string[]> {
  return new Map([
    ...addressGroups.map(({ group, members }): [string, string[]] => [group.name, members]),
    ...prefixListGroupsOf(rules).map(({ name, entries }): [string, string[]] => [name, entries]),
  ]);
}

export function owns(networkInterface: NetworkInterface, asked: Cidr): boolean {
  return addressTexts(networkInterface).some((text) => {
    const cidr = cidrOf(text);
    return cidr?.family === asked.family && isInside(asked, cidr);
  });
}

/** An address as the CIDR of itself, or a CIDR; undefined for anything else, such as a group's name. */
export function cidrOf(text: string): Cidr | undefined {
  return parseCidr(text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`);
}

export function overlaps(text: string, other: Cidr): boolean {
  const cidr = cidrOf(text);
  return cidr?.family === other.family && cidr.first <= other.last && other.first <= cidr.last;
}
