import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Inventory, Route, RouteTable } from "../../inventory/types";
import { checkInventory } from "../../inventory/validate";
import { mapInventory, unknownTargets } from "../../mapping/index";
import type { MappingOptions } from "../../mapping/types";
import { DEFAULT_ROUTES, OPTIONS, inventoryWith, networkInterface, policyOf, routeTable } from "./fixtures";

const VIA = { instanceId: "i-fw" };
const ALL_V4 = { destinationCidrBlock: "0.0.0.0/0" };

/** Sources of the rules between the usual zones, for these routes. */
function sourcesBy(
  routes: Route[],
  cidrs: string[],
  changes: Partial<Inventory> = {},
  options: Partial<MappingOptions> = {},
) {
  const ingress = cidrs.map((cidrIpv4) => ({ cidrIpv4 }));
  const { rules } = policyOf(ingress, options, { routeTables: [routeTable(routes)], ...changes });
  return rules.flatMap(({ rule }) => rule.source);
}

const SUBNET = { id: "subnet-1", vpcId: "vpc-1", routeTableId: "rtb-1", cidrBlock: "10.0.1.0/24" };
const edge = (routes: Route[], gatewayId = "igw-1"): RouteTable => ({
  ...routeTable(routes, "rtb-edge"),
  gatewayIds: [gatewayId],
});

