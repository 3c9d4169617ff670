import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { Stack, type Executable, type OperationFlags, type RunResult } from "../../packages/pulumi/stack";
import { startSimulator, type Job, type RequestRecord, type Simulator } from "../../packages/simulator";
import { benchAccount, FIREWALL_INTERFACE } from "./account";

const PROJECT_DIR = join(__dirname, "..", "..");
const FLOOR_DIR = join(__dirname, "floor");
export const PASSWORD = "bench";
const STACK = "bench";

/** How updates are run: what `npm run demo` and the automated runner choose, too. */
const UPDATE: OperationFlags = { parallel: 100 };

export const FIREWALL =
  '<config version="11.1.0"><shared/><devices><entry name="localhost.localdomain"><vsys><entry name="vsys1">' +
  '<zone><entry name="untrust"/><entry name="trust"/></zone><rulebase><security><rules><entry name="cleanup">' +
  ["from", "to", "source", "destination", "application", "service"]
    .map((field) => `<${field}><member>any</member></${field}>`)
    .join("") +
  "<action>deny</action></entry></rules></security></rulebase></entry></vsys></entry></devices></config>";

export interface Choices {
  executable: Executable;
  /** `PULUMI_SKIP_CHECKPOINTS`. */
  skipCheckpoints: boolean;
  /** Whether an `up` shows no preview first. */
  skipPreview?: boolean;
  /** The setting of that name. */
  destinations?: "addresses" | "dynamic";
}

/** A fresh stack of one of the two programs, in a folder of its own. */
export class Trial {
  private constructor(
    readonly stack: Stack,
    readonly firewall: Simulator | undefined,
    private readonly directory: string,
    private readonly project: string,
  ) {}

  /** The real program, with an empty firewall whose commits take no time. */
  static async rules(count: number, choices: Choices): Promise<Trial> {
    const directory = await mkdtemp(join(tmpdir(), "aws-panos-bench-"));
    const firewall = await startSimulator({
      config: FIREWALL,
      users: [{ name: "aws-panos", password: PASSWORD }],
      commitSeconds: 0,
    });
    const config = {
      "panos:hostname": "127.0.0.1",
      "panos:username": "aws-panos",
      "panos:skipVerifyCertificate": "true",
      "aws-panos-rules:inventory": "snapshot",
      "aws-panos-rules:snapshot": join(directory, "account.json"),
      "aws-panos-rules:firewall": { networkInterfaceIds: [FIREWALL_INTERFACE] },
      "aws-panos-rules:cleanupRule": "cleanup",
      "aws-panos-rules:untrustZone": "untrust",
      "aws-panos-rules:trustZone": "trust",
      "aws-panos-rules:ownerId": "bench123",
      "aws-panos-rules:destinations": choices.destinations ?? "addresses",
    };
    const env = { PANOS_PORT: String(firewall.port), PANOS_PASSWORD: PASSWORD };
    const stack = await freshStack(PROJECT_DIR, directory, config, env, choices);
    const trial = new Trial(stack, firewall, directory, "aws-panos-rules");
    await trial.setAccount(count);
    return trial;
  }

  /** As many empty dynamic resources in the stock way. */
  static floor(count: number, choices: Choices): Promise<Trial> {
    return Trial.stock(count, false, choices);
  }

  /** As many dynamic resources with a rule's inputs in the stock way, which do nothing. */
  static alike(count: number, choices: Choices): Promise<Trial> {
    return Trial.stock(count, true, choices);
  }

  private static async stock(count: number, alike: boolean, choices: Choices): Promise<Trial> {
    const directory = await mkdtemp(join(tmpdir(), "aws-panos-bench-"));
    const config = {
      "aws-panos-bench-floor:resources": String(count),
      "aws-panos-bench-floor:alike": String(alike),
    };
    const stack = await freshStack(FLOOR_DIR, directory, config, {}, choices);
    return new Trial(stack, undefined, directory, "aws-panos-bench-floor");
  }

  /** What AWS has from now on. */
  async setAccount(rules: number, change?: "source" | "stopped"): Promise<void> {
    await writeFile(join(this.directory, "account.json"), JSON.stringify(benchAccount(rules, change)));
  }

  /** Runs a command to its success. @returns seconds from its start to the end of its process */
  async timed(command: "preview" | "up"): Promise<{ seconds: number; result: RunResult }> {
    const run = await this.attempted(command);
    const { code, stdout, stderr } = run.result;
    if (code !== 0) throw new Error(`${command} ended with exit code ${code}:\n${stdout}${stderr}`);
    return run;
  }

  /** Runs a command to its end, whatever that is. @returns seconds from its start to the end of its process */
  async attempted(command: "preview" | "up"): Promise<{ seconds: number; result: RunResult }> {
    const started = process.hrtime.bigint();
    const { child, done } = this.stack.start(command, command === "up" ? UPDATE : {});
    await once(child, "exit");
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    return { seconds, result: await done };
  }

  /**
   * Runs an update. @returns seconds from its start to the last moment at which it changed the policy in
   * force: by registering addresses, or by the end of a commit's job
   */
  async secondsToForce(): Promise<number> {
    const started = process.hrtime.bigint();
    let seconds = NaN;
    const changed = () => (seconds = Number(process.hrtime.bigint() - started) / 1e9);
    const onRequest = ({ type }: RequestRecord) => type === "user-id" && changed();
    const onJob = ({ type, status }: Job) => type === "Commit" && status === "FIN" && changed();
    this.firewall?.on("request", onRequest).on("job", onJob);
    await this.timed("up");
    this.firewall?.off("request", onRequest).off("job", onJob);
    return seconds;
  }

  /** The state file as it is on the disk. */
  stateFile(): Promise<string> {
    return readFile(join(this.directory, ".pulumi", "stacks", this.project, `${STACK}.json`), "utf8");
  }

  async close(): Promise<void> {
    await this.firewall?.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function freshStack(
  projectDir: string,
  directory: string,
  config: Record<string, unknown>,
  env: Record<string, string>,
  { executable, skipCheckpoints, skipPreview = false }: Choices,
): Promise<Stack> {
  await mkdir(directory, { recursive: true });
  const configFile = join(directory, `Pulumi.${STACK}.yaml`);
  await writeFile(configFile, stringify({ config }));
  return Stack.create({
    executable,
    name: STACK,
    projectDir,
    backendDir: directory,
    configFile,
    skipPreview,
    env: {
      ...env,
      PULUMI_CONFIG_PASSPHRASE: PASSWORD,
      PULUMI_SKIP_CHECKPOINTS: String(skipCheckpoints),
    },
  });
}
