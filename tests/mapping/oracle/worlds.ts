/** Random accounts and options, leaning towards those in which something crosses the firewall. */
import type {
  Inventory,
  NetworkInterface,
  Route,
  RouteTable,
  SecurityGroupRule,
  VpcPeeringConnection,
} from "../../../inventory/types";
import type { MappingOptions, QuarantineOptions } from "../../../mapping/types";
import type { InterfaceKind } from "../../../aws/interface-kinds";
import type { Random } from "./random";
import { NAMEABLE, SERVICES } from "./services";

export interface World {
  inventory: Inventory;
  options: MappingOptions;
}

const SOURCES_V4 = [
  "0.0.0.0/0",
  "198.51.100.0/24",
  "198.51.100.128/25",
  "203.0.113.7/32",
  "198.51.100.77/24",
  "10.0.0.0/16",
  "10.0.2.0/24",
  "10.0.5.0/24",
  "10.0.0.0/8",
  "10.1.0.0/17",
  "128.0.0.0/1",
  "172.16.0.0/12",
  "172.16.9.0/24",
];
const SOURCES_V6 = [
  "::/0",
  "2001:db8:ffff::/48",
  "2001:db8:ffff::1/128",
  "2001:db8:1::/56",
  "2001:db8:1:2::/64",
  "2001:db8:1:0:aaaa::/80",
  "2001:db8::/32",
  "8000::/1",
];
const PORTS = [
  0, 1, 22, 25, 53, 80, 110, 143, 389, 443, 636, 1521, 3306, 3389, 8443, 8000, 8100, 65534, 65535,
];
const ORDINARY = ["i-1", "i-2", "i-3"];
const GROUPS = ["sg-0a", "sg-0b", "sg-0c"];
const TAGS = [{}, { tier: "web" }, { tier: "db" }, { team: "billing", tier: "web" }];

/** Subnets of two VPCs; addresses follow from the subnet and the interface's number. */
const SUBNETS = [
  { id: "subnet-1", vpcId: "vpc-1", cidrBlock: "10.0.1.0/24", ipv6CidrBlocks: ["2001:db8:1:1::/64"] },
  { id: "subnet-2", vpcId: "vpc-1", cidrBlock: "10.0.2.0/24", ipv6CidrBlocks: ["2001:db8:1:2::/64"] },
  { id: "subnet-3", vpcId: "vpc-2", cidrBlock: "172.16.3.0/24", ipv6CidrBlocks: ["2001:db8:2:3::/64"] },
];

export function worldOf(random: Random): World {
  const [inventory, options] = [inventoryOf(random), optionsOf(random)];
  if (options.quarantine === undefined) return { inventory, options };
  // Who may be isolated should mostly be known.
  const instances = inventory.instances.map((each) =>
    random.oneIn(6) ? each : { ...each, tags: random.pick(TAGS) },
  );
  return { inventory: { ...inventory, instances }, options };
}

