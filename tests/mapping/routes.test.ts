import { expect } from "chai";
import type { Inventory, Route, RouteTable } from "../../inventory/types";
import { unknownTargets } from "../../mapping/index";
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

  it("lead nowhere where their target is gone, and don't hide behind a propagated one", () => {
    const specific = { destinationCidrBlock: "198.51.100.0/24", ...VIA };
    for (const state of ["blackhole", "filtered"] as const) {
      expect(sourcesBy([{ ...specific, state }], ["198.51.100.0/24"])).to.deep.equal([]);
    }
    const hole = { destinationCidrBlock: "198.51.100.128/25", state: "blackhole" as const, ...VIA };
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

  it("need not be there for subnets and VPCs that are named as protected", () => {
    const nowhere = { routeTables: [routeTable([{ ...ALL_V4, transitGatewayId: "tgw-1" }])] };
    const ingress = [{ cidrIpv4: "0.0.0.0/0" }, { cidrIpv4: "10.0.3.0/24" }];
    expect(policyOf(ingress, {}, nowhere).rules).to.deep.equal([]);
    for (const places of [{ protectedSubnets: ["subnet-1"] }, { protectedVpcs: ["vpc-1"] }]) {
      const { rules } = policyOf(ingress, places, nowhere);
      expect(rules.map(({ rule }) => rule.source)).to.deep.equal([["0.0.0.0/0"]]);
    }
    const options = { ...OPTIONS, protectedSubnets: ["subnet-x", "subnet-1"], protectedVpcs: ["vpc-x"] };
    expect(unknownTargets(inventoryWith([]), options)).to.deep.equal(["subnet-x", "vpc-x"]);
  });

  it("carry nothing to an interface that is being detached", () => {
    for (const attachmentStatus of ["detaching", "detached"] as const) {
      const changes = { networkInterfaces: [networkInterface({ attachmentStatus })] };
      expect(policyOf([{ cidrIpv4: "0.0.0.0/0" }], {}, changes).rules).to.deep.equal([]);
    }
  });
});
