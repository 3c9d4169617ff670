import { expect } from "chai";
import type { Inventory, Route } from "../../inventory/types";
import { mapInventory, unknownTargets } from "../../mapping/index";
import { notRead } from "../../mapping/not-read";
import { protectedInterfaces } from "../../mapping/routing";
import type { MappingOptions } from "../../mapping/types";
import { DEFAULT_ROUTES, OPTIONS, inventoryWith, networkInterface, routeTable } from "./fixtures";

const FIREWALL = { instanceIds: [], networkInterfaceIds: [], vpcEndpointIds: [] };

function familiesOf(
  routes: Route[],
  firewall: Partial<MappingOptions["firewall"]> = { instanceIds: ["i-fw"] },
) {
  const inventory = inventoryWith([], { routeTables: [routeTable(routes)] });
  const { interfaces } = protectedInterfaces(inventory, {
    ...OPTIONS,
    firewall: { ...FIREWALL, ...firewall },
  });
  const crossing = interfaces.find(({ networkInterface: { id } }) => id === "eni-1")?.crossing;
  return crossing && { IPv4: crossing.IPv4.length > 0, IPv6: crossing.IPv6.length > 0 };
}

const idsOf = (inventory: Inventory, options = OPTIONS) =>
  mapInventory(inventory, options).protectedInterfaces;

describe("protected interfaces", () => {
  it("are told of routes that can't be read, and may be any where what is unknown counts", () => {
    const odd = { ...routeTable(DEFAULT_ROUTES.slice(0, 2)), unreadableRoutes: ["has 0 destinations"] };
    const inventory = inventoryWith([], { routeTables: [odd] });
    const { warnings, interfaces } = protectedInterfaces(inventory, OPTIONS);
    expect(warnings.join())
      .to.include("Route table rtb-1: a route can't be read")
      .and.include("0 destinations");
    expect(interfaces[0]?.crossing.IPv6).to.deep.equal([]);
    const open = protectedInterfaces(inventory, { ...OPTIONS, unknownCrosses: true });
    expect(open.interfaces[0]?.crossing.IPv6).to.have.length(1);
    expect(notRead(inventory, OPTIONS)).to.deep.equal(["a route of rtb-1"]);
  });

  it("judge each family by its own route", () => {
    expect(familiesOf([{ destinationCidrBlock: "0.0.0.0/0", instanceId: "i-fw" }])).to.deep.equal({
      IPv4: true,
      IPv6: false,
    });
    expect(familiesOf([{ destinationIpv6CidrBlock: "::/0", instanceId: "i-fw" }])).to.deep.equal({
      IPv4: false,
      IPv6: true,
    });
    expect(familiesOf([{ destinationCidrBlock: "0.0.0.0/0", gatewayId: "igw-1" }])).to.equal(undefined);
  });

  it("take both halves for the whole, and one half for nothing", () => {
    const low = { destinationCidrBlock: "0.0.0.0/1", instanceId: "i-fw" };
    const high = { destinationCidrBlock: "128.0.0.0/1", instanceId: "i-fw" };
    expect(familiesOf([low, high])?.IPv4).to.equal(true);
    expect(familiesOf([low])).to.equal(undefined);
    expect(familiesOf([low, { ...high, instanceId: "i-other" }])).to.equal(undefined);
    expect(
      familiesOf([
        { destinationIpv6CidrBlock: "::/1", instanceId: "i-fw" },
        { destinationIpv6CidrBlock: "8000::/1", instanceId: "i-fw" },
      ]),
    ).to.deep.equal({ IPv4: false, IPv6: true });
  });

  it("know the firewall as instance, as network interface and as endpoint", () => {
    const via = (target: Partial<Route>) => [{ destinationCidrBlock: "0.0.0.0/0", ...target }];
    expect(familiesOf(via({ networkInterfaceId: "eni-x" }), { networkInterfaceIds: ["eni-x"] })).to.not.equal(
      undefined,
    );
    expect(familiesOf(via({ vpcEndpointId: "vpce-1" }), { vpcEndpointIds: ["vpce-1"] })).to.not.equal(
      undefined,
    );
    expect(familiesOf(via({ gatewayId: "vpce-1" }), { vpcEndpointIds: ["vpce-1"] })).to.not.equal(undefined);
    expect(familiesOf(via({ vpcEndpointId: "vpce-2" }), { vpcEndpointIds: ["vpce-1"] })).to.equal(undefined);
  });

  it("know a firewall's interface by its instance and the other way round", () => {
    const via = (target: Partial<Route>) => [{ destinationCidrBlock: "0.0.0.0/0", ...target }];
    expect(familiesOf(via({ networkInterfaceId: "eni-fw" }), { instanceIds: ["i-fw"] })).to.not.equal(
      undefined,
    );
    expect(familiesOf(via({ instanceId: "i-fw" }), { networkInterfaceIds: ["eni-fw"] })).to.not.equal(
      undefined,
    );
  });

  it("accept several targets, as for a pair of firewalls", () => {
    const routes = [
      { destinationCidrBlock: "0.0.0.0/1", vpcEndpointId: "vpce-a" },
      { destinationCidrBlock: "128.0.0.0/1", vpcEndpointId: "vpce-b" },
    ];
    expect(familiesOf(routes, { vpcEndpointIds: ["vpce-a", "vpce-b"] })?.IPv4).to.equal(true);
  });

  it("stay so while the firewall doesn't run, and not by a route that was filtered out", () => {
    const route: Route = { destinationCidrBlock: "0.0.0.0/0", instanceId: "i-fw" };
    for (const state of ["active", "blackhole"] as const) {
      expect(familiesOf([{ ...route, state }])).to.deep.equal({ IPv4: true, IPv6: false });
    }
    expect(familiesOf([{ ...route, state: "filtered" }])).to.equal(undefined);
    const other: Route = { ...route, instanceId: "i-nat", state: "blackhole" };
    expect(familiesOf([other])).to.equal(undefined);
  });

  it("find the default route inside a prefix list that a route points with", () => {
    const inventory = inventoryWith([], {
      routeTables: [routeTable([{ destinationPrefixListId: "pl-1", instanceId: "i-fw" }])],
      prefixLists: [{ id: "pl-1", name: "all", addressFamily: "IPv4", entries: [{ cidr: "0.0.0.0/0" }] }],
    });
    expect(idsOf(inventory)).to.deep.equal(["eni-1"]);
  });

  it("leave out the firewall's own interfaces, however it is configured", () => {
    const inventory = inventoryWith([], {
      networkInterfaces: [
        networkInterface(),
        networkInterface({ id: "eni-fw", instanceId: "i-fw" }),
        networkInterface({ id: "eni-fw-trust", instanceId: "i-fw" }),
      ],
    });
    expect(idsOf(inventory)).to.deep.equal(["eni-1"]);
    const byInterface = { ...OPTIONS, firewall: { ...FIREWALL, networkInterfaceIds: ["eni-fw"] } };
    expect(idsOf(inventory, byInterface)).to.deep.equal(["eni-1"]);
  });

  it("leave out interfaces of stopped instances and of no instance", () => {
    const ofNobody = networkInterface({ id: "eni-elb" });
    delete ofNobody.instanceId;
    const inventory = inventoryWith([], {
      networkInterfaces: [networkInterface({ instanceId: "i-stopped" }), ofNobody],
    });
    expect(idsOf(inventory)).to.deep.equal([]);
  });

  it("warn about an interface whose route table is unknown", () => {
    const inventory = inventoryWith([], { subnets: [] });
    const { warnings, protectedInterfaces: ids } = mapInventory(inventory, OPTIONS);
    expect(ids).to.deep.equal([]);
    expect(warnings.join("\n")).to.include("eni-1").and.to.include("subnet-1");
  });

  it("say so when nothing at all is behind the firewall", () => {
    const { warnings } = mapInventory(inventoryWith([], { routeTables: [routeTable([])] }), OPTIONS);
    expect(warnings.join("\n")).to.include("No network interface is behind the firewall");
    expect(mapInventory(inventoryWith([]), OPTIONS).warnings).to.deep.equal([]);
  });
});

