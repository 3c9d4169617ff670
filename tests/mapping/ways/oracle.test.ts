import { expect } from "chai";
import fc from "fast-check";
import type { Transit, TransitGatewayRoute } from "../../../inventory/transit";
import type { Inventory, Route } from "../../../inventory/types";
import { parseAddress } from "../../../lib/net/cidr";
import { protectedInterfaces } from "../../../mapping/routing";
import type { MappingOptions } from "../../../mapping/types";
import { OPTIONS } from "../fixtures";

/**
 * Networks of a few VPCs on one transit gateway or two that are peered, and packets that are walked through them table by table, by nothing but
 * EC2's rules: whether one meets the firewall has to be what the mapping says of whole sets of addresses.
 */

const VPCS = [0, 1, 2, 3];
const GATEWAYS = ["tgw-1", "tgw-2"];
const VPN = "tgw-attach-vpn";
const attachment = (vpc: number) => `tgw-attach-${vpc}`;
const DESTINATIONS = [
  "0.0.0.0/0",
  "10.0.0.0/8",
  "203.0.113.0/24",
  ...VPCS.flatMap((vpc) => [`10.${vpc}.0.0/16`, `10.${vpc}.1.0/24`]),
];
/** One address of every part of the network that any of these tells apart. */
const ADDRESSES = [
  "8.8.8.8",
  "203.0.113.9",
  "10.200.0.1",
  ...VPCS.flatMap((vpc) => [`10.${vpc}.1.10`, `10.${vpc}.9.9`]),
];

type Target = "gateway" | "firewall" | "internet" | "blackhole";

/** One VPC: where its instances' table and its attachment's send what. */
interface DrawnVpc {
  app: [string, Target][];
  attached: [string, Target][];
  /** The transit gateway's table that it is associated with; undefined: none. */
  table: number | undefined;
  isAttached: boolean;
}

/** Where a route of a transit gateway's table leads; undefined: nowhere. */
type Via = number | "vpn" | "peer" | undefined;

interface Drawn {
  vpcs: DrawnVpc[];
  vpnTable: number | undefined;
  /**
   * What is associated with the second table is a second transit gateway's: what each side of their peering is associated
   * with, and whether that has one id on both sides, as between regions.
   */
  peering: { isOneId: boolean; isAssociated: [boolean, boolean] } | undefined;
  /** Of each table: destination, attachment (or none: a blackhole), propagated. */
  tables: [string, Via, boolean][][];
}

/** Which transit gateway a table is of, or what is associated with it. */
const gatewayOf = ({ peering }: Drawn, table: number | undefined) =>
  peering !== undefined && table === 1 ? 1 : 0;
const peerId = ({ peering }: Drawn, gateway: number) =>
  `tgw-attach-peer${peering?.isOneId === false ? gateway : ""}`;

// Most ways are by the shorter ones.
const [EVERYTHING = "", PRIVATE = ""] = DESTINATIONS;
const destination = fc.constantFrom(EVERYTHING, EVERYTHING, EVERYTHING, PRIVATE, ...DESTINATIONS);
const vpcRoutes = (...targets: Target[]) =>
  fc.uniqueArray(fc.tuple(destination, fc.constantFrom(...targets)), {
    selector: ([text]) => text,
    minLength: 1,
    maxLength: 4,
  });
