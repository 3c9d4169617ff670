import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { leanNodeOptions } from "../../lib/lean-sdk";
import { StackFiles } from "./backend";
import { findCli } from "./findCli";
import type { EngineEvent, Severity, StepOp } from "./events";
import { readProject } from "./project";
import type { Deployment } from "./state";
import { nameOf } from "./urn";
import type { PropertyMap } from "./values";

export { findCli } from "./findCli";
export type { Deployment } from "./state";

const ROOT = path.join(__dirname, "..", "..");

/** What runs the commands: this folder's engine, or the real Pulumi CLI. */
export type Executable = { kind: "engine" } | { kind: "cli"; path: string };

/** `--engine` or `--cli` on the command line decide; otherwise the CLI is used where it is found. */
export function chooseExecutable(argv: string[]): Executable {
  const cli = findCli();
  if (argv.includes("--engine")) return { kind: "engine" };
  if (cli !== undefined) return { kind: "cli", path: cli };
  if (argv.includes("--cli")) {
    throw new Error("--cli: no pulumi on PATH or in ~/.pulumi; install the Pulumi CLI, or use --engine");
  }
  return { kind: "engine" };
}

export interface StackOptions {
  executable: Executable;
  /** Stack name, without organisation and project. */
  name: string;
  /** Folder of Pulumi.yaml. */
  projectDir: string;
  /** Folder of the file backend; made if it does not exist. */
  backendDir: string;
  /** The stack's configuration (`--config-file`). */
  configFile: string;
  /** Added to the environment of every command. */
  env?: Record<string, string>;
  /** Module that answers data sources; for the engine only, the CLI has plugins. */
  invokes?: string;
}

export interface OperationFlags {
  /** Without it, none, whatever the project says. */
  refresh?: boolean | "as the project says";
  targets?: string[];
  targetDependents?: boolean;
  continueOnError?: boolean;
  parallel?: number;
  skipPreview?: boolean;
  diff?: boolean;
  env?: Record<string, string>;
}

/** One thing that was done to one custom resource; inputs of before and after. */
interface Step {
  op: StepOp;
  urn: string;
  type: string;
  name: string;
  old?: PropertyMap;
  new?: PropertyMap;
  diffs?: string[];
}

export interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
  /** Of the last phase that ran: the update's, after an `up` that came so far. */
  events: EngineEvent[];
  /** What was done (in a preview: would be done) to custom resources, `same` left out. */
  steps: Step[];
  diagnostics: { severity: Severity; message: string; urn?: string }[];
  /** Counts by operation from the summary. */
  changes: Record<string, number>;
}

type Command = "preview" | "up" | "refresh" | "destroy";

/** A stack in a file backend, driven through either executable with the same words. */
export class Stack {
  /** With our own engine: what the stack consists of, which takes no process to look at. */
  private readonly files: StackFiles | undefined;

  private constructor(private readonly options: StackOptions) {
    const { executable, backendDir, projectDir, name } = options;
    if (executable.kind === "cli") return;
    const backend = `file://${path.resolve(backendDir)}`;
    this.files = new StackFiles(backend, readProject(projectDir).name, name);
  }

  /** A stack that the backend has. */
  static existing(options: StackOptions): Stack {
    return new Stack(options);
  }

