import { expect } from "chai";
import { FIREWALL_INTERFACE } from "../support/account";
import { Lab, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";
import { central, own } from "../support/transit-network";

/** A spoke behind a transit gateway, and the firewall's interface in the inspection VPC. */
function account() {
  const inventory = central();
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

    // Nobody tells any more where the table leads: nothing crosses by guess, and the limit keeps what there is.
    const unread = account();
    delete unread.transitGatewayRouteTables[0]!.routes;
    await lab.setAccount(unread);
    const refused = await stack.up();
    expect(refused.code).to.not.equal(0);
    expect(said(refused)).to.include("vpc-a");
    expect(lab.ours()).to.have.length(2);
  });
});
