import { readFileSync } from "node:fs";
import path from "node:path";
import { isRecord } from "../../lib/records";
import { StackFiles } from "./backend";
import { EngineError, messageOf } from "./errors";
import { parseFlags } from "./flags";
import type { Flags } from "./flags";
import { operate, preview, stackOutputs } from "./operations";
import type { OperationContext } from "./operations";
import { startNode, type StartNode } from "./processes";
import { readConfig, readProject, setConfig, stackCrypter, stackFile } from "./project";
import { sealDeployment } from "./snapshot";
import type { Deployment } from "./state";

/** Where a command runs: what a process has of its own. */
export interface CommandPlace {
  environment: NodeJS.ProcessEnv;
  write: (text: string) => void;
  writeError: (text: string) => void;
  /** What interrupts it; absent: nothing does. */
  signals?: NodeJS.EventEmitter;
  /** How it starts a program and its providers; absent: each in a process of its own. */
  startNode?: StartNode;
}

/**
 * A command of a small stand-in for the Pulumi CLI, for the demo and the tests on machines without it. It runs the
 * real program and the real dynamic-provider host; production runs on the CLI.
 * @returns its exit code
 */
export async function runCommand(argv: string[], place: CommandPlace): Promise<number> {
  place.writeError("engine: stand-in for the Pulumi CLI (demo and tests only)\n");
  try {
    return await run(parseFlags(argv, place.environment), place);
  } catch (error) {
    if (!(error instanceof EngineError && error.reported)) {
      place.writeError(`error: ${error instanceof EngineError ? error.message : trace(error)}\n`);
    }
    return 1;
  }
}

async function run(flags: Flags, place: CommandPlace): Promise<number> {
  const [command = "", ...rest] = flags.command;
  if (command === "stack") {
    stackCommand(flags, rest, place);
    return 0;
  }
  const context = operationContext(flags, flags.stack, place);
  switch (command) {
    case "preview":
      return (await preview(context)) ? 0 : 1;
    case "up":
      return (await operate(context, "update")) ? 0 : 1;
    case "refresh":
      return (await operate(context, "refresh")) ? 0 : 1;
    case "destroy":
      return (await operate(context, "destroy")) ? 0 : 1;
    case "cancel":
      context.files.removeLocks();
      return 0;
    case "config":
      configCommand(context, rest);
      return 0;
    default:
      throw new EngineError(
        "bad-arguments",
        `unknown command "${command}": preview, up, refresh, destroy, cancel, config set, stack init|export|import|output|rm`,
      );
  }
}

function stackCommand(flags: Flags, [verb = "", name]: string[], place: CommandPlace): void {
  const context = operationContext(flags, name ?? flags.stack, place);
  const { files, configFile, write, environment } = context;
  switch (verb) {
    case "init":
      files.create();
      stackCrypter(configFile, environment);
      return;
    case "export": {
      const deployment = files.load() ?? sealDeployment([], [], stackCrypter(configFile, environment));
      write(JSON.stringify({ version: 3, deployment }, undefined, 4) + "\n");
      return;
    }
    case "import": {
      const file: unknown = JSON.parse(readFileSync(flags.file ?? 0, "utf8"));
      const deployment = isRecord(file) ? file["deployment"] : undefined;
      if (!isRecord(deployment))
        throw new EngineError("bad-arguments", "stack import takes what stack export gave");
      files.lock();
      files.save(deployment as unknown as Deployment);
      files.unlock();
      return;
    }
    case "output":
      write(JSON.stringify(stackOutputs(files), undefined, 2) + "\n");
      return;
    case "rm":
      if ((files.load()?.resources?.length ?? 0) > 0 && !flags.force) {
        throw new EngineError(
          "failed",
          `'${files.stack}' still has resources; removal rejected. Destroy it first, or pass --force`,
        );
      }
      files.remove();
      return;
    default:
      throw new EngineError(
        "bad-arguments",
        `unknown command "stack ${verb}": init, export, import, output, rm`,
      );
  }
}

function configCommand({ flags, project, configFile, environment }: OperationContext, words: string[]): void {
  const [verb, key] = words;
  if (verb === undefined) {
    // Decrypts it all, as the CLI does for --show-secrets; the values are for nobody here to see.
    readConfig(project, configFile, stackCrypter(configFile, environment));
    return;
  }
  const value = words[2] ?? (process.stdin.isTTY ? undefined : readFileSync(0, "utf8").replace(/\r?\n$/, ""));
  if (verb !== "set" || key === undefined || value === undefined) {
    throw new EngineError("bad-arguments", "usage: config set [--secret] KEY [VALUE], or the value as input");
  }
  const name = key.includes(":") ? key : `${project.name}:${key}`;
  setConfig(configFile, name, value, flags.secret ? stackCrypter(configFile, environment) : undefined);
}

function operationContext(
  flags: Flags,
  stack: string | undefined,
  { environment, write, signals, startNode: start = startNode }: CommandPlace,
): OperationContext {
  if (!stack) throw new EngineError("bad-arguments", "no stack selected: pass --stack NAME");
  const backend = environment["PULUMI_BACKEND_URL"];
  if (!backend?.startsWith("file://")) {
    throw new EngineError(
      "bad-arguments",
      "set PULUMI_BACKEND_URL to file:///FOLDER: no other backend is known",
    );
  }
  const project = readProject(flags.cwd);
  return {
    flags,
    project,
    files: new StackFiles(backend, project.name, stack.split("/").at(-1) ?? stack),
    configFile: flags.configFile ? path.resolve(flags.cwd, flags.configFile) : stackFile(project, stack),
    environment,
    write,
    signals,
    startNode: start,
  };
}

/** What nobody foresaw is shown with where it happened. */
function trace(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}
