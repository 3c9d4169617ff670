import { expect } from "chai";
import { execFile } from "node:child_process";
import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { findProgram } from "../support/programs";

const ROOT = join(__dirname, "..", "..");
const GITHUB = readdirSync(join(ROOT, "ci", "github")).map((name) => join("ci", "github", name));
const OWN = readdirSync(join(ROOT, ".github", "workflows")).map((name) => join(".github", "workflows", name));
const GITLAB = join("ci", "gitlab", ".gitlab-ci.yml");
/** The template for a repository of stack files has the same; what they do another test compares. */
const TEMPLATE = join("ci", "own-repository");
const TEMPLATE_GITHUB = readdirSync(join(ROOT, TEMPLATE, ".github", "workflows")).map((name) =>
  join(TEMPLATE, ".github", "workflows", name),
);

/** Where `.ci/run` installs them. */
const INSTALLED = join(ROOT, "node_modules", ".cache", "ci-linters", "bin");

interface Step {
  run?: string;
  uses?: string;
  if?: string;
  env?: Record<string, string>;
  with?: Record<string, string>;
}

interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  concurrency?: { group: string; "cancel-in-progress"?: unknown };
  jobs: Record<string, { permissions?: Record<string, string>; environment?: string; steps: Step[] }>;
}

