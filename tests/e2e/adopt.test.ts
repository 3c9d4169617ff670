import { expect } from "chai";
import type { HeldRequest } from "../../packages/simulator";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, ruleEntry, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const HTTPS = {
  source: "203.0.113.0/24",
  destination: "10.0.0.1",
  application: "ssl",
  service: "service-https",
};
const ADOPT = { "aws-panos-rules:adopt": ["old-web"] };

const commits = ({ type }: HeldRequest) => type === "commit";

onTargets("e2e: taking over an administrator's rule", (target) => {
  let lab: Lab;
  afterEach(() => lab.close());

  async function open(rules: readonly string[], permissions: readonly Permission[] = [WEB]): Promise<void> {
    lab = await Lab.open({ target, given: { rules } });
    await lab.setAccount(account(permissions));
  }
  const first = ruleEntry("first", { destination: "10.9.9.9", action: "deny" });
  const last = ruleEntry("last", { destination: "10.8.8.8" });

  it("puts ours in its place in one transaction, says so in a preview, and changes nothing afterwards", async () => {
    await open([first, ruleEntry("old-web", HTTPS), last], [WEB, SSH]);
    const stack = await lab.stack({ settings: ADOPT });
    const preview = await lab.during(() => stack.preview());
    const message = `takes over the rule old-web of firewall: in its place comes ${ruleOf(WEB)}`;
    expect(said(succeeded(preview.result))).to.include(message);
    expect(preview.writes).to.equal(0);

    const made = await lab.during(() => stack.up());
    expect(said(succeeded(made.result))).to.include(message);
    expect(made.commits).to.equal(1);
    expect(lab.running()).to.deep.equal(["first", ruleOf(WEB), "last", ruleOf(SSH), "cleanup"]);
    const removal = made.requests.filter(({ element }) => element?.includes("<delete "));
    expect(removal).to.have.length(1);
    expect(removal[0]?.element).to.match(
      /^<multi-config><move [^>]*where="before" dst="old-web"><\/move><delete /,
    );

    const idle = await lab.during(() => stack.up({ refresh: true }));
    expect(succeeded(idle.result).steps).to.deep.equal([]);
    expect(said(idle.result)).to.include("nothing to take over on firewall: old-web is not there (any more)");
    succeeded(await stack.destroy());
    expect(lab.running()).to.deep.equal(["first", "last", "cleanup"]);
  });

  it("takes one below the cleanup rule without moving anything there, and one whose successor is there already", async () => {
    await open([]);
    const admin = lab.person();
    await admin.addRule(ruleEntry("old-web", HTTPS));
    await admin.commitEverything();
    const stack = await lab.stack();
    succeeded(await stack.up());
    expect(lab.running()).to.deep.equal([ruleOf(WEB), "cleanup", "old-web"]);
    await lab.configure({ settings: ADOPT });
    const result = succeeded(await stack.up());
    expect(lab.running()).to.deep.equal([ruleOf(WEB), "cleanup"]);
    expect(result.steps.map(({ type }) => type.split(":").at(-1))).to.deep.equal(["Commit"]);
  });

  it("refuses one that allows more than what is declared, by name and reason, before anything is written", async () => {
    await open([ruleEntry("old-web", { ...HTTPS, application: "any" })]);
    const stack = await lab.stack({ settings: ADOPT });
    for (const run of [() => stack.preview(), () => stack.up()]) {
      const { result, writes } = await lab.during(run);
      expect(result.code).not.to.equal(0);
      expect(said(result)).to.include(
        "aws-panos-rules:adopt: rule old-web can't be taken over: it allows more than what is declared, for " +
          "example any application from 203.0.113.0 to 10.0.0.1 on tcp/443",
      );
      expect(writes).to.equal(0);
    }
    expect(lab.candidate()).to.deep.equal(["old-web", "cleanup"]);
  });

  it("commits nothing when somebody changes the rule in the meantime, and leaves it", async () => {
    await open([ruleEntry("old-web", HTTPS)]);
    const stack = await lab.stack({ settings: ADOPT });
    const staging = lab.firewall.hold(({ action }) => action === "multi-config");
    const run = stack.start("up");
    await staging.reached;
    const admin = lab.person();
    await admin.edit("old-web", "source", "<source><member>any</member></source>");
    staging.release();
    const result = await run.done;
    expect(result.code).to.equal(1);
    expect(said(result)).to.match(
      new RegExp(`rule old-web on ${lab.label} was not taken over .* somebody has changed it`),
    );
    expect(lab.running()).to.deep.equal(["old-web", "cleanup"]);
    expect(lab.candidateField("old-web", "source")).to.include("any");
    expect(await admin.locks()).to.deep.equal([]);
  });

  it("is finished by the next run where one was killed before its commit", async () => {
    await open([first, ruleEntry("old-web", HTTPS), last]);
    const stack = await lab.stack({ settings: ADOPT });
    const commit = lab.firewall.hold(commits);
    const run = stack.start("up");
    await commit.reached;
    const orphans = await lab.kill(run);
    orphans.end();
    commit.drop();
    expect(lab.running()).to.include("old-web");
    expect(lab.candidate()).to.deep.equal(["first", ruleOf(WEB), "last", "cleanup"]);
    await stack.cancel();
    succeeded(await stack.up({ refresh: true }));
    expect(lab.running()).to.deep.equal(["first", ruleOf(WEB), "last", "cleanup"]);
  });
});
