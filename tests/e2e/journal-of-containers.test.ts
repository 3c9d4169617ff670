import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import type { Refuses } from "../../packages/simulator";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, ruleEntry, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const NEW: Permission = { group: 3, port: 8443 };

const GIVEN = {
  rules: [ruleEntry("first", { source: "192.0.2.1" }), ruleEntry("second", { source: "192.0.2.2" })],
  below: [ruleEntry("last", { source: "192.0.2.0/24", action: "deny" })],
};

// The list of changes names "rules" and "service", and no entry of theirs.
onTargets("e2e: a device whose journal names containers alone", (target) => {
  let lab: Lab;
  let stack: Stack;

  const open = async (refuses: Refuses = {}): Promise<void> => {
    lab = await Lab.open({ target, given: GIVEN, refuses: { journalEntries: true, ...refuses } });
    await lab.setAccount(account([WEB, SSH]));
    stack = await lab.stack();
    succeeded(await stack.up());
  };
  afterEach(() => lab.close());

  const up = () => lab.during(() => stack.up());
  /** Somebody who uses the program's account. */
  const borrower = () => lab.person("aws-panos");

  const refuses = async (text: string) => {
    const before = lab.running();
    await lab.setAccount(account([WEB, SSH, NEW]));
    const { result, commits } = await up();
    expect(result.code).to.equal(1);
    expect(said(result)).to.include("has other changes pending").and.to.include(text);
    expect(commits).to.equal(0);
    expect(lab.running()).to.deep.equal(before);
  };

  for (const marks of [false, true]) {
    const title = marks ? "and has no marks" : "and marks what is changed";
    const without = { marks };

    it(`${title}: what our administrator has added beside ours is not shipped`, async () => {
      await open(without);
      await borrower().addRule(ruleEntry("by-hand"));
      await refuses("by-hand");
    });

    it(`${title}: nor what it has changed or removed`, async () => {
      await open(without);
      await borrower().edit("second", "source", "<source><member>192.0.2.99</member></source>");
      await refuses("second");
      await lab.person().commitEverything();
      await borrower().deleteRule("first");
      await refuses("first");
    });

    it(`${title}: nor what it has moved`, async () => {
      await open(without);
      await borrower().moveBelow("first", "second");
      await refuses("first");
    });

    it(`${title}: ours alone are committed, changed and removed as ever`, async () => {
      await open(without);
      await lab.setAccount(account([{ ...WEB, cidr: "198.51.100.0/24" }, NEW]));
      const { result, commits } = await up();
      succeeded(result);
      expect(commits).to.equal(1);
      expect(lab.ours()).to.deep.equal([WEB, NEW].map(ruleOf));
      expect(lab.candidate()).to.deep.equal(lab.running());
    });
  }

  it("another administrator's additions, changes and moves beside ours stay pending", async () => {
    await open();
    const admin = lab.person();
    await admin.addRule(ruleEntry("unfinished"));
    await admin.edit("second", "source", "<source><member>192.0.2.99</member></source>");
    await admin.moveBelow("first", "second");
    await lab.setAccount(account([WEB, NEW]));
    const { result, commits } = await up();
    succeeded(result);
    expect(commits).to.equal(1);
    expect(lab.ours()).to.deep.equal([WEB, NEW].map(ruleOf));
    expect(lab.running()).not.to.include("unfinished");
    expect(lab.candidate()).to.include("unfinished");
    expect(lab.field("second", "source")).not.to.include("192.0.2.99");
  });

  it("a removal that may be ours or another's is not shipped, and that is said", async () => {
    await open();
    await lab.person().deleteRule("first");
    await refuses("(or somebody else's");
    await lab.person().commitEverything();
    await lab.setAccount(account([WEB, SSH, { ...NEW, port: 8444 }]));
    succeeded((await up()).result);
  });

  it("what another administrator has removed of ours is not taken for removed", async () => {
    await open();
    await lab.person().deleteRule(ruleOf(SSH));
    await lab.setAccount(account([WEB, NEW]));
    const { result, commits } = await up();
    expect(result.code).to.equal(1);
    expect(said(result)).to.include(`${ruleOf(SSH)}: admin (DELETE)`);
    expect(commits).to.equal(0);
    expect(lab.ours()).to.deep.equal([WEB, SSH].map(ruleOf));
  });
});