  /** Makes the stack, or takes the one that the backend has. */
  static async create(options: StackOptions): Promise<Stack> {
    const stack = new Stack(options);
    mkdirSync(options.backendDir, { recursive: true });
    if (stack.files !== undefined) {
      if (!stack.files.exists()) stack.files.create();
      return stack;
    }
    // `stack init` writes a stack file beside Pulumi.yaml, where a person's own one may be: let it have a copy.
    const copy = await mkdtemp(path.join(tmpdir(), "stack-init-"));
    try {
      await copyFile(path.join(options.projectDir, "Pulumi.yaml"), path.join(copy, "Pulumi.yaml"));
      const { stderr, code } = await stack.simple(
        ["stack", "init", options.name, ...stack.initFlags()],
        copy,
      );
      if (code !== 0 && !stderr.includes("already exists")) throw new Error(`stack init failed: ${stderr}`);
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
    return stack;
  }

  preview(flags: OperationFlags = {}): Promise<RunResult> {
    return this.start("preview", flags).done;
  }

  up(flags: OperationFlags = {}): Promise<RunResult> {
    return this.start("up", flags).done;
  }

  refresh(flags: OperationFlags = {}): Promise<RunResult> {
    return this.start("refresh", flags).done;
  }

  destroy(flags: OperationFlags = {}): Promise<RunResult> {
    return this.start("destroy", flags).done;
  }

  /** Removes the lock that a killed run left. */
  async cancel(): Promise<void> {
    const { code, stderr } = await this.simple(["cancel", "--yes", "--stack", this.options.name]);
    if (code !== 0) throw new Error(`cancel failed: ${stderr}`);
  }

  /** The state, secrets encrypted. */
  async exportState(): Promise<Deployment> {
    const own = this.files?.load();
    if (own !== undefined) return own;
    const { code, stdout, stderr } = await this.simple(["stack", "export", "--stack", this.options.name]);
    if (code !== 0) throw new Error(`stack export failed: ${stderr}`);
    return (JSON.parse(stdout) as { deployment: Deployment }).deployment;
  }

  /** Replaces the state by what `exportState` gave. */
  async importState(deployment: Deployment): Promise<void> {
    const folder = await mkdtemp(path.join(tmpdir(), "stack-import-"));
    try {
      const file = path.join(folder, "state.json");
      await writeFile(file, JSON.stringify({ version: 3, deployment }));
      const args = ["stack", "import", "--file", file, "--stack", this.options.name];
      const { code, stderr } = await this.simple(args);
      if (code !== 0) throw new Error(`stack import failed: ${stderr}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Starts a command without waiting for it, so that it can be interrupted or killed. */
  start(command: Command, flags: OperationFlags = {}): { child: ChildProcess; done: Promise<RunResult> } {
    const eventLog = path.join(tmpdir(), `stack-events-${String(process.pid)}-${String(++runs)}.jsonl`);
    const child = this.spawn(
      [command, ...this.operationFlags(command, flags), "--event-log", eventLog],
      flags.env,
    );
    const done = collect(child).then((output): RunResult => {
      const events = readEvents(eventLog);
      rmSync(eventLog, { force: true });
      return { ...output, events, ...digest(events, command) };
    });
    return { child, done };
  }

  private simple(
    args: string[],
    directory?: string,
  ): Promise<{ code: number; stdout: string; stderr: string }> {
    return collect(this.spawn([...args, "--non-interactive", "--color", "never"], {}, directory));
  }

  private initFlags(): string[] {
    return this.options.executable.kind === "cli" ? ["--no-select", "--secrets-provider", "passphrase"] : [];
  }

  private operationFlags(command: Command, flags: OperationFlags): string[] {
    const { name, configFile } = this.options;
    return [
      ...["--stack", name, "--config-file", configFile],
      ...["--non-interactive", "--color", "never", "--suppress-progress"],
      ...(command === "preview" ? [] : ["--yes"]),
      ...(flags.skipPreview && command !== "preview" ? ["--skip-preview"] : []),
      ...(command === "refresh" || flags.refresh === "as the project says"
        ? []
        : [`--refresh${flags.refresh ? "" : "=false"}`]),
      ...(flags.targets ?? []).flatMap((target) => ["--target", target]),
      ...(flags.targetDependents ? ["--target-dependents"] : []),
      // `preview` and `refresh` have no such flag.
      ...(flags.continueOnError && (command === "up" || command === "destroy")
        ? ["--continue-on-error"]
        : []),
      ...(flags.parallel === undefined ? [] : ["--parallel", String(flags.parallel)]),
      ...(flags.diff ? ["--diff"] : []),
    ];
  }

  private spawn(
    args: string[],
    env: Record<string, string> = {},
    directory = this.options.projectDir,
  ): ChildProcess {
    const { executable, backendDir, invokes } = this.options;
    const [file, ...prefix] =
      executable.kind === "cli"
        ? [executable.path]
        : [process.execPath, "--require", path.join(ROOT, "typescript.cjs"), path.join(__dirname, "main.ts")];
    return spawn(file ?? "", [...prefix, ...args, "--cwd", directory], {
      cwd: ROOT,
      env: {
        ...process.env,
        NODE_OPTIONS: leanNodeOptions(process.env["NODE_OPTIONS"]),
        PULUMI_BACKEND_URL: `file://${path.resolve(backendDir)}`,
        PULUMI_CONFIG_PASSPHRASE: process.env["PULUMI_CONFIG_PASSPHRASE"] ?? "",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        // The CLI knows --event-log only with its debug commands (pulumi: pkg/cmd/pulumi/operations).
        PULUMI_DEBUG_COMMANDS: "true",
        ...(invokes === undefined ? {} : { ENGINE_INVOKES: path.resolve(invokes) }),
        ...this.options.env,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }
}

/** Numbers the runs of this process, for their event logs. */
let runs = 0;

async function collect(child: ChildProcess): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code: code ?? 1, stdout, stderr };
}

function readEvents(file: string): EngineEvent[] {
  if (!existsSync(file)) return [];
  // The last line of a killed run may be incomplete.
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as EngineEvent);
}

function digest(
  events: EngineEvent[],
  command: Command,
): Pick<RunResult, "steps" | "diagnostics" | "changes"> {
  const steps: Step[] = [];
  const diagnostics: RunResult["diagnostics"] = [];
  let changes: Record<string, number> = {};
  for (const event of events) {
    // A refresh shows only afterwards what it came to.
    const step = command === "refresh" ? event.resOutputsEvent : event.resourcePreEvent;
    if (step) {
      const { op, urn, type, old, new: next, diffs } = step.metadata;
      const custom = (next ?? old)?.custom === true && !type.startsWith("pulumi:providers:");
      if (custom && op !== "same" && op !== "refresh") {
        steps.push({
          ...{ op, urn, type, name: nameOf(urn) },
          ...(old && { old: old.inputs }),
          ...(next && { new: next.inputs }),
          ...(diffs && { diffs }),
        });
      }
    }
    if (event.diagnosticEvent) {
      const { severity, message, urn } = event.diagnosticEvent;
      diagnostics.push({ severity, message, ...(urn !== undefined && { urn }) });
    }
    if (event.summaryEvent) changes = event.summaryEvent.resourceChanges;
  }
  return { steps, diagnostics, changes };
}
