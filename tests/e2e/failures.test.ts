import { expect } from "chai";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, ruleEntry, said, succeeded } from "../support/lab";
import { onEveryTarget } from "../support/targets";
import type { Stack } from "../../packages/pulumi/stack";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const MAIL: Permission = { group: 3, port: 25 };

onEveryTarget("e2e: runs that fail", (target) => {
  let lab: Lab;
  let stack: Stack;

  beforeEach(async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account([WEB, SSH]));
    stack = await lab.stack();
  });
  afterEach(() => lab.close());

  const up = (flags = {}) => lab.during(() => stack.up({ ...flags }));
  const isClean = async () => {
    expect(lab.candidate()).to.deep.equal(lab.running());
    expect(await lab.person().locks()).to.deep.equal([]);
  };

  it("commits nothing when one rule fails, another is removed and --continue-on-error is given, and converges later", async () => {
    succeeded((await up()).result);
    const before = lab.running();
    const admin = lab.person();
    await admin.addRule(ruleEntry(ruleOf(MAIL), { action: "deny" }));
    await admin.commitEverything();
    await lab.setAccount(account([WEB, MAIL, { group: 4, port: 443 }]));

    const failed = await up({ continueOnError: true });
    expect(failed.result.code).to.equal(1);
    expect(said(failed.result)).to.include(`a rule named ${ruleOf(MAIL)} exists on ${lab.label} and is not`);
    expect(said(failed.result)).to.include(`1 of its resources failed: ${ruleOf(MAIL)}`);
    expect(said(failed.result)).to.include("because resources failed: they wait for the next run");
    expect(failed.commits).to.equal(0);
    expect(lab.running()).to.deep.equal([...before, ruleOf(MAIL)]);
    expect(lab.field(ruleOf(MAIL), "action")).to.include("deny");
    expect(lab.candidate()).to.include(ruleOf(SSH));
    expect(await admin.locks()).to.deep.equal([]);

    await admin.deleteRule(ruleOf(MAIL));
    const mended = await up();
    succeeded(mended.result);
    expect(mended.commits).to.equal(1);
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(MAIL), ruleOf({ group: 4, port: 443 })]);
    expect(lab.field(ruleOf(MAIL), "action")).to.include("allow");
  });

  it("fails with the details of a commit that failed, leaves running as it was, and succeeds the next time", async () => {
    lab.firewall.failNextCommit(["Validation Error:", "rulebase is too large for this model"]);
    const failed = await up();
    expect(failed.result.code).to.equal(1);
    expect(said(failed.result))
      .to.include("failed: Validation Error:; rulebase is too large for this model")
      .and.to.include("the candidate keeps what was staged, for the next run");
    expect(lab.running()).to.deep.equal(["cleanup"]);
    expect(await lab.person().locks()).to.deep.equal([]);

    const next = await up();
    succeeded(next.result);
    expect(next.commits).to.equal(1);
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
    await isClean();
    const idle = await up();
    expect(succeeded(idle.result).steps).to.deep.equal([]);
  });

  it("fails a destroy whose commit fails, keeps the rules in running, and destroys the next time", async () => {
    succeeded((await up()).result);
    lab.firewall.failNextCommit(["internal error"]);
    const failed = await lab.during(() => stack.destroy());
    expect(failed.result.code).to.equal(1);
    expect(said(failed.result)).to.include("internal error");
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
    expect(await lab.person().locks()).to.deep.equal([]);
    const next = await lab.during(() => stack.destroy());
    succeeded(next.result);
    expect(next.commits).to.equal(1);
    expect(lab.running()).to.deep.equal(["cleanup"]);
    await isClean();
  });

  it("names who holds the commit lock and why, and commits nothing while somebody does", async () => {
    const admin = lab.person();
    await admin.takeLock("migration, back at noon");
    const refused = await up();
    expect(refused.result.code).to.equal(1);
    expect(said(refused.result))
      .to.include("admin holds the commit lock")
      .and.to.include("migration, back at noon");
    expect(refused.commits).to.equal(0);
    expect(lab.running()).to.deep.equal(["cleanup"]);
    expect((await admin.locks()).map(({ owner }) => owner)).to.deep.equal(["admin"]);
  });

  it("leaves other administrators' pending changes pending", async () => {
    const admin = lab.person();
    await admin.addRule(ruleEntry("theirs-unfinished"));
    const { result, commits } = await up();
    succeeded(result);
    expect(commits).to.equal(1);
    expect(lab.running()).to.include(ruleOf(WEB)).and.not.to.include("theirs-unfinished");
    expect(lab.candidate()).to.include("theirs-unfinished");
    const pending = (await admin.pending()).filter(({ xpath }) => !xpath.endsWith("/rules"));
    expect(pending.map(({ owner, xpath }) => [owner, xpath.includes("theirs-unfinished")])).to.deep.equal([
      ["admin", true],
    ]);
  });

  it("refuses to ship what somebody else did as our administrator, and names it", async () => {
    const borrower = lab.person("aws-panos");
    await borrower.addRule(ruleEntry("by-hand"));
    const refused = await up();
    expect(refused.result.code).to.equal(1);
    expect(said(refused.result)).to.include("has other changes pending").and.to.include("by-hand");
    expect(refused.commits).to.equal(0);
    expect(lab.running()).to.deep.equal(["cleanup"]);
    await lab.person().commitEverything();
    const next = await up();
    succeeded(next.result);
    expect(next.commits, "everything is in running already").to.equal(0);
    expect(lab.running()).to.have.members([ruleOf(WEB), ruleOf(SSH), "cleanup", "by-hand"]);
  });

  it("commits nothing of a program that declares two rules of one name", async () => {
    const program = `
      const { FirewallPolicy } = require("./provider/policy");
      const { ruleFor } = require("./tests/support/declare");
      const rule = ruleFor("${ruleOf(SSH)}", 22, "aws-panos-test1234");
      new FirewallPolicy("firewall", {
        name: "firewall", vsys: "${target.location.vsys}", hostname: "127.0.0.1", ownerId: "test1234", cleanupRule: "cleanup",
        stack: "test/dev", rules: [rule, { ...rule, source: ["0.0.0.0/0"] }], services: [], applications: [], addresses: [], addressGroups: [],
        acceptRename: false,
      });`;
    stack = await lab.stack({ projectDir: await lab.programDir(program) });
    const { result, commits } = await up();
    expect(result.code).not.to.equal(0);
    expect(said(result))
      .to.match(/Duplicate resource URN/i)
      .and.to.include(ruleOf(SSH));
    // It is said in the engine's words, and not with lines of our code.
    expect(said(result)).to.not.match(/\bat \S+ \(/);
    expect(commits).to.equal(0);
    expect(lab.running()).to.deep.equal(["cleanup"]);
  });
});
