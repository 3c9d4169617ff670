import { readFileSync } from "node:fs";
import path from "node:path";
import { StackFiles } from "./backend";
import { EngineError, messageOf } from "./errors";
import { parseFlags } from "./flags";
import type { Flags } from "./flags";
import { operate, preview, stackOutputs } from "./operations";
import type { OperationContext } from "./operations";
import { readConfig, readProject, setConfig, stackCrypter, stackFile } from "./project";
import { sealDeployment } from "./snapshot";
import type { Deployment } from "./state";
import { isObject } from "./values";

/**
 * A small stand-in for the Pulumi CLI, for the demo and the tests on machines without it. It runs the real program
 * and the real dynamic-provider host; production runs on the CLI.
 */
async function main(argv: string[]): Promise<number> {
  process.stderr.write("engine: stand-in for the Pulumi CLI (demo and tests only)\n");
  const flags = parseFlags(argv);
  const [command = "", ...rest] = flags.command;
  if (command === "stack") {
    stackCommand(flags, rest);
    return 0;
  }
  const context = operationContext(flags, flags.stack);
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

function stackCommand(flags: Flags, [verb = "", name]: string[]): void {
  const context = operationContext(flags, name ?? flags.stack);
  const { files, configFile, write } = context;
  switch (verb) {
    case "init":
      files.create();
      stackCrypter(configFile);
      return;
    case "export": {
      const deployment = files.load() ?? sealDeployment([], [], stackCrypter(configFile));
      write(JSON.stringify({ version: 3, deployment }, undefined, 4) + "\n");
      return;
    }
    case "import": {
      const file: unknown = JSON.parse(readFileSync(flags.file ?? 0, "utf8"));
      const deployment = isObject(file) ? file["deployment"] : undefined;
      if (!isObject(deployment))
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

function configCommand({ flags, project, configFile }: OperationContext, words: string[]): void {
  const [verb, key] = words;
  if (verb === undefined) {
    // Decrypts it all, as the CLI does for --show-secrets; the values are for nobody here to see.
    readConfig(project, configFile, stackCrypter(configFile));
    return;
  }
  const value = words[2] ?? (process.stdin.isTTY ? undefined : readFileSync(0, "utf8").replace(/\r?\n$/, ""));
  if (verb !== "set" || key === undefined || value === undefined) {
    throw new EngineError("bad-arguments", "usage: config set [--secret] KEY [VALUE], or the value as input");
  }
  const name = key.includes(":") ? key : `${project.name}:${key}`;
  setConfig(configFile, name, value, flags.secret ? stackCrypter(configFile) : undefined);
}

function operationContext(flags: Flags, stack: string | undefined): OperationContext {
  if (!stack) throw new EngineError("bad-arguments", "no stack selected: pass --stack NAME");
  const backend = process.env["PULUMI_BACKEND_URL"];
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
    write: (text) => process.stdout.write(text),
  };
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (!(error instanceof EngineError && error.reported)) {
      process.stderr.write(`error: ${error instanceof EngineError ? error.message : trace(error)}\n`);
    }
    process.exitCode = 1;
  },
);

/** What nobody foresaw is shown with where it happened. */
function trace(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}
