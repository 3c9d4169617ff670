/** The one packet that a firewall is asked about, of those that a question is about. */
import { applicationOf } from "../../mapping/applications";
import { addressText, isInside, type Cidr } from "../../lib/net/cidr";
import type { Traffic } from "../../lib/net/protocols";
import { addressTexts } from "../../mapping/routing";
import type { MappedRule } from "../../mapping/types";
import { zonesOf } from "../../mapping/zones";
import type { Packet } from "../../panos/match";
import type { Question } from "./firewall";
import { cidrOf, groupMembers, owns, type Packets } from "./packets";
import type { View } from "./view";

/**
 * A packet of those that are asked about: between the zones of our rule for it, or where there is none, between
 * those of its ends; of ranges, an address that our rule names. Its application is our rule's, or the one that stands
 * for the port: without one, a firewall answers with the first rule that a packet of whatever application may meet.
 * @param rules ours that fit
 */
export function askedPacket(view: View, packets: Packets, rules: readonly MappedRule[]): Packet {
  const { direction, near, far, traffic } = packets;
  const rule = rules[0]?.rule;
  const isIngress = direction === "ingress";
  const [nearNames, farNames] = isIngress
    ? [rule?.destination, rule?.source]
    : [rule?.source, rule?.destination];
  const members = groupMembers(view.policy);
  const named = (names: readonly string[] = []) => names.flatMap((name) => members.get(name) ?? [name]);
  // The rule may name another address than was asked for: the one before translation, by AWS or by the firewall.
  const own = packets.owners.flatMap((owner) => addressTexts(owner).flatMap((text) => cidrOf(text) ?? []));
  const [nearEnd, farEnd] = [
    within([near], named(nearNames)) ??
      within(own, named(nearNames)) ??
      within([EVERY[near.family]], named(nearNames)) ??
      middle(near),
    within([far], named(farNames)) ?? middle(far),
  ];
  const zones = endZones(view, packets);
  const zone = (names: readonly string[] | undefined, otherwise: string) =>
    names?.find((name) => name !== "any") ?? otherwise;
  const application = rule?.application.find((name) => name !== "any") ?? usual(view, traffic);
  return {
    from: zone(rule?.from, isIngress ? zones.far : zones.near),
    to: zone(rule?.to, isIngress ? zones.near : zones.far),
    source: isIngress ? farEnd : nearEnd,
    destination: isIngress ? nearEnd : farEnd,
    ...portOf(rule, view, protocolOf(traffic)),
    ...(application !== undefined && { application }),
  };
}

/** All packets that are meant with one, as the firewall sees them: of an end that is translated, that address. */
export function allOf({ direction, near, far, traffic }: Packets, packet: Packet): Question["all"] {
  const [source, destination] = direction === "ingress" ? [far, near] : [near, far];
  const seen = (asked: Cidr, text: string) => {
    const one = cidrOf(text);
    return one === undefined || isInside(one, asked) ? [asked] : [one];
  };
  return {
    family: near.family,
    source: seen(source, packet.source),
    destination: seen(destination, packet.destination),
    // Which application it is goes by type and code.
    isMixed: "type" in traffic && (traffic.type === -1 || traffic.code === -1) && !isEcho(traffic),
  };
}

/** An echo request has no code but 0 (RFC 792, RFC 4443). */
function isEcho({ protocol, type }: Extract<Traffic, { type: number }>): boolean {
  return type === (protocol === "icmp" ? 8 : 128);
}

const EVERY = { IPv4: cidrOf("0.0.0.0/0")!, IPv6: cidrOf("::/0")! };

/** With the port that the rule names, where the firewall's NAT makes another one of it. */
function portOf(
  rule: MappedRule["rule"] | undefined,
  { policy }: View,
  asked: Pick<Packet, "protocol" | "port">,
): Pick<Packet, "protocol" | "port"> {
  const ranges = policy.services
    .filter(({ name }) => rule?.service.includes(name))
    .flatMap(({ port }) => port.split(",").map((range) => range.split("-").map(Number)));
  const has = ([first = 0, last = first]: number[]) =>
    first <= (asked.port ?? 0) && (asked.port ?? 0) <= last;
  const named = ranges[0]?.[0];
  return asked.port === undefined || named === undefined || ranges.some(has)
    ? asked
    : { ...asked, port: named };
}

/** The zones of the two ends: those of the account's interfaces, or untrust. */
function endZones({ inventory, options }: View, { owners, far }: Packets): { near: string; far: string } {
  const zones = zonesOf(inventory, options);
  const remote = inventory.networkInterfaces.find((each) => owns(each, far));
  return {
    near: owners[0] === undefined ? options.trustZone : zones.inside(owners[0]),
    far: remote === undefined ? options.untrustZone : zones.inside(remote),
  };
}

/** An address that is in one of some blocks and among what a rule names. */
function within(blocks: readonly Cidr[], names: readonly string[]): string | undefined {
  for (const block of blocks) {
    for (const name of names) {
      const member = cidrOf(name);
      if (member?.family !== block.family) continue;
      const start = member.first > block.first ? member.first : block.first;
      const end = member.last < block.last ? member.last : block.last;
      if (start <= end) return middle({ family: block.family, first: start, last: end });
    }
  }
  return undefined;
}

/** Blocks begin with addresses that nobody has, and that are often denied. */
function middle({ family, first, last }: Pick<Cidr, "family" | "first" | "last">): string {
  return addressText(family, first + (last - first + 1n) / 2n);
}

function usual({ options }: View, traffic: Traffic): string | undefined {
  if (traffic.protocol === "icmp") return traffic.type === 8 ? "ping" : "icmp";
  if (traffic.protocol === "icmpv6") return traffic.type === 128 ? "ping6" : "ipv6-icmp";
  if (!("fromPort" in traffic)) return undefined;
  return applicationOf(`${traffic.protocol}/${traffic.fromPort}`, options.applications ?? {});
}

const NUMBERS = { tcp: 6, udp: 17, icmp: 1, icmpv6: 58 } as const;

function protocolOf(traffic: Traffic): Pick<Packet, "protocol" | "port"> {
  switch (traffic.protocol) {
    case "tcp":
    case "udp":
      return { protocol: NUMBERS[traffic.protocol], port: traffic.fromPort };
    case "icmp":
    case "icmpv6":
      return { protocol: NUMBERS[traffic.protocol] };
    case "ip":
      return { protocol: traffic.number };
    case "all":
      return { protocol: NUMBERS.tcp };
  }
}
