import { expect } from "chai";
import { account, resourceOf, ruleOf, type Permission } from "../support/account";
import { Lab, ruleEntry, said, succeeded } from "../support/lab";
import { onEveryTarget } from "../support/targets";
import type { Stack } from "../../packages/pulumi/stack";

const WEB: Permission = { group: 1, port: 443 };
const OTHER_SOURCE: Permission = { group: 1, port: 443, cidr: "198.51.100.0/24" };
const API: Permission = { group: 2, port: 8001 };
const SSH: Permission = { group: 3, port: 22 };

const PROFILES =
  '<profile-group><entry name="strict"/><entry name="tiered"/></profile-group>' +
  '<log-settings><profiles><entry name="siem"/></profiles></log-settings>';

onEveryTarget("e2e: a stack's life", (target) => {
  let lab: Lab;
  let stack: Stack;
  let others: string;
  let objects: string;

  before(async () => {
    const rules = [
      ruleEntry("allow-mail", { application: "smtp", service: "application-default" }),
      ruleEntry("deny-telnet", { application: "telnet", service: "application-default", action: "deny" }),
    ];
    lab = await Lab.open({ target, given: { rules, objects: PROFILES } });
    const person = lab.person();
    await person.addObject("tag", '<entry name="theirs"><comments>of the administrator</comments></entry>');
    await person.addObject(
      "service",
      '<entry name="theirs-8080"><protocol><tcp><port>8080</port></tcp></protocol></entry>',
    );
    await person.commitEverything();
    lab.history.length = 0;
    await lab.setAccount(account([WEB, API, SSH]));
    stack = await lab.stack();
    [others, objects] = [lab.others(), lab.objects()];
  });
  after(() => lab.close());

  it("previews without writing anything", async () => {
    const { result, writes, commits } = await lab.during(() => stack.preview());
    expect(result.code, said(result)).to.equal(0);
    expect(result.steps.filter(({ op }) => op === "create").map(({ name }) => name)).to.include.members([
      resourceOf(WEB),
      resourceOf(API),
      resourceOf(SSH),
      "commit",
    ]);
    expect({ writes, commits }).to.deep.equal({ writes: 0, commits: 0 });
    expect(await lab.person().locks()).to.deep.equal([]);
  });

  it("makes its rules in one commit, above the cleanup rule, and leaves all others as they were", async () => {
    const { commits } = await lab.during(async () => succeeded(await stack.up({ skipPreview: false })));
    expect(commits).to.equal(1);
    expect(lab.running().slice(0, 2)).to.deep.equal(["allow-mail", "deny-telnet"]);
    expect(lab.running().slice(2, 5)).to.have.members([ruleOf(WEB), ruleOf(API), ruleOf(SSH)]);
    expect(lab.running().slice(5)).to.deep.equal(["cleanup"]);
    expect(lab.others()).to.equal(others);
    expect(lab.field(ruleOf(WEB), "source")).to.include("<member>203.0.113.0/24</member>");
    expect(lab.field(ruleOf(WEB), "destination")).to.include("<member>10.0.0.1</member>");
    expect(lab.field(ruleOf(API), "service")).to.include("<member>aws-test1234-tcp-8001</member>");
    expect(lab.candidate()).to.deep.equal(lab.running());
    expect(await lab.person().pending()).to.deep.equal([]);
    expect(await lab.person().locks()).to.deep.equal([]);
    const job = lab.commits.at(-1);
    expect(job?.user).to.equal("aws-panos");
    expect(job?.description).to.equal(
      "aws-panos-rules organization/aws-panos-rules/dev: 3 added, 0 changed, 0 removed",
    );
  });

  it("changes, writes and commits nothing when it is run again", async () => {
    const { result, writes, commits, requests } = await lab.during(async () => succeeded(await stack.up()));
    expect(result.steps).to.deep.equal([]);
    expect({ writes, commits }).to.deep.equal({ writes: 0, commits: 0 });
    expect(requests.filter(({ cmd }) => cmd?.includes("lock"))).to.deep.equal([]);
  });

  it("updates one rule for one more source", async () => {
    await lab.setAccount(account([WEB, OTHER_SOURCE, API, SSH]));
    const { result, commits } = await lab.during(async () => succeeded(await stack.up()));
    expect(result.steps.map(({ op, name }) => `${op} ${name}`)).to.have.members([
      `update ${resourceOf(WEB)}`,
      "update commit",
    ]);
    expect(commits).to.equal(1);
    expect(lab.field(ruleOf(WEB), "source"))
      .to.include("198.51.100.0/24")
      .and.to.include("203.0.113.0/24");
  });

  it("removes the rule of a revoked permission, with the service that only it used", async () => {
    await lab.setAccount(account([WEB, SSH]));
    const { commits } = await lab.during(async () => succeeded(await stack.up()));
    expect(commits).to.equal(1);
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
    expect(lab.objects()).not.to.include("aws-test1234-tcp-8001");
    expect(lab.field(ruleOf(WEB), "source")).not.to.include("198.51.100.0/24");
  });

  it("removes the rules of an instance that stopped", async () => {
    await lab.setAccount(account([WEB, SSH], [3]));
    const { commits } = await lab.during(async () => succeeded(await stack.up()));
    expect(commits).to.equal(1);
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
  });

  it("narrows a rule to the instances that still run", async () => {
    const inventory = account([WEB, SSH]);
    inventory.networkInterfaces[1]!.securityGroupIds.push(inventory.securityGroups[0]!.id);
    await lab.setAccount(inventory);
    succeeded(await stack.up());
    expect(lab.field(ruleOf(WEB), "destination"))
      .to.include("10.0.0.1<")
      .and.to.include("10.0.0.3<");
    inventory.instances.shift();
    await lab.setAccount(inventory);
    succeeded(await stack.up());
    expect(lab.field(ruleOf(WEB), "destination"))
      .to.include("10.0.0.3<")
      .and.not.to.include("10.0.0.1<");
  });

  it("gives a rule what its instance's tag asks for, and in one commit something else when the tag is another", async () => {
    const policies = [
      { tag: "Tier=db", profileGroup: "strict", logSetting: "siem" },
      { tag: "Tier", profileGroup: "tiered" },
    ];
    await lab.configure({ settings: { "aws-panos-rules:policies": policies } });
    for (const [Tier, profileGroup, logSetting] of [
      ["db", "strict", "<log-setting>siem</log-setting>"],
      ["web", "tiered", ""],
    ] as const) {
      const inventory = account([WEB, SSH]);
      inventory.instances[1]!.tags = { Tier };
      await lab.setAccount(inventory);
      const { commits } = await lab.during(async () => succeeded(await stack.up()));
      expect(commits).to.equal(1);
      expect(lab.ours()).to.have.length(2).and.include(ruleOf(WEB));
      const rule = lab.ours().find((name) => name.startsWith(`${ruleOf(SSH)}-p`)) ?? "";
      expect(lab.field(rule, "profile-setting")).to.include(
        `<group><member>${profileGroup}</member></group>`,
      );
      expect(lab.field(rule, "log-setting")).to.equal(logSetting);
      expect(lab.field(rule, "destination")).to.include("10.0.0.3");
      expect(lab.field(ruleOf(WEB), "profile-setting")).to.equal("");
    }
  });

  it("destroys everything of its own in one commit, and nothing else", async () => {
    const { commits } = await lab.during(async () => succeeded(await stack.destroy({ skipPreview: false })));
    expect(commits).to.equal(1);
    expect(lab.running()).to.deep.equal(["allow-mail", "deny-telnet", "cleanup"]);
    expect(lab.others()).to.equal(others);
    expect(lab.objects()).to.equal(objects);
    expect(lab.objects("candidate")).to.equal(objects);
    expect(lab.candidate()).to.deep.equal(lab.running());
    expect(await lab.person().pending()).to.deep.equal([]);
    expect(lab.commits.at(-1)?.description).to.equal(
      "aws-panos-rules organization/aws-panos-rules/dev: everything removed (0 added, 0 changed, 2 removed)",
    );
  });
});