const tableNumber = fc.option(fc.constantFrom(0, 1), { nil: undefined, freq: 5 });
const mostly = fc.constantFrom(true, true, true, false);
const drawn: fc.Arbitrary<Drawn> = fc.record({
  vpcs: fc.tuple(
    ...VPCS.map((vpc) =>
      fc.record({
        app: vpcRoutes("gateway", "gateway", "internet", "blackhole"),
        attached: vpcRoutes("gateway", "internet", ...(vpc === 0 ? (["firewall", "firewall"] as const) : [])),
        table: tableNumber,
        isAttached: fc.constantFrom(true, true, true, false),
      }),
    ),
  ),
  vpnTable: tableNumber,
  peering: fc.option(fc.record({ isOneId: fc.boolean(), isAssociated: fc.tuple(mostly, mostly) }), {
    nil: undefined,
    freq: 2,
  }),
  tables: fc.tuple(
    ...[0, 1].map(() =>
      fc.uniqueArray(
        fc.tuple(
          destination,
          fc.constantFrom<Via>(0, 0, 1, 2, 3, "vpn", "peer", "peer", undefined),
          fc.boolean(),
        ),
        { selector: (each) => JSON.stringify([each[0], each[2]]), maxLength: 6 },
      ),
    ),
  ),
});

/** A transit gateway's table leads to what is attached to it. */
function routesOf(world: Drawn, table: number): Drawn["tables"][number] {
  const gateway = gatewayOf(world, table);
  return world.tables[table]!.filter(([, to]) => {
    if (to === undefined) return true;
    if (to === "peer") return world.peering !== undefined;
    return gatewayOf(world, to === "vpn" ? world.vpnTable : world.vpcs[to]!.table) === gateway;
  });
}

/** Only a middlebox may take a part of a VPC from its local route. */
function allowed(vpc: number, routes: [string, Target][]): [string, Target][] {
  return routes.filter(([text, to]) => to === "firewall" || !text.startsWith(`10.${vpc}.`));
}

function inventoryOf(world: Drawn): Inventory {
  const { vpcs, vpnTable, peering, tables } = world;
  const gateway = (table: number | undefined) => GATEWAYS[gatewayOf(world, table)]!;
  const idOf = (table: number, to: number | "vpn" | "peer") =>
    to === "vpn" ? VPN : to === "peer" ? peerId(world, gatewayOf(world, table)) : attachment(to);
  const routes = (vpc: number, own: [string, Target][]): Route[] =>
    own.map(([destinationCidrBlock, target]) => ({
      destinationCidrBlock,
      ...(target === "gateway" && { transitGatewayId: gateway(vpcs[vpc]!.table) }),
      ...(target === "blackhole" && {
        ...{ transitGatewayId: gateway(vpcs[vpc]!.table), state: "blackhole" as const },
      }),
      ...(target === "firewall" && { networkInterfaceId: "eni-fw" }),
      ...(target === "internet" && { gatewayId: "igw-1" }),
    }));
  const transit: Transit = {
    transitGatewayAttachments: [
      ...VPCS.map((vpc) => ({
        id: attachment(vpc),
        transitGatewayId: gateway(vpcs[vpc]!.table),
        resourceType: "vpc",
        resourceId: `vpc-${vpc}`,
        state: vpcs[vpc]!.isAttached ? "available" : "deleting",
        ...(vpcs[vpc]!.table !== undefined && { routeTableId: `tgw-rtb-${vpcs[vpc]!.table}` }),
        subnetIds: [`subnet-t${vpc}`],
      })),
      {
        id: VPN,
        transitGatewayId: gateway(vpnTable),
        resourceType: "vpn",
        resourceId: "vpn-1",
        state: "available",
        ...(vpnTable !== undefined && { routeTableId: `tgw-rtb-${vpnTable}` }),
      },
      ...(peering?.isAssociated ?? []).map((isAssociated, side) => ({
        id: peerId(world, side),
        transitGatewayId: GATEWAYS[side]!,
        resourceType: "peering",
        resourceId: GATEWAYS[1 - side]!,
        state: "available",
        ...(isAssociated && { routeTableId: `tgw-rtb-${side}` }),
      })),
    ],
    transitGatewayRouteTables: tables.map((_, number) => ({
      id: `tgw-rtb-${number}`,
      transitGatewayId: gateway(number),
      routes: routesOf(world, number).map(
        ([destinationCidrBlock, to, isPropagated]): TransitGatewayRoute => ({
          destinationCidrBlock,
          attachmentIds: to === undefined ? [] : [idOf(number, to)],
          state: to === undefined ? "blackhole" : "active",
          type: isPropagated ? "propagated" : "static",
        }),
      ),
    })),
  };
  return {
    format: 1,
    complete: true,
    vpcs: VPCS.map((vpc) => ({ id: `vpc-${vpc}`, cidrBlocks: [`10.${vpc}.0.0/16`], ipv6CidrBlocks: [] })),
    subnets: VPCS.flatMap((vpc) => [
      {
        id: `subnet-a${vpc}`,
        vpcId: `vpc-${vpc}`,
        routeTableId: `rtb-a${vpc}`,
        cidrBlock: `10.${vpc}.1.0/24`,
      },
      {
        id: `subnet-t${vpc}`,
        vpcId: `vpc-${vpc}`,
        routeTableId: `rtb-t${vpc}`,
        cidrBlock: `10.${vpc}.0.0/28`,
      },
    ]),
    routeTables: VPCS.flatMap((vpc) => [
      { id: `rtb-a${vpc}`, vpcId: `vpc-${vpc}`, routes: routes(vpc, allowed(vpc, vpcs[vpc]!.app)) },
      { id: `rtb-t${vpc}`, vpcId: `vpc-${vpc}`, routes: routes(vpc, allowed(vpc, vpcs[vpc]!.attached)) },
    ]),
    instances: VPCS.map((vpc) => ({ id: `i-${vpc}`, state: "running" as const })),
    networkInterfaces: VPCS.map((vpc) => ({
      id: `eni-${vpc}`,
      instanceId: `i-${vpc}`,
      subnetId: `subnet-a${vpc}`,
      vpcId: `vpc-${vpc}`,
      privateIpAddresses: [`10.${vpc}.1.10`],
      ipv6Addresses: [],
      securityGroupIds: [],
    })),
    securityGroups: [],
    prefixLists: [],
    ...transit,
  };
}