describe("unknown firewall targets", () => {
  it("are named, each kind of them", () => {
    const firewall = {
      instanceIds: ["i-typo"],
      networkInterfaceIds: ["eni-typo"],
      vpcEndpointIds: ["vpce-typo"],
    };
    const inventory = inventoryWith([], { routeTables: [routeTable(DEFAULT_ROUTES)] });
    expect(unknownTargets(inventory, { ...OPTIONS, firewall })).to.deep.equal([
      "i-typo",
      "eni-typo",
      "vpce-typo",
    ]);
    const { warnings } = mapInventory(inventory, { ...OPTIONS, firewall });
    expect(warnings.filter((warning) => warning.includes("typo"))).to.have.length(3);
  });

  it("are known by a route, an interface or an instance", () => {
    const inventory = inventoryWith([], {
      routeTables: [routeTable([{ destinationCidrBlock: "0.0.0.0/0", vpcEndpointId: "vpce-1" }])],
      instances: [{ id: "i-alone", state: "running" }],
    });
    const firewall = {
      instanceIds: ["i-fw", "i-alone"],
      networkInterfaceIds: ["eni-fw"],
      vpcEndpointIds: ["vpce-1"],
    };
    expect(unknownTargets(inventory, { ...OPTIONS, firewall })).to.deep.equal([]);
  });
});
