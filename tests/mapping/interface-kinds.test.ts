import { expect } from "chai";
import type { Inventory, NetworkInterface } from "../../inventory/types";
import { mapInventory } from "../../mapping";
import { NO_GUARDRAILS, mapWithin } from "../../mapping/guardrails";
import type { MappingOptions } from "../../mapping/types";
import {
  DEFAULT_ROUTES,
  GROUP,
  OPTIONS,
  inventoryWith,
  networkInterface,
  routeTable,
  securityGroup,
} from "./fixtures";

const ALL: MappingOptions = { ...OPTIONS, ruleMode: "service", interfaces: "all" };
const BALANCER = "sg-0ba1";

/** An interface of no instance, with a description of a service's. */
function service(id: string, host: number, changes: Partial<NetworkInterface> = {}): NetworkInterface {
  const made = networkInterface({
    ...{ id, privateIpAddresses: [`10.0.1.${host}`], ipv6Addresses: [], status: "in-use" },
  });
  delete made.instanceId;
  return { ...made, ...changes };
}

const alb = service("eni-alb", 50, {
  ...{ securityGroupIds: [BALANCER], description: "ELB app/web/1", tags: {} },
});
const nlb = service("eni-nlb", 60, {
  ...{ securityGroupIds: [BALANCER], interfaceType: "network_load_balancer", tags: {} },
});

/** A load balancer whose group lets in from everywhere, and an instance that lets in what the group's carriers send. */
function behindBalancer(balancer: NetworkInterface, changes: Partial<Inventory> = {}): Inventory {
  const inventory = inventoryWith([], changes);
  return {
    ...inventory,
    networkInterfaces: [...inventory.networkInterfaces, balancer],
    securityGroups: [
      securityGroup([{ id: "sgr-target", referencedSecurityGroupId: BALANCER }]),
      securityGroup([{ id: "sgr-clients", cidrIpv4: "0.0.0.0/0" }], { id: BALANCER, name: "lb" }),
    ],
  };
}

describe("load balancers behind the firewall", () => {
  it("have rules from their own groups, and what their targets let in from them stays inside the VPC", () => {
    const { rules, withheld } = mapInventory(behindBalancer(alb), ALL);
    expect(rules.map(({ rule }) => [rule.name, rule.destination])).to.deep.equal([
      [`aws-${BALANCER}-tcp-443`, ["10.0.1.50"]],
    ]);
    expect(withheld.map(({ permission, isElsewhere }) => [permission.ruleIds[0], isElsewhere])).to.deep.equal(
      [["sgr-target", true]],
    );
  });

  it("have them where an edge route table leads to their subnet alone", () => {
    const open = [{ destinationCidrBlock: "0.0.0.0/0", gatewayId: "igw-1" }];
    const inventory = behindBalancer(
      { ...alb, subnetId: "subnet-lb", privateIpAddresses: ["10.0.2.50"] },
      {
        subnets: [
          { id: "subnet-1", vpcId: "vpc-1", routeTableId: "rtb-1", cidrBlock: "10.0.1.0/24" },
          { id: "subnet-lb", vpcId: "vpc-1", routeTableId: "rtb-lb", cidrBlock: "10.0.2.0/24" },
        ],
        routeTables: [
          routeTable(open),
          routeTable([{ destinationCidrBlock: "0.0.0.0/0", vpcEndpointId: "vpce-fw" }], "rtb-lb"),
          {
            ...routeTable([{ destinationCidrBlock: "10.0.2.0/24", vpcEndpointId: "vpce-fw" }], "rtb-edge"),
            gatewayIds: ["igw-1"],
          },
        ],
      },
    );
    const firewall = { instanceIds: [], networkInterfaceIds: [], vpcEndpointIds: ["vpce-fw"] };
    const { rules, protectedInterfaces } = mapInventory(inventory, { ...ALL, firewall });
    expect(rules.map(({ rule }) => rule.destination)).to.deep.equal([["10.0.2.50"]]);
    expect(protectedInterfaces).to.deep.equal(["eni-alb"]);
    expect(mapInventory(inventory, { ...ALL, firewall, interfaces: "instances" }).rules).to.deep.equal([]);
  });

  it("say what leaves a network load balancer with its clients' addresses: that is not in the rule of its own", () => {
    const egress = (balancer: NetworkInterface) => {
      const inventory = behindBalancer(balancer);
      const groups = inventory.securityGroups.map((group) =>
        group.id === BALANCER
          ? { ...group, egress: securityGroup([{ id: "sgr-out", cidrIpv4: "172.20.0.0/16" }]).ingress }
          : { ...group, egress: [] },
      );
      const options: MappingOptions = { ...ALL, directions: ["egress"] };
      return mapInventory({ ...inventory, securityGroups: groups }, options);
    };
    expect(egress(nlb).rules.map(({ rule }) => [rule.source, rule.destination])).to.deep.equal([
      [["10.0.1.60"], ["172.20.0.0/16"]],
    ]);
    expect(egress(nlb).withheld.map(({ reason }) => reason)).to.deep.equal([
      `Security group lb (${BALANCER}), egress of TCP port 443, is not opened in full: what a network load balancer (eni-nlb) sends to targets with its clients' addresses (client IP preservation) has other sources than its own, and EC2 doesn't tell which.`,
    ]);
    expect(egress(alb).withheld).to.deep.equal([]);
  });

  it("say the same of a reference to their group that crosses the firewall, where references are expanded", () => {
    const routes = [...DEFAULT_ROUTES, { destinationCidrBlock: "10.0.1.0/24", instanceId: "i-fw" }];
    const across = (balancer: NetworkInterface) =>
      mapInventory(behindBalancer(balancer, { routeTables: [routeTable(routes)] }), {
        ...ALL,
        references: "expand",
      });
    const { rules, withheld } = across(nlb);
    expect(rules.map(({ rule }) => rule.source)).to.deep.include(["10.0.1.60"]);
    expect(withheld.map(({ reason }) => reason).join()).to.match(
      /rule sgr-target refers to sg-0ba1, and what a network load balancer \(eni-nlb\) sends/,
    );
    expect(across(alb).withheld).to.deep.equal([]);
    const inside = mapInventory(behindBalancer(nlb), { ...ALL, references: "expand" });
    expect(inside.withheld.every(({ isElsewhere }) => isElsewhere)).to.equal(true);
  });
});

