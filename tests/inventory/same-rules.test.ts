import { join } from "node:path";
import { expect } from "chai";
import { readInventory, readSnapshot } from "../../inventory";
import { readThroughDataSources, type DataSourcesSource } from "../../inventory/auto";
import type { Inventory, Route } from "../../inventory/types";
import { mapInventory } from "../../mapping";
import type { MappingOptions } from "../../mapping/types";
import { NO_GUARDRAILS } from "../../mapping/guardrails";
import { sufficientSource } from "../../settings/inventory";
import { randomOf } from "../mapping/oracle/random";
import { worldOf, type World } from "../mapping/oracle/worlds";
import {
  DEFAULT_ROUTES,
  GROUP,
  OPTIONS,
  inventoryWith,
  networkInterface,
  routeTable,
} from "../mapping/fixtures";
import { DataSources } from "../support/data-sources";
import { ec2Of, entriesOf } from "../support/ec2-inventory";
import { Ec2Server } from "../support/ec2-server";
import { TestClock } from "./account";
import { without } from "./seen";

/** Accounts that are compared; more with SOURCES_RUNS. */
const ACCOUNTS = Number(process.env["SOURCES_RUNS"] ?? 60);

/** What EC2 makes of what the generator leaves open or out: valid names, and a gateway behind what it propagates. */
function asAwsHasIt(inventory: Inventory): Inventory {
  const routed = ({ origin, ...shown }: Route): Route => {
    // What a route server filters out is such a state; data sources tell none.
    const route = shown.state === "filtered" ? without(shown, "state") : shown;
    const { destinationCidrBlock, destinationIpv6CidrBlock, destinationPrefixListId } = route;
    if (origin !== "EnableVgwRoutePropagation" || destinationPrefixListId !== undefined) return route;
    return {
      ...(destinationCidrBlock !== undefined && { destinationCidrBlock }),
      ...(destinationIpv6CidrBlock !== undefined && { destinationIpv6CidrBlock }),
      ...{ gatewayId: "vgw-1", origin },
    };
  };
  return {
    ...inventory,
    // No interface has an address outside its VPC's blocks.
    vpcs: inventory.vpcs.map((vpc) => ({
      ...vpc,
      ipv6CidrBlocks: [...new Set([...vpc.ipv6CidrBlocks, `2001:db8:${vpc.id.slice(-1)}::/56`])],
    })),
    routeTables: inventory.routeTables.map((table) => ({ ...table, routes: table.routes.map(routed) })),
    securityGroups: inventory.securityGroups.map((group) => ({ ...group, name: `group ${group.id}` })),
    // What only EC2 tells of an interface (docs/accounts.md): moments of its attachment, and prefixes delegated to it.
    // What uses one is in use to data sources: they hear of it by the list alone.
    networkInterfaces: inventory.networkInterfaces.map((each) => ({
      ...without(each, "attachmentStatus", "ipv4Prefixes", "ipv6Prefixes"),
      status: each.status === "available" || each.status === "detaching" ? each.status : "in-use",
    })),
  };
}

/** Options for which data sources may be asked at all. */
function withinDataSources({ options }: World): MappingOptions {
  const rest = without(options, "policies", "quarantine", "protectedSubnets", "protectedVpcs", "zones");
  return { ...rest, directions: ["ingress"], references: "skip", destinationAddress: "private" };
}

/** The first accounts of a sequence in which something crosses the firewall. */
function* accounts(
  seed: number,
  count: number,
): Generator<{ inventory: Inventory; options: MappingOptions }> {
  for (let index = 0; count > 0; index += 1) {
    const world = worldOf(randomOf(seed, index));
    const [inventory, options] = [asAwsHasIt(world.inventory), withinDataSources(world)];
    if (mapInventory(inventory, options).rules.length === 0) continue;
    count -= 1;
    yield { inventory, options };
  }
}