function inventoryOf(random: Random): Inventory {
  const { pick, some, oneIn, times } = random;
  const seesMore = !oneIn(3);
  return {
    format: 1,
    ...(oneIn(2) && { complete: true }),
    vpcs: [
      {
        id: "vpc-1",
        // The primary CIDR is always there, secondary ones come and go.
        cidrBlocks: ["10.0.0.0/16", ...some(["10.1.0.0/16", "100.64.0.0/24"])],
        ipv6CidrBlocks: some(["2001:db8:1::/56"]),
        ...(oneIn(3) && { tags: pick(TAGS) }),
      },
      {
        id: "vpc-2",
        cidrBlocks: ["172.16.0.0/16", ...some(["10.0.5.0/24"])],
        ipv6CidrBlocks: some(["2001:db8:2::/56", "2001:db8:ffff::/56"]),
      },
    ],
    subnets: SUBNETS.map(({ cidrBlock, ipv6CidrBlocks, ...subnet }) => ({
      ...subnet,
      // The inventory holds effective tables: "rtb-main" stands for subnets without their own.
      routeTableId: pick(subnet.vpcId === "vpc-1" ? ["rtb-main", "rtb-1", "rtb-2"] : ["rtb-3"]),
      ...(seesMore && { cidrBlock, ipv6CidrBlocks }),
      ...(oneIn(3) && { tags: pick(TAGS) }),
    })),
    routeTables: [
      ...["rtb-main", "rtb-1", "rtb-2"].map((id) => routeTable(random, id, "vpc-1")),
      routeTable(random, "rtb-3", "vpc-2"),
      ...(oneIn(3) ? [edgeTable(random)] : []),
    ],
    instances: ["i-1", "i-2", "i-3", "i-fw"]
      .filter((_, index) => index === 3 || !oneIn(10))
      .map((id) => ({
        id,
        state: id === "i-2" ? ("pending" as const) : ("running" as const),
        ...(oneIn(3) && { tags: pick(TAGS) }),
      })),
    networkInterfaces: [0, ...times(3, (index) => index + 1)].map((index) =>
      networkInterface(random, index + 1),
    ),
    securityGroups: GROUPS.map((id) => ({
      id,
      name: pick(["web", "", "ä \u0007'"]),
      vpcId: "vpc-1",
      ingress: groupRules(random, `${id.slice(-1)}0`),
      ...(!oneIn(8) && { egress: oneIn(2) ? [] : groupRules(random, `${id.slice(-1)}1`) }),
      ...(oneIn(3) && { tags: pick(TAGS) }),
    })),
    prefixLists: [
      {
        id: "pl-4",
        name: "offices",
        addressFamily: "IPv4",
        entries: some(SOURCES_V4.slice(1)).map((cidr) => ({ cidr })),
      },
      {
        id: "pl-6",
        name: "offices, IPv6",
        addressFamily: "IPv6",
        entries: some(SOURCES_V6.slice(1)).map((cidr) => ({ cidr })),
      },
    ],
    ...(oneIn(2) && { vpcPeeringConnections: [peering(random)] }),
  };
}

function optionsOf(random: Random): MappingOptions {
  const { pick, some, oneIn } = random;
  return {
    ownerId: "orac1e",
    untrustZone: "untrust",
    trustZone: "trust",
    firewall: {
      instanceIds: pick([["i-fw"], ["i-fw"], []]),
      networkInterfaceIds: some(["eni-1"]).filter(() => oneIn(2)),
      vpcEndpointIds: pick([["vpce-fw"], ["vpce-fw"], []]),
    },
    ruleMode: pick(["service", "application"]),
    destinations: pick(["addresses", "addresses", "dynamic"]),
    applications: pick<Record<string, string | null>>([
      {},
      {},
      { "tcp/8443": "ssl", "tcp/443": null, "tcp/22": "in-house" },
      { "tcp/8000-8100": "web-browsing", "udp/8443": "dns", "tcp/80": "ping" },
    ]),
    ...(oneIn(4) && {
      applicationsByTag: { "tier=web": { "tcp/443": "in-house" }, team: { "tcp/22": null } },
    }),
    ...(!oneIn(3) && {
      interfaces: pick<NonNullable<MappingOptions["interfaces"]>>([
        "instances",
        "all",
        "all",
        some(NAMEABLE) as InterfaceKind[],
      ]),
    }),
    ...(!oneIn(3) && { directions: pick([["ingress"], ["egress"], ["ingress", "egress"]]) }),
    ...(!oneIn(3) && { references: pick(["skip", "expand"]) }),
    ...(oneIn(3) && { destinationAddress: pick(["private", "public"]) }),
    ...(!oneIn(3) && { prefixListGroups: pick([0, 0, 1, 3]) }),
    ...(oneIn(5) && { protectedSubnets: some(["subnet-1", "subnet-3"]) }),
    ...(oneIn(5) && { protectedVpcs: some(["vpc-2"]) }),
    ...(oneIn(6) && { quarantine: quarantineOf(random) }),
    ...(oneIn(4) && {
      policies: [
        { tag: "tier=web", profileGroup: "strict" },
        { tag: "team", logSetting: "siem" },
      ],
    }),
    ...(oneIn(3) && {
      zones: {
        ...(oneIn(2) && {
          subnets: pick([{ "subnet-2": "dmz" }, { "subnet-1": "dmz", "subnet-3": "trust" }]),
        }),
        ...(oneIn(2) && { vpcs: pick([{ "vpc-2": "partner" }, { "vpc-1": "dmz", "vpc-2": "dmz" }]) }),
        ...(oneIn(2) && { tags: pick([{ "tier=web": "web" }, { tier: "other", team: "web" }]) }),
        ...(oneIn(2) && {
          sources: pick([
            { "198.51.100.0/24": "partner", "198.51.100.128/25": "untrust" },
            { "10.0.0.0/8": "inner", "2001:db8::/32": "inner", "10.0.2.0/24": "dmz" },
            { "0.0.0.0/0": "edge", "128.0.0.0/1": "untrust", "::/0": "edge" },
          ]),
        }),
      },
    }),
  };
}