function text(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

function workflow(name: string): Workflow {
  return parse(text(join("ci", "github", name))) as Workflow;
}

/** Names of secrets that some YAML names. */
function secretsIn(content: unknown): string[] {
  return [...JSON.stringify(content).matchAll(/secrets\.(\w+)/g)].map((match) => match[1]!).sort();
}

describe("templates for pipelines", () => {
  it("call scripts that exist, and nothing else but npm ci", () => {
    for (const file of [...GITHUB, ...OWN]) {
      const { jobs } = parse(text(file)) as Workflow;
      for (const { run } of Object.values(jobs).flatMap(({ steps }) => steps)) {
        if (run === undefined || run.startsWith("npm ci ")) continue;
        expect(run, file).to.match(/^(ci\/steps\/[a-z-]+\.sh|\.ci\/run)$/);
        accessSync(join(ROOT, run), constants.X_OK);
      }
    }
    const scripts = [...text(GITLAB).matchAll(/ci\/steps\/[a-z-]+\.sh/g)].map(([script]) => script);
    expect(scripts).to.include.members(
      ["review", "comment", "apply", "drift"].map((name) => `ci/steps/${name}.sh`),
    );
    for (const script of scripts) accessSync(join(ROOT, script), constants.X_OK);
  });

  it("use no action of third parties, and each at a commit, the same everywhere", () => {
    const pinned = new Map<string, string>();
    for (const file of [...GITHUB, ...OWN]) {
      const { jobs } = parse(text(file)) as Workflow;
      const used = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
      const lines = [...text(file).matchAll(/uses: (\S+) # v\d+\.\d+\.\d+$/gm)].map(([, uses]) => uses);
      expect(lines, `${file} says the version of each`).to.deep.equal(used);
      for (const uses of used) {
        expect(uses, file).to.match(
          /^(actions\/[a-z-]+|aws-actions\/configure-aws-credentials)@[0-9a-f]{40}$/,
        );
        const [action = "", commit = ""] = uses.split("@");
        expect(pinned.get(action) ?? commit, `${file}: ${action}`).to.equal(commit);
        pinned.set(action, commit);
      }
    }
  });

  it("take an earlier run's artifact by its id, never by a name that the run may use again", () => {
    for (const [file, of] of [
      ["apply.yml", "approved"],
      ["review.yml", "snapshots"],
    ] as const) {
      const steps = Object.values(workflow(file).jobs).flatMap((job) => job.steps);
      const elsewhere = steps.filter((step) => step.with?.["run-id"] !== undefined);
      expect(elsewhere, file).to.have.length(1);
      expect(elsewhere[0]!.with, file).to.include({
        "artifact-ids": `\${{ steps.${of}.outputs.artifact-id }}`,
        "run-id": `\${{ steps.${of}.outputs.run-id }}`,
      });
      expect(elsewhere[0]!.with, file).not.to.have.property("name");
    }
  });

  it("let GitHub's runner obey nothing in what the steps print", () => {
    const steps = readdirSync(join(ROOT, "ci", "steps")).filter((name) => name.endsWith(".sh"));
    // Says nothing of others': where archives come from is a variable of the pipeline's own.
    const own = ["foreign-text.sh", "install-pulumi.sh"];
    for (const name of steps.filter((each) => !own.includes(each))) {
      const lines = text(join("ci", "steps", name)).split("\n");
      const source = lines.indexOf('. "$steps/foreign-text.sh"');
      const commands = lines.slice(1, source).filter((line) => !/^(#|set -euo pipefail$|steps=)/.test(line));
      expect([source > 0, commands], name).to.deep.equal([true, []]);
      // A step that becomes another program gives nothing back at its end.
      expect(
        lines.filter((line) => /^\s*(exec|trap) /.test(line)),
        name,
      ).to.deep.equal([]);
    }
  });

  it("take the smallest permissions", () => {
    const permissions = (name: string) => {
      const { permissions: common, jobs } = workflow(name);
      expect(common, name).to.deep.equal({});
      return Object.fromEntries(Object.entries(jobs).map(([job, { permissions: own }]) => [job, own]));
    };
    expect(permissions("review.yml")).to.deep.equal({
      review: { contents: "read", actions: "read", "id-token": "write" },
      comment: { contents: "read", "pull-requests": "write" },
    });
    expect(permissions("apply.yml")).to.deep.equal({
      apply: { contents: "read", actions: "read", "pull-requests": "read", "id-token": "write" },
    });
    expect(permissions("drift.yml")).to.deep.equal({
      drift: { contents: "read", issues: "write", "id-token": "write" },
    });
    for (const file of OWN) {
      expect((parse(text(file)) as Workflow).permissions, file).to.deep.equal({ contents: "read" });
    }
  });

  it("give what writes to the protected environment alone, and a fork's job no secret", () => {
    const { on, jobs } = workflow("review.yml");
    // With pull_request, GitHub gives a fork's job no secret, no OIDC token, and a token that only reads.
    expect(Object.keys(on)).to.deep.equal(["pull_request"]);
    for (const file of [...GITHUB, ...OWN]) {
      const triggers = (parse(text(file)) as Workflow).on;
      expect(Object.keys(triggers), file).not.to.include.members(["pull_request_target"]);
      expect(Object.keys(triggers), file).not.to.include.members(["workflow_run"]);
    }
    expect(secretsIn(jobs)).to.deep.equal(["PANOS_READ_KEY"]);
    expect(jobs["comment"]!.steps.flatMap(secretsIn)).to.deep.equal([]);
    for (const job of Object.values(jobs)) expect(job.environment).to.equal(undefined);
    const aws = jobs["review"]!.steps.find(({ uses }) => uses?.startsWith("aws-actions/"));
    expect(aws?.if).to.include("head.repo.full_name == github.repository");

    const apply = workflow("apply.yml").jobs["apply"]!;
    expect(apply.environment).to.equal("firewall");
    expect(secretsIn(apply)).to.include("PANOS_API_KEY");
    // A step that installs packages sees none of them.
    for (const { run, env } of apply.steps) if (run?.startsWith("npm ")) expect(env).to.equal(undefined);
    const drift = workflow("drift.yml").jobs["drift"]!;
    expect(secretsIn(drift)).to.deep.equal(["PANOS_READ_KEY", "PULUMI_CONFIG_PASSPHRASE"]);
    for (const file of OWN) expect(secretsIn(parse(text(file))), file).to.deep.equal([]);
    for (const file of [...GITHUB, ...OWN]) {
      const steps = Object.values((parse(text(file)) as Workflow).jobs).flatMap((job) => job.steps);
      for (const { run = "" } of steps) expect(run, file).not.to.include("${{");
    }
  });

  it("leave what other jobs made beside the program, never in a folder that it runs", () => {
    const paths = (file: string) =>
      [...text(file).matchAll(/^ *paths?: \[?([^\]\n]*)/gm)].map((match) => match[1]);
    for (const file of [...GITHUB, ...OWN, GITLAB]) {
      for (const path of paths(file)) expect(path, file).to.match(/^reviews\/[a-z]+\/$/);
    }
    expect(paths(join("ci", "github", "drift.yml"))).to.deep.equal(["reviews/drift/"]);
    expect(paths(GITLAB)).to.include("reviews/drift/");
    expect(text(".gitignore").split("\n")).to.include("reviews/");
  });

  it("apply one at a time, and break none off", () => {
    expect(workflow("apply.yml").concurrency?.["cancel-in-progress"]).to.equal(false);
    type Job = Record<string, unknown> & { environment: { name: string } };
    const gitlab = parse(text(GITLAB)) as Record<string, Job>;
    expect(gitlab["apply"]).to.include({ resource_group: "apply-firewall", interruptible: false });
    expect(gitlab["apply"]!.environment.name).to.equal("firewall");
    for (const job of ["review", "apply", "drift"]) expect(gitlab[job]).to.include({ extends: ".aws" });
    expect(JSON.stringify(gitlab["review"])).not.to.match(
      /PULUMI_CONFIG_PASSPHRASE|\$PANOS_API_KEY|AWS_APPLY_ROLE/,
    );
  });

  it("have the form that the hosts' own schemas and linters ask for", async function () {
    this.timeout(60_000);
    const [schemas, actionlint] = ["check-jsonschema", "actionlint"].map((name) =>
      findProgram(name, INSTALLED),
    );
    const run = promisify(execFile);
    const failed = (error: { stdout?: string; message: string }) => `${error.stdout ?? ""}${error.message}`;
    const check = async (program: string, ...args: string[]) =>
      expect(await run(program, args, { cwd: ROOT }).then(() => "", failed)).to.equal("");
    if (schemas === undefined)
      console.log("      (check-jsonschema is not installed: the hosts' schemas are skipped)");
    else {
      await check(
        schemas,
        "--builtin-schema",
        "vendor.github-workflows",
        ...GITHUB,
        ...OWN,
        ...TEMPLATE_GITHUB,
      );
      await check(schemas, "--builtin-schema", "vendor.gitlab-ci", GITLAB, join(TEMPLATE, ".gitlab-ci.yml"));
    }
    if (actionlint === undefined) console.log("      (actionlint is not installed: it is skipped)");
    else await check(actionlint, ...GITHUB, ...OWN, ...TEMPLATE_GITHUB);
  });
});
