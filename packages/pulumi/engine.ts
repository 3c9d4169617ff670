import { EventEmitter } from "node:events";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Engine, Environment, StackPlace, Update, UpdateResult } from "../../lib/pulumi/engine";
import { PulumiError } from "../../lib/pulumi/error";
import { Lines } from "../../lib/pulumi/lines";
import { UpdateEvents } from "../../lib/pulumi/update-events";
import { StackFiles } from "./backend";
import { readProject } from "./project";
import { Stack, type Deployment, type OperationFlags, type RunResult, type StackOptions } from "./stack";

export interface StandInOptions {
  /** Module that answers data sources. */
  invokes?: string;
  /** Whether each run has processes of its own, as with the CLI: for who looks for them. */
  hasOwnProcesses?: boolean;
}

/** The project's own engine, where there is no Pulumi CLI: for the demo and the tests. Only with a file backend. */
export function standIn(place: StackPlace, { invokes, hasOwnProcesses }: StandInOptions = {}): Engine {
  const optionsWith = (env: Environment): StackOptions => {
    const backend = env["PULUMI_BACKEND_URL"] ?? process.env["PULUMI_BACKEND_URL"] ?? "";
    if (!backend.startsWith("file://")) {
      throw new PulumiError(`the backend ${JSON.stringify(backend)} is no folder: that takes the Pulumi CLI`);
    }
    const { stack: name, projectDir, configFile = path.join(projectDir, `Pulumi.${name}.yaml`) } = place;
    const backendDir = fileURLToPath(backend);
    return { executable: { kind: "engine" }, name, projectDir, configFile, backendDir, env, invokes };
  };
  const stackWith = (environment: Environment) => Stack.existing(optionsWith(environment));

  const run = async ({ mode, environment, signal, onLine }: Update): Promise<UpdateResult> => {
    const flags = { refresh: true, skipPreview: true, continueOnError: true, parallel: 100 };
    const lines = new Lines(onLine);
    const { interrupt, done } = started(stackWith(environment), { mode, flags, hasOwnProcesses }, (text) =>
      lines.add(text),
    );
    signal.addEventListener("abort", interrupt);
    const result = await done;
    signal.removeEventListener("abort", interrupt);
    lines.end();
    const events = new UpdateEvents();
    for (const event of result.events) events.add(event);
    if (result.code !== 0) events.addErrorsOf(result.stderr);
    return { succeeded: result.code === 0, locked: undefined, errors: events.errors, steps: events.steps };
  };

  const stateOf = (environment: Environment): string => {
    const { backendDir, projectDir, name } = optionsWith(environment);
    const files = new StackFiles(pathToFileURL(backendDir).href, readProject(projectDir).name, name);
    // A stack that was never updated has none.
    return JSON.stringify({ version: 3, deployment: files.load() ?? {} });
  };

  return {
    name: "the project's own engine, for the demo and the tests only, because no pulumi was found",
    run,
    async createStack(environment) {
      await Stack.create(optionsWith(environment));
    },
    exportState: (environment) => Promise.resolve(environment).then(stateOf),
    async importState(text, environment) {
      const { deployment } = JSON.parse(text) as { deployment: Deployment };
      await stackWith(environment).importState(deployment);
    },
  };
}

interface Asked {
  mode: Update["mode"];
  flags: OperationFlags;
  hasOwnProcesses: boolean | undefined;
}

/** A run that goes on, and what interrupts it. */
function started(
  stack: Stack,
  { mode, flags, hasOwnProcesses }: Asked,
  said: (text: string) => void,
): { interrupt: () => void; done: Promise<RunResult> } {
  if (hasOwnProcesses !== true) {
    const signals = new EventEmitter();
    return {
      interrupt: () => void signals.emit("SIGINT"),
      done: stack.here(mode, flags, said, signals),
    };
  }
  const { child, done } = stack.start(mode, flags);
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (text: Buffer | string) => said(String(text)));
  return { interrupt: () => void child.kill("SIGINT"), done };
}
