/** `npm run demo`: the whole job on this machine, against the simulator. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { parse, stringify } from "yaml";
import { drift } from "../commands/drift/drift";
import { command } from "../commands/framework";
import { chosenExecutable } from "../commands/pulumi";
import { Stack, type RunResult } from "../packages/pulumi/stack";
import { startSimulator } from "../packages/simulator";
import { DemoAccount } from "./account";
import { Administrator } from "./people";
import { StepFailed, Story } from "./story";
import { demoTable } from "./options";

const PROJECT_DIR = join(__dirname, "..");

export const demo = command(demoTable, async (given) => {
  const directory = await mkdtemp(join(tmpdir(), "aws-panos-demo-"));
  const password = randomBytes(12).toString("base64url");
  const simulator = await startSimulator({
    config: await readFile(given.firewallConfig ?? join(__dirname, "firewall.xml"), "utf8"),
    // Their roles are in the configuration: the program's is the one that docs/install.md has.
    users: [
      { name: "admin", password },
      { name: "aws-panos", password },
    ],
    commitSeconds: 1,
    ...(given.record !== undefined && { record: given.record }),
  });
  const administrator = new Administrator(simulator, "admin", password);
  try {
    const account = await DemoAccount.copy(join(__dirname, "account.json"), join(directory, "account.json"));
    const executable = chosenExecutable(given);
    const configFile = await stackFile(directory, account.file);
    const env = {
      PANOS_PORT: String(simulator.port),
      PANOS_PASSWORD: password,
      PULUMI_CONFIG_PASSPHRASE: password,
      PULUMI_SKIP_CHECKPOINTS: "true",
    };
    const stack = await Stack.create({
      ...{ executable, name: "dev", projectDir: PROJECT_DIR, backendDir: directory, configFile, env },
    });
    const lookForDrift = async () => {
      const output = new PassThrough();
      const text = output.setEncoding("utf8").toArray();
      const flags = ["--stack", "dev", "--config-file", configFile, "--out", join(directory, "drift")];
      const code = await drift.run(executable.kind === "engine" ? [...flags, "--engine"] : flags, {
        ...{ input: process.stdin, output, errors: output, folder: PROJECT_DIR },
        environment: { ...process.env, ...env, PULUMI_BACKEND_URL: `file://${directory}` },
      });
      output.end();
      return { code, text: ((await text) as string[]).join("") };
    };
    const story = new Story(simulator, administrator);
    console.log(`A firewall (simulated) listens on ${simulator.url}; watch it at ${simulator.httpUrl}`);
    await tell(story, stack, account, administrator, lookForDrift);
    story.summary();
    if (given.keep) {
      console.log(
        `\nThe simulator stays: ${simulator.url} (page: ${simulator.httpUrl}); stop it with Ctrl-C`,
      );
      await once(process, "SIGINT");
    }
    return "fine";
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    return "failed";
  } finally {
    await administrator.close();
    await simulator.stop();
    await rm(directory, { recursive: true, force: true });
  }
});

/** The demo's stack configuration, with its own copy of the account. */
async function stackFile(directory: string, snapshot: string): Promise<string> {
  const stackConfig = parse(await readFile(join(PROJECT_DIR, "Pulumi.dev.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  stackConfig.config["aws-panos-rules:snapshot"] = snapshot;
  const file = join(directory, "Pulumi.dev.yaml");
  await writeFile(file, stringify(stackConfig));
  return file;
}

const WEB = "aws-sg-0ab9c37e7cf290ea4";
const APP = "aws-sg-09fcdb0b30e4814b0";
const OPERATIONS = "aws-sg-05f9370b406057313";

async function tell(
  story: Story,
  stack: Stack,
  account: DemoAccount,
  administrator: Administrator,
  lookForDrift: () => Promise<{ code: number; text: string }>,
): Promise<void> {
  const up = (): Promise<RunResult> => stack.up({ skipPreview: true, continueOnError: true, parallel: 100 });

  await story.step("Preview: what would the firewall change?", () => stack.preview(), {
    writes: 0,
    commits: 0,
    rules: {},
  });

  await story.step("Up: security groups become rules, in one commit", up, {
    commits: 1,
    rules: {
      [`${WEB}-tcp-443`]: "added",
      [`${OPERATIONS}-tcp-22`]: "added",
      [`${APP}-tcp-8000-8100`]: "added",
    },
    absent: [`${WEB}-tcp-80`],
    table: true,
  });
  story.note("Port 80 has no rule of ours: the administrator's allow-http-in allows it already.");

  await story.step("Up again: nothing has changed, so nothing is written", up, {
    writes: 0,
    commits: 0,
    rules: {},
  });

  await account.stopInstance("api-1");
  await story.step("Instance api-1 stops: its addresses go, and rules that were for it alone", up, {
    commits: 1,
    rules: { [`${APP}-tcp-8000-8100`]: "removed", [`${OPERATIONS}-tcp-22`]: "changed" },
  });

  await account.revoke("operations", 22);
  await account.authorize("web", 8444, "203.0.113.0/24", "staging, for the partner");
  await story.step("A permission is revoked, another authorized", up, {
    commits: 1,
    rules: { [`${OPERATIONS}-tcp-22`]: "removed", [`${WEB}-tcp-8444`]: "added" },
    table: true,
  });

  await administrator.widen(`${WEB}-tcp-8444`);
  story.note(`\nSomebody opens ${WEB}-tcp-8444 to any source by hand, and commits.`);
  await story.look("Drift: what the firewall has that nobody applied", lookForDrift, {
    ...{ code: 2, says: "source: <code>203.0.113.0/24</code> → <code>any</code>" },
  });
  await story.step("Refresh: Pulumi sees what was changed by hand", () => stack.refresh(), {
    writes: 0,
    commits: 0,
    rules: {},
  });
  await story.step("Up: it is as declared again", up, {
    commits: 1,
    rules: { [`${WEB}-tcp-8444`]: "changed" },
  });

  await story.step(
    "Destroy: everything of ours goes, in one commit",
    () => stack.destroy({ parallel: 100 }),
    {
      commits: 1,
      rules: { [`${WEB}-tcp-443`]: "removed" },
      ours: 0,
      table: true,
    },
  );
}
