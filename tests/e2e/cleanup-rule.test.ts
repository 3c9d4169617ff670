import { expect } from "chai";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, ruleEntry, said, succeeded } from "../support/lab";
import { CLEANUP, type Given } from "../support/rules";
import { onTargets } from "../support/targets";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const DNS: Permission = { group: 0, port: 53 };
const THEIRS = ruleEntry("theirs", { source: "192.0.2.0/24", action: "deny" });
const CLEANUP_KEY = "aws-panos-rules:cleanupRule";

/** No cleanup rule of their own, and the predefined one overridden with an action. */
function predefinedOnly(rules: readonly string[], action: string): Given {
  const overridden = `<entry name="interzone-default"><action>${action}</action><log-end>yes</log-end></entry>`;
  return { rules, cleanup: "", overridden };
}

onTargets("e2e: the cleanup rule", (target) => {
  let lab: Lab;
  afterEach(() => lab.close());

  it("may be the predefined interzone-default: ours stand at the end of the rulebase", async () => {
    lab = await Lab.open({ target, given: predefinedOnly([THEIRS], "deny") });
    await lab.setAccount(account([WEB]));
    const stack = await lab.stack({ settings: { [CLEANUP_KEY]: "interzone-default" } });
    succeeded(await stack.up());
    expect(lab.running()).to.deep.equal(["theirs", ruleOf(WEB)]);

    await lab.setAccount(account([WEB, SSH, DNS]));
    succeeded(await stack.up());
    expect(lab.running()).to.deep.equal(["theirs", ruleOf(DNS), ruleOf(WEB), ruleOf(SSH)]);
    const again = await lab.during(() => stack.up({ refresh: true }));
    succeeded(again.result);
    expect(again.commits + again.writes).to.equal(0);
    succeeded(await stack.destroy());
    expect(lab.running()).to.deep.equal(["theirs"]);
  });

  it("may become the predefined one later, and another one again", async () => {
    lab = await Lab.open({ target, given: { rules: [THEIRS] } });
    await lab.setAccount(account([WEB]));
    succeeded(await (await lab.stack()).up());
    const settings = { [CLEANUP_KEY]: "interzone-default" };
    const result = succeeded(await (await lab.stack({ settings })).up());
    // The administrator's own denial of everything stands where it stood.
    expect(lab.running()).to.deep.equal(["theirs", ruleOf(WEB), "cleanup"]);
    expect(said(result)).not.to.include("the cleanup rule");
    succeeded(await (await lab.stack()).up());
    expect(lab.running()).to.deep.equal(["theirs", ruleOf(WEB), "cleanup"]);
  });

  it("that is overridden to allow, disabled, allowing or narrow is told on every run, and enforced", async () => {
    const with_ = (cleanup: string): Given => ({ rules: [THEIRS], cleanup });
    const cases: [Given, string, string][] = [
      [predefinedOnly([THEIRS], "allow"), "interzone-default", "is overridden: its action is allow"],
      [with_(CLEANUP.replace("</entry>", "<disabled>yes</disabled></entry>")), "cleanup", "is disabled"],
      [with_(CLEANUP.replace("deny", "allow")), "cleanup", "its action is allow"],
    ];
    for (const [given, cleanupRule, words] of cases) {
      lab = await Lab.open({ target, given });
      await lab.setAccount(account([WEB]));
      const settings = { [CLEANUP_KEY]: cleanupRule };
      const stack = await lab.stack({ settings });
      for (let run = 0; run < 2; run++) {
        expect(said(succeeded(await stack.preview()))).to.include(words);
      }
      const enforced = { ...settings, "aws-panos-rules:guardrails": { enforce: true } };
      const refused = await lab.during(async () => (await lab.stack({ settings: enforced })).up());
      expect(refused.result.code).not.to.equal(0);
      expect(said(refused.result)).to.include(words).and.to.include("guardrails.enforce is set");
      expect(refused.writes).to.equal(0);
      if (given !== cases.at(-1)![0]) await lab.close();
    }
  });

  it("can't be the predefined rule that allows", async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account([WEB]));
    const stack = await lab.stack({ settings: { [CLEANUP_KEY]: "intrazone-default" } });
    expect(said(await stack.preview())).to.include("allows what stays in a zone");
  });
});

onTargets("e2e: the order of our rules", (target) => {
  let lab: Lab;
  beforeEach(async () => (lab = await Lab.open({ target, given: { rules: [THEIRS] } })));
  afterEach(() => lab.close());

  it("is that of their names, however they come, and a stack that has another gets it with its next commit", async () => {
    const many = Array.from({ length: 60 }, (_, group): Permission => ({
      group: (group * 37) % 60,
      port: 443,
    }));
    await lab.setAccount(account(many.slice(0, 30)));
    const stack = await lab.stack();
    succeeded(await stack.up({ parallel: 100 }));
    expect(lab.ours()).to.deep.equal([...lab.ours()].sort());
    await lab.setAccount(account(many));
    succeeded(await stack.up({ parallel: 100 }));
    expect(lab.ours()).to.have.length(60);
    expect(lab.ours()).to.deep.equal([...lab.ours()].sort());

    const admin = lab.person();
    const [first, second] = [lab.ours()[0]!, lab.ours()[1]!];
    await admin.moveBelow(first, second);
    await admin.commitEverything();
    const idle = await lab.during(() => stack.up({ refresh: true }));
    succeeded(idle.result);
    expect(idle.commits + idle.writes).to.equal(0);
    await lab.setAccount(account([...many, { group: 1, port: 22 }]));
    succeeded(await stack.up());
    expect(lab.ours()).to.deep.equal([...lab.ours()].sort());
    expect(lab.running()).to.deep.equal(["theirs", ...lab.ours(), "cleanup"]);
  });

  it("leaves them on that side of an administrator's rule that they are on", async () => {
    await lab.setAccount(account([WEB, SSH]));
    const stack = await lab.stack();
    succeeded(await stack.up());
    const admin = lab.person();
    await admin.moveBelow("theirs", ruleOf(SSH));
    await admin.commitEverything();
    await lab.setAccount(account([WEB, SSH, DNS]));
    succeeded(await stack.up());
    expect(lab.running()).to.deep.equal([ruleOf(WEB), ruleOf(SSH), "theirs", ruleOf(DNS), "cleanup"]);
  });
});
