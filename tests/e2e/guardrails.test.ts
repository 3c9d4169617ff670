import { expect } from "chai";
import type { Stack } from "../../engine/stack";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, said, succeeded } from "../support/lab";

/** The stack's outputs, as the state has them. */
async function outputsOf(stack: Stack): Promise<Record<string, unknown>> {
  const { resources = [] } = await stack.exportState();
  return resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
}

const WEB: Permission = { group: 1, port: 8443 };
const SSH: Permission = { group: 2, port: 22 };

describe("e2e: guardrails and limits", function () {
  this.timeout(120_000);
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.open({ maxRules: 4 });
    await lab.setAccount(account([WEB, SSH]));
  });
  afterEach(() => lab.close());

  it("withhold what they forbid, in preview, up and the outputs; with enforce a preview fails", async () => {
    const guardrails = { neverOpen: ["tcp/22"] };
    const stack = await lab.stack({ settings: { "aws-panos-rules:guardrails": guardrails } });
    const reason = "TCP port 22, is withheld: guardrails.neverOpen has tcp/22.";
    expect(said(succeeded(await stack.preview()))).to.include(reason);
    const review = "https://ci.example.com/jobs/42/review.html";
    const up = succeeded(await stack.up({ skipPreview: true, env: { AWS_PANOS_REVIEW_URL: review } }));
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
    expect(said(enforced)).to.include("guardrails withhold 1 permissions, and guardrails.enforce is set");
    succeeded(await stack.up({ skipPreview: true }));
    // Nothing was committed, so the last commit is the one before, wherever this run's review is.
    expect(await outputsOf(stack)).to.deep.equal(outputs);
  });

  it("stop a run over maxChanges before anything is written, and list what it would do", async () => {
    const stack = await lab.stack({ settings: { "aws-panos-rules:maxChanges": "1" } });
    const { result, writes } = await lab.during(() => stack.up({ skipPreview: true }));
    expect(result.code).not.to.equal(0);
    expect(said(result)).to.include("this run would change 2 rules on firewall/vsys1, more than the 1");
    expect(said(result)).to.include(`it would add ${ruleOf(WEB)}, ${ruleOf(SSH)}`);
    expect(writes).to.equal(0);
    await lab.configure({ settings: { "aws-panos-rules:maxChanges": "2" } });
    succeeded(await stack.up({ skipPreview: true }));
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
    await lab.configure({ settings: { "aws-panos-rules:maxChanges": "0" } });
    succeeded(await stack.up({ skipPreview: true }));
  });

  it("refuse a policy that the device has no room for, naming the groups that weigh most", async () => {
    const many = [WEB, SSH, { ...SSH, port: 23 }, { ...SSH, port: 24 }];
    await lab.setAccount(account(many));
    const { result, writes } = await lab.during(async () => (await lab.stack()).up({ skipPreview: true }));
    expect(result.code).not.to.equal(0);
    expect(said(result)).to.include("firewall/vsys1 takes 4 rules: 1 are there, and 4 of ours don't fit");
    expect(said(result)).to.include("group-2 (sg-0a0002) 3, group-1 (sg-0a0001) 1");
    expect(writes).to.equal(0);
  });

  it("refuse more rules than guardrails.maxRules", async () => {
    const stack = await lab.stack({ settings: { "aws-panos-rules:guardrails": { maxRules: 1 } } });
    expect(said(await stack.preview())).to.include("would get 2 rules, more than the 1 of");
  });
});