const number = (text: string) => text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
const length = (cidr: string) => Number(cidr.split("/")[1]);
const holds = (cidr: string, address: string) => {
  const size = 2 ** (32 - length(cidr));
  return Math.floor(number(cidr.split("/")[0]!) / size) === Math.floor(number(address) / size);
};
function longest<T>(routes: readonly T[], textOf: (route: T) => string, address: string): T[] {
  const fitting = routes.filter((each) => holds(textOf(each), address));
  const best = Math.max(...fitting.map((each) => length(textOf(each))));
  return fitting.filter((each) => length(textOf(each)) === best);
}

/** Whether a packet meets the firewall that a VPC's table gets: "a1", "t0". */
function inVpc(world: Drawn, table: string, address: string, passed: string[] = []): boolean {
  const vpc = Number(table.slice(1));
  if (passed.includes(table)) return false;
  const { app, attached, isAttached, table: associated } = world.vpcs[vpc]!;
  const own = allowed(vpc, table.startsWith("a") ? app : attached);
  const cidr = `10.${vpc}.0.0/16`;
  const all: [string, Target | "local"][] = own.some(([text]) => text === cidr)
    ? own
    : [...own, [cidr, "local"]];
  const [route] = longest(all, ([text]) => text, address);
  if (route === undefined) return false;
  if (route[1] === "firewall") return true;
  if (route[1] !== "gateway" || !isAttached || associated === undefined) return false;
  return inGateway(world, associated, address, [...passed, table]);
}

/** The routes of a transit gateway's table that take an address. */
function taken(table: Drawn["tables"][number], address: string) {
  const routes = longest(table, ([text]) => text, address);
  const fixed = routes.filter(([, , isPropagated]) => !isPropagated);
  return fixed.length > 0 ? fixed : routes;
}

