/** Random inventories, leaning towards those in which something crosses the firewall. */
import fc from "fast-check";
import type { Arbitrary } from "fast-check";
import type {
  Inventory,
  NetworkInterface,
  PrefixList,
  Route,
  SecurityGroupRule,
} from "../../../inventory/types";
import type { MappingOptions } from "../../../mapping/types";

const SOURCES_V4 = [
  "0.0.0.0/0",
  "198.51.100.0/24",
  "198.51.100.128/25",
  "203.0.113.7/32",
  "198.51.100.77/24",
  "10.0.0.0/16",
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
  "2001:db8:1:0:aaaa::/80",
  "2001:db8::/32",
  "8000::/1",
];
const PORTS = [
  0, 1, 22, 25, 53, 80, 110, 143, 389, 443, 636, 1521, 3306, 3389, 8443, 8000, 8100, 65534, 65535,
];
const GROUPS = ["sg-0a", "sg-0b", "sg-0c"];

export interface World {
  inventory: Inventory;
  options: MappingOptions;
}

export const worlds: Arbitrary<World> = fc.record({
  inventory: fc
    .record({
      vpcs: fc.tuple(
        vpc("vpc-1", ["10.0.0.0/16", "10.1.0.0/16", "100.64.0.0/24"], ["2001:db8:1::/56"]),
        vpc("vpc-2", ["172.16.0.0/16", "10.0.5.0/24"], ["2001:db8:2::/56", "2001:db8:ffff::/56"]),
      ),
      routeTables: fc.tuple(...["rtb-main", "rtb-1", "rtb-2", "rtb-3"].map(routeTable)),
      subnets: fc.tuple(
        ...["subnet-1", "subnet-2", "subnet-3"].map((id, index) =>
          fc.record({
            id: fc.constant(id),
            vpcId: fc.constant(index < 2 ? "vpc-1" : "vpc-2"),
            // The inventory holds effective tables: "rtb-main" stands for subnets without their own.
            routeTableId: fc.constantFrom("rtb-1", "rtb-main", "rtb-2", "rtb-3"),
          }),
        ),
      ),
      instances: fc.subarray(["i-1", "i-2", "i-3", "i-fw"], { minLength: 3 }),
      networkInterfaces: fc
        .array(networkInterface(), { minLength: 1, maxLength: 5 })
        .map((interfaces) => interfaces.map((make, index) => make(index + 1))),
      securityGroups: fc.tuple(
        ...GROUPS.map((id) =>
          fc.record({
            id: fc.constant(id),
            name: fc.string({ unit: "binary", maxLength: 8 }),
            ingress: ingress(id),
          }),
        ),
      ),
      prefixLists: prefixLists(),
    })
    .map((parts): Inventory => ({
      format: 1,
      ...parts,
      instances: parts.instances.map((id) => ({ id, state: id === "i-2" ? "pending" : "running" })),
      securityGroups: parts.securityGroups.map((group) => ({ ...group, vpcId: "vpc-1" })),
    })),
  options: fc
    .record({
      firewall: fc.record({
        instanceIds: fc.constantFrom<string[]>(["i-fw"], ["i-fw"], []),
        networkInterfaceIds: fc.subarray(["eni-1"]),
        vpcEndpointIds: fc.constantFrom<string[]>(["vpce-fw"], ["vpce-fw"], []),
      }),
      ruleMode: fc.constantFrom("service" as const, "application" as const),
      destinations: fc.constantFrom("addresses" as const, "dynamic" as const),
      applications: fc.constantFrom<Record<string, string | null>>(
        {},
        { "tcp/8443": "ssl", "tcp/443": null, "tcp/22": "in-house" },
        { "tcp/8000-8100": "web-browsing", "udp/8443": "dns", "tcp/80": "ping" },
      ),
    })
    .map((parts): MappingOptions => ({
      ...parts,
      ownerId: "orac1e",
      untrustZone: "untrust",
      trustZone: "trust",
    })),
});

function vpc(id: string, cidrs: string[], ipv6Cidrs: string[]) {
  return fc.record({
    id: fc.constant(id),
    // The primary CIDR is always there, secondary ones come and go.
    cidrBlocks: fc.subarray(cidrs.slice(1)).map((secondary) => [cidrs[0]!, ...secondary]),
    ipv6CidrBlocks: fc.subarray(ipv6Cidrs),
  });
}

