/** Random packets for a world, leaning towards the places where a mapping goes wrong: the edges. */
import fc from "fast-check";
import type { Arbitrary } from "fast-check";
import type { Inventory, SecurityGroupRule } from "../../../inventory/types";
import { edgesOf } from "./bits";
import { isIpv6 } from "./packet";
import type { Packet } from "./packet";
import type { World } from "./worlds";

const APPLICATIONS = [
  "ssl",
  "ssh",
  "web-browsing",
  "dns",
  "smtp",
  "pop3",
  "imap",
  "ldap",
  "mysql",
  "oracle",
  "ms-rdp",
  "in-house",
  "unknown-tcp",
];
/** Numbers that choose a packet from what is interesting about a world. */
export type PacketChoice = [
  aim: number,
  source: number,
  destination: number,
  traffic: number,
  ports: number,
  application: number,
];

export const packetChoices: Arbitrary<PacketChoice[]> = fc.array(
  fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat(), fc.nat(), fc.nat()),
  { minLength: 1, maxLength: 100, size: "max" },
);

/**
 * The packet that the numbers choose: mostly one that some rule nearly or just lets in (from the edges of
 * its sources, on the edges of its ports, to an interface that carries the group), sometimes any.
 */
export function packetOf({ inventory }: World, choice: PacketChoice): Packet {
  const [aim, sourceChoice, destinationChoice, trafficChoice, portChoice, applicationChoice] = choice;
  const rules = inventory.securityGroups.flatMap((group) => group.ingress.map((rule) => ({ group, rule })));
  const aimed = aim % 4 > 0 && rules.length > 0 ? chosen(rules, aim) : undefined;
  const near = aimed ? [aimed.rule] : rules.map(({ rule }) => rule);

  const carriers = inventory.networkInterfaces.filter(
    ({ securityGroupIds }) => !aimed || securityGroupIds.includes(aimed.group.id),
  );
  const addresses = carriers.flatMap((each) => [...each.privateIpAddresses, ...each.ipv6Addresses]);
  const strangers = ["10.0.1.9", "10.0.9.9", "2001:db8:1::9:9"];
  const aimedCidrs = sourceCidrs(inventory, near);
  const fitting = addresses.filter((address) => aimedCidrs.some((cidr) => isIpv6(cidr) === isIpv6(address)));
  const destination = chosen(
    aimed && fitting.length > 0 ? fitting : [...addresses, ...strangers],
    destinationChoice,
  );
  const ofFamily = (cidrs: string[]) =>
    cidrs.filter((cidr) => isIpv6(cidr) === isIpv6(destination)).flatMap(edgesOf);
  const close = ofFamily(aimedCidrs);
  const anywhere = ofFamily([
    ...sourceCidrs(
      inventory,
      rules.map(({ rule }) => rule),
    ),
    ...inventory.vpcs.flatMap((each) => [...each.cidrBlocks, ...each.ipv6CidrBlocks]),
    "192.0.2.1/32",
    "2001:db8:abcd::1/128",
  ]);
  const source = chosen(close.length > 0 && sourceChoice % 3 > 0 ? close : anywhere, sourceChoice);

  const own = near.map(({ ipProtocol }) => PROTOCOLS[ipProtocol] ?? Number(ipProtocol));
  const wanted = chosen(
    own.length > 0 && trafficChoice % 5 > 0 ? own : [6, 17, isIpv6(destination) ? 58 : 1, 47],
    trafficChoice,
  );
  // No IPv4 packet carries ICMPv6, and the other way round.
  const protocol = wanted === 1 || wanted === 58 ? (isIpv6(destination) ? 58 : 1) : wanted;
  const transport = { source, destination, protocol, port: 0, type: -1, code: -1 };
  if (![1, 6, 17, 58].includes(protocol)) return { ...transport, application: `protocol ${protocol}` };
  if (protocol === 1 || protocol === 58) {
    const [echo, ping, rest] = protocol === 1 ? [8, "ping", "icmp"] : [128, "ping6", "ipv6-icmp"];
    // An echo request has no code but 0 (RFC 792, RFC 4443).
    const kinds: [number, number][] = [
      ...near.map(({ fromPort, toPort }): [number, number] => [
        Math.max(fromPort, 0),
        fromPort === echo ? 0 : Math.max(toPort, 0),
      ]),
      [echo, 0],
      [3, 0],
      [3, 1],
      [0, 0],
      [129, 0],
    ];
    const [type, code] = chosen(kinds, portChoice);
    return { ...transport, type, code, application: type === echo ? ping : rest };
  }
  const edges = near.flatMap(({ fromPort, toPort }) => [fromPort - 1, fromPort, toPort, toPort + 1]);
  const ports = [...edges, ...SECURE_PORTS, 22, 443].filter((port) => port >= 0 && port <= 65535);
  const port = chosen(ports, portChoice);
  const usual = USUAL[port];
  const application =
    usual !== undefined && applicationChoice % 2 > 0 ? usual : chosen(APPLICATIONS, applicationChoice);
  return { ...transport, port, application };
}

const PROTOCOLS: Record<string, number> = {
  tcp: 6,
  "6": 6,
  udp: 17,
  "17": 17,
  icmp: 1,
  "1": 1,
  icmpv6: 58,
  "58": 58,
  "-1": 6,
};

/** Applications where one meets them, so that `application` mode has something to let in. */
const USUAL: Record<number, string> = {
  22: "ssh",
  25: "smtp",
  53: "dns",
  80: "web-browsing",
  110: "pop3",
  143: "imap",
  389: "ldap",
  443: "ssl",
  636: "ldap",
  1521: "oracle",
  3306: "mysql",
  3389: "ms-rdp",
  465: "smtp",
  587: "smtp",
  853: "dns",
  993: "imap",
  995: "pop3",
  3268: "ldap",
  3269: "ldap",
};

/** Ports that `application-default` opens besides an application's usual one. */
const SECURE_PORTS = [465, 587, 636, 853, 993, 995, 3268, 3269];

function sourceCidrs(inventory: Inventory, rules: SecurityGroupRule[]): string[] {
  return rules.flatMap((rule) => [
    ...[rule.cidrIpv4, rule.cidrIpv6].filter((cidr) => cidr !== undefined),
    ...inventory.prefixLists
      .filter(({ id }) => id === rule.prefixListId)
      .flatMap((list) => list.entries.map((entry) => entry.cidr)),
  ]);
}

function chosen<T>(from: T[], choice: number): T {
  return from[choice % from.length]!;
}