function quarantineOf({ pick, some, oneIn }: Random): QuarantineOptions {
  const deny = !oneIn(3);
  return {
    tags: pick([{ tier: ["web"] }, { team: ["billing"], tier: ["db", "lost"] }, { SecurityStatus: ["IR"] }]),
    deny,
    ...(deny && oneIn(3) && { before: "theirs" }),
    responders: deny ? some(["203.0.113.7/32", "198.51.100.0/24", "10.0.2.0/24", "2001:db8:ffff::/48"]) : [],
  };
}

const TARGETS: Partial<Route>[] = [
  { instanceId: "i-fw" },
  { networkInterfaceId: "eni-1" },
  { vpcEndpointId: "vpce-fw" },
  { gatewayId: "vpce-fw" },
  { gatewayId: "igw-1" },
  { transitGatewayId: "tgw-1" },
  { instanceId: "i-fw", state: "blackhole" },
  { instanceId: "i-fw", networkInterfaceId: "eni-fw", state: "active" },
  { vpcEndpointId: "vpce-fw", state: "filtered" },
  { vpcPeeringConnectionId: "pcx-1" },
  { vpcPeeringConnectionId: "pcx-1", state: "blackhole" },
  { gatewayId: "vgw-1" },
];
const DESTINATIONS: Partial<Route>[] = [
  { destinationCidrBlock: "0.0.0.0/0" },
  { destinationIpv6CidrBlock: "::/0" },
  { destinationCidrBlock: "0.0.0.0/1" },
  { destinationCidrBlock: "128.0.0.0/1" },
  { destinationIpv6CidrBlock: "::/1" },
  { destinationIpv6CidrBlock: "8000::/1" },
  { destinationCidrBlock: "198.51.100.0/24" },
  { destinationCidrBlock: "10.0.2.0/24" },
  { destinationCidrBlock: "10.0.2.12/32" },
  { destinationCidrBlock: "10.1.0.0/17" },
  { destinationCidrBlock: "10.0.0.0/8" },
  { destinationCidrBlock: "10.1.0.0/16" },
  { destinationCidrBlock: "172.16.0.0/12" },
  { destinationIpv6CidrBlock: "2001:db8:1:2::/64" },
  { destinationPrefixListId: "pl-4" },
  { destinationPrefixListId: "pl-6" },
];