/** Whether one does that comes to a table of the transit gateway. */
function inGateway(world: Drawn, table: number, address: string, passed: string[] = []): boolean {
  if (passed.includes(String(table))) return false;
  const now = [...passed, String(table)];
  return taken(routesOf(world, table), address).some(([, to]) => {
    if (to === "peer") {
      const side = 1 - gatewayOf(world, table);
      return world.peering!.isAssociated[side]! && inGateway(world, side, address, now);
    }
    return typeof to === "number" && world.vpcs[to]!.isAttached && inVpc(world, `t${to}`, address, now);
  });
}

/** What brings packets to a transit gateway: a VPC, the VPN, the peering on either side. */
type Source = number | "vpn" | "peer0" | "peer1";
const SOURCES: Source[] = [...VPCS, "vpn", "peer0", "peer1"];
const isPeer = (source: Source) => source === "peer0" || source === "peer1";

function sourceOf({ vpcs, vpnTable, peering }: Drawn, source: Source) {
  if (typeof source === "number") return vpcs[source]!;
  if (source === "vpn") return { isAttached: true, table: vpnTable };
  const side = source === "peer0" ? 0 : 1;
  return { isAttached: peering !== undefined, table: peering?.isAssociated[side] ? side : undefined };
}

/** Whether an address is behind an attachment: in its VPC, or sent to it by some table. */
function isBehind(world: Drawn, source: Source, address: string): boolean {
  if (typeof source === "number" && holds(`10.${source}.0.0/16`, address)) return true;
  return world.tables.some(
    (_, table) =>
      (source !== "peer0" && source !== "peer1" ? true : source === `peer${gatewayOf(world, table)}`) &&
      taken(routesOf(world, table), address).some(([, to]) =>
        to === "peer" ? isPeer(source) : to === source,
      ),
  );
}

/** Whether packets between an instance and an address meet the firewall, on their way there or back. */
function meets(world: Drawn, vpc: number, address: string): boolean {
  if (holds(`10.${vpc}.0.0/16`, address)) return false;
  if (inVpc(world, `a${vpc}`, address)) return true;
  if (!world.vpcs[vpc]!.isAttached) return false;
  return SOURCES.some((source) => {
    const { isAttached, table } = sourceOf(world, source);
    return (
      source !== vpc &&
      isAttached &&
      table !== undefined &&
      isBehind(world, source, address) &&
      inGateway(world, table, `10.${vpc}.1.10`)
    );
  });
}

const RUNS = Number(process.env["WAYS_RUNS"] ?? 300);
const FIREWALL: MappingOptions["firewall"] = {
  instanceIds: [],
  networkInterfaceIds: ["eni-fw"],
  vpcEndpointIds: [],
};

describe("ways through transit gateways", () => {
  it("bring to the firewall what a packet's walk does, and nothing else", () => {
    const met = { yes: 0, no: 0 };
    fc.assert(
      fc.property(drawn, (world) => {
        const inventory = inventoryOf(world);
        // Otherwise no packet leaves a VPC, and nothing is read.
        fc.pre(
          inventory.routeTables.some(({ routes }) => routes.some(({ transitGatewayId }) => transitGatewayId)),
        );
        const { interfaces } = protectedInterfaces(inventory, { ...OPTIONS, firewall: FIREWALL });
        const crossings = new Map(
          interfaces.map(({ networkInterface, crossing }) => [networkInterface.id, crossing]),
        );
        const mistaken: string[] = [];
        for (const vpc of VPCS) {
          for (const address of ADDRESSES) {
            const { value } = parseAddress(address)!;
            const found = (crossings.get(`eni-${vpc}`)?.IPv4 ?? []).some(
              ({ first, last }) => first <= value && value <= last,
            );
            const expected = meets(world, vpc, address);
            met[expected ? "yes" : "no"]++;
            if (found !== expected) mistaken.push(`vpc-${vpc} and ${address}: ${found}`);
          }
        }
        expect(mistaken).to.deep.equal([]);
      }),
      { numRuns: RUNS },
    );
    // A world in which nothing meets the firewall would prove nothing.
    expect(met.yes).to.be.greaterThan(RUNS / 3);
  });
});
