import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { commitRevision } from "../../../provider/revision/commit-revision";
import { eachPart } from "../../../declaration/kinds";
import { RUN_VARIABLES } from "../../../settings/run";
import { configure, sessionWith } from "../../../provider/session/session";
import { processesOf } from "../../../trigger/runner/processes";
import { account, ruleOf, type Permission } from "../../support/account";
import { Lab, PASSWORDS } from "../../support/lab";
import { request, runnerFor } from "../../support/runner";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };

describe("the runner's time", function () {
  this.timeout(120_000);
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.open();
    await lab.setAccount(account([WEB]));
    await lab.stack();
  });
  afterEach(() => lab.close());

  it("ends a run between revision and commit, and the next one commits", async () => {
    const { runner } = runnerFor(lab);
    await runner.start(request());
    // The device then remembers no commit: one is expected to take two minutes.
    await lab.firewall.restart();
    await lab.setAccount(account([SSH]));
    const { result, commits } = await lab.during(() =>
      runner.start(request({ deadline: Date.now() + 100_000 })),
    );
    expect(result.result).to.equal("out-of-time");
    expect(result)
      .to.have.property("reason")
      .that.includes("a commit on firewall/vsys1 is expected to take 130 s");
    expect(commits).to.equal(0);
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
    expect(lab.candidate()).to.have.members([ruleOf(WEB), ruleOf(SSH), "cleanup"]);
    expect(await lab.person().locks()).to.deep.equal([]);

    expect(await runner.start(request())).to.deep.include({ result: "applied", changed: true });
    expect(lab.ours()).to.deep.equal([ruleOf(SSH)]);
  });

  it("that is over once the commit lock is there lets it go, and removes nothing", async () => {
    const config: Record<string, string> = {
      "panos:hostname": "127.0.0.1",
      "panos:port": String(lab.firewall.port),
      "panos:username": "aws-panos",
      "panos:password": PASSWORDS["aws-panos"],
      "panos:skipVerifyCertificate": "true",
    };
    await configure({ config: { get: (key) => config[key] } });
    const hold = lab.firewall.hold(({ cmd }) => cmd?.includes("<commit-lock><add>") === true);
    try {
      process.env[RUN_VARIABLES.deadline] = String(Date.now() + 300_000);
      const committing = commitRevision(sessionWith("firewall/vsys1"), {
        ownerId: "test1234",
        before: "cleanup",
        declared: eachPart(() => ({})),
        description: (counts) => counts,
        allowRemoval: () => Promise.resolve(),
      }).catch((error: unknown) => error);
      await hold.reached;
      process.env[RUN_VARIABLES.deadline] = String(Date.now() + 60_000);
      hold.release();
      expect(await committing).to.have.property("code", "OUT_OF_TIME");
    } finally {
      delete process.env[RUN_VARIABLES.deadline];
    }
    expect(await lab.person().locks()).to.deep.equal([]);
  });

  it("ends engine and provider where they don't end, and the next run heals what they left", async () => {
    const hold = lab.firewall.hold(({ action }) => action === "multi-config");
    const { runner, log } = runnerFor(lab, { spare: { interrupt: 3000, kill: 1500 } });
    const locks = join(lab.directory, ".pulumi", "locks", "organization", "aws-panos-rules", "dev");
    let report = "";
    const running = runner.start(request({ deadline: Date.now() + 9000 }));
    const watch = setInterval(() => {
      const record = join(lab.directory, "automation", "run.json");
      if (existsSync(record)) ({ report } = JSON.parse(readFileSync(record, "utf8")) as { report: string });
    }, 100);
    const outcome = await running;
    clearInterval(watch);
    expect(outcome.result).to.equal("out-of-time");
    expect(outcome).to.have.property("reason").that.includes("the run's time was over while it was");
    expect(log.join("\n")).to.include("the engine is interrupted");
    expect(report).not.to.equal("");
    expect(processesOf(report)).to.deep.equal([]);
    const left = existsSync(locks) ? readdirSync(locks) : [];
    expect(left.filter((name) => name.endsWith(".json"))).to.deep.equal([]);
    hold.drop();
    expect(lab.ours()).to.deep.equal([]);
    expect(await runnerFor(lab).runner.start(request())).to.deep.include({
      result: "applied",
      changed: true,
    });
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
  });
});