describe("interfaces of no instance", () => {
  it("are members of their groups where destinations are dynamic, as instances are", () => {
    const { addressGroups, rules } = mapInventory(behindBalancer(alb), { ...ALL, destinations: "dynamic" });
    expect(rules.map(({ rule }) => rule.destination)).to.deep.equal([
      [addressGroups.find(({ memberTag }) => memberTag.includes(BALANCER))?.group.name],
    ]);
    expect(addressGroups.flatMap(({ members }) => members)).to.include("10.0.1.50");
  });

  it("are isolated by their own tags, left out by them, and have the policies that they say", () => {
    const tagged = { ...alb, tags: { SecurityStatus: "IR", Tier: "db" } };
    const quarantine = { tags: { SecurityStatus: ["IR"] }, deny: true, responders: [] };
    const isolated = mapInventory(behindBalancer(tagged), { ...ALL, quarantine });
    expect(isolated.rules).to.deep.equal([]);
    expect(isolated.isolation?.instances.map(({ id, addresses }) => [id, addresses])).to.deep.include([
      "eni-alb",
      ["10.0.1.50"],
    ]);
    expect(isolated.withheld.map(({ reason }) => reason).join()).to.include(
      "eni-alb has the tag SecurityStatus=IR (quarantine)",
    );
    const exclude = { ...NO_GUARDRAILS.exclude, instances: ["Tier=db"] };
    const guarded = mapWithin(behindBalancer(tagged), ALL, { ...NO_GUARDRAILS, exclude });
    expect(guarded.rules).to.deep.equal([]);
    expect(guarded.guarded.map(({ reason }) => reason).join()).to.include("eni-alb has the tag Tier=db");
    const policies = [{ tag: "Tier=db", profileGroup: "strict" }];
    const { rules } = mapInventory(behindBalancer(tagged), { ...ALL, policies });
    expect(rules.map(({ rule }) => rule.profileGroup)).to.deep.equal(["strict"]);
  });

  it("change nothing by their tags where rules lead to instances alone", () => {
    const tagged = { ...alb, tags: { SecurityStatus: "IR" } };
    const quarantine = { tags: { SecurityStatus: ["IR"] }, deny: true, responders: [] };
    const instances = { ...ALL, interfaces: "instances" as const, quarantine };
    const { isolation } = mapInventory(behindBalancer(tagged), instances);
    expect(isolation?.instances.map(({ id }) => id)).to.not.include("eni-alb");
  });

  it("count while a service's instance is attached, of which the account doesn't know whether it runs", () => {
    const desktop = networkInterface({
      ...{ id: "eni-2", instanceId: "i-theirs", instanceOwnerId: "656838964153" },
      ...{ description: "Created By Amazon Workspaces for AWS Account ID 123456789012", status: "in-use" },
    });
    const inventory = inventoryWith([{ cidrIpv4: "203.0.113.0/24" }], { networkInterfaces: [desktop] });
    expect(mapInventory(inventory, ALL).protectedInterfaces).to.deep.equal(["eni-2"]);
    expect(mapInventory(inventory, { ...ALL, interfaces: ["workspaces"] }).rules).to.have.length(1);
    expect(mapInventory(inventory, { ...ALL, interfaces: ["rds"] }).leftOut.kinds).to.deep.equal([
      { kind: "workspaces", ids: ["eni-2"] },
    ]);
    const usual = mapInventory(inventory, OPTIONS);
    expect(usual.leftOut.kinds).to.deep.equal([{ kind: "of instances that don't run", ids: ["eni-2"] }]);
    expect(usual.rules.map(({ permission }) => permission.securityGroupId)).to.not.include(GROUP);
  });
});
