import { expect } from "chai";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const MAIL: Permission = { group: 3, port: 25 };

onTargets("e2e: --target", (target) => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account([WEB, SSH]));
  });
  afterEach(() => lab.close());

  const staged = new RegExp(
    `staged in the candidate configuration of firewall/${target.location.vsys}.*leaves them to the next full one`,
  );

  it("stages one rule in an up, says so, and the next full up commits", async () => {
    const stack = await lab.stack();
    succeeded(await stack.up());
    await lab.setAccount(account([WEB, SSH, MAIL, { group: 4, port: 443 }]));
    const targets = [`**${ruleOf({ group: 4, port: 443 })}`];
    const one = await lab.during(() => stack.up({ targets }));
    succeeded(one.result);
    expect(said(one.result)).to.match(staged);
    expect(one.commits).to.equal(0);
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
    expect(lab.candidate()).to.include("aws-sg-0a0004-tcp-443").and.not.to.include(ruleOf(MAIL));

    const full = await lab.during(() => stack.up());
    succeeded(full.result);
    expect(full.commits).to.equal(1);
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH), ruleOf(MAIL), "aws-sg-0a0004-tcp-443"]);
  });

  it("says nothing of staging where a run commits what it stages", async () => {
    const stack = await lab.stack();
    // The command is seen from a process of its own.
    const full = succeeded(await stack.start("up").done);
    expect(said(full))
      .to.include(`rules on firewall${lab.reach}: 2 to add`)
      .and.not.include("staged in the candidate");
    await lab.setAccount(account([WEB, SSH, { group: 4, port: 443 }]));
    const targets = [`**${ruleOf({ group: 4, port: 443 })}`];
    const one = succeeded(await stack.start("up", { targets }).done);
    expect(said(one)).to.match(staged);
  });

  it("commits what is staged with commit among the targets, and says without --refresh what it leaves out", async () => {
    const stack = await lab.stack();
    succeeded(await stack.up());
    const fourth: Permission = { group: 4, port: 443 };
    await lab.setAccount(account([WEB, SSH, fourth]));
    const targets = [`**${ruleOf(fourth)}`, "**Commit**"];
    const none = await lab.during(() => stack.start("up", { targets: ["**Commit**"] }).done);
    expect([none.result.code === 0, none.commits]).to.deep.equal([false, 0]);
    expect(said(none.result))
      .to.include(`rule ${ruleOf(fourth)} is missing`)
      .and.include("Run again without --target")
      .and.not.include("Run again with --refresh");
    const both = await lab.during(() => stack.start("up", { targets }).done);
    expect(said(succeeded(both.result))).to.match(
      /with the commit at the end of this run; one whose --target leaves/,
    );
    expect(both.commits).to.equal(1);
    expect(lab.ours()).to.include(ruleOf(fourth));
  });

  it("stages the removal of one rule in a destroy, says so, and the next full up brings it back", async () => {
    const stack = await lab.stack();
    succeeded(await stack.up());
    const before = lab.running();
    const one = await lab.during(() => stack.destroy({ targets: [`**${ruleOf(SSH)}`] }));
    succeeded(one.result);
    expect(said(one.result)).to.match(staged);
    expect(one.commits).to.equal(0);
    expect(lab.running()).to.deep.equal(before);
    expect(lab.candidate()).not.to.include(ruleOf(SSH));

    succeeded(await stack.up());
    expect(lab.running()).to.have.members(before);
    expect(lab.candidate()).to.deep.equal(lab.running());
    expect(await lab.person().pending(), "nothing is only staged").to.deep.equal([]);
    for (const rules of lab.history) expect(rules).to.include.members([ruleOf(WEB), ruleOf(SSH)]);
  });

  it("stages the removal of one rule in a destroy, and the full destroy commits it with the rest", async () => {
    const stack = await lab.stack();
    succeeded(await stack.up());
    succeeded(await stack.destroy({ targets: [`**${ruleOf(SSH)}`] }));
    const full = await lab.during(() => stack.destroy());
    succeeded(full.result);
    expect(full.commits).to.equal(1);
    expect(lab.running()).to.deep.equal(["cleanup"]);
    expect(lab.candidate()).to.deep.equal(["cleanup"]);
  });
});
