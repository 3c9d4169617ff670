import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { checkInventory } from "../../inventory/validate";
import type { Inventory, NetworkInterface } from "../../inventory/types";
import { mapInventory } from "../../mapping/index";
import { lackRules, leftOutMessage } from "../../mapping/left-out";
import { OPTIONS, inventoryWith, networkInterface, policyOf } from "./fixtures";

/** Interfaces of every kind that EC2 has, behind one firewall. */
function kinds(): Inventory {
  const file = join(__dirname, "inventories", "interface-kinds.json");
  const checked = checkInventory(JSON.parse(readFileSync(file, "utf8")));
  if (!("inventory" in checked)) throw new Error(checked.problems.join("\n"));
  return checked.inventory;
}

describe("interfaces that no rule leads to", () => {
  const firewall = { instanceIds: [], networkInterfaceIds: ["eni-0f"], vpcEndpointIds: [] };

  it("are counted by kind: those behind the firewall are mapped or left out", () => {
    const inventory = kinds();
    const { protectedInterfaces, leftOut } = mapInventory(inventory, { ...OPTIONS, firewall });
    expect(protectedInterfaces).to.deep.equal(["eni-0node", "eni-0trunk"]);
    expect(leftOut).to.deep.equal({
      isComplete: true,
      kinds: [
        { kind: "branch", ids: ["eni-0branch"] },
        { kind: "lambda", ids: ["eni-0lambda"] },
        { kind: "nat_gateway", ids: ["eni-0nat"] },
        { kind: "network_load_balancer", ids: ["eni-0nlb"] },
        { kind: "other", ids: ["eni-0alb", "eni-0rds"] },
      ],
    });
    expect(leftOutMessage(protectedInterfaces.length, leftOut)).to.equal(
      "Of 8 network interfaces behind the firewall 2 are mapped and 6 left out: 1 branch (eni-0branch); 1 lambda (eni-0lambda); " +
        "1 nat_gateway, which has no group (eni-0nat); 1 network_load_balancer (eni-0nlb); 2 other (eni-0alb, eni-0rds) " +
        "(interfaces: all maps those of no instance).",
    );
  });

  it("are those of no group where all are wanted: what their groups permit becomes rules", () => {
    const options = { ...OPTIONS, firewall, interfaces: "all" as const };
    const { rules, leftOut, withheld, warnings } = mapInventory(kinds(), options);
    const destinations = rules.map(({ rule }) => [rule.name, rule.destination.join()]);
    expect(destinations).to.deep.equal([
      ["aws-sg-0fn-tcp-443", "10.20.1.13"],
      ["aws-sg-0lb-tcp-443", "10.20.1.14,10.20.1.15"],
      ["aws-sg-0node-tcp-10250", "10.20.1.10,10.20.1.11"],
      ["aws-sg-0pod-tcp-8080", "10.20.1.12"],
      ["aws-sg-0rds-tcp-5432", "10.20.1.16"],
    ]);
    expect([withheld, warnings]).to.deep.equal([[], []]);
    expect(leftOut.kinds).to.deep.equal([{ kind: "nat_gateway", ids: ["eni-0nat"] }]);
    expect(lackRules(leftOut)).to.equal(false);
    expect(leftOutMessage(7, leftOut)).to.match(
      /7 are mapped and 1 left out: 1 nat_gateway, which has no group/,
    );
  });

  it("are all kinds but those that a list names, and what no table knows is other", () => {
    const named = mapInventory(kinds(), {
      ...OPTIONS,
      firewall,
      interfaces: ["branch", "network_load_balancer"],
    });
    expect(named.protectedInterfaces).to.deep.equal(["eni-0branch", "eni-0nlb", "eni-0node", "eni-0trunk"]);
    const other = mapInventory(kinds(), { ...OPTIONS, firewall, interfaces: ["other"] });
    expect(other.protectedInterfaces)
      .to.include.members(["eni-0alb", "eni-0rds"])
      .and.not.include("eni-0nlb");
  });

  it("are those that nothing uses, and those without a group, whatever is wanted", () => {
    const service = (id: string, changes: Partial<NetworkInterface>) => {
      const made = networkInterface({ id, interfaceType: "network_load_balancer" });
      delete made.instanceId;
      return { ...made, ...changes };
    };
    const networkInterfaces = [
      service("eni-2", { status: "available" }),
      service("eni-3", { attachmentStatus: "detaching" }),
      service("eni-4", { securityGroupIds: [] }),
      service("eni-5", { status: "in-use" }),
      service("eni-6", { status: "attaching" }),
    ];
    const { leftOut, protectedInterfaces } = policyOf(
      [],
      { interfaces: "all" },
      { complete: true, networkInterfaces },
    );
    expect(protectedInterfaces).to.deep.equal(["eni-5", "eni-6"]);
    expect(leftOut.kinds).to.deep.equal([
      { kind: "network_load_balancer without a security group", ids: ["eni-4"] },
      { kind: "that nothing uses", ids: ["eni-2", "eni-3"] },
    ]);
    // AWS lets in everything there, and no rule says so.
    expect(lackRules(leftOut)).to.equal(true);
  });

  it("are counted in one line however many they are, which says what names them", () => {
    const ids = Array.from({ length: 40 }, (_, index) => `eni-${index}`);
    expect(leftOutMessage(2, { kinds: [{ kind: "lambda", ids }], isComplete: true })).to.equal(
      "Of 42 network interfaces behind the firewall 2 are mapped and 40 left out: 40 lambda " +
        "(interfaces: all maps those of no instance; npm run explain -- --interfaces names them).",
    );
  });

  it("are those behind the firewall alone, and never its own", () => {
    const inventory = kinds();
    const routeTables = inventory.routeTables.map((table) => ({ ...table, routes: [] }));
    const nothing = mapInventory({ ...inventory, routeTables }, { ...OPTIONS, firewall });
    expect(nothing.leftOut.kinds).to.deep.equal([]);
    const own = { ...firewall, networkInterfaceIds: ["eni-0f", "eni-0nat"] };
    const { leftOut } = mapInventory(inventory, { ...OPTIONS, firewall: own });
    expect(leftOut.kinds.flatMap(({ ids }) => ids)).to.not.include("eni-0nat");
  });

  it("are also those of instances that don't run or that they are detached from", () => {
    const { leftOut, protectedInterfaces } = policyOf(
      [],
      {},
      {
        complete: true,
        networkInterfaces: [
          networkInterface(),
          networkInterface({ id: "eni-2", instanceId: "i-stopped" }),
          networkInterface({ id: "eni-3", attachmentStatus: "detaching" }),
        ],
      },
    );
    expect(leftOut.kinds.map(({ ids }) => ids)).to.deep.equal([["eni-2"], ["eni-3"]]);
    expect(leftOutMessage(protectedInterfaces.length, leftOut)).to.match(
      /^Of 3 .* 1 are mapped and 2 left out: 1 of instances that don't run \(eni-2\); 1 of instances that they are detached from \(eni-3\)\.$/,
    );
  });

  it("are those of another account's instances in a shared VPC, of which nobody here knows whether they run", () => {
    const [own, others, theirs] = ["111122223333", "444455556666", { instanceId: "i-theirs" }];
    const changes = (accounts: string[]): Partial<Inventory> => ({
      ...{ complete: true, accountId: own },
      ...(accounts.length > 0 && {
        accounts: accounts.map((accountId) => ({ accountId, region: "eu-central-1" })),
      }),
      networkInterfaces: [
        networkInterface({ ownerId: own }),
        networkInterface({ id: "eni-2", ownerId: own, instanceId: "i-stopped" }),
        networkInterface({ id: "eni-3", ownerId: others, ...theirs }),
      ],
    });
    const { leftOut } = policyOf([], {}, changes([]));
    expect(leftOut.kinds).to.deep.equal([
      { kind: "of instances of accounts that weren't read in this region", ids: ["eni-3"] },
      { kind: "of instances that don't run", ids: ["eni-2"] },
    ]);
    // Packets may come to them.
    expect(lackRules(leftOut)).to.equal(true);
    expect(leftOutMessage(1, leftOut))
      .to.include("weren't read in this region (eni-3)")
      .and.include("accounts reads other accounts and regions");
    // Rules of stopped instances stay with dynamic destinations: what is mapped then, and never registered, is said.
    const dynamic = (accounts: string[]) =>
      policyOf([], { destinations: "dynamic" }, changes(accounts)).warnings.filter((each) =>
        each.includes("none of their addresses is registered"),
      );
    expect(dynamic([])).to.have.length(1);
    expect(dynamic([])[0]).to.include(": eni-3. aws-panos-rules:accounts");
    expect(dynamic([own, others])).to.deep.equal([]);
    const read = policyOf([], {}, changes([own, others])).leftOut;
    expect(read.kinds).to.deep.equal([{ kind: "of instances that don't run", ids: ["eni-2", "eni-3"] }]);
  });

  it("are unknown by region: an account that was read in one is not read in another", () => {
    const [hub, shop] = ["111122223333", "444455556666"];
    const [eu, us] = ["eu-central-1", "us-east-1"];
    const stopped = (id: string, ownerId: string, region: string) =>
      networkInterface({ id, ownerId, region, instanceId: `i-${id}` });
    const networkInterfaces = [
      stopped("eni-2", hub, us),
      stopped("eni-3", shop, eu),
      stopped("eni-4", shop, us),
    ];
    const accounts = [
      { accountId: hub, region: eu },
      { accountId: hub, region: us },
      { accountId: shop, region: eu },
    ];
    const changes = { complete: true, accounts, networkInterfaces };
    const { leftOut } = policyOf([], {}, changes);
    expect(leftOut.kinds).to.deep.equal([
      { kind: "of instances of accounts that weren't read in this region", ids: ["eni-4"] },
      { kind: "of instances that don't run", ids: ["eni-2", "eni-3"] },
    ]);
    expect(lackRules(leftOut)).to.equal(true);
    const { warnings } = policyOf([], { destinations: "dynamic" }, changes);
    expect(warnings.filter((each) => each.includes(": eni-4. aws-panos-rules:accounts"))).to.have.length(1);
    // In one region alone no object says its own.
    const inOne = (region: string) =>
      policyOf(
        [],
        {},
        {
          complete: true,
          region,
          accounts,
          networkInterfaces: [networkInterface({ ownerId: shop, instanceId: "i-2" })],
        },
      );
    const kinds = [eu, us].map((region) => inOne(region).leftOut.kinds[0]?.kind);
    expect(kinds).to.deep.equal([
      "of instances that don't run",
      "of instances of accounts that weren't read in this region",
    ]);
  });

  it("are said to be unknown where the inventory has only instances' interfaces", () => {
    const { leftOut } = mapInventory(inventoryWith([]), OPTIONS);
    expect(leftOutMessage(1, leftOut)).to.match(/were not all read.*inventory ec2 counts them\.$/);
    expect(leftOutMessage(1, { kinds: [], isComplete: true })).to.equal(undefined);
  });
});
