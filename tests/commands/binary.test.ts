import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { EXIT } from "../../commands/framework";
import { JOBS } from "../../commands/jobs";
import { PROJECT_DIR } from "../support/lab";

describe("aws-panos in a checkout", () => {
  let cache: string;
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), "npx-"));
  });
  afterEach(() => rm(cache, { recursive: true }));

  it("is found by npx, which asks no registry, and ends with the command's own code", async () => {
    // npm links the package's own folder into its cache for that; here a cache of its own, and a registry that is dead.
    const env = { ...process.env, npm_config_cache: cache, npm_config_registry: "http://127.0.0.1:9" };
    const { code, said } = await new Promise<{ code: number; said: string }>((resolve) =>
      execFile("npx", ["aws-panos", "review", "--stak", "x"], { cwd: PROJECT_DIR, env }, (error, out, err) =>
        resolve({ code: Number(error?.code ?? 0), said: out + err }),
      ),
    );
    expect(code, said).to.equal(EXIT.usage);
    expect(said).to.include("there is no --stak: did you mean --stack?");
  });

  it("says nothing of the Node that a later AWS SDK wants", async () => {
    const env: NodeJS.ProcessEnv = { ...process.env, AWS_CONFIG_FILE: "/dev/null" };
    for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"]) delete env[name];
    delete env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"];
    const words = ["commands/aws-panos.cjs", "keygen", "--secret", "x"];
    const errors = await new Promise<string>((resolve) =>
      execFile(process.execPath, words, { cwd: PROJECT_DIR, env }, (_error, _out, err) => resolve(err)),
    );
    expect(errors).to.equal(
      "no key was stored: the secret x can't be read: nothing says in which region it is. Set aws:region or AWS_REGION\n",
    );
  });

  it("has an npm script for each command, of the same name", async () => {
    const { scripts } = JSON.parse(await readFile(join(PROJECT_DIR, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    for (const { table } of JOBS.flatMap(({ entries }) => entries))
      expect(scripts[table.name]).to.equal(`node commands/aws-panos.cjs ${table.name}`);
  });
});
