/** Packets that a question is about, and which of an account's interfaces and of our rules they meet. */
import type { Inventory, NetworkInterface } from "../../inventory/types";
import { prefixListGroupsOf } from "../../mapping";
import { isInside, parseCidr, type Cidr } from "../../lib/net/cidr";
import { includes, meets, trafficOf, type Traffic } from "../../lib/net/protocols";
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
      traffic: after === undefined || meets(after, traffic) ? traffic : after,
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
    if (services.length === 0) return permitted !== undefined && meets(permitted, traffic);
    return services.some(({ protocol, port }) =>
      port.split(",").some((range) => {
        const [fromPort = 0, toPort = fromPort] = range.split("-").map(Number);
        return meets({ protocol, fromPort, toPort }, traffic);
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
      meets(permitted, traffic) &&
      other.flatMap((name) => members.get(name) ?? [name]).some((text) => overlaps(text, far)) &&
      near
        .flatMap((name) => members.get(name) ?? [name])
        .some((text) => own.some((address) => overlaps(text, address)))
    );
  };
  const fitting = policy.rules.filter(fits);
  // Such as let in all of it first: of these is the packet that a firewall is asked about.
  const whole = fitting.filter(({ permission }) => permitsAll(permission, traffic));
  return [...whole, ...fitting.filter((each) => !whole.includes(each))].flatMap(
    (each) => asTranslated.get(each.rule.name) ?? [],
  );
}

/** Whether a permission has all of some traffic, such as each code of an ICMP type. */
export function permitsAll(permission: MappedRule["permission"], traffic: Traffic): boolean {
  const permitted = trafficOf(permission);
  return permitted !== undefined && includes(permitted, traffic);
}

/** Whom the address groups of a policy stand for. */
export function groupMembers({ addressGroups, rules }: View["policy"]): Map<string, string[]> {
  return new Map([
    ...addressGroups.map(({ group, members }): [string, string[]] => [group.name, members]),
    ...prefixListGroupsOf(rules).map(({ name, entries }): [string, string[]] => [name, entries]),
  ]);
}

/**
 * Why it can't be said what becomes of packets: one end is a range with the addresses of interfaces in it, of which
 * each has rules of its own; undefined: it can.
 */
export function endProblem(
  { networkInterfaces, vpcs }: Pick<Inventory, "networkInterfaces" | "vpcs">,
  { from, to }: PacketQuestion,
): string | undefined {
  const isOwned = (cidr: Cidr) => networkInterfaces.some((each) => owns(each, cidr));
  const inside = (cidr: Cidr) =>
    networkInterfaces.flatMap(addressTexts).filter((text) => overlaps(text, cidr));
  const problem = (name: string, cidr: Cidr, [first, ...more]: string[]) =>
    first === undefined
      ? undefined
      : `${name} ${cidr.text} has the addresses of network interfaces in it, each with rules of its own: ask about ` +
        `one, ${more.length > 0 ? `such as ${first}` : first}`;
  if (isOwned(to)) return undefined;
  // All of the internet as where an instance's packets go is a question about what it may leave to.
  const isAsked = isOwned(from) && !vpcs.some((vpc) => blocksOf(vpc).some((text) => isWithin(to, text)));
  const found = isAsked ? undefined : problem("--to", to, inside(to));
  return found ?? (isOwned(from) ? undefined : problem("--from", from, inside(from)));
}

function blocksOf({ cidrBlocks, ipv6CidrBlocks }: Inventory["vpcs"][number]): string[] {
  return [...cidrBlocks, ...ipv6CidrBlocks];
}

function isWithin(inner: Cidr, text: string): boolean {
  const outer = cidrOf(text);
  return outer?.family === inner.family && isInside(inner, outer);
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
