import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { OperationFlags, RunResult } from "../../packages/pulumi/stack";
import { Stack } from "../../packages/pulumi/stack";
import type { Deployment, ResourceState } from "../../packages/pulumi/state";
import { nameOf } from "../../packages/pulumi/urn";
import type { JournalEntry, Plan, PlannedResource } from "./programs/things/plan";

export const passphrase = "a test's passphrase";

/** A stack of the program `things` in a folder of its own, and what its provider was asked to do. */
export class Workshop {
  private constructor(
    readonly stack: Stack,
    readonly folder: string,
  ) {}

  static async open(config = ""): Promise<Workshop> {
    const folder = mkdtempSync(path.join(tmpdir(), "engine-test-"));
    const configFile = path.join(folder, "Pulumi.dev.yaml");
    writeFileSync(configFile, config);
    mkdirSync(path.join(folder, "world"));
    const stack = await Stack.create({
      executable: { kind: "engine" },
      name: "dev",
      projectDir: path.join(__dirname, "programs", "things"),
      backendDir: path.join(folder, "backend"),
      configFile,
      env: {
        PULUMI_CONFIG_PASSPHRASE: passphrase,
        TEST_PLAN: path.join(folder, "plan.json"),
        TEST_JOURNAL: path.join(folder, "journal"),
        TEST_WORLD: path.join(folder, "world"),
      },
      invokes: path.join(__dirname, "programs", "things", "invokes.ts"),
      // What is started, rather than run, has processes of its own.
      inProcess: true,
    });
    return new Workshop(stack, folder);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  get configFile(): string {
    return path.join(this.folder, "Pulumi.dev.yaml");
  }

  get stateFile(): string {
    return path.join(this.folder, "backend", ".pulumi", "stacks", "things", "dev.json");
  }

  declare(plan: Plan | PlannedResource[]): void {
    const whole = Array.isArray(plan) ? { resources: plan } : plan;
    writeFileSync(path.join(this.folder, "plan.json"), JSON.stringify(whole));
  }

  /** `up` without preview, of what `plan` declares; fails the test unless it succeeds. */
  async made(plan: Plan | PlannedResource[], flags: OperationFlags = {}): Promise<RunResult> {
    const result = await this.up(plan, flags);
    if (result.code !== 0) throw new Error(`up failed:\n${result.stdout}\n${result.stderr}`);
    return result;
  }

  up(plan: Plan | PlannedResource[], flags: OperationFlags = {}): Promise<RunResult> {
    this.declare(plan);
    return this.stack.up({ skipPreview: true, ...flags });
  }

  /** The journal since the last time it was asked for. */
  journal(): JournalEntry[] {
    const entries = this.peek();
    rmSync(path.join(this.folder, "journal"), { force: true });
    return entries;
  }

  /** The calls of the journal as `call name`, for the calls that are named. */
  calls(...wanted: JournalEntry["call"][]): string[] {
    return this.journal()
      .filter(({ call, at }) => at === "start" && (wanted.length === 0 || wanted.includes(call)))
      .map(({ call, name }) => `${call} ${name}`.trimEnd());
  }

  /** What the state file holds, secrets encrypted. */
  deployment(): Deployment {
    const file = JSON.parse(readFileSync(this.stateFile, "utf8")) as { checkpoint: { latest: Deployment } };
    return file.checkpoint.latest;
  }

  /** The state's resources by logical name. */
  state(): Record<string, ResourceState> {
    const { resources = [] } = this.deployment();
    return Object.fromEntries(resources.map((resource) => [nameOf(resource.urn), resource]));
  }

  /** Changes what is there behind the engine's back; undefined removes it. */
  drift(id: string, props: Record<string, unknown> | undefined): void {
    const file = path.join(this.folder, "world", `${id}.json`);
    if (!props) return rmSync(file);
    const found = JSON.parse(readFileSync(file, "utf8")) as object;
    writeFileSync(file, JSON.stringify({ ...found, ...props }));
  }

  /** Waits until the journal holds such an entry. */
  async journalled(call: JournalEntry["call"], at: JournalEntry["at"], name?: string): Promise<JournalEntry> {
    const wanted = (entry: JournalEntry): boolean =>
      entry.call === call && entry.at === at && (name === undefined || entry.name === name);
    await this.until((entries) => entries.some(wanted));
    return this.peek().find(wanted)!;
  }

  /** Waits until the journal is as `reached` wants it. */
  until(reached: (entries: JournalEntry[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!reached(this.peek())) return;
        watcher.close();
        resolve();
      };
      const watcher = watch(this.folder, look);
      look();
    });
  }

  /** The journal so far, left as it is; a line that is being written is left out. */
  peek(): JournalEntry[] {
    const file = path.join(this.folder, "journal");
    const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
    return lines.map((line) => JSON.parse(line) as JournalEntry);
  }

  /** Lets go of the things that wait for this file (`waitFor`). */
  release(file: string): void {
    writeFileSync(file, "");
  }
}

export function urn(name: string, type = "pulumi-nodejs:dynamic/test:Thing"): string {
  return `urn:pulumi:dev::things::${type}::${name}`;
}
