import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify, parse } from "yaml";
import { marker } from "../../review/change/markdown";
import { startSimulator } from "../../packages/simulator";
import { account, ruleOf, type Permission } from "../support/account";
import { CodeHost } from "../support/code-host";
import { Ec2Server } from "../support/ec2-server";
import { commandsIn } from "../support/github-runner";
import {
  firewallConfig,
  Lab,
  PASSPHRASE,
  PASSWORDS,
  PROJECT_DIR,
  ruleEntry,
  succeeded,
} from "../support/lab";
import { Person } from "../support/person";
import { needs } from "../support/programs";
import { SecretsManager } from "../support/secrets-manager";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };

describe("the steps of pipelines", function () {
  if (!needs("bash")) return;
  this.timeout(180_000);
  let lab: Lab;
  let host: CodeHost;
  let ec2: Ec2Server;
  let project: string;
  beforeEach(async () => {
    [lab, host, ec2] = await Promise.all([Lab.open(), CodeHost.start(), Ec2Server.start()]);
    project = join(lab.directory, "project");
    await mkdir(project);
    // A checkout, with a stack file of its own.
    const entries = (await readdir(PROJECT_DIR)).filter(
      (name) => !/^(\.|Pulumi\..*\.yaml$|reviews$)/.test(name),
    );
    await Promise.all(entries.map((name) => symlink(join(PROJECT_DIR, name), join(project, name))));
    await writeFile(
      join(lab.directory, "event.json"),
      JSON.stringify({ pull_request: { number: 7, head: { repo: { full_name: "owner/name" } } } }),
    );
  });
  afterEach(async () => {
    await Promise.all([lab.close(), host.stop(), ec2.close()]);
  });

  /** Runs a step as a job does: with an environment of its own and nothing of this machine's. */
  function step(name: string, more: NodeJS.ProcessEnv = {}): Promise<{ code: number; text: string }> {
    const environment = {
      ...{ PATH: process.env["PATH"], HOME: lab.directory, PULUMI_HOME: lab.directory, STACK: "dev" },
      ...{
        PANOS_PORT: String(lab.firewall.port),
        GITHUB_EVENT_PATH: join(lab.directory, "event.json"),
        ...more,
      },
    };
    return new Promise((resolve) => {
      execFile(
        join(project, "ci", "steps", `${name}.sh`),
        { cwd: project, env: environment },
        (error, out, err) => {
          resolve({ code: error === null ? 0 : Number(error.code), text: `${out}${err}` });
        },
      );
    });
  }

  async function configure(settings: Record<string, unknown> = {}): Promise<void> {
    const aws = { "aws:region": "us-east-1", "aws:endpoints": [ec2.access.endpoints] };
    const file = await lab.configure({ settings: { ...aws, ...settings } });
    await writeFile(join(project, "Pulumi.dev.yaml"), stringify(parse(await readFile(file, "utf8"))));
  }

  it("review, comment, apply what was reviewed, publish snapshots, and review from these without a key", async () => {
    await lab.setAccount(account([WEB]));
    await configure();
    const asked = { PANOS_PASSWORD: PASSWORDS["aws-panos"] };
    const said: string[] = [];
    const run = async (name: string, more?: NodeJS.ProcessEnv) => {
      const result = await step(name, more);
      said.push(result.text);
      return result;
    };
    const keyless = await run("review");
    expect([keyless.code, keyless.text]).to.deep.equal([
      0,
      "Skipped: there is no key to ask the firewall with, and no snapshot of its rulebase from an apply.\n",
    ]);
    expect((await run("review", asked)).code).to.equal(0);
    expect(await run("comment", host.github())).to.include({ code: 0 });
    expect(host.comments).to.have.length(1);

    // Another permission appears after the review.
    const state = { PULUMI_BACKEND_URL: `file://${lab.directory}`, PULUMI_CONFIG_PASSPHRASE: PASSPHRASE };
    const apply = { ...asked, ...state, PULUMI: "node --require ./typescript.cjs packages/pulumi/main.ts" };
    await lab.stack();
    await lab.setAccount(account([WEB, SSH]));
    const moved = await run("apply", apply);
    expect(moved.code, moved.text).not.to.equal(0);
    expect(moved.text.replace(/\s+/g, " ")).to.include("AWS is not as it was reviewed");
    expect(lab.ours()).to.deep.equal([]);
    await lab.setAccount(account([WEB]));
    const applied = await run("apply", apply);
    expect(applied.code, applied.text).to.equal(0);
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);

    const credentials = { AWS_ACCESS_KEY_ID: "AKIATEST", AWS_SECRET_ACCESS_KEY: "aws-s3cret" };
    const recorded = await run("snapshot", { ...asked, ...credentials });
    expect(recorded.code, recorded.text).to.equal(0);
    const snapshots = join(project, "reviews", "snapshots");
    await writeFile(join(snapshots, "inventory.json"), JSON.stringify(account([WEB, SSH])));
    await lab.person().addRule(ruleEntry("later"));

    // A limit is hit: the job fails with 2, and still comments.
    await configure({ "aws-panos-rules:maxChanges": 0 });
    const { result: limited, requests } = await lab.during(() => run("review"));
    expect(limited.code, limited.text).to.equal(2);
    expect(requests).to.deep.equal([]);
    expect(limited.text).to.include("from a snapshot of").and.include("maxChanges allows 0 changes");
    await run("comment", host.github());
    expect(host.comments).to.have.length(1);
    expect(host.comments[0]!.body.startsWith(marker("organization/aws-panos-rules/dev"))).to.equal(true);
    expect(host.comments[0]!.body).to.include("Against it (1)");

    await rm(join(project, "reviews", "change"), { recursive: true });
    const before = lab.ours();
    for (const REQUIRE_REVIEW of [undefined, "", "true", "no"]) {
      const required = await run("apply", { ...apply, REQUIRE_REVIEW });
      expect([required.code, required.text]).to.deep.equal([
        1,
        "Nothing was applied: there is no review of this change that counts. " +
          "Review it by a pull request, or set REQUIRE_REVIEW to false.\n",
      ]);
    }
    expect(lab.ours()).to.deep.equal(before);
    await configure();
    const unheld = await run("apply", { ...apply, REQUIRE_REVIEW: "false" });
    expect(unheld.text).to.include("REQUIRE_REVIEW is false");
    expect(unheld.code, unheld.text).to.equal(0);
    const files = await readdir(snapshots);
    const written = await Promise.all(files.map((file) => readFile(join(snapshots, file), "utf8")));
    for (const secret of [...Object.values(PASSWORDS), PASSPHRASE, "aws-s3cret", host.token]) {
      expect([...said, ...written, ...host.comments.map(({ body }) => body)].join("\n")).not.to.include(
        secret,
      );
    }
  });

  it("print names of AWS's that are commands of GitHub's runner, and it obeys none", async () => {
    const hostile = account([WEB, SSH]);
    hostile.securityGroups[0]!.name = "web ##[error]owned";
    hostile.securityGroups[1]!.name = "::add-mask::443";
    await lab.setAccount(hostile);
    await configure({ "aws-panos-rules:guardrails": { neverOpen: ["tcp/22"] } });
    const asked = { PANOS_PASSWORD: PASSWORDS["aws-panos"], GITHUB_ACTIONS: "true" };
    for (const environment of [asked, { ...asked, GITHUB_ACTIONS: "" }]) {
      const { text } = await step("review", environment);
      const [first, last, ...more] = commandsIn(text);
      if (environment.GITHUB_ACTIONS === "") {
        expect(text).to.include("owned");
        expect(first).to.equal(undefined);
        continue;
      }
      expect(more).to.deep.equal([]);
      expect(first).to.include({ name: "stop-commands" });
      expect(first!.data).to.match(/^[0-9a-f]{32}$/);
      expect(last).to.include({ name: first!.data });
      expect(text.trimEnd().split("\n").at(-1)).to.equal(`::${first!.data}::`);
      // It is another one each time.
      expect(commandsIn((await step("review", environment)).text)[0]!.data).not.to.equal(first!.data);
    }
  });

  it("drift of several firewalls, with keys from Secrets Manager: one issue, opened, updated and closed", async () => {
    const users = [{ name: "aws-panos", password: PASSWORDS["aws-panos"] }];
    const [second, secrets] = await Promise.all([
      startSimulator({ config: firewallConfig(), users }),
      SecretsManager.start(),
    ]);
    const other = new Person(second, "aws-panos", PASSWORDS["aws-panos"]);
    try {
      const keys = await Promise.all(
        [lab.person("aws-panos"), other].map(async ({ client }) => (await client.logIn()).value),
      );
      const entries = [lab.firewall, second].map(({ port }, index) => {
        const name = `edge-${index}`;
        secrets.set(name, keys[index]!);
        return { name, hostname: "127.0.0.1", port, apiKeySecret: name };
      });
      const none = { "panos:hostname": undefined, "panos:username": undefined };
      const settings = { ...none, "aws:region": "eu-central-1", "aws-panos-rules:firewalls": entries };
      const keyless = { PANOS_PORT: "", PANOS_PASSWORD: "", PANOS_API_KEY: "" };
      await lab.setAccount(account([WEB]));
      await configure(settings);
      const stack = await lab.stack({ settings, env: { ...keyless, ...secrets.env } });
      succeeded(await stack.up({ continueOnError: true }));

      const recorded = await step("snapshot", { ...keyless, ...secrets.env });
      expect(recorded.code, recorded.text).to.equal(0);

      const said: string[] = [];
      const state = { PULUMI_BACKEND_URL: `file://${lab.directory}`, PULUMI_CONFIG_PASSPHRASE: PASSPHRASE };
      const drift = async (more: NodeJS.ProcessEnv = state) => {
        const result = await step("drift", { ...keyless, ...secrets.env, ...host.github(), ...more });
        said.push(result.text);
        return result;
      };
      const admin = lab.person();
      const source = lab.field(ruleOf(WEB), "source");
      await admin.edit(ruleOf(WEB), "source", "<source><member>any</member></source>");
      const found = await drift();
      expect(found.code, found.text).to.equal(2);
      expect(found.text).to.include("An issue about drift was opened");
      expect(host.issues.map(({ title }) => title)).to.deep.equal([
        "The firewall differs from what dev applied",
      ]);
      expect(host.issues[0]!.body)
        .to.include("## <code>edge-0/vsys1</code>")
        .and.include("by <code>admin</code>")
        .and.include("among the artifacts of [this run](https://");
      expect(await readdir(join(project, "reviews", "drift"))).to.have.members([
        ...["drift.html", "drift.json", "drift.md"],
      ]);

      await admin.commitEverything();
      const again = await drift();
      expect([again.code, again.text.includes("The issue about drift was updated")]).to.deep.equal([2, true]);
      // What could not be looked for says nothing of what there is.
      expect((await drift({})).code).to.equal(1);
      expect(host.issues).to.have.length(1);
      expect(host.issues[0]).not.to.have.property("closed");
      expect(host.issues[0]!.body).to.include("newest first: <code>admin</code>");

      await admin.edit(ruleOf(WEB), "source", source);
      await admin.commitEverything();
      const mended = await drift();
      expect(mended.code, mended.text).to.equal(0);
      expect([host.issues.length, host.issues[0]!.closed]).to.deep.equal([1, true]);
      for (const secret of [...keys, ...Object.values(PASSWORDS), PASSPHRASE, host.token]) {
        expect([...said, ...host.issues.map(({ body }) => body)].join("\n")).not.to.include(secret);
      }
    } finally {
      await Promise.all([other.leave(), secrets.stop()]);
      await second.stop();
    }
  });
});
