import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { checkInventory } from "../../inventory/validate";
import type { Inventory } from "../../inventory/types";
import { mapInventory } from "../../mapping/index";
import { leftOutMessage } from "../../mapping/left-out";
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
        { kind: "interface", ids: ["eni-0alb", "eni-0rds"] },
        { kind: "lambda", ids: ["eni-0lambda"] },
        { kind: "nat_gateway", ids: ["eni-0nat"] },
        { kind: "network_load_balancer", ids: ["eni-0nlb"] },
      ],
    });
    expect(leftOutMessage(protectedInterfaces.length, leftOut)).to.equal(
      "Of 8 network interfaces behind the firewall 2 are mapped and 6 left out, because rules lead only to interfaces of instances that run: " +
        "1 branch (of no instance): eni-0branch; 2 interface (of no instance): eni-0alb, eni-0rds; 1 lambda (of no instance): eni-0lambda; " +
        "1 nat_gateway (of no instance): eni-0nat; 1 network_load_balancer (of no instance): eni-0nlb.",
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
      /^Of 3 .* 1 are mapped and 2 left out, .*1 of instances that don't run: eni-2; 1 of instances that they are detached from: eni-3\.$/,
    );
  });

  it("are said to be unknown where the inventory has only instances' interfaces", () => {
    const { leftOut } = mapInventory(inventoryWith([]), OPTIONS);
    expect(leftOutMessage(1, leftOut)).to.match(/were not all read.*inventory ec2 counts them\.$/);
    expect(leftOutMessage(1, { kinds: [], isComplete: true })).to.equal(undefined);
  });
});
