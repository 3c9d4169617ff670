import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, said, succeeded } from "../support/lab";
import { onEveryTarget } from "../support/targets";

/** The stack's outputs, as the state has them. */
async function outputsOf(stack: Stack): Promise<Record<string, unknown>> {
  const { resources = [] } = await stack.exportState();
  return resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
}

const WEB: Permission = { group: 1, port: 8443 };
const SSH: Permission = { group: 2, port: 22 };

onEveryTarget("e2e: guardrails and limits", (target) => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.open({ target, maxRules: 4 + target.besides.rules });
    await lab.setAccount(account([WEB, SSH]));
  });
  afterEach(() => lab.close());

  it("withhold what they forbid, in preview, up and the outputs; with enforce a preview fails", async () => {
    const guardrails = { neverOpen: ["tcp/22"] };
    const stack = await lab.stack({ settings: { "aws-panos-rules:guardrails": guardrails } });
    const reason = "TCP port 22, is withheld: guardrails.neverOpen has tcp/22.";
    expect(said(succeeded(await stack.preview()))).to.include(reason);
    const review = "https://ci.example.com/jobs/42/review.html";
    const up = succeeded(await stack.up({ env: { AWS_PANOS_REVIEW_URL: review } }));
    expect(said(up)).to.include(reason);
    const outputs = await outputsOf(stack);
    expect(outputs).to.deep.include({ rules: 1, alreadyAllowed: 0, alreadyAllowedBy: [] });
    expect(outputs).to.deep.include({ withheldCount: 1, onHold: [] });
    expect(outputs["withheld"]).to.have.length(1);
    const { time, ...commit } = outputs["lastCommit"] as Record<string, string>;
    expect(commit).to.deep.equal({ job: "2", result: "OK", rules: "1 added, 0 changed, 0 removed", review });
    expect(Date.now() - Date.parse(time!)).to.be.within(0, 120_000);
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);

    await lab.configure({ settings: { "aws-panos-rules:guardrails": { ...guardrails, enforce: true } } });
    const enforced = await stack.preview();
    expect(enforced.code).not.to.equal(0);
    expect(said(enforced)).to.include("guardrails withhold 1 permission, and guardrails.enforce is set");
    succeeded(await stack.up());
    // Nothing was committed, so the last commit is the one before, wherever this run's review is.
    expect(await outputsOf(stack)).to.deep.equal(outputs);
  });

  /** How many permissions a run says to withhold for a reason; each is said in several places. */
  const withheldBy = (run: Awaited<ReturnType<Stack["up"]>>, reason: string) =>
    new Set(
      said(run)
        .split("withheld: Security group ")
        // The last one goes on into everything else that the run says.
        .filter((each) => each.slice(0, 200).includes(reason))
        .map((each) => each.split(", is ")[0]),
    ).size;

  it("hold back what opens beyond maxChanges, one by one, and let what closes through", async () => {
    const stack = await lab.stack({ settings: { "aws-panos-rules:maxChanges": "1" } });
    const preview = succeeded(await stack.preview());
    expect(withheldBy(preview, `maxChanges allows 1 change of rules on ${lab.label}`)).to.equal(1);
    const first = succeeded(await stack.up());
    expect(withheldBy(first, "maxChanges allows 1")).to.equal(1);
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
    const { withheldCount, withheld } = await outputsOf(stack);
    expect(withheldCount).to.equal(1);
    expect(withheld).to.deep.equal([
      "Security group group-2 (sg-0a0002), TCP port 22, is withheld: aws-panos-rules:maxChanges allows 1 change of " +
        `rules on ${lab.label} in one run.`,
    ]);
    // The next run takes the next one.
    succeeded(await stack.up());
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
    // Whoever lost a permission does not keep it by asking for many others.
    const more = [1, 2, 3, 4].map((port): Permission => ({ group: 2, port }));
    await lab.setAccount(account([WEB, ...more]));
    const { result, commits } = await lab.during(() => stack.up());
    // Of the four the device has no room for two.
    expect(withheldBy(succeeded(result), "maxChanges allows 1")).to.equal(2);
    expect(withheldBy(result, "has room for 4 rules")).to.equal(2);
    expect(commits).to.equal(1);
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
    await lab.configure({ settings: { "aws-panos-rules:maxChanges": "0" } });
    const none = succeeded(await stack.up());
    expect(withheldBy(none, "is withheld")).to.equal(4);
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
  });

  it("leave of a rule what is in force where the rest of it would be too much", async () => {
    const wide = (cidr: string): Permission => ({ ...WEB, cidr });
    await lab.setAccount(account([wide("198.51.100.0/24"), SSH]));
    const stack = await lab.stack();
    succeeded(await stack.up());
    // It loses one half and gains another network, while as many openings as the limit allows are asked for besides.
    await lab.configure({ settings: { "aws-panos-rules:maxChanges": "1" } });
    await lab.setAccount(account([wide("198.51.100.0/25"), wide("192.0.2.0/24"), SSH]));
    const run = succeeded(await stack.up());
    expect(withheldBy(run, "What of it is in force stays")).to.equal(1);
    expect(lab.field(ruleOf(WEB), "source"))
      .to.include("198.51.100.0/25")
      .and.not.include("192.0.2.0");
    await lab.configure({ settings: { "aws-panos-rules:maxChanges": "2" } });
    succeeded(await stack.up());
    expect(lab.field(ruleOf(WEB), "source")).to.include("192.0.2.0/24");
  });

  it("stop a run that closes more than maxChanges before anything is written, and list what it would do", async () => {
    const stack = await lab.stack();
    succeeded(await stack.up());
    await lab.configure({ settings: { "aws-panos-rules:maxChanges": "1" } });
    await lab.setAccount(account([{ group: 3, port: 80 }]));
    const { result, writes } = await lab.during(() => stack.up());
    expect(result.code).not.to.equal(0);
    expect(said(result)).to.include(
      `this run would change 2 rules on ${lab.label}${lab.reach}, more than the 1`,
    );
    expect(said(result)).to.match(/it would remove \S+, \S+\. Nothing was written/);
    expect(said(result)).to.include(ruleOf(WEB)).and.include(ruleOf(SSH));
    expect(writes).to.equal(0);
  });

  it("hold back what the device has no room for, naming the groups that weigh most, and close what is closed", async () => {
    const stack = await lab.stack();
    succeeded(await stack.up());
    const more = [23, 24, 25].map((port): Permission => ({ ...SSH, port }));
    await lab.setAccount(account([SSH, ...more]));
    const run = succeeded(await stack.up());
    const reason = `${lab.label} has room for 4 rules beside what is shared or pushed there: 1 are there, and 3 of ours`;
    expect(withheldBy(run, reason)).to.equal(1);
    expect(lab.ours()).to.deep.equal([ruleOf(SSH), ...more.slice(0, 2).map(ruleOf)]);
    expect(lab.running()).not.to.include(ruleOf(WEB));
  });

  it("hold back more rules than guardrails.maxRules, whatever runs already stays", async () => {
    const stack = await lab.stack({ settings: { "aws-panos-rules:guardrails": { maxRules: 1 } } });
    expect(
      withheldBy(succeeded(await stack.preview()), "guardrails.maxRules allows 1 rule of ours"),
    ).to.equal(1);
    await lab.configure();
    succeeded(await stack.up());
    await lab.configure({ settings: { "aws-panos-rules:guardrails": { maxRules: 1 } } });
    const { result, writes } = await lab.during(() => stack.up());
    expect(withheldBy(succeeded(result), "maxRules")).to.equal(0);
    expect(writes).to.equal(0);
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
  });
});
