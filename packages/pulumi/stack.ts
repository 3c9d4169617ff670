import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { leanNodeOptions } from "../../lib/lean-sdk";
import { StackCommands } from "../../lib/pulumi/stack-commands";
import { StackFiles } from "./backend";
import { runCommand } from "./command";
import { startPooled } from "./pool";
import { readProject } from "./project";
import { digest, outputOf, readEvents, type Command, type Output, type RunResult } from "./run";
import type { Deployment } from "./state";

export type { RunResult } from "./run";
export type { Deployment } from "./state";

const ROOT = path.join(__dirname, "..", "..");

/** What runs the commands: this folder's engine, or the real Pulumi CLI. */
export type Executable = { kind: "engine" } | { kind: "cli"; path: string };

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
  env?: Readonly<Record<string, string | undefined>>;
  /** Module that answers data sources; for the engine only, the CLI has plugins. */
  invokes?: string | undefined;
  /**
   * Whether the own engine runs in this process, and programs and providers one after the other in the same ones:
   * starts are most of what a run takes. Who looks for the command that it runs finds none then.
   */
  inProcess?: boolean;
  /** Whether commands show no preview first where their flags don't say. */
  skipPreview?: boolean;
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

/** A stack in a file backend, driven through either executable with the same words: for demo, tests and measurements. */
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
    if (stack.files === undefined) await stack.commands().init();
    else if (!stack.files.exists()) stack.files.create();
    return stack;
  }

  preview(flags: OperationFlags = {}): Promise<RunResult> {
    return this.run("preview", flags);
  }

  up(flags: OperationFlags = {}): Promise<RunResult> {
    return this.run("up", flags);
  }

  refresh(flags: OperationFlags = {}): Promise<RunResult> {
    return this.run("refresh", flags);
  }

  destroy(flags: OperationFlags = {}): Promise<RunResult> {
    return this.run("destroy", flags);
  }

  /** Removes the lock that a killed run left. */
  cancel(): Promise<void> {
    return this.commands().cancel();
  }

  /** The state, secrets encrypted. */
  async exportState(): Promise<Deployment> {
    const own = this.files?.load();
    if (own !== undefined) return own;
    return (JSON.parse(await this.commands().export()) as { deployment: Deployment }).deployment;
  }

  /** Replaces the state by what `exportState` gave. */
  importState(deployment: Deployment): Promise<void> {
    return this.commands().import(JSON.stringify({ version: 3, deployment }));
  }

  /** Starts a command without waiting for it, so that it can be interrupted or killed. */
  start(command: Command, flags: OperationFlags = {}): { child: ChildProcess; done: Promise<RunResult> } {
    const [args, resultOf] = this.commandLine(command, flags);
    const [file, ...first] = this.executable();
    const child = spawn(file, [...first, ...args], {
      cwd: ROOT,
      env: this.environment(flags.env),
      stdio: ["ignore", "pipe", "pipe"],
    });
    return { child, done: outputOf(child).then(resultOf) };
  }

  private async run(command: Command, flags: OperationFlags): Promise<RunResult> {
    const { executable, inProcess } = this.options;
    const isHere = executable.kind === "engine" && inProcess === true;
    return isHere ? this.here(command, flags) : this.start(command, flags).done;
  }

  /**
   * Runs a command of the own engine in this process.
   * @param said gets what it says
   * @param signals what interrupts it
   */
  async here(
    command: Command,
    flags: OperationFlags,
    said: (text: string) => void = () => undefined,
    signals?: NodeJS.EventEmitter,
  ): Promise<RunResult> {
    const [args, resultOf] = this.commandLine(command, flags);
    const output = { stdout: "", stderr: "" };
    const into = (stream: keyof typeof output) => (text: string) => {
      output[stream] += text;
      said(text);
    };
    const code = await runCommand(args, {
      environment: this.environment(flags.env),
      write: into("stdout"),
      writeError: into("stderr"),
      ...(signals && { signals }),
      startNode: startPooled,
    });
    return resultOf({ code, ...output });
  }

  /** A command's words, and what makes a result of what it said. */
  private commandLine(command: Command, flags: OperationFlags): [string[], (output: Output) => RunResult] {
    const { projectDir } = this.options;
    const eventLog = path.join(tmpdir(), `stack-events-${String(process.pid)}-${String(++runs)}.jsonl`);
    const words = [command, ...this.operationFlags(command, flags)];
    const resultOf = (output: Output): RunResult => {
      const events = readEvents(eventLog);
      rmSync(eventLog, { force: true });
      return { ...output, events, ...digest(events, command) };
    };
    return [[...words, "--event-log", eventLog, "--cwd", path.resolve(projectDir)], resultOf];
  }

  private commands(): StackCommands {
    const { name: stack, projectDir } = this.options;
    const [executable, environment] = [this.executable(), this.environment()];
    return new StackCommands({ stack, projectDir, executable, environment });
  }

  private operationFlags(command: Command, flags: OperationFlags): string[] {
    const { name, configFile } = this.options;
    const { skipPreview = this.options.skipPreview } = flags;
    return [
      ...["--stack", name, "--config-file", configFile],
      ...["--non-interactive", "--color", "never", "--suppress-progress"],
      ...(command === "preview" ? [] : ["--yes"]),
      ...(skipPreview && command !== "preview" ? ["--skip-preview"] : []),
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

  private executable(): [string, ...string[]] {
    const { executable } = this.options;
    return executable.kind === "cli"
      ? [executable.path]
      : [process.execPath, "--require", path.join(ROOT, "typescript.cjs"), path.join(__dirname, "main.ts")];
  }

  private environment(env: Record<string, string> = {}): NodeJS.ProcessEnv {
    const { backendDir, invokes } = this.options;
    return {
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
    };
  }
}

/** Numbers the runs of this process, for their event logs. */
let runs = 0;