function routeTable(id: string) {
  const targets: Partial<Route>[] = [
    { instanceId: "i-fw" },
    { networkInterfaceId: "eni-1" },
    { vpcEndpointId: "vpce-fw" },
    { gatewayId: "igw-1" },
    { instanceId: "i-fw", state: "blackhole" },
    { instanceId: "i-fw", networkInterfaceId: "eni-1", state: "active" },
  ];
  const destinations: Partial<Route>[] = [
    { destinationCidrBlock: "0.0.0.0/0" },
    { destinationIpv6CidrBlock: "::/0" },
    { destinationCidrBlock: "0.0.0.0/1" },
    { destinationCidrBlock: "128.0.0.0/1" },
    { destinationIpv6CidrBlock: "::/1" },
    { destinationIpv6CidrBlock: "8000::/1" },
    { destinationCidrBlock: "198.51.100.0/24" },
  ];
  const route = fc
    .tuple(fc.constantFrom(...destinations), fc.constantFrom(...targets))
    .map(([destination, target]): Route => ({ ...destination, ...target }));
  const halves = fc.tuple(fc.boolean(), fc.constantFrom(...targets), fc.constantFrom(...targets));
  return fc
    .record({
      local: fc.boolean(),
      firewalled: fc.subarray<Route>(
        [
          { destinationCidrBlock: "0.0.0.0/0", instanceId: "i-fw" },
          { destinationIpv6CidrBlock: "::/0", vpcEndpointId: "vpce-fw" },
        ],
        { minLength: 1 },
      ),
      routes: fc.array(route, { maxLength: 3 }),
      halves: fc.option(halves),
    })
    .map((parts) => ({
      id,
      vpcId: "vpc-1",
      routes: [
        ...(parts.local ? [{ destinationCidrBlock: "10.0.0.0/16", gatewayId: "local" }] : []),
        ...parts.firewalled,
        ...parts.routes,
        ...(parts.halves
          ? [
              {
                [parts.halves[0] ? "destinationIpv6CidrBlock" : "destinationCidrBlock"]: parts.halves[0]
                  ? "::/1"
                  : "0.0.0.0/1",
                ...parts.halves[1],
              },
              {
                [parts.halves[0] ? "destinationIpv6CidrBlock" : "destinationCidrBlock"]: parts.halves[0]
                  ? "8000::/1"
                  : "128.0.0.0/1",
                ...parts.halves[2],
              },
            ]
          : []),
      ],
    }));
}

function networkInterface(): Arbitrary<(number: number) => NetworkInterface> {
  return fc
    .record({
      // i-stopped has an interface like the others, but is not in the inventory.
      instanceId: fc.constantFrom("i-1", "i-2", "i-3", "i-1", "i-2", "i-fw", "i-stopped", undefined),
      subnet: fc.constantFrom(1, 2, 3),
      ipv4: fc.constantFrom(1, 2, 0),
      ipv6: fc.constantFrom(1, 0, 2),
      securityGroupIds: fc.subarray(GROUPS, { minLength: 1 }),
    })
    .map(({ instanceId, subnet, ipv4, ipv6, securityGroupIds }) => (number) => ({
      id: `eni-${number}`,
      ...(instanceId !== undefined && { instanceId }),
      subnetId: `subnet-${subnet}`,
      vpcId: subnet < 3 ? "vpc-1" : "vpc-2",
      privateIpAddresses: range(ipv4).map(
        (host) => `${subnet < 3 ? "10.0" : "172.16"}.${number}.${host + 10}`,
      ),
      ipv6Addresses: range(ipv6).map((host) => `2001:db8:${subnet < 3 ? 1 : 2}::${number}:${host + 10}`),
      securityGroupIds,
    }));
}

function ingress(groupId: string): Arbitrary<SecurityGroupRule[]> {
  const port = fc.constantFrom(...PORTS);
  const ports = fc.oneof(
    { weight: 3, arbitrary: port.map((single): [number, number] => [single, single]) },
    {
      weight: 3,
      arbitrary: fc.tuple(port, port).map(([a, b]): [number, number] => (a < b ? [a, b] : [b, a])),
    },
    { weight: 1, arbitrary: fc.constantFrom<[number, number]>([0, 65535], [8000, 8100]) },
  );
  const icmp = (echo: number) =>
    fc.constantFrom<[number, number]>(
      [-1, -1],
      [echo, -1],
      [echo, 0],
      [3, -1],
      [3, 1],
      [3, 1],
      [0, 0],
      [128, 0],
      [8, 0],
    );
  const traffic = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constantFrom("tcp", "udp", "6", "17"), ports) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom("icmp", "1"), icmp(8)) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom("icmpv6", "58"), icmp(128)) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom("-1", "47", "50", "0"), fc.constant<[number, number]>([-1, -1])),
    },
  );
  const source = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...SOURCES_V4).map((cidrIpv4) => ({ cidrIpv4 })) },
    { weight: 4, arbitrary: fc.constantFrom(...SOURCES_V6).map((cidrIpv6) => ({ cidrIpv6 })) },
    { weight: 2, arbitrary: fc.constantFrom("pl-4", "pl-6").map((prefixListId) => ({ prefixListId })) },
    { weight: 1, arbitrary: fc.constantFrom(...GROUPS).map((id) => ({ referencedSecurityGroupId: id })) },
  );
  return fc.array(fc.tuple(traffic, source), { maxLength: 6, size: "max" }).map((rules) =>
    rules.map(([[ipProtocol, [fromPort, toPort]], from], index) => ({
      id: `sgr-${groupId.slice(-1)}${index}`,
      ipProtocol,
      fromPort,
      toPort,
      ...from,
    })),
  );
}

function prefixLists(): Arbitrary<PrefixList[]> {
  const entries = (cidrs: string[]) => fc.subarray(cidrs).map((chosen) => chosen.map((cidr) => ({ cidr })));
  return fc
    .record({ v4: entries(SOURCES_V4.slice(1)), v6: entries(SOURCES_V6.slice(1)) })
    .map(({ v4, v6 }) => [
      { id: "pl-4", name: "offices", addressFamily: "IPv4", entries: v4 },
      { id: "pl-6", name: "offices, IPv6", addressFamily: "IPv6", entries: v6 },
    ]);
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
