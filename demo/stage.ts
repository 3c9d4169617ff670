import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { parse, stringify } from "yaml";
import { drift } from "../commands/drift/drift";
import { chooseExecutable } from "../commands/pulumi";
import { review } from "../commands/review/review";
import { readText } from "../lib/file-errors";
import { Stack, type Executable } from "../packages/pulumi/stack";
import { startSimulator, type Simulator } from "../packages/simulator";
import { DemoAccount } from "./account";
import { DemoFleet, GROUP, GROUP_LOCATION, startFleet } from "./fleet";
import { Administrator } from "./people";

const PROJECT_DIR = join(__dirname, "..");

/** What the stack file of the demo with Panorama has besides. */
const FLEET_SETTINGS = {
  "panos:vsys": undefined,
  "panos:panorama": GROUP,
  "aws-panos-rules:quarantine": { deny: true },
};

export interface StageOptions {
  engine: boolean;
  cli: boolean;
  /** Whether a device group on Panorama is the target, in place of a firewall. */
  panorama: boolean;
  /** Where review and drift leave their files. */
  out: string;
  firewallConfig?: string | undefined;
  record?: string | undefined;
}

/** What the demo plays on: a simulated firewall, a recorded account, and a stack of its own in a folder that goes. */
export class Stage {
  private constructor(
    readonly simulator: Simulator,
    readonly administrator: Administrator,
    readonly account: DemoAccount,
    readonly stack: Stack,
    readonly executable: Executable,
    readonly out: string,
    private readonly place: { directory: string; configFile: string; env: Record<string, string> },
    /** Of the demo with Panorama. */
    readonly fleet?: DemoFleet,
  ) {}

  static async set(options: StageOptions): Promise<Stage> {
    const { firewallConfig = join(__dirname, "firewall.xml"), record, out } = options;
    const config = readText(firewallConfig);
    const executable = chooseExecutable(options);
    const directory = await mkdtemp(join(tmpdir(), "aws-panos-demo-"));
    const password = randomBytes(12).toString("base64url");
    const common = {
      commitSeconds: 1,
      ...(record !== undefined && { record }),
      // Their roles are in the configuration: the program's is the one that docs/install.md has.
      users: [
        { name: "admin", password },
        { name: "aws-panos", password },
      ],
    };
    const fleet = options.panorama ? new DemoFleet(await startFleet(config, common)) : undefined;
    const simulator = fleet?.lab.panorama ?? (await startSimulator({ config, ...common }));
    const account = await DemoAccount.copy(join(__dirname, "account.json"), join(directory, "account.json"));
    if (fleet) await account.showTags();
    const configFile = await stackFile(directory, account.file, fleet && FLEET_SETTINGS);
    const env = {
      PANOS_PORT: String(simulator.port),
      PANOS_PASSWORD: password,
      PULUMI_CONFIG_PASSPHRASE: password,
      PULUMI_SKIP_CHECKPOINTS: "true",
    };
    const stack = await Stack.create({
      executable,
      name: "dev",
      projectDir: PROJECT_DIR,
      backendDir: directory,
      configFile,
      env,
      inProcess: true,
    });
    const administrator = new Administrator(simulator, "admin", password, fleet && GROUP_LOCATION);
    const place = { directory, configFile, env };
    return new Stage(simulator, administrator, account, stack, executable, out, place, fleet);
  }

  /** Runs a command that looks; what it has to say is in its files. @returns its exit code */
  look(name: "review" | "drift"): Promise<number> {
    const { directory, configFile, env } = this.place;
    const flags = ["--stack", "dev", "--config-file", configFile, "--out", this.out];
    if (this.executable.kind === "engine") flags.push("--engine");
    return { review, drift }[name].run(flags, {
      input: process.stdin,
      output: new PassThrough().resume(),
      errors: new PassThrough().resume(),
      folder: PROJECT_DIR,
      environment: { ...process.env, ...env, PULUMI_BACKEND_URL: `file://${directory}` },
    });
  }

  async close(): Promise<void> {
    await this.administrator.close();
    await (this.fleet?.lab ?? this.simulator).stop();
    await rm(this.place.directory, { recursive: true, force: true });
  }
}

/** The demo's stack configuration, with its own copy of the account. */
async function stackFile(
  directory: string,
  snapshot: string,
  settings: Record<string, unknown> = {},
): Promise<string> {
  const stackConfig = parse(await readFile(join(PROJECT_DIR, "Pulumi.dev.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  Object.assign(stackConfig.config, settings, { "aws-panos-rules:snapshot": snapshot });
  const file = join(directory, "Pulumi.dev.yaml");
  await writeFile(file, stringify(stackConfig));
  return file;
}
