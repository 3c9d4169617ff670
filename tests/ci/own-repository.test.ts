/**
 * The template for a repository of stack files. Its pipelines are made of ours: `GOLDEN=write` writes them anew.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { parse } from "yaml";
import { policyFrom } from "../../guard/policy/read";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, PASSWORDS, PROJECT_DIR } from "../support/lab";
import { needs } from "../support/programs";

const WEB: Permission = { group: 1, port: 443 };
const TEMPLATE = join(PROJECT_DIR, "ci/own-repository");
const textOf = (file: string) => readFile(join(PROJECT_DIR, file), "utf8");

describe("a repository of stack files, of the template", () => {
  let lab: Lab;
  let folder: string;
  beforeEach(async () => {
    lab = await Lab.open();
    folder = join(lab.directory, "own");
    await mkdir(folder);
    await cp(join(TEMPLATE, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    await symlink(PROJECT_DIR, join(folder, "aws-panos-rules"));
    await lab.setAccount(account([WEB]));
  });
  afterEach(() => lab.close());

  it("runs this project from a folder beside them", async () => {
    const stack = await lab.stack({ projectDir: folder });
    const { code, stderr, stdout } = await stack.up();
    expect(code, stdout + stderr).to.equal(0);
    expect(lab.running()).to.deep.equal([ruleOf(WEB), "cleanup"]);
  });

  it("has its pipelines run this project's steps, and leaves their results beside its own files", async function () {
    if (!needs("bash")) return;
    this.timeout(60_000);
    await cp(await lab.configure(), join(folder, "Pulumi.dev.yaml"));
    const env = {
      ...{ PATH: process.env["PATH"], HOME: lab.directory, PULUMI_HOME: lab.directory, STACK: "dev" },
      ...{ PANOS_PORT: String(lab.firewall.port), PANOS_PASSWORD: PASSWORDS["aws-panos"] },
    };
    await promisify(execFile)("aws-panos-rules/ci/steps/review.sh", { cwd: folder, env });
    expect(await readdir(join(folder, "reviews/change"))).to.include("review.json");
    expect(await readFile(join(folder, "reviews/change/review.md"), "utf8")).to.include("Opens");
  });

  it("runs it as its own Pulumi.yaml does", async () => {
    const read = async (file: string) => parse(await textOf(file)) as Record<string, unknown>;
    const [own, template] = [await read("Pulumi.yaml"), await read("ci/own-repository/Pulumi.yaml")];
    for (const key of ["name", "options", "runtime", "config"])
      expect(template[key], key).to.deep.equal(own[key]);
    expect(template["main"]).to.equal(`aws-panos-rules/${String(own["main"])}`);
    expect(template["template"]).to.have.property("description");
  });

  const PIPELINES = {
    "ci/github/review.yml": ".github/workflows/review.yml",
    "ci/github/apply.yml": ".github/workflows/apply.yml",
    "ci/github/drift.yml": ".github/workflows/drift.yml",
    "ci/gitlab/.gitlab-ci.yml": ".gitlab-ci.yml",
  };
  for (const [ours, theirs] of Object.entries(PIPELINES)) {
    it(`has ${theirs} as ours, with this project in a submodule`, async () => {
      const expected = inSubmodule(await textOf(ours));
      const file = join(TEMPLATE, theirs);
      if (process.env["GOLDEN"] === "write") await writeFile(file, expected);
      expect(await readFile(file, "utf8")).to.equal(expected);
    });
  }

  it("has a policy that the guard takes, and keeps what runs leave out of Git", async () => {
    expect(policyFrom(await textOf("ci/own-repository/guard.yaml"))).to.have.property("mode", "notify");
    expect((await textOf("ci/own-repository/.gitignore")).split("\n")).to.include("reviews/");
  });
});

/** A pipeline of ours, for a repository that has this project at `aws-panos-rules/`. */
function inSubmodule(pipeline: string): string {
  return pipeline
    .replace(/^# Copy to \S+ /m, "# ")
    .replace("docs/ci.md", "aws-panos-rules/docs/ci.md")
    .replaceAll("npm ci --no-audit", "npm ci --prefix aws-panos-rules --no-audit")
    .replaceAll(/(?<=run: |- |; )ci\/steps\//g, "aws-panos-rules/ci/steps/")
    .replaceAll("persist-credentials: false", "persist-credentials: false\n          submodules: recursive")
    .replace('GIT_DEPTH: "1"', 'GIT_DEPTH: "1"\n  GIT_SUBMODULE_STRATEGY: recursive');
}
