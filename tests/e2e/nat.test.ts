import { expect } from "chai";
import { account, ruleOf, type Permission } from "../support/account";
import { firewallConfig, Lab, said, succeeded } from "../support/lab";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 1, port: 22 };
const FRONT = "10.20.0.5";

/** A firewall that translates packets to an address of its own, of HTTPS, to an instance. */
function translating(instance: string): string {
  const list = (field: string, value: string) => `<${field}><member>${value}</member></${field}>`;
  const nat =
    `<nat><rules><entry name="in-web"><destination-translation><translated-address>${instance}</translated-address>` +
    `</destination-translation>${list("to", "untrust")}${list("from", "untrust")}${list("source", "any")}` +
    `${list("destination", FRONT)}<service>service-https</service></entry></rules></nat>`;
  return firewallConfig().replace("</rulebase>", `${nat}</rulebase>`);
}

describe("e2e: a firewall that translates destinations", function () {
  this.timeout(120_000);
  let lab: Lab;
  afterEach(() => lab.close());

  it("has rules on the address before translation, and is told which match nothing of it", async () => {
    const inventory = account([WEB, SSH]);
    const { privateIpAddresses } = inventory.networkInterfaces.find(({ securityGroupIds }) =>
      securityGroupIds.includes("sg-0a0001"),
    )!;
    lab = await Lab.open({ config: translating(privateIpAddresses[0]!) });
    await lab.setAccount(inventory);
    const stack = await lab.stack();
    const words = said(succeeded(await stack.up()));
    expect(lab.field(ruleOf(WEB), "destination"))
      .to.include(FRONT)
      .and.to.include(privateIpAddresses[0]);
    expect(lab.field(ruleOf(SSH), "destination")).not.to.include(FRONT);
    expect(words).to.include("NAT rule in-web").and.to.include(ruleOf(SSH));

    const asked = await lab.stack({ settings: { "aws-panos-rules:destinationAddress": "nat" } });
    const result = succeeded(await asked.up());
    expect(lab.running()).to.deep.equal([ruleOf(WEB), "cleanup"]);
    expect(lab.field(ruleOf(WEB), "destination")).not.to.include(privateIpAddresses[0]);
    expect(said(result)).to.match(/withheld: .*port 22, is not opened/);
  });

  it("can't name addresses that are registered beside its rules", async () => {
    lab = await Lab.open({ config: translating("10.0.0.1") });
    await lab.setAccount(account([WEB]));
    const stack = await lab.stack({
      settings: {
        "aws-panos-rules:destinationAddress": "nat",
        "aws-panos-rules:destinations": "dynamic",
      },
    });
    expect(said(await stack.preview())).to.include("so destinations can't be dynamic");
  });
});
