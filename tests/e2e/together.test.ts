import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import type { HeldRequest } from "../../packages/simulator";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };

const takesLock = ({ cmd }: HeldRequest) => cmd?.includes("<commit-lock><add>") === true;
const commits = ({ type }: HeldRequest) => type === "commit";

onTargets("e2e: people and runs at the same time", (target) => {
  let lab: Lab;
  let stack: Stack;

  beforeEach(async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account([WEB]));
    stack = await lab.stack();
    succeeded(await stack.up());
    await lab.setAccount(account([SSH]));
    lab.history.length = 0;
  });
  afterEach(() => lab.close());

  it("a commit of everything while we stage brings forward what is declared, and no removal", async () => {
    const hold = lab.firewall.hold(takesLock);
    const run = stack.start("up");
    await hold.reached;
    await lab.person().commitEverything();
    expect(lab.history).to.have.length(1);
    expect(lab.history[0]).to.have.members([ruleOf(WEB), ruleOf(SSH), "cleanup"]);
    hold.release();
    succeeded(await run.done);
    expect(lab.running()).to.deep.equal([ruleOf(SSH), "cleanup"]);
    expect(lab.candidate()).to.deep.equal(lab.running());
    expect(lab.history).to.have.length(2);
  });

  it("nobody else can commit between our comparison and our commit", async () => {
    const hold = lab.firewall.hold(commits);
    const run = stack.start("up");
    await hold.reached;
    const refusal = await lab
      .person()
      .commitEverything()
      .then(
        () => "",
        (error: Error) => error.message,
      );
    expect(refusal).to.match(/commit lock/i);
    expect(lab.running()).to.deep.equal([ruleOf(WEB), "cleanup"]);
    hold.release();
    succeeded(await run.done);
    expect(lab.history).to.deep.equal([[ruleOf(SSH), "cleanup"]]);
    succeeded(await stack.destroy());
  });

  it("a rule of ours that somebody changes while we stage is not shipped, but named", async () => {
    const hold = lab.firewall.hold(takesLock);
    const run = stack.start("up");
    await hold.reached;
    await lab.person().edit(ruleOf(SSH), "source", "<source><member>any</member></source>");
    hold.release();
    const result = await run.done;
    expect(result.code).to.equal(1);
    expect(said(result)).to.include(
      `rule ${ruleOf(SSH)} is not as declared (changed by admin, and not committed). Nothing was committed`,
    );
    expect(lab.history).to.deep.equal([]);
    succeeded(await stack.up({ refresh: true }));
    expect(lab.field(ruleOf(SSH), "source")).to.include("203.0.113.0/24");
  });

  it("a second run on the same stack is refused by the state's lock, and the first one ends right", async () => {
    const hold = lab.firewall.hold(takesLock);
    const run = stack.start("up");
    await hold.reached;
    const second = await lab.during(() => stack.up());
    expect(second.result.code).not.to.equal(0);
    expect(said(second.result)).to.match(/locked/i);
    expect(second.writes).to.equal(0);
    hold.release();
    succeeded(await run.done);
    expect(lab.running()).to.deep.equal([ruleOf(SSH), "cleanup"]);
  });
});