function routeTable({ pick, oneIn, times, some }: Random, id: string, vpcId: string): RouteTable {
  const both: Route[] = [
    { destinationCidrBlock: "0.0.0.0/0", instanceId: "i-fw" },
    { destinationIpv6CidrBlock: "::/0", vpcEndpointId: "vpce-fw" },
  ];
  const transit: Route[] = [
    {
      destinationCidrBlock: "0.0.0.0/0",
      ...(oneIn(2) ? { transitGatewayId: "tgw-1" } : { gatewayId: "vgw-1" }),
    },
    { destinationIpv6CidrBlock: "::/0", gatewayId: "vgw-1" },
  ];
  const ways = oneIn(7) ? (oneIn(2) ? [] : transit) : oneIn(3) ? some(both) : both;
  const usual = oneIn(4) ? ways.flatMap(inHalves) : ways;
  const halves: Route[] = oneIn(4)
    ? pick([["0.0.0.0/1", "128.0.0.0/1"] as const, ["::/1", "8000::/1"] as const]).map((half) => ({
        [half.includes(":") ? "destinationIpv6CidrBlock" : "destinationCidrBlock"]: half,
        ...(oneIn(2) ? { instanceId: "i-fw" } : pick(TARGETS)),
      }))
    : [];
  const others = times(3, (): Route => ({
    ...pick(DESTINATIONS),
    ...pick(TARGETS),
    ...(oneIn(6) && { origin: pick(["EnableVgwRoutePropagation", "CreateRoute"]) }),
  }));
  const local: Route[] = oneIn(2) ? [{ destinationCidrBlock: "10.0.0.0/16", gatewayId: "local" }] : [];
  return { id, vpcId, routes: unique([...(vpcId === "vpc-1" ? local : []), ...usual, ...halves, ...others]) };
}

function inHalves(route: Route): Route[] {
  return route.destinationCidrBlock === undefined
    ? ["::/1", "8000::/1"].map((half) => ({ ...route, destinationIpv6CidrBlock: half }))
    : ["0.0.0.0/1", "128.0.0.0/1"].map((half) => ({ ...route, destinationCidrBlock: half }));
}

/** A table has one route to each destination; a propagated one beside it is EC2's only exception. */
function unique(routes: Route[]): Route[] {
  const keys = new Set<string>();
  return routes.filter((route) => {
    const { destinationCidrBlock, destinationIpv6CidrBlock, destinationPrefixListId, origin } = route;
    const isPropagated = origin === "EnableVgwRoutePropagation";
    const key = [
      destinationCidrBlock,
      destinationIpv6CidrBlock,
      destinationPrefixListId,
      isPropagated,
    ].join();
    if (keys.has(key)) return false;
    keys.add(key);
    return true;
  });
}

function edgeTable({ pick, times }: Random): RouteTable {
  const destinations: Partial<Route>[] = [
    { destinationCidrBlock: "10.0.0.0/16" },
    { destinationCidrBlock: "10.0.1.0/24" },
    { destinationCidrBlock: "10.0.2.0/24" },
    { destinationIpv6CidrBlock: "2001:db8:1:1::/64" },
    { destinationIpv6CidrBlock: "2001:db8:1::/56" },
  ];
  const targets: Partial<Route>[] = [
    { vpcEndpointId: "vpce-fw" },
    { instanceId: "i-fw" },
    { gatewayId: "local" },
  ];
  return {
    id: "rtb-edge",
    vpcId: "vpc-1",
    gatewayIds: [pick(["igw-1", "vgw-1"])],
    routes: unique(times(3, (): Route => ({ ...pick(destinations), ...pick(targets) }))),
  };
}

