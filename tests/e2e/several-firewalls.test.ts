import { expect } from "chai";
import { startSimulator, type Simulator } from "../../packages/simulator";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, PASSWORDS, said, succeeded } from "../support/lab";
import { stackOfListed, startSecond } from "../support/several";

const WEB: Permission = { group: 1, port: 8443 };
const SSH: Permission = { group: 2, port: 8022 };

describe("e2e: several firewalls", function () {
  this.timeout(120_000);
  let lab: Lab;
  let second: Simulator;

  beforeEach(async () => {
    lab = await Lab.open();
    second = await startSecond();
    await lab.setAccount(account([WEB]));
  });
  afterEach(async () => {
    await lab.close();
    await second.stop();
  });

  /** A stack of both, with further settings of the second one. */
  const both = (own: object = {}, settings: Record<string, unknown> = {}) =>
    stackOfListed(
      lab,
      [
        { name: "edge-a", port: lab.firewall.port },
        { name: "edge-b", port: second.port, ...own },
      ],
      settings,
    );
  const flags = { continueOnError: true };
  const oursOn = (rules: string[]) => rules.filter((name) => name.startsWith("aws-sg-"));

  it("get the same policy, each in one commit of its own, and the run ends with a table", async () => {
    const stack = await both();
    const up = succeeded(await stack.up(flags));
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
    expect(oursOn(second.runningRules())).to.deep.equal([ruleOf(WEB)]);
    expect([lab.firewall, second].map(({ jobs }) => jobs.length)).to.deep.equal([1, 1]);
    expect(said(up)).to.include(
      "all 2 firewalls have this revision: edge-a 1 rule, commit job 2 edge-b 1 rule",
    );

    const idle = succeeded(await stack.up({ ...flags, refresh: true }));
    expect(idle.steps).to.deep.equal([]);
    succeeded(await stack.destroy());
    expect([...lab.ours(), ...oursOn(second.runningRules())]).to.deep.equal([]);
    expect(second.runningRules()).to.include("theirs");
  });

  it("don't stop each other: one that is down fails the run, the other gets its commit", async () => {
    const stack = await both();
    succeeded(await stack.up(flags));
    await lab.setAccount(account([SSH]));
    const { port } = second;
    const config = second.running("/config");
    await second.stop();
    const failed = await stack.up(flags);
    expect(failed.code).not.to.equal(0);
    expect(lab.ours()).to.deep.equal([ruleOf(SSH)]);
    expect(said(failed)).to.include("1 of 2 firewalls failed: edge-a 1 rule, commit job 3 edge-b FAILED: ");

    const users = Object.entries(PASSWORDS).map(([name, password]) => ({ name, password }));
    second = await startSimulator({ config, users, port });
    succeeded(await stack.up(flags));
    expect(oursOn(second.runningRules())).to.deep.equal([ruleOf(SSH)]);
  });

  it("don't stop each other: one without the cleanup rule is named, and keeps what it has", async () => {
    const stack = await both({ cleanupRule: "no-such-rule" });
    const failed = await stack.up(flags);
    expect(failed.code).not.to.equal(0);
    expect(said(failed)).to.include(
      'edge-b: aws-panos-rules:cleanupRule: the firewall has no rule "no-such-rule"',
    );
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
    expect(oursOn(second.candidateRules())).to.deep.equal([]);
  });

  it("refuse a commit on one of them without undoing the other's", async () => {
    const stack = await both();
    succeeded(await stack.up(flags));
    await lab.setAccount(account([WEB, SSH]));
    second.addFault({ match: { type: "commit" }, effect: { do: "fail-job" } });
    const failed = await stack.up(flags);
    expect(failed.code).not.to.equal(0);
    expect(said(failed)).to.include("1 of 2 firewalls failed");
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
    expect(oursOn(second.runningRules())).to.deep.equal([ruleOf(WEB)]);
    succeeded(await stack.up(flags));
    expect(oursOn(second.runningRules())).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
  });

  it("lose one that is marked for removal, in one commit", async () => {
    succeeded(await (await both()).up(flags));
    succeeded(await (await both({ remove: true })).up(flags));
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
    expect(oursOn(second.runningRules())).to.deep.equal([]);
    expect(second.runningRules()).to.include("theirs");
    expect(second.jobs).to.have.length(2);
  });

  it("say how to remove one that was dropped from the list, and change nothing on it", async () => {
    succeeded(await (await both()).up(flags));
    const stack = await stackOfListed(lab, [{ name: "edge-a", port: lab.firewall.port }]);
    const failed = await stack.up(flags);
    expect(failed.code).not.to.equal(0);
    expect(said(failed))
      .to.include("edge-b is not in aws-panos-rules:firewalls any more")
      .and.include("remove: true");
    expect(oursOn(second.runningRules())).to.deep.equal([ruleOf(WEB)]);
    succeeded(await (await both({ remove: true })).up(flags));
    expect(oursOn(second.runningRules())).to.deep.equal([]);
  });

  it("take over what was declared for a single firewall of the same name", async () => {
    const single = await lab.stack({ settings: { "panos:name": "edge-a" } });
    succeeded(await single.up());
    const rule = lab.rule(ruleOf(WEB));
    const writes = await lab.during(async () => succeeded(await (await both()).up(flags)));
    expect(writes.writes).to.equal(0);
    expect(lab.rule(ruleOf(WEB))).to.equal(rule);
    expect(oursOn(second.runningRules())).to.deep.equal([ruleOf(WEB)]);
  });
});
