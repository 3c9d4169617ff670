/** Random packets for a world, leaning towards the places where a mapping goes wrong: the edges. */
import type { Inventory, NetworkInterface, SecurityGroup, SecurityGroupRule } from "../../../inventory/types";
import { onceEach } from "../../../lib/once";
import { edgesOf } from "./bits";
import { isIpv6 } from "./packet";
import type { Packet } from "./packet";
import type { Random } from "./random";
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

interface Aim {
  group: SecurityGroup;
  rule: SecurityGroupRule;
  direction: Packet["direction"];
}

/**
 * A packet: mostly one that some rule nearly or just lets through (from the edges of its blocks, on the edges
 * of its ports, to or from an interface that carries the group), sometimes any.
 */
export function packetOf(world: World, random: Random): Packet {
  const { inventory } = world;
  const { aims, wanted } = aimsAt(world);
  const aimed = !random.oneIn(5) && wanted.length > 0 ? random.pick(wanted) : undefined;
  const direction = aimed?.direction ?? random.pick(["ingress", "egress"] as const);
  const near = nearAddress(world, aimed, direction, random);
  const far = farAddress(inventory, aimed, isIpv6(near), random);
  const rules = aimed ? [aimed.rule] : aims.map(({ rule }) => rule);
  return {
    direction,
    ...(direction === "ingress" ? { source: far, destination: near } : { source: near, destination: far }),
    ...trafficOf(rules, isIpv6(near), random),
  };
}

/** The rules that a packet can aim at, and of those the ones that are mapped and somebody carries. */
const aimsAt = onceEach(({ inventory, options }: World): { aims: Aim[]; wanted: Aim[] } => {
  const aims = inventory.securityGroups.flatMap((group) =>
    (["ingress", "egress"] as const).flatMap((direction) =>
      (group[direction] ?? []).map((rule): Aim => ({ group, rule, direction })),
    ),
  );
  const carried = new Set(inventory.networkInterfaces.flatMap(({ securityGroupIds }) => securityGroupIds));
  const directions = options.directions ?? ["ingress"];
  const wanted = aims.filter(
    ({ group, direction }) => carried.has(group.id) && directions.includes(direction),
  );
  return { aims, wanted };
});

function nearAddress(
  { inventory, options }: World,
  aimed: Aim | undefined,
  direction: Packet["direction"],
  { pick, oneIn }: Random,
): string {
  const carriers = inventory.networkInterfaces.filter(
    ({ securityGroupIds }) => !aimed || securityGroupIds.includes(aimed.group.id),
  );
  const own = (carrier: NetworkInterface) => {
    const prefixes = [...(carrier.ipv4Prefixes ?? []), ...(carrier.ipv6Prefixes ?? [])];
    const addresses = [...carrier.privateIpAddresses, ...carrier.ipv6Addresses, ...prefixes.flatMap(edgesOf)];
    const isPublic = options.destinationAddress === "public" && direction === "ingress";
    return isPublic
      ? [...addresses, ...(carrier.publicIps ?? []).map(({ publicIp }) => publicIp)]
      : addresses;
  };
  const addresses = carriers.flatMap(own);
  const blocks = aimed ? blocksOf(inventory, aimed.rule) : [];
  const fitting = addresses.filter((address) => blocks.some((block) => isIpv6(block) === isIpv6(address)));
  const strangers = ["10.0.99.1", "192.0.2.99", "2001:db8:1::99"];
  return pick(fitting.length > 0 ? fitting : !oneIn(4) && addresses.length > 0 ? addresses : strangers);
}

function farAddress(
  inventory: Inventory,
  aimed: Aim | undefined,
  ipv6: boolean,
  { pick, oneIn }: Random,
): string {
  const ofFamily = (blocks: string[]) => blocks.filter((block) => isIpv6(block) === ipv6);
  const close = ofFamily(aimed ? blocksOf(inventory, aimed.rule) : []);
  if (close.length > 0 && !oneIn(4)) return pick(edgesOf(pick(close)));
  const stranger = ipv6 ? "2001:db8:abcd::1/128" : "192.0.2.1/32";
  return pick(edgesOf(pick([...ofFamily(blocksIn(inventory)), stranger])));
}

