import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import { account, ruleOf, type Permission } from "../support/account";
import { firewallConfig, Lab, said, succeeded } from "../support/lab";
import { GROUP, onTargets } from "../support/targets";

const RULES: Permission[] = Array.from({ length: 14 }, (_, group) => ({ group, port: 443 }));

onTargets("e2e: changes that may be a mistake", (target) => {
  let lab: Lab;
  let stack: Stack;
  let running: string[];

  /** Another place of the same device, and the settings that name it. */
  const [place, elsewhere] =
    target.kind === "device-group"
      ? [
          "all-sites:pre-rulebase",
          {
            "panos:panorama": { ...GROUP, deviceGroup: "all-sites" },
            "aws-panos-rules:cleanupRule": "interzone-default",
          },
        ]
      : ["vsys2", { "panos:vsys": "vsys2" }];

  before(async () => {
    const vsys = /<entry name="vsys1">.*?<\/entry>(?=<\/vsys>)/.exec(firewallConfig())?.[0] ?? "";
    const second = vsys.replace("vsys1", "vsys2");
    lab = await Lab.open({ target, config: firewallConfig().replace("</vsys>", `${second}</vsys>`) });
    await lab.setAccount(account(RULES));
    stack = await lab.stack();
    succeeded(await stack.up({ parallel: 20 }));
    running = lab.running();
  });
  after(() => lab.close());

  /** Preview and up both say why, and the firewall stays as it is. */
  const isRefused = async (...reasons: string[]) => {
    for (const run of [() => stack.preview(), () => stack.up()]) {
      const { result, commits } = await lab.during(run);
      expect(result.code).not.to.equal(0);
      for (const reason of reasons) expect(said(result)).to.include(reason);
      expect(commits).to.equal(0);
    }
    expect(lab.running()).to.deep.equal(running);
    expect(lab.candidate()).to.deep.equal(running);
    expect(await lab.person().locks()).to.deep.equal([]);
  };

  it("refuses to remove more than 10 rules and a quarter, naming them and the setting", async () => {
    await lab.setAccount(account(RULES.slice(11)));
    await isRefused(
      `this would remove 11 of 14 rules from ${lab.label}${lab.reach}, more than the 10 allowed`,
      ruleOf(RULES[0]!),
      "set aws-panos-rules:maxRemovals to 11",
    );
  });

  it("refuses to remove more than maxRemovals", async () => {
    await lab.setAccount(account(RULES.slice(3)));
    await lab.configure({ settings: { "aws-panos-rules:maxRemovals": "2" } });
    await isRefused("this would remove 3 of 14 rules", "more than the 2 allowed");
    await lab.configure();
  });

  it("refuses an inventory without one protected interface while rules exist", async () => {
    await lab.setAccount(
      account(
        RULES,
        RULES.map(({ group }) => group),
      ),
    );
    await isRefused("no running instance in eu-central-1 has an interface", "is it the right region");
  });

  it("refuses another name, vsys or ownerId, with the steps to move", async () => {
    await lab.setAccount(account(RULES));
    await lab.configure({ settings: { "panos:name": "edge" } });
    await isRefused('can\'t change from "firewall" to "edge"', "run `pulumi destroy`");
    await lab.configure({ settings: elsewhere });
    await isRefused(`can't change from "${target.location.vsys}" to "${place}"`, "run `pulumi destroy`");
    await lab.configure({ ownerId: "other123" });
    await isRefused("is not this stack's (its tags: aws-panos-test1234)", "run `pulumi destroy`");
    await lab.configure();
  });

  it("takes another hostname of the same firewall, and touches no rule", async () => {
    await lab.configure({ settings: { "panos:hostname": "localhost" } });
    const { result, writes, commits } = await lab.during(() => stack.up());
    expect(succeeded(result).steps.map(({ op, name }) => `${op} ${name}`)).to.deep.equal(["update firewall"]);
    expect({ writes, commits }).to.deep.equal({ writes: 0, commits: 0 });
    expect(lab.running()).to.deep.equal(running);
    await lab.configure();
  });

  it("lets revoked permissions go that AWS shows and events name, and no disappearance with them", async () => {
    const settings = { "aws-panos-rules:maxRemovals": { limit: 2, revoked: "pass" } };
    await lab.configure({ settings });
    // Revoked one by one: the groups are there, without their permissions.
    const revoked = account(RULES);
    for (const { ingress } of revoked.securityGroups.slice(0, 4)) ingress.length = 0;
    await lab.setAccount(revoked);
    const ids = revoked.securityGroups.map(({ id }) => id);
    const env = (groups: string[]) => ({ AWS_PANOS_RUN_REVOKED: groups.join(",") });
    const run = (groups: string[]) => lab.during(() => stack.preview({ env: env(groups) }));
    // Nobody says so; an event names others, or too few of them.
    for (const groups of [[], ids.slice(4), ids.slice(0, 1)]) {
      const { result } = await run(groups);
      expect(said(result), groups.join()).to.include("more than the 2 allowed");
    }
    expect((await run(ids.slice(0, 2))).result.code).to.equal(0);
    // A group that AWS doesn't show at all may be a wrong account's.
    await lab.setAccount(account(RULES.slice(4)));
    expect(said((await run(ids)).result)).to.include("more than the 2 allowed");
    await lab.setAccount(revoked);
    const up = await lab.during(() => stack.up({ env: env(ids.slice(0, 4)) }));
    succeeded(up.result);
    expect(lab.ours()).to.have.members(RULES.slice(4).map(ruleOf));
    await lab.configure();
    await lab.setAccount(account(RULES));
    succeeded(await stack.up());
  });

  it("removes them when maxRemovals says so", async () => {
    await lab.setAccount(account(RULES.slice(12)));
    await lab.configure({ settings: { "aws-panos-rules:maxRemovals": "12" } });
    const { result, commits } = await lab.during(() => stack.up());
    succeeded(result);
    expect(commits).to.equal(1);
    expect(lab.ours()).to.have.members(RULES.slice(12).map(ruleOf));
    await lab.configure();
  });

  it("never keeps a destroy from removing everything", async () => {
    await lab.setAccount(account(RULES));
    succeeded(await stack.up({ parallel: 20 }));
    const { result, commits } = await lab.during(() => stack.destroy({ parallel: 20 }));
    succeeded(result);
    expect(commits).to.equal(1);
    expect(lab.running()).to.deep.equal(["cleanup"]);
  });
});
