import { expect } from "chai";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, said, succeeded, type StackChoices } from "../support/lab";
import { onTargets } from "../support/targets";

const WEB: Permission = { group: 1, port: 8443 };
const SSH: Permission = { group: 2, port: 8022 };
const DEV: StackChoices = { name: "dev", ownerId: "devdev01", administrator: "aws-panos" };
const OPS: StackChoices = { name: "ops", ownerId: "opsops01", administrator: "aws-panos-2" };

onTargets("e2e: two stacks on one firewall", (target) => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account([WEB]), "dev");
    await lab.setAccount(account([SSH]), "ops");
  });
  afterEach(() => lab.close());

  it("each keep to their own, and one's destroy leaves the other's rules, services and tag", async () => {
    const [dev, ops] = [await lab.stack(DEV), await lab.stack(OPS)];
    succeeded(await dev.up());
    const devRule = lab.rule(ruleOf(WEB));
    const second = await lab.during(() => ops.up());
    succeeded(second.result);
    expect(second.commits).to.equal(1);
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
    expect(lab.rule(ruleOf(WEB))).to.equal(devRule);

    const idle = await lab.during(() => dev.up({ refresh: true }));
    expect(succeeded(idle.result).steps).to.deep.equal([]);
    expect(idle.writes).to.equal(0);

    succeeded(await ops.destroy());
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
    expect(lab.rule(ruleOf(WEB))).to.equal(devRule);
    expect(lab.objects()).to.include("aws-devdev01-tcp-8443").and.to.include("aws-panos-devdev01");
    expect(lab.objects()).not.to.include("opsops01");
  });

  it("run at the same time: both end right, or one says who holds the lock and converges when run again", async () => {
    const stacks = [await lab.stack(DEV), await lab.stack(OPS)];
    const results = await Promise.all(stacks.map((stack) => stack.up()));
    for (const [index, result] of results.entries()) {
      if (result.code === 0) continue;
      expect(said(result)).to.match(/aws-panos(-2)? holds the commit lock/);
      succeeded(await stacks[index]!.up());
    }
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
    expect(lab.candidate()).to.deep.equal(lab.running());
    expect(await lab.person().locks()).to.deep.equal([]);
  });

  it("that read the same groups: the second names the clash, and changes nothing", async () => {
    succeeded(await (await lab.stack(DEV)).up());
    await lab.setAccount(account([WEB, SSH]), "ops");
    const [running, rule] = [lab.running(), lab.rule(ruleOf(WEB))];
    const { result, commits } = await lab.during(async () => (await lab.stack(OPS)).up());
    expect(result.code).to.equal(1);
    expect(said(result)).to.include(
      `a rule named ${ruleOf(WEB)} exists on ${lab.label} and is not this stack's (its tags: aws-panos-devdev01)`,
    );
    expect(commits).to.equal(0);
    expect(lab.running()).to.deep.equal(running);
    expect(lab.rule(ruleOf(WEB))).to.equal(rule);
    expect(lab.rule(ruleOf(WEB), "candidate")).to.equal(rule);
  });

  it("with one ownerId: the second is stopped before it writes, until acceptRename says that it is the same", async () => {
    succeeded(await (await lab.stack(DEV)).up());
    const copy: StackChoices = { ...OPS, ownerId: "devdev01", administrator: "aws-panos" };
    await lab.setAccount(account([WEB, SSH]), "ops");
    const stack = await lab.stack(copy);
    const preview = await stack.preview();
    expect(preview.code).to.equal(1);
    expect(said(preview)).to.include("aws-panos-rules:acceptRename");
    const refused = await lab.during(() => stack.up());
    expect(refused.result.code).to.equal(1);
    expect(said(refused.result)).to.include('belongs to "organization/aws-panos-rules/dev"');
    expect(said(refused.result)).to.include("aws-panos-rules:acceptRename");
    expect(refused.writes).to.equal(0);
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);

    await lab.configure({ ...copy, settings: { "aws-panos-rules:acceptRename": "true" } });
    const renamed = await lab.during(() => stack.up());
    succeeded(renamed.result);
    expect(renamed.commits).to.equal(1);
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
    expect(lab.objects()).to.include("organization/aws-panos-rules/ops");
    await lab.configure(copy);
    expect(succeeded(await stack.up()).steps).to.deep.equal([]);
  });

  for (const destinations of ["addresses", "dynamic"]) {
    it(`with one ownerId: neither a copy nor a place that was left removes the other's policy (${destinations})`, async () => {
      const settings = { "aws-panos-rules:destinations": destinations };
      const dev = await lab.stack({ ...DEV, settings });
      succeeded(await dev.up());
      const copy: StackChoices = { ...OPS, ownerId: "devdev01", administrator: "aws-panos", settings };
      const stack = await lab.stack(copy);
      const seen = () => [lab.running(), lab.candidate(), lab.objects(), lab.registered()];
      const before = seen();
      expect((await stack.up()).code).to.equal(1);
      succeeded(await stack.destroy());
      expect(seen()).to.deep.equal(before);

      const renamed = { ...settings, "aws-panos-rules:acceptRename": "true" };
      await lab.setAccount(account([WEB]), "ops");
      await lab.configure({ ...copy, settings: renamed });
      succeeded(await stack.up());
      const moved = seen();
      const gone = await dev.destroy();
      expect(gone.code).to.equal(1);
      expect(said(gone)).to.include('belongs to "organization/aws-panos-rules/ops"');
      expect(said(gone)).to.include("pulumi stack rm --force");
      expect(seen()).to.deep.equal(moved);
      succeeded(await stack.destroy());
      expect(lab.ours()).to.deep.equal([]);
    });
  }
});