function networkInterface({ pick, some, oneIn, below }: Random, number: number): NetworkInterface {
  // i-stopped has an interface like the others, but is not in the inventory.
  const instanceId = pick([...ORDINARY, ...ORDINARY, ...ORDINARY, "i-fw", "i-stopped", undefined]);
  const subnet = below(3) + 1;
  const [v4, v6] = subnet < 3 ? [`10.0.${subnet}`, `2001:db8:1:${subnet}`] : ["172.16.3", "2001:db8:2:3"];
  const isTheirs = instanceId === undefined || oneIn(12);
  const service = isTheirs ? pick(SERVICES) : undefined;
  const groups = some(GROUPS);
  const privateIpAddresses = range(pick([1, 2, 1, 0])).map((host) => `${v4}.${number * 16 + host}`);
  return {
    id: `eni-${number}`,
    ...(instanceId !== undefined && { instanceId }),
    ...service?.shown,
    // A service's own instance has an id that the account doesn't know.
    ...(instanceId !== undefined && isTheirs && { instanceId: "i-theirs", instanceOwnerId: "656838964153" }),
    ...(isTheirs &&
      !oneIn(3) && { status: pick(["in-use", "in-use", "associated", "available", "detaching"]) }),
    ...(oneIn(4) && {
      attachmentStatus: pick(["attached", "attached", "attaching", "detaching", "detached"] as const),
    }),
    subnetId: `subnet-${subnet}`,
    vpcId: subnet < 3 ? "vpc-1" : "vpc-2",
    privateIpAddresses,
    ipv6Addresses: range(pick([1, 0, 2])).map((host) => `${v6}::${number}:${host + 10}`),
    ...(oneIn(4) && { ipv4Prefixes: [`${v4}.${128 + number * 16}/28`] }),
    ...(oneIn(4) && { ipv6Prefixes: [`${v6}:${number}::/80`] }),
    ...(oneIn(2) && {
      publicIps: privateIpAddresses.slice(0, 1).map((privateIpAddress) => ({
        privateIpAddress,
        publicIp: `192.0.2.${number}`,
      })),
    }),
    securityGroupIds:
      groups.length > 0 ? groups : isTheirs && (service?.isGroupless || oneIn(2)) ? [] : [pick(GROUPS)],
    ...(oneIn(4) && { tags: pick(TAGS) }),
  };
}

function groupRules(random: Random, prefix: string): SecurityGroupRule[] {
  return random.times(5, (index) => ({ id: `sgr-${prefix}${index}`, ...traffic(random), ...remote(random) }));
}

function traffic({ pick, below }: Random): Pick<SecurityGroupRule, "ipProtocol" | "fromPort" | "toPort"> {
  const kind = below(11);
  if (kind < 6) {
    const [a, b] = [pick(PORTS), pick(PORTS)];
    const [fromPort, toPort] = pick([
      [a, a],
      [Math.min(a, b), Math.max(a, b)],
      [0, 65535],
      [8000, 8100],
    ] as const);
    return { ipProtocol: pick(["tcp", "udp", "6", "17"]), fromPort, toPort };
  }
  if (kind < 10) {
    const [ipProtocol, echo] = pick([
      ["icmp", 8],
      ["1", 8],
      ["icmpv6", 128],
      ["58", 128],
    ] as const);
    const [fromPort, toPort] = pick([
      [-1, -1],
      [echo, -1],
      [echo, 0],
      [3, -1],
      [3, 1],
      [3, 1],
      [0, 0],
      [128, 0],
      [8, 0],
    ] as const);
    return { ipProtocol, fromPort, toPort };
  }
  return { ipProtocol: pick(["-1", "-1", "47", "50", "0"]), fromPort: -1, toPort: -1 };
}

function remote({ pick, below }: Random): Partial<SecurityGroupRule> {
  const kind = below(13);
  if (kind < 6) return { cidrIpv4: pick(SOURCES_V4) };
  if (kind < 9) return { cidrIpv6: pick(SOURCES_V6) };
  if (kind < 11) return { prefixListId: pick(["pl-4", "pl-6"]) };
  const id = pick(GROUPS);
  return {
    referencedSecurityGroupId: pick([id, id, `123456789012/${id}`]),
    ...pick([{}, {}, { referencedGroup: { peeringStatus: "deleted" } }]),
  };
}

function peering({ pick }: Random): VpcPeeringConnection {
  const side = (vpcId: string) => ({ vpcId, cidrBlocks: [], ipv6CidrBlocks: [] });
  return {
    id: "pcx-1",
    status: pick(["active", "active", "deleted"]),
    requester: side("vpc-2"),
    accepter: side("vpc-1"),
  };
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