/** Every block that an account names. */
const blocksIn = onceEach((inventory: Inventory): string[] => {
  const rules = inventory.securityGroups.flatMap(({ ingress, egress = [] }) => [...ingress, ...egress]);
  const routed = inventory.routeTables.flatMap(({ routes }) =>
    routes.flatMap((route) => route.destinationCidrBlock ?? route.destinationIpv6CidrBlock ?? []),
  );
  return [
    ...rules.flatMap((rule) => blocksOf(inventory, rule)),
    ...routed,
    ...inventory.vpcs.flatMap((vpc) => [...vpc.cidrBlocks, ...vpc.ipv6CidrBlocks]),
  ];
});

/** What a rule names: blocks, a list's entries, the addresses of a referenced group. */
function blocksOf({ prefixLists, networkInterfaces }: Inventory, rule: SecurityGroupRule): string[] {
  const { cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId } = rule;
  const listed = prefixLists.find(({ id }) => id === prefixListId)?.entries ?? [];
  const groupId = referencedSecurityGroupId?.split("/").at(-1) ?? "";
  const members = networkInterfaces.filter(({ securityGroupIds }) => securityGroupIds.includes(groupId));
  return [
    ...[cidrIpv4, cidrIpv6].filter((cidr) => cidr !== undefined),
    ...listed.map(({ cidr }) => cidr),
    ...members.flatMap(({ privateIpAddresses, ipv6Addresses }) => [
      ...privateIpAddresses.map((address) => `${address}/32`),
      ...ipv6Addresses.map((address) => `${address}/128`),
    ]),
  ];
}

type Traffic = Pick<Packet, "protocol" | "port" | "type" | "code" | "application">;

function trafficOf(rules: SecurityGroupRule[], ipv6: boolean, { pick, oneIn }: Random): Traffic {
  const own = rules.map(({ ipProtocol }) => PROTOCOLS[ipProtocol] ?? Number(ipProtocol));
  const wanted = pick(own.length > 0 && !oneIn(6) ? own : [6, 17, ipv6 ? 58 : 1, 47]);
  // No IPv4 packet carries ICMPv6, and the other way round.
  const protocol = wanted === 1 || wanted === 58 ? (ipv6 ? 58 : 1) : wanted;
  const portless = { protocol, port: 0, type: -1, code: -1 };
  if (protocol === 1 || protocol === 58) {
    const [echo, ping, rest] = protocol === 1 ? [8, "ping", "icmp"] : [128, "ping6", "ipv6-icmp"];
    // An echo request has no code but 0 (RFC 792, RFC 4443).
    const [type, code] = pick<[number, number]>([
      ...rules.map(({ fromPort, toPort }): [number, number] => {
        const near = Math.min(Math.max(fromPort, 0), 255);
        return [near, near === echo ? 0 : Math.min(Math.max(toPort, 0), 255)];
      }),
      [echo, 0],
      [3, 0],
      [3, 1],
      [0, 0],
      [129, 0],
    ]);
    return { ...portless, type, code, application: type === echo ? ping : rest };
  }
  if (protocol !== 6 && protocol !== 17) return { ...portless, application: `protocol ${protocol}` };
  const edges = rules.flatMap(({ fromPort, toPort }) => [fromPort - 1, fromPort, toPort, toPort + 1]);
  const port = pick([...edges, ...SECURE_PORTS, 22, 443].filter((each) => each >= 0 && each <= 65535));
  const usual = USUAL[port];
  return { ...portless, port, application: usual !== undefined && oneIn(2) ? usual : pick(APPLICATIONS) };
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
