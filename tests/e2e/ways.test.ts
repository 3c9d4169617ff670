import { expect } from "chai";
import { FIREWALL_INTERFACE } from "../support/account";
import { Lab, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";
import { central, own } from "../support/transit-network";

/** A spoke behind a transit gateway, and the firewall's interface in the inspection VPC. */
function account() {
  const inventory = central();
  inventory.instances.push({ id: "i-c", state: "running" });
  const [first] = inventory.networkInterfaces;
  inventory.networkInterfaces.push({
    ...{ ...first!, id: "eni-c", instanceId: "i-c", privateIpAddresses: ["10.1.1.11"] },
  });
  for (const { routes } of inventory.routeTables) {
    for (const route of routes) if (route.networkInterfaceId) route.networkInterfaceId = FIREWALL_INTERFACE;
  }
  return inventory;
}

onTargets("e2e: behind a transit gateway", (target) => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.open({ target });
  });
  after(() => lab.close());

  it("follows what the transit gateway's tables say", async () => {
    await lab.setAccount(account());
    const stack = await lab.stack();
    succeeded(await stack.up());
    expect(lab.ours().map((name) => /tcp-\d+/.exec(name)?.[0])).to.have.members([
      "tcp-22",
      "tcp-25",
      "tcp-443",
    ]);

    // Spokes now send each other directly.
    const changed = account();
    changed.transitGatewayRouteTables[0]!.routes!.push(own("a", 1), own("b", 2));
    await lab.setAccount(changed);
    succeeded(await stack.up());
    expect(lab.ours().map((name) => /tcp-\d+/.exec(name)?.[0])).to.have.members(["tcp-25", "tcp-443"]);
  });

  describe("where nobody tells any more where the transit gateway leads", () => {
    let before: string[];
    beforeEach(async () => {
      await lab.setAccount(account());
      succeeded(await (await lab.stack()).up());
      before = lab.ours();
    });

    /** The same, with what another change makes of it. */
    function unread(change: (inventory: ReturnType<typeof account>) => void = () => undefined) {
      const inventory = account();
      delete inventory.transitGatewayRouteTables[0]!.routes;
      change(inventory);
      return inventory;
    }

    it("what came to the firewall that way stays as it is, and is named with what was not read", async () => {
      await lab.setAccount(unread());
      const stack = await lab.stack();
      const kept = await lab.during(() => stack.up({ refresh: true }));
      expect(succeeded(kept.result).changes).to.not.have.any.keys("delete", "create", "update");
      expect(kept.commits).to.equal(0);
      expect(lab.ours()).to.deep.equal(before);
      expect(said(kept.result)).to.include("the routes of tgw-rtb-spokes were not read");
      for (const name of before) expect(said(kept.result)).to.include(name);
    });

    it("nothing opens that was not there, and what is revoked or stopped goes", async () => {
      await lab.setAccount(
        unread(({ securityGroups: [group] }) => {
          group!.ingress.splice(0, 1);
          group!.ingress.push({ ...group!.ingress[0]!, id: "sgr-0099", fromPort: 8080, toPort: 8080 });
        }),
      );
      const stack = await lab.stack();
      succeeded(await stack.up());
      expect(lab.ours()).to.have.length(before.length - 1);
      expect(lab.ours().join()).to.not.match(/tcp-(443|8080)/);
      const name = before.find((each) => each.includes("tcp-22"))!;
      expect(lab.field(name, "destination")).to.include("10.1.1.10");
      await lab.setAccount(unread(({ instances }) => instances.shift()));
      succeeded(await stack.up());
      expect(lab.field(name, "destination")).to.include("10.1.1.11").and.not.include("10.1.1.10");
    });
  });
});
