import { expect } from "chai";
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { chooseExecutable } from "../../commands/pulumi";
import { findCli } from "../../lib/pulumi/find-cli";
import { Stack } from "../../packages/pulumi/stack";
import { Workshop, passphrase } from "./harness";

const root = path.join(__dirname, "..", "..");

describe("engine: the command line", () => {
  let shop: Workshop;
  before(async () => {
    shop = await Workshop.open();
  });
  after(() => {
    shop.close();
  });

  const run = (...args: string[]) => runWith("", ...args);

  async function runWith(
    input: string,
    ...args: string[]
  ): Promise<{ stdout: string; stderr: string; code: number }> {
    const env = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${shop.folder}/backend`,
      PULUMI_CONFIG_PASSPHRASE: passphrase,
      TEST_PLAN: path.join(shop.folder, "plan.json"),
      TEST_JOURNAL: path.join(shop.folder, "journal"),
      TEST_WORLD: path.join(shop.folder, "world"),
    };
    const words = ["--require", "./typescript.cjs", "packages/pulumi/main.ts", ...args, "--stack", "dev"];
    const project = ["-C", path.join(__dirname, "programs", "things"), "--config-file", shop.configFile];
    const options = { cwd: root, env };
    const running = promisify(execFile)(process.execPath, [...words, ...project], options);
    running.child.stdin?.end(input);
    return running.then(
      (output) => ({ ...output, code: 0 }),
      (error: { stdout: string; stderr: string; code: number }) => error,
    );
  }

  it("sets configuration, plain and secret, and the program gets it", async () => {
    await run("config", "set", "plain", "text");
    await run("config", "set", "--secret", "things:hidden", "not to be seen");
    const given = await runWith("on its input\n", "config", "set", "--secret", "things:given");
    expect(given.code).to.equal(0);
    const file = readFileSync(shop.configFile, "utf8");
    expect(file)
      .to.match(/things:given:\n\s+secure: v1:/)
      .and.not.include("on its input");
    expect((await run("config", "--show-secrets")).code).to.equal(0);
    expect(file)
      .to.include("things:plain: text")
      .and.match(/things:hidden:\n\s+secure: v1:/);
    expect(file)
      .to.match(/encryptionsalt: v1:/)
      .and.not.include("not to be seen");
    shop.declare({ config: ["plain"], resources: [{ name: "a" }] });
    const preview = await run("preview", "--json");
    const shown = JSON.parse(preview.stdout) as {
      steps: { op: string; urn: string }[];
      changeSummary: object;
    };
    expect(shown.steps.map(({ op }) => op)).to.deep.equal(["create", "create"]);
    expect(shown.changeSummary).to.deep.equal({ create: 2 });
    expect((await run("up", "--yes", "-f")).code).to.equal(0);
    const outputs = JSON.parse((await run("stack", "output", "--json")).stdout) as Record<string, unknown>;
    expect(outputs["plain"]).to.equal("text");
  });

  it("keeps a stack that has resources, unless forced", async () => {
    const refused = await run("stack", "rm", "--yes");
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.include("still has resources");
    expect((await run("stack", "rm", "--yes", "--force")).code).to.equal(0);
    expect((await run("preview")).stderr).to.include("no stack named 'dev' found");
  });

  it("names what is wrong with the words it does not know", async () => {
    expect((await run("fly")).stderr).to.include('unknown command "fly"');
    expect((await run("up", "--wings")).stderr).to.include("--wings");
    expect((await run("up", "--parallel", "many")).stderr).to.include(
      '--parallel takes a whole number, not "many"',
    );
  });
});

describe("engine: the real CLI in its place", () => {
  let folder: string;
  const saved = { PATH: process.env["PATH"], PULUMI_HOME: process.env["PULUMI_HOME"] };
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "engine-cli-"));
    process.env["PULUMI_HOME"] = path.join(folder, "home");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
    for (const [key, value] of Object.entries(saved)) {
      if (value === undefined) Reflect.deleteProperty(process.env, key);
      else process.env[key] = value;
    }
  });

  /** A program called pulumi that notes its arguments and writes an event log. */
  function install(...at: string[]): string {
    const file = path.join(folder, ...at, "pulumi");
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\necho "$@" >> ${folder}/words\necho "$PULUMI_BACKEND_URL"\n`);
    chmodSync(file, 0o755);
    return file;
  }

  it("is found on PATH, else in Pulumi's folder, newest version first, but never in node_modules", () => {
    process.env["PATH"] = path.join(folder, "node_modules", ".bin");
    install("node_modules", ".bin");
    expect(findCli()).to.equal(undefined);
    expect(chooseExecutable({})).to.deep.equal({ kind: "engine" });
    expect(() => chooseExecutable({ cli: true })).to.throw("--cli: no pulumi on PATH");
    install("home", "versions", "3.9.0", "bin");
    const newer = install("home", "versions", "3.259.0", "bin");
    expect(findCli()).to.equal(newer);
    const onPath = install("bin");
    process.env["PATH"] = path.dirname(onPath);
    expect(chooseExecutable({})).to.deep.equal({ kind: "cli", path: onPath });
    expect(chooseExecutable({ engine: true })).to.deep.equal({ kind: "engine" });
  });

  it("gets the same words", async () => {
    const projectDir = path.join(__dirname, "programs", "things");
    const configFile = path.join(folder, "stack.yaml");
    const executable = { kind: "cli", path: install("bin") } as const;
    const stack = await Stack.create({ executable, name: "dev", projectDir, backendDir: folder, configFile });
    const result = await stack.up({ targets: ["a", "b"], continueOnError: true, parallel: 4, refresh: true });
    await stack.refresh({ skipPreview: true, continueOnError: true });
    await stack.cancel();
    expect(result.stdout).to.equal(`file://${folder}\n`);
    const words = readFileSync(path.join(folder, "words"), "utf8").replaceAll(
      /--(event-log|cwd) \S+/g,
      "--$1 …",
    );
    const common = `--stack dev --config-file ${configFile} --non-interactive --color never --suppress-progress --yes`;
    expect(words.trimEnd().split("\n")).to.deep.equal([
      "stack init dev --no-select --secrets-provider passphrase --non-interactive --color never --cwd …",
      `up ${common} --refresh --target a --target b --continue-on-error --parallel 4 --event-log … --cwd …`,
      `refresh ${common} --skip-preview --event-log … --cwd …`,
      "cancel --yes --stack dev --non-interactive --color never --cwd …",
    ]);
  });
});
