import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, ruleEntry, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";
import type { Person } from "../support/person";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const NEW: Permission = { group: 3, port: 8443 };
const NOTE = "note-deny";

/** Two of an administrator's rules above the cleanup rule, and a denial below it. */
const GIVEN = {
  rules: [ruleEntry("first", { source: "192.0.2.1" }), ruleEntry("second", { source: "192.0.2.2" })],
  below: [ruleEntry(NOTE, { source: "192.0.2.0/24", action: "deny" })],
};

onTargets("e2e: another administrator's uncommitted moves", (target) => {
  let lab: Lab;
  let stack: Stack;
  let admin: Person;

  beforeEach(async () => {
    lab = await Lab.open({ target, given: GIVEN });
    await lab.setAccount(account([WEB, SSH]));
    stack = await lab.stack();
    admin = lab.person();
    succeeded((await up()).result);
  });
  afterEach(() => lab.close());

  const up = (flags = {}) => lab.during(() => stack.up({ ...flags }));
  const isAllAbove = () => {
    for (const rules of [...lab.history, lab.running()]) {
      const below = rules.slice(rules.indexOf("cleanup")).filter((name) => name.startsWith("aws-"));
      expect(below).to.deep.equal([]);
    }
  };

  it("and also committed ones, of a rule of ours above a denial are told in every run, and stay", async () => {
    await admin.addRule(ruleEntry("block", { source: "203.0.113.0/24", action: "deny" }));
    await admin.moveAbove("block", ruleOf(WEB));
    await admin.commitEverything();
    const above = (names: string) => `stands below these, which let in part of what it may deny: ${names}`;
    expect(said(succeeded((await up()).result))).not.to.include("stands below these");
    await admin.moveAbove(ruleOf(WEB), "block");
    expect(said(succeeded(await stack.preview()))).to.include(above(ruleOf(WEB)));
    await admin.commitEverything();
    const { result, commits } = await up({ refresh: true });
    expect(said(succeeded(result))).to.include(`block ${above(ruleOf(WEB))}`);
    expect(commits).to.equal(0);
    expect(lab.running().indexOf(ruleOf(WEB))).to.be.lessThan(lab.running().indexOf("block"));
  });

  it("of the cleanup rule below another: a new rule is not committed, and administrator and move are named", async () => {
    await admin.moveBelow("cleanup", NOTE);
    await lab.setAccount(account([WEB, SSH, NEW]));
    const { result, commits } = await up();
    expect(result.code).to.equal(1);
    expect(said(result))
      .to.include(`rule ${ruleOf(NEW)}`)
      .and.to.include("admin (MOVE cleanup)");
    expect(commits).to.equal(0);
    expect(lab.ours()).to.have.members([WEB, SSH].map(ruleOf));
    isAllAbove();

    await admin.moveBelow(NOTE, "cleanup");
    await admin.commitEverything();
    succeeded((await up({ refresh: true })).result);
    expect(lab.ours()).to.have.members([WEB, SSH, NEW].map(ruleOf));
    isAllAbove();
  });

  it("of the cleanup rule, which are committed: the next run goes on", async () => {
    await admin.moveBelow("cleanup", NOTE);
    await lab.setAccount(account([WEB, SSH, NEW]));
    expect((await up()).result.code).to.equal(1);
    await admin.commitEverything();
    succeeded((await up({ refresh: true })).result);
    isAllAbove();
  });

  it("of the cleanup rule are no reason against a change of a rule that stays where it is, or its removal", async () => {
    await admin.moveBelow("cleanup", NOTE);
    await lab.setAccount(account([{ ...WEB, cidr: "198.51.100.0/24" }]));
    succeeded((await up()).result);
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
    expect(lab.field(ruleOf(WEB), "source")).to.include("198.51.100.0/24");
    expect(lab.running()).to.deep.equal(["first", "second", ruleOf(WEB), "cleanup", NOTE]);
    isAllAbove();
  });

  it("of the cleanup rule above ours are named, and a refresh puts ours above it without them", async () => {
    await admin.moveToTop("cleanup");
    await lab.setAccount(account([WEB, SSH, NEW]));
    const { result, commits } = await up();
    expect(result.code).to.equal(1);
    expect(said(result)).to.include("(rule cleanup was changed by admin, and not committed)");
    expect(commits).to.equal(0);
    succeeded((await up({ refresh: true })).result);
    expect(lab.ours()).to.have.members([WEB, SSH, NEW].map(ruleOf));
    isAllAbove();
  });

  it("of rules above the cleanup rule are no reason against a new rule, and stay pending", async () => {
    await admin.moveBelow("first", "second");
    await lab.setAccount(account([WEB, SSH, NEW]));
    succeeded((await up()).result);
    expect(lab.ours()).to.have.members([WEB, SSH, NEW].map(ruleOf));
    expect(lab.running().filter((name) => !name.startsWith("aws-"))).to.deep.equal([
      "first",
      "second",
      "cleanup",
      NOTE,
    ]);
    isAllAbove();
  });

  it("of a rule of ours below the cleanup rule are named, and a refresh undoes them", async () => {
    await admin.moveBelow(ruleOf(WEB), "cleanup");
    await lab.setAccount(account([WEB, SSH, NEW]));
    const { result, commits } = await up();
    expect(result.code).to.equal(1);
    expect(said(result)).to.include(
      `rule ${ruleOf(WEB)} is not as declared (changed by admin, and not committed)`,
    );
    expect(commits).to.equal(0);
    succeeded((await up({ refresh: true })).result);
    expect(lab.ours()).to.have.members([WEB, SSH, NEW].map(ruleOf));
    isAllAbove();
  });
});
