import { expect } from "chai";
import type { Simulator } from "../../packages/simulator";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, said, succeeded } from "../support/lab";
import { startSecond, stackOfListed } from "../support/several";

const WEB: Permission = { group: 1, port: 443 };
const FLAGS = { refresh: true, continueOnError: true };

describe("e2e: firewalls without a license, which all say the same serial number", function () {
  this.timeout(60_000);
  let lab: Lab;
  let second: Simulator;
  beforeEach(async () => {
    lab = await Lab.open({ isUnlicensed: true });
    second = await startSecond({ isUnlicensed: true });
    await lab.setAccount(account([WEB]));
  });
  afterEach(async () => {
    await second.stop();
    await lab.close();
  });

  it("are two where their hostname is one: one that is marked for removal loses what is ours", async () => {
    const both = (own: object) =>
      stackOfListed(lab, [
        { name: "edge-a", port: lab.firewall.port },
        { name: "edge-b", port: second.port, ...own },
      ]);
    succeeded(await (await both({})).up(FLAGS));
    expect(second.runningRules()).to.include(ruleOf(WEB));
    const removed = succeeded(await (await both({ remove: true })).up(FLAGS));
    expect(said(removed)).not.to.include("the same firewall");
    expect(second.runningRules()).to.deep.equal(["theirs", "cleanup"]);
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
  });

  it("is one where it has another name: nothing on it is removed", async () => {
    const { port } = lab.firewall;
    succeeded(await (await stackOfListed(lab, [{ name: "edge-a", port }])).up(FLAGS));
    const renamed = [
      { name: "edge-a", port, remove: true },
      { name: "edge-c", port },
    ];
    const result = succeeded(await (await stackOfListed(lab, renamed)).up(FLAGS));
    expect(said(result)).to.include("the same firewall as edge-c");
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
  });
});
