import { expect } from "chai";
import { FIREWALL_INTERFACE } from "../support/account";
import { ec2Of } from "../support/ec2-inventory";
import { Ec2Server } from "../support/ec2-server";
import { Lab, said, succeeded } from "../support/lab";
import { central } from "../support/transit-network";

/** A spoke behind a transit gateway, which EC2 answers of. */
function account() {
  const inventory = central();
  for (const { routes } of inventory.routeTables) {
    for (const route of routes) if (route.networkInterfaceId) route.networkInterfaceId = FIREWALL_INTERFACE;
  }
  return inventory;
}

describe("e2e: an account that is read but for one action", function () {
  this.timeout(180_000);
  let lab: Lab;
  let ec2: Ec2Server;

  before(async () => {
    lab = await Lab.open();
    ec2 = await Ec2Server.start();
    ec2.listsFor = ec2Of(account());
  });
  after(async () => {
    await ec2.close();
    await lab.close();
  });

  it("keeps what depends on it as it was, names it and the right, and takes what is revoked", async () => {
    const stack = await lab.stack(ec2.ofStack);
    succeeded(await stack.up());
    const before = lab.ours();
    expect(before).to.have.length(3);

    for (const denied of [
      "SearchTransitGatewayRoutes",
      "DescribeTransitGatewayRouteTables",
      "DescribeTransitGatewayAttachments",
      "DescribeTransitGatewayVpcAttachments",
    ]) {
      ec2.refuse = ({ action }) =>
        action === denied
          ? {
              status: 403,
              code: "UnauthorizedOperation",
              message: `not authorized to perform: ec2:${denied}`,
            }
          : undefined;
      const kept = await lab.during(() => stack.up({ refresh: true }));
      succeeded(kept.result);
      expect(kept.writes, denied).to.equal(0);
      expect(lab.ours()).to.deep.equal(before);
      expect(said(kept.result)).to.include(`ec2:${denied} of account`).and.include(before[0]);
    }

    const revoked = account();
    revoked.securityGroups[0]!.ingress.splice(1, 1);
    ec2.listsFor = ec2Of(revoked);
    succeeded(await stack.up({ refresh: true }));
    expect(lab.ours()).to.have.length(2);
    expect(lab.ours().join()).to.not.include("tcp-22");
  });
});