describe("routes through the firewall", () => {
  it("lead there for some sources only where a table sends only some there", () => {
    const cidrs = ["198.51.100.0/25", "198.51.0.0/16", "203.0.113.0/24"];
    const routes = [
      { destinationCidrBlock: "198.51.100.0/24", ...VIA },
      { ...ALL_V4, natGatewayId: "nat-1" },
    ];
    expect(sourcesBy(routes, cidrs)).to.deep.equal(["198.51.0.0/16", "198.51.100.0/25"]);
  });

  it("are found in prefix lists", () => {
    const prefixLists = [
      { id: "pl-1", name: "offices", addressFamily: "IPv4" as const, entries: [{ cidr: "198.51.100.0/24" }] },
    ];
    const routes = [
      { destinationPrefixListId: "pl-1", vpcEndpointId: "vpce-1" },
      { ...ALL_V4, gatewayId: "igw-1" },
    ];
    const firewall = { instanceIds: [], networkInterfaceIds: [], vpcEndpointIds: ["vpce-1"] };
    const cidrs = ["198.51.100.7/32", "203.0.113.0/24"];
    expect(sourcesBy(routes, cidrs, { prefixLists }, { firewall })).to.deep.equal(["198.51.100.7/32"]);
  });

  it("inside the VPC take a more specific route than the VPC's own", () => {
    const routes = [...DEFAULT_ROUTES, { destinationCidrBlock: "10.0.2.0/24", ...VIA }];
    const { rules } = policyOf(
      [{ cidrIpv4: "10.0.2.9/32" }, { cidrIpv4: "10.0.3.0/24" }],
      {},
      { routeTables: [routeTable(routes)] },
    );
    expect(rules.map(({ rule: { source, from, to } }) => ({ source, from, to }))).to.deep.equal([
      { source: ["10.0.2.9/32"], from: ["trust"], to: ["trust"] },
    ]);
    const elsewhere = [...DEFAULT_ROUTES, { destinationCidrBlock: "10.0.2.0/24", natGatewayId: "nat-1" }];
    expect(sourcesBy(elsewhere, ["10.0.2.9/32"])).to.deep.equal([]);
  });

  it("are taken away by every more specific route that leads elsewhere", () => {
    const prefixLists = [
      { id: "pl-1", name: "partners", addressFamily: "IPv4" as const, entries: [{ cidr: "10.30.0.0/16" }] },
    ];
    const elsewhere: Partial<Route>[] = [
      { vpcPeeringConnectionId: "pcx-1" },
      { vpcPeeringConnectionId: "pcx-1", state: "blackhole" },
      { gatewayId: "vgw-1" },
      { gatewayId: "vgw-1", origin: "EnableVgwRoutePropagation" },
      { transitGatewayId: "tgw-1" },
      { natGatewayId: "nat-1" },
      { gatewayId: "igw-1" },
      { vpcEndpointId: "vpce-s3" },
      { networkInterfaceId: "eni-other" },
      { coreNetworkArn: "arn:aws:networkmanager::1:core-network/1" },
    ];
    const cidrs = ["10.30.0.0/16", "10.30.4.0/24", "10.30.9.9/32", "10.0.0.0/8"];
    for (const target of elsewhere) {
      for (const destination of [
        { destinationCidrBlock: "10.30.0.0/16" },
        { destinationPrefixListId: "pl-1" },
      ]) {
        const routes = [...DEFAULT_ROUTES, { ...destination, ...target }];
        const found = sourcesBy(routes, cidrs, { prefixLists });
        // What has more than that still comes through the firewall.
        expect(found, JSON.stringify({ destination, target })).to.deep.equal(["10.0.0.0/8"]);
      }
    }
    const back = [
      ...DEFAULT_ROUTES,
      { destinationCidrBlock: "10.30.0.0/16", vpcPeeringConnectionId: "pcx-1" },
      { destinationCidrBlock: "10.30.4.0/24", ...VIA },
    ];
    expect(sourcesBy(back, cidrs)).to.deep.equal(["10.0.0.0/8", "10.30.0.0/16", "10.30.4.0/24"]);
  });

  it("keep what is behind them while the firewall doesn't run, and say so", () => {
    const active = [...DEFAULT_ROUTES, { destinationCidrBlock: "10.0.2.0/24", ...VIA }];
    const stopped = active.map((route) =>
      "instanceId" in route ? { ...route, state: "blackhole" as const } : route,
    );
    const ingress = [{ cidrIpv4: "0.0.0.0/0" }, { cidrIpv4: "10.0.2.9/32" }, { cidrIpv6: "::/0" }];
    const [before, after] = [active, stopped].map((routes) =>
      policyOf(ingress, {}, { routeTables: [routeTable(routes)] }),
    );
    expect({ ...after, warnings: [] }).to.deep.equal({ ...before, warnings: [] });
    expect(before!.warnings).to.deep.equal([]);
    expect(after!.warnings).to.have.length(3);
    for (const warning of after!.warnings) {
      expect(warning).to.match(/^Route table rtb-1: the route \S+ to the firewall's i-fw is a blackhole/);
    }
    // Its instance is not among those that run, and its interfaces may have no other name than their own.
    const gone = inventoryWith(ingress, { routeTables: [routeTable(stopped)] });
    const instances = gone.instances.filter(({ id }) => id !== "i-fw");
    expect(mapInventory({ ...gone, instances }, OPTIONS).rules).to.deep.equal(before!.rules);
  });

  it("on the way in keep what is behind them as well", () => {
    const tables = (state: "active" | "blackhole") => ({
      routeTables: [
        routeTable([{ ...ALL_V4, gatewayId: "igw-1" }]),
        edge([{ destinationCidrBlock: "10.0.1.0/24", ...VIA, state }]),
      ],
      subnets: [SUBNET],
    });
    const [before, after] = (["active", "blackhole"] as const).map((state) =>
      policyOf([{ cidrIpv4: "0.0.0.0/0" }], {}, tables(state)),
    );
    expect(after!.rules).to.have.length(1).and.to.deep.equal(before!.rules);
    expect(after!.warnings.join()).to.include("Route table rtb-edge").and.to.include("blackhole");
  });

  it("lead nowhere where they were filtered out, and don't hide behind a propagated one", () => {
    const specific = { destinationCidrBlock: "198.51.100.0/24", ...VIA };
    expect(sourcesBy([{ ...specific, state: "filtered" }], ["198.51.100.0/24"])).to.deep.equal([]);
    const hole = {
      destinationCidrBlock: "198.51.100.128/25",
      state: "blackhole" as const,
      gatewayId: "vgw-1",
    };
    expect(sourcesBy([specific, hole], ["198.51.100.128/26", "198.51.100.0/26"])).to.deep.equal([
      "198.51.100.0/26",
    ]);
    const propagated = {
      destinationCidrBlock: "198.51.100.0/24",
      gatewayId: "vgw-1",
      origin: "EnableVgwRoutePropagation" as const,
    };
    expect(sourcesBy([propagated, specific], ["198.51.100.0/24"])).to.deep.equal(["198.51.100.0/24"]);
  });

  it("may take the place of the VPC's own", () => {
    const routes = [
      { destinationCidrBlock: "10.0.0.0/16", ...VIA },
      { ...ALL_V4, ...VIA },
    ];
    expect(sourcesBy(routes, ["10.0.3.0/24"])).to.deep.equal(["10.0.3.0/24"]);
    const propagated = { origin: "EnableVgwRoutePropagation" as const };
    expect(
      sourcesBy(
        routes.map((route) => ({ ...route, ...propagated })),
        ["10.0.3.0/24"],
      ),
    ).to.deep.equal([]);
  });

  it("with a prefix list whose entries were not seen are named", () => {
    for (const [target, effect] of [
      [VIA, "is left out"],
      [{ vpcPeeringConnectionId: "pcx-1" }, "still gets rules"],
    ] as const) {
      const routes = [...DEFAULT_ROUTES, { destinationPrefixListId: "pl-gone", ...target }];
      const { warnings } = policyOf([{ cidrIpv4: "0.0.0.0/0" }], {}, { routeTables: [routeTable(routes)] });
      expect(warnings.join()).to.include("rtb-1").and.to.include("pl-gone").and.to.include(effect);
    }
  });

  it("with such a list are named also where nothing else leads there, and what leads elsewhere isn't", () => {
    const hidden = "pl-gone";
    const local = { destinationCidrBlock: "10.0.0.0/16", gatewayId: "local" };
    const warnings = (tables: RouteTable[], options: Partial<MappingOptions> = {}) =>
      policyOf([{ cidrIpv4: "0.0.0.0/0" }], options, {
        routeTables: tables,
        subnets: [SUBNET],
      }).warnings.filter((each) => each.includes(hidden));
    const by = (target: Partial<Route>) => [
      routeTable([local, { destinationPrefixListId: hidden, ...target }]),
    ];
    expect(warnings(by(VIA)).join())
      .to.include("rtb-1")
      .and.to.include("is left out");
    expect(warnings(by({ transitGatewayId: "tgw-1" })).join())
      .to.include("tgw-1")
      .and.to.include("is left out");
    expect(warnings(by({ transitGatewayId: "tgw-1" }), { ways: "told" })).to.deep.equal([]);
    expect(warnings(by({ vpcPeeringConnectionId: "pcx-1" }))).to.deep.equal([]);
    const onTheWayIn = [routeTable([local]), edge([{ destinationPrefixListId: hidden, ...VIA }])];
    expect(warnings(onTheWayIn).join()).to.include("rtb-edge").and.to.include("is left out");
  });

  it("are not made by one half of all addresses, which is said", () => {
    const { rules, warnings } = policyOf(
      [{ cidrIpv4: "9.0.0.0/8" }],
      {},
      {
        routeTables: [routeTable([{ destinationCidrBlock: "0.0.0.0/1", ...VIA }])],
      },
    );
    expect(rules).to.deep.equal([]);
    expect(warnings.join()).to.include("rtb-1 sends only one half of all IPv4 addresses");
  });

  it("on the way in are those of the gateway's table, for the subnet's whole block", () => {
    const routeTables = [
      routeTable([{ ...ALL_V4, gatewayId: "igw-1" }]),
      edge([{ destinationCidrBlock: "10.0.1.0/24", ...VIA }]),
    ];
    const policy = policyOf([{ cidrIpv4: "0.0.0.0/0" }], {}, { routeTables, subnets: [SUBNET] });
    expect(policy.rules).to.have.length(1);
    expect(policy.warnings.join())
      .to.include("IPv4 in subnet-1")
      .and.to.include("rtb-edge")
      .and.to.include("rtb-1");
    const other = { ...SUBNET, cidrBlock: "10.0.7.0/24" };
    expect(policyOf([{ cidrIpv4: "0.0.0.0/0" }], {}, { routeTables, subnets: [other] }).rules).to.deep.equal(
      [],
    );
  });

  it("on the way in bring what leaves by that gateway, and nothing else", () => {
    const tables = (routes: Route[], gateway: string) => ({
      routeTables: [routeTable(routes), edge([{ destinationCidrBlock: "10.0.1.0/24", ...VIA }], gateway)],
      subnets: [SUBNET],
    });
    const cidrs = ["10.30.4.0/24", "10.50.4.0/24", "198.51.100.0/24"];
    const routes: Route[] = [
      { ...ALL_V4, gatewayId: "igw-1" },
      { destinationCidrBlock: "10.30.0.0/16", vpcPeeringConnectionId: "pcx-1" },
      { destinationCidrBlock: "10.50.0.0/16", gatewayId: "vgw-1", origin: "EnableVgwRoutePropagation" },
    ];
    expect(sourcesBy([], cidrs, tables(routes, "igw-1"))).to.deep.equal(["198.51.100.0/24"]);
    expect(sourcesBy([], cidrs, tables(routes, "vgw-1"))).to.deep.equal(["10.50.4.0/24"]);
    // The data sources hide propagated routes: any that no route says more of may be one.
    expect(sourcesBy([], cidrs, tables(routes.slice(0, 2), "vgw-1"))).to.deep.equal([
      "10.50.4.0/24",
      "198.51.100.0/24",
    ]);
  });

  it("that disagree about the way in and the way out are named, both tables of them", () => {
    const out = routeTable([{ ...ALL_V4, ...VIA }]);
    const tables = (routes: Route[], gateway?: string) => ({
      routeTables: [out, edge(routes, gateway)],
      subnets: [SUBNET],
    });
    const warnings = (...args: Parameters<typeof tables>) =>
      policyOf([{ cidrIpv4: "0.0.0.0/0" }], {}, tables(...args)).warnings;
    expect(warnings([{ destinationCidrBlock: "10.0.0.0/16", ...VIA }])).to.deep.equal([]);
    expect(
      warnings([
        { destinationCidrBlock: "10.0.0.0/16", ...VIA },
        { destinationCidrBlock: "10.0.1.0/24", gatewayId: "local" },
      ]).join(),
    ).to.match(/^IPv4 in subnet-1: route table rtb-1 sends .* route table rtb-edge doesn't on its way in\./);
    // What a virtual private gateway brings in is answered by other routes than the default one.
    expect(warnings([], "vgw-1")).to.deep.equal([]);
  });

  it("between subnets of a VPC in one direction alone are named, both tables of them", () => {
    const subnets = [1, 2, 9].map((number) => ({
      ...{ id: `subnet-${number}`, vpcId: "vpc-1", routeTableId: `rtb-${number}` },
      ...{ cidrBlock: `10.0.${number}.0/24`, ipv6CidrBlocks: [] },
    }));
    const there = { subnetId: "subnet-2", privateIpAddresses: ["10.0.2.20"], ipv6Addresses: [] };
    const to = (destinationCidrBlock: string, target: Partial<Route> = VIA) => ({
      ...{ destinationCidrBlock, ...target },
    });
    const warnings = (one: Route[], two: Route[], of: object = { instanceId: "i-other" }, isShared = false) =>
      policyOf(
        [{ cidrIpv4: "10.0.2.0/24" }],
        {},
        {
          subnets: isShared ? subnets.map((each) => ({ ...each, routeTableId: "rtb-1" })) : subnets,
          routeTables: [one, two, []].map((routes, index) =>
            routeTable([...DEFAULT_ROUTES, ...routes], `rtb-${[1, 2, 9][index]}`),
          ),
          networkInterfaces: [
            networkInterface(),
            networkInterface({ id: "eni-2", ...there, ...of }),
            networkInterface({ id: "eni-fw", instanceId: "i-fw", subnetId: "subnet-9" }),
          ],
        },
      ).warnings.join();
    const says = (from: number, dest: number) =>
      `From subnet-${from} to subnet-${dest}: route table rtb-${from} sends this IPv4 traffic to the firewall, but route table rtb-${dest} doesn't`;
    expect(warnings([to("10.0.2.0/24")], [])).to.include(says(1, 2));
    expect(warnings([], [to("10.0.1.0/24")])).to.include(says(2, 1));
    expect(warnings([to("10.0.2.0/24")], [to("10.0.1.0/24", { natGatewayId: "nat-1" })])).to.include(
      says(1, 2),
    );
    expect(warnings([to("10.0.2.0/24")], [], {}, true)).to.include("but route table rtb-1 doesn't");
    expect(warnings([], [])).to.equal("");
    expect(warnings([to("10.0.2.0/24")], [to("10.0.1.0/24")])).to.equal("");
    // The firewall's own subnet has nothing that answers; nor has one of endpoints that nothing is known of.
    expect(warnings([to("10.0.9.0/24")], [])).to.equal("");
    expect(warnings([to("10.0.0.0/16")], [to("10.0.0.0/16")])).to.equal("");
  });

  it("need not be there for subnets and VPCs that are named as protected", () => {
    const nowhere = { routeTables: [routeTable([{ ...ALL_V4, transitGatewayId: "tgw-1" }])] };
    const ingress = [{ cidrIpv4: "0.0.0.0/0" }, { cidrIpv4: "10.0.3.0/24" }];
    expect(policyOf(ingress, {}, nowhere).rules).to.deep.equal([]);
    for (const places of [{ protectedSubnets: ["subnet-1"] }, { protectedVpcs: ["vpc-1"] }]) {
      const { rules } = policyOf(ingress, places, nowhere);
      expect(rules.map(({ rule }) => rule.source)).to.deep.equal([["0.0.0.0/0"]]);
    }
    const taken = [
      { destinationCidrBlock: "10.30.0.0/16", vpcPeeringConnectionId: "pcx-1" },
      { destinationCidrBlock: "10.40.0.0/16", transitGatewayId: "tgw-2" },
      { destinationCidrBlock: "10.50.0.0/16", gatewayId: "vgw-1" },
    ];
    const specific = { routeTables: [routeTable([...nowhere.routeTables[0]!.routes, ...taken])] };
    const cidrs = ["10.30.4.0/24", "10.40.4.0/24", "10.50.4.0/24"];
    // Behind a transit gateway there may be a firewall; behind a peering or a private gateway there is none.
    expect(sourcesBy([], cidrs, specific, { protectedVpcs: ["vpc-1"] })).to.deep.equal(["10.40.4.0/24"]);
    const options = { ...OPTIONS, protectedSubnets: ["subnet-x", "subnet-1"], protectedVpcs: ["vpc-x"] };
    expect(unknownTargets(inventoryWith([]), options)).to.deep.equal(["subnet-x", "vpc-x"]);
  });

  it("of places that are named as protected are the same by one way out as by its two halves", () => {
    const inner = { destinationCidrBlock: "192.168.0.0/16" };
    const [one, other] = [{ vpcEndpointId: "vpce-8" }, { vpcEndpointId: "vpce-9" }];
    const halves = (low: Partial<Route>, high: Partial<Route>): Route[] => [
      { destinationCidrBlock: "0.0.0.0/1", ...low },
      { destinationCidrBlock: "128.0.0.0/1", ...high },
    ];
    for (const places of [{ protectedSubnets: ["subnet-1"] }, { protectedVpcs: ["vpc-1"] }]) {
      for (const [out, sources] of [
        [[{ ...ALL_V4, ...other }], ["192.168.7.0/24"]],
        [halves(other, other), ["192.168.7.0/24"]],
        [halves(one, other), ["192.168.7.0/24"]],
        [halves(other, one), []],
        [halves(one, one), []],
      ] as const) {
        const found = sourcesBy([...out, { ...inner, ...other }], ["192.168.7.0/24"], {}, places);
        expect(found, JSON.stringify([places, out])).to.deep.equal(sources);
      }
    }
  });

  it("carry nothing to an interface that is being detached", () => {
    for (const attachmentStatus of ["detaching", "detached"] as const) {
      const changes = { networkInterfaces: [networkInterface({ attachmentStatus })] };
      expect(policyOf([{ cidrIpv4: "0.0.0.0/0" }], {}, changes).rules).to.deep.equal([]);
    }
  });

  it("to a peering beside 0.0.0.0/0 leave the peer's network out, and say so of each permission", () => {
    const options = { ...OPTIONS, firewall: { ...NO_TARGET, networkInterfaceIds: ["eni-0f"] } };
    const { rules, withheld } = mapInventory(recorded("peering-route"), options);
    expect(rules.map(({ rule }) => [rule.name, rule.source])).to.deep.equal([
      ["aws-sg-0a-tcp-80", ["10.0.0.0/8"]],
    ]);
    expect(withheld.map(({ permission, isElsewhere }) => [permission.ruleIds[0], isElsewhere])).to.deep.equal(
      [
        ["sgr-0a001", true],
        ["sgr-0a000", true],
      ],
    );
    expect(withheld[0]!.reason).to.include("packets from 10.30.4.0/24 of rule sgr-0a001");
  });

  it("of one zone's firewall that stopped change nothing for any zone", () => {
    const targets = { ...NO_TARGET, networkInterfaceIds: ["eni-0f", "eni-0f2"] };
    const stopped = recorded("one-zone-down");
    const routeTables = stopped.routeTables.map((table) => ({
      ...table,
      routes: table.routes.map((route) => ({ ...route, state: "active" as const })),
    }));
    for (const destinations of ["addresses", "dynamic"] as const) {
      const options = { ...OPTIONS, firewall: targets, destinations };
      const before = mapInventory({ ...stopped, routeTables }, options);
      const after = mapInventory(stopped, options);
      expect(before.rules).to.have.length(2);
      expect({ ...after, warnings: [] }).to.deep.equal({ ...before, warnings: [] });
      expect(after.warnings).to.have.length(1);
      expect(after.warnings[0]).to.include("rtb-0a").and.to.include("eni-0f is a blackhole");
    }
  });
});

const NO_TARGET = { instanceIds: [], networkInterfaceIds: [], vpcEndpointIds: [] };

function recorded(name: string): Inventory {
  const text = readFileSync(join(__dirname, "inventories", `${name}.json`), "utf8");
  const checked = checkInventory(JSON.parse(text));
  if (!("inventory" in checked)) throw new Error(checked.problems.join("\n"));
  return checked.inventory;
}
