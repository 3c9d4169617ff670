import { expect } from "chai";
import type { LocalRunnerOptions } from "../../../trigger/runner/local";
import type { RunRequest } from "../../../trigger/runner/runner";
import { account, groupId, ruleOf, type Permission } from "../../support/account";
import { Lab, PASSPHRASE, PASSWORDS } from "../../support/lab";
import { request, runnerFor } from "../../support/runner";
import { SecretsManager } from "../../support/secrets-manager";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const MAIL: Permission = { group: 3, port: 25 };

// What the runner's own clients say of the Node that runs them.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

describe("the runner", function () {
  this.timeout(120_000);
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.open();
    await lab.setAccount(account([WEB]));
    await lab.stack();
  });
  afterEach(() => lab.close());

  const descriptions = () =>
    lab.firewall.jobs.filter(({ type }) => type === "Commit").map(({ description }) => description);

  it("applies what AWS has with one commit that says what it was made for, and then has nothing to do", async () => {
    const manager = await SecretsManager.start();
    const before = { ...process.env };
    Object.assign(process.env, manager.env);
    try {
      manager.secrets.set("arn:passphrase", { versions: [PASSPHRASE] });
      manager.secrets.set("arn:password", { versions: [PASSWORDS["aws-panos"]] });
      const { runner, log } = runnerFor(lab, {
        environment: { PANOS_PORT: String(lab.firewall.port) },
        secrets: { PULUMI_CONFIG_PASSPHRASE: "arn:passphrase", PANOS_PASSWORD: "arn:password" },
      });
      const cause = `anna:\nRunInstances ${PASSWORDS["aws-panos"]} ${"x".repeat(600)}`;
      expect(await runner.start(request({ cause }))).to.deep.equal({
        result: "applied",
        changed: true,
        summary: "commit job 2 on firewall/vsys1: 1 added, 0 changed, 0 removed",
      });
      expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
      const [description = ""] = descriptions();
      expect(description).to.match(/^aws-panos-rules organization\/aws-panos-rules\/dev: 1 added, 0 changed/);
      expect(description).to.include("; anna: RunInstances ").and.have.length(512);

      expect(await runner.start(request())).to.deep.include({ result: "applied", changed: false });
      expect(descriptions()).to.have.length(1);
      expect(log.join("\n")).to.include("[secret]").and.include("create");
      for (const secret of [PASSPHRASE, ...Object.values(PASSWORDS)]) {
        expect(log.join("\n")).not.to.include(secret);
      }
    } finally {
      process.env = before;
      await manager.stop();
    }
  });

  it("fails without a secret in what is said, whatever kind of error keeps it from running", async () => {
    const said = `stderr: error: passphrase ${PASSPHRASE} is incorrect`;
    class CommandError extends Error {}
    for (const error of [new Error(said), new CommandError(said)]) {
      const engine = {
        ...{ name: "an engine", init: () => Promise.resolve(), export: () => Promise.resolve("{}") },
        ...{ import: () => Promise.resolve(), run: () => Promise.reject(error) },
      } as unknown as LocalRunnerOptions["engine"];
      const { runner, log } = runnerFor(lab, { engine });
      expect(await runner.start(request({ mode: "preview" }))).to.deep.equal({
        result: "failed",
        reason: "stderr: error: passphrase [secret] is incorrect",
      });
      expect(log.join("\n")).not.to.include(PASSPHRASE);
    }
  });

  it("says what it would do, and does nothing, in mode preview", async () => {
    const { runner } = runnerFor(lab);
    const { result, requests } = await lab.during(() => runner.start(request({ mode: "preview" })));
    expect(result).to.deep.equal({ result: "previewed", summary: `would add ${ruleOf(WEB)}` });
    expect(requests.filter(({ type }) => type === "commit")).to.deep.equal([]);
    expect(lab.candidate()).to.deep.equal(["cleanup"]);
  });

  it("is held by a limit or a freeze, and fails where something else is wrong", async () => {
    const { runner } = runnerFor(lab);
    await runner.start(request());
    await lab.setAccount(account([SSH, MAIL]));
    const outcomeWith = async (settings: Record<string, unknown>, more: Partial<RunRequest> = {}) => {
      await lab.configure({ settings });
      const outcome = await runner.start({ ...request(), ...more });
      return `${outcome.result}: ${"reason" in outcome ? outcome.reason : ""}`;
    };
    expect(await outcomeWith({ "aws-panos-rules:maxRemovals": 0 })).to.match(/^held: .*maxRemovals to 1/);
    // What AWS shows as revoked and the run's events name goes, where the setting lets it.
    const passing = { "aws-panos-rules:maxRemovals": { limit: 0, revoked: "pass" } };
    const revoked = account([WEB, SSH, MAIL]);
    revoked.securityGroups[0]!.ingress = [];
    await lab.setAccount(revoked);
    expect(await outcomeWith(passing)).to.match(/^held: /);
    expect(await outcomeWith(passing, { revoked: [groupId(WEB.group)] })).to.equal("applied: ");
    await lab.setAccount(account([WEB, SSH, MAIL]));
    // Some of it is held back, and the rest is applied.
    expect(await outcomeWith({ "aws-panos-rules:maxChanges": 0 })).to.match(
      /^held: aws-panos-rules:maxChanges allows 0 .*; the rest was applied: nothing to do/,
    );
    expect(await outcomeWith({})).to.equal("applied: ");
    await lab.setAccount(account([SSH, MAIL]));
    expect(await outcomeWith({ "aws-panos-rules:freeze": [{}] })).to.match(
      /^held: a window of .*freeze is open/,
    );
    expect(await outcomeWith({ "aws-panos-rules:trustZone": "nowhere" })).to.match(/^failed: .*nowhere/s);
    expect(lab.candidate()).to.have.members([...[WEB, SSH, MAIL].map(ruleOf), "cleanup"]);
  });
});