describe("both sources, over the oracle's random accounts", function () {
  this.timeout(180_000);
  let server: Ec2Server;
  let dataSources: DataSources;

  before(async () => {
    server = await Ec2Server.start();
    dataSources = new DataSources({ ...server.access, url: server.url });
    await dataSources.use();
  });
  after(async () => {
    dataSources.close();
    await server.close();
  });

  function serve(inventory: Inventory): void {
    server.listsFor = ec2Of(inventory);
    server.entries.clear();
    for (const [id, entries] of entriesOf(inventory)) server.entries.set(id, entries);
  }

  const mapped = (inventory: Inventory, options: MappingOptions) => {
    const { rules, services, applications, addressGroups } = mapInventory(inventory, options);
    return { rules, services, applications, addressGroups };
  };

  /** What the program would ask with `inventory: lookups`, or with `access` taken from it. */
  function source(options: MappingOptions, access?: typeof server.access): DataSourcesSource {
    const guardrails = { ...NO_GUARDRAILS, enforce: false, maxRules: undefined };
    const demands = { targets: options, mappings: [options], guardrails };
    const asked = sufficientSource(
      { kind: "lookups", ...(access && { access }) },
      demands,
      () => undefined,
      (key, problem) => expect.fail(`${key} ${problem}`),
    );
    return asked as DataSourcesSource;
  }

  /** What is said of ways: no account here has more to them than a route, which both sources tell. */
  const hiding = (warn: (text: string) => unknown) => (text: string) => {
    if (!text.includes("data sources don't tell where those lead")) warn(text);
  };

  it("ask the same of a firewall, or it is said what data sources hide", async () => {
    const seen = { rules: 0, warned: 0, differing: 0 };
    for (const { inventory, options } of accounts(14, ACCOUNTS)) {
      serve(inventory);
      const warnings: string[] = [];
      const tell = { info: () => undefined, warn: hiding((text) => warnings.push(text)) };
      const lookups = await readThroughDataSources(source(options), tell, new TestClock());
      const ec2 = await readInventory({ kind: "ec2", access: server.access });
      const [expected, found] = [mapped(ec2, options), mapped(lookups, options)];
      seen.rules += expected.rules.length;
      seen.warned += warnings.length > 0 ? 1 : 0;
      if (warnings.length === 0) expect(found).to.deep.equal(expected);
      else if (JSON.stringify(found) !== JSON.stringify(expected)) seen.differing += 1;
    }
    // A generator that makes nothing interesting shows here.
    expect(seen.rules).to.be.greaterThan(ACCOUNTS * 2);
    expect(seen.warned).to.be.within(1, ACCOUNTS * 0.75);
    expect(seen.differing).to.be.greaterThan(0);
  });

  it("see egress-only gateways, and both families of a load balancer", async () => {
    const [ipv4, ipv6] = [{ cidrIpv4: "0.0.0.0/0" }, { cidrIpv6: "::/0" }];
    const made = networkInterface({
      ...{ id: "eni-1b", subnetId: "subnet-2", requesterId: "amazon-elb", securityGroupIds: [GROUP] },
      ...{ description: "ELB app/web/0123456789abcdef", status: "in-use" },
      ...{ privateIpAddresses: ["10.0.2.20"], ipv6Addresses: ["2001:db8:1:2::20"] },
    });
    const base = inventoryWith([ipv4, ipv6]);
    const egressOnly = { destinationIpv6CidrBlock: "::/0", egressOnlyInternetGatewayId: "eigw-1" };
    const inventory: Inventory = {
      ...base,
      subnets: [...base.subnets, { id: "subnet-2", vpcId: "vpc-1", routeTableId: "rtb-2" }],
      routeTables: [
        routeTable([...DEFAULT_ROUTES.filter((each) => !each.destinationIpv6CidrBlock), egressOnly]),
        routeTable(DEFAULT_ROUTES, "rtb-2"),
      ],
      networkInterfaces: [...base.networkInterfaces, without(made, "instanceId")],
    };
    serve(inventory);
    const options: MappingOptions = { ...OPTIONS, interfaces: "all" };
    const tell = { info: () => undefined, warn: (text: string) => expect.fail(text) };
    const lookups = await readThroughDataSources(source(options), tell, new TestClock());
    const ec2 = await readInventory({ kind: "ec2", access: server.access });
    for (const read of [lookups, ec2]) {
      const destinations = mapInventory(read, options).rules.map(({ rule }) => rule.destination);
      expect(destinations).to.deep.equal([["10.0.1.10", "10.0.2.20", "2001:db8:1:2::20"]]);
    }
  });

  /** Accounts that engineers asked about, with the rules that they would write: name → destinations. */
  const written: [string, string[], [string, string[], string[]][]][] = [
    [
      "interface-kinds",
      ["eni-0f"],
      [
        ["aws-sg-0fn-tcp-443", ["203.0.113.0/24"], ["10.20.1.13"]],
        ["aws-sg-0lb-tcp-443", ["0.0.0.0/0"], ["10.20.1.14", "10.20.1.15"]],
        ["aws-sg-0node-tcp-10250", ["203.0.113.0/24"], ["10.20.1.10", "10.20.1.11"]],
        ["aws-sg-0pod-tcp-8080", ["203.0.113.0/24"], ["10.20.1.12"]],
        ["aws-sg-0rds-tcp-5432", ["203.0.113.0/24"], ["10.20.1.16"]],
      ],
    ],
    ["peering-route", ["eni-0f"], [["aws-sg-0a-tcp-80", ["10.0.0.0/8"], ["10.20.1.10"]]]],
    [
      "one-zone-down",
      ["eni-0f", "eni-0f2"],
      [
        ["aws-sg-0a-tcp-443", ["203.0.113.0/24"], ["10.20.1.10", "10.20.2.10"]],
        ["aws-sg-0b-tcp-22", ["203.0.113.0/24"], ["10.20.1.10"]],
      ],
    ],
  ];
  for (const [name, networkInterfaceIds, rules] of written) {
    it(`give what an engineer writes by hand: ${name}`, async () => {
      const inventory = await readSnapshot(join(__dirname, "../mapping/inventories", `${name}.json`));
      serve(inventory);
      const firewall = { instanceIds: [], networkInterfaceIds, vpcEndpointIds: [] };
      const options: MappingOptions = { ...OPTIONS, firewall, interfaces: "all" };
      const tell = { info: () => undefined, warn: () => undefined };
      const lookups = await readThroughDataSources(source(options), tell, new TestClock());
      const ec2 = await readInventory({ kind: "ec2", access: server.access });
      for (const read of [lookups, ec2]) {
        const policy = mapInventory(read, options);
        expect(policy.rules.map(({ rule }) => [rule.name, rule.source, rule.destination])).to.deep.equal(
          rules,
        );
        const left = policy.leftOut.kinds.reduce((sum, { ids }) => sum + ids.length, 0);
        expect(policy.protectedInterfaces.length + left).to.equal(inventory.networkInterfaces.length);
      }
    });
  }

  it("ask the same wherever EC2's own API can be asked, too", async () => {
    for (const { inventory, options } of accounts(41, ACCOUNTS / 4)) {
      serve(inventory);
      const tell = { info: () => undefined, warn: hiding((text) => expect.fail(text)) };
      const read = await readThroughDataSources(source(options, server.access), tell, new TestClock());
      const ec2 = await readInventory({ kind: "ec2", access: server.access });
      expect(mapped(read, options)).to.deep.equal(mapped(ec2, options));
    }
  });
});
