import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { runnerFrom } from "../../../trigger/runner";
import { build as runBuild } from "../../../trigger/runner/build";
import { Outcomes } from "../../../trigger/runner/outcomes";
import { CodeBuild } from "../../support/codebuild";
import { request } from "../../support/runner";

// What the test's own clients say of the Node that runs them.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

describe("the runner in CodeBuild", () => {
  const build = (environment: NodeJS.ProcessEnv) => runBuild(environment, () => undefined);
  let codebuild: CodeBuild;
  let folder: string;
  let told: Record<string, string>;
  const before = { ...process.env };
  beforeEach(async () => {
    codebuild = await CodeBuild.start();
    folder = await mkdtemp(join(tmpdir(), "aws-panos-build-"));
    Object.assign(process.env, codebuild.env);
    told = {
      TRIGGER_RUNNER: "codebuild",
      TRIGGER_CODEBUILD_PROJECT: "aws-panos-prod",
      TRIGGER_BUILD_MINUTES: "60",
      TRIGGER_STACK: "prod",
      TRIGGER_SECRETS: "{}",
      TRIGGER_LEDGER: `file://${folder}/ledger`,
      PULUMI_BACKEND_URL: `file://${folder}`,
    };
  });
  afterEach(async () => {
    process.env = { ...before };
    await codebuild.stop();
    await rm(folder, { recursive: true });
  });

  it("starts a build that is told its run, and one only", async () => {
    const runner = runnerFrom(told);
    const run = request({ cause: "anna: RunInstances", mode: "preview", revoked: ["sg-0a", "sg-0b"] });
    const started = { result: "started", handle: "aws-panos-prod:1", longest: 90 * 60_000 };
    expect(await runner.start(run)).to.deep.equal(started);
    expect(await runner.start(run), "sent again").to.deep.equal(started);
    expect(codebuild.builds.map(({ environment }) => environment)).to.deep.equal([
      {
        ...{ TRIGGER_RUN_ID: run.id, TRIGGER_RUN_CAUSE: "anna: RunInstances", TRIGGER_RUN_MODE: "preview" },
        TRIGGER_RUN_REVOKED: "sg-0a,sg-0b",
      },
    ]);
    const other = await runner.start(request());
    expect(other.result).to.equal("busy");
    expect(other).to.have.property("reason").that.includes("a build of aws-panos-prod is under way");
  });

  it("tells how a build ended in its own words, once it has ended", async () => {
    const runner = runnerFrom(told);
    const run = request();
    await runner.start(run);
    const held = { result: "held", reason: "aws-panos-rules:paused is set" } as const;
    await new Outcomes(told["TRIGGER_LEDGER"] ?? "").write(run.id, held);
    expect(await runner.outcome(run, "aws-panos-prod:1")).to.equal(undefined);
    Object.assign(codebuild.builds[0] ?? {}, { buildStatus: "SUCCEEDED" });
    expect(await runner.outcome(run, "aws-panos-prod:1")).to.deep.equal(held);
  });

  it("has failed, with what CodeBuild says, where it left no word", async () => {
    const runner = runnerFrom(told);
    const run = request();
    await runner.start(run);
    Object.assign(codebuild.builds[0] ?? {}, {
      buildStatus: "TIMED_OUT",
      phases: [
        { phaseType: "INSTALL", phaseStatus: "SUCCEEDED" },
        { phaseType: "BUILD", phaseStatus: "TIMED_OUT", contexts: [{ message: "Build has timed out." }] },
      ],
    });
    const outcome = await runner.outcome(run, "aws-panos-prod:1");
    expect(outcome?.result).to.equal("failed");
    expect(outcome).to.have.property("reason").that.includes("BUILD TIMED_OUT (Build has timed out.)");
    expect(await runner.outcome(run, "gone:7"))
      .to.have.property("reason")
      .that.includes("no build gone:7");
  });

  it("runs in the build, and writes down how that ended", async () => {
    const { TRIGGER_LEDGER = "" } = told;
    // Nothing is on that PATH, and so no Pulumi CLI.
    process.env["PATH"] = folder;
    const own = {
      TRIGGER_RUN_ID: "run-in-build",
      TRIGGER_RUN_MODE: "up",
      CODEBUILD_START_TIME: String(Date.now()),
    };
    const outcome = await build({ ...told, ...own });
    expect(outcome).to.deep.equal({
      result: "failed",
      reason: "the Pulumi CLI (pulumi) can't be run: is it installed, and on PATH?",
    });
    expect(await new Outcomes(TRIGGER_LEDGER).read("run-in-build")).to.deep.equal(outcome);
    const late = await build({ ...told, ...own, CODEBUILD_START_TIME: String(Date.now() - 3_600_000) });
    expect(late.result).to.equal("out-of-time");
  });

  it("refuses an environment that it can't use, naming the variable", async () => {
    const wrong = (change: Record<string, string>) => () => runnerFrom({ ...told, ...change });
    expect(wrong({ TRIGGER_RUNNER: "pigeon" })).to.throw("TRIGGER_RUNNER");
    expect(wrong({ TRIGGER_CODEBUILD_PROJECT: "" })).to.throw("TRIGGER_CODEBUILD_PROJECT is not set");
    expect(wrong({ TRIGGER_LEDGER: "http://ledger/x" })).to.throw("http://ledger");
    expect(wrong({ TRIGGER_RUNNER: "lambda", TRIGGER_SECRETS: '{"A B": "arn"}' })).to.throw(
      "TRIGGER_SECRETS",
    );
    for (const id of ["", "../run"]) {
      const started = build({ ...told, TRIGGER_RUN_ID: id, TRIGGER_RUN_MODE: "up" });
      expect(await started.catch((error: unknown) => error)).to.have.property("code", "BAD_SETTING");
    }
    await writeFile(join(folder, "run.json"), "{}");
    const run = { TRIGGER_RUN_ID: "run", TRIGGER_RUN_MODE: "up" };
    expect(await build({ ...told, ...run }))
      .to.have.property("reason")
      .that.includes("is no record of a run");
  });
});
