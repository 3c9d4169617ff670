import { dirname } from "node:path";
import {
  ConcurrentUpdateError,
  LocalWorkspace,
  PulumiCommand,
  type Stack,
  StackNotFoundError,
} from "@pulumi/pulumi/automation";
import type { Engine, Environment, StackPlace, Update, UpdateResult } from "./engine";
import { noStack, PulumiError } from "./error";
import { Lines } from "./lines";
import { StackCommands } from "./stack-commands";
import { UpdateEvents, type UpdateEvent } from "./update-events";

/** Operations at once: they wait for each other's answers, not for a processor. */
const PARALLEL = 100;

/** The Pulumi CLI, driven through Pulumi's Automation API. @param cli its file */
export function automation(cli: string, place: StackPlace): Engine {
  const file = place.configFile === undefined ? {} : { configFile: place.configFile };

  const run = async ({ mode, environment, signal, onLine }: Update): Promise<UpdateResult> => {
    const events = new UpdateEvents();
    const lines = new Lines(onLine);
    let complaints = "";
    try {
      const stack = await selected(cli, place, environment);
      signal.throwIfAborted();
      const flags = {
        ...file,
        refresh: true,
        parallel: PARALLEL,
        signal,
        color: "never" as const,
        suppressProgress: true,
        suppressOutputs: true,
        onOutput: (text: string) => lines.add(text),
        onError: (text: string) => {
          complaints += text;
          lines.add(text);
        },
        onEvent: (event: UpdateEvent) => events.add(event),
      };
      if (mode === "preview") await stack.preview(flags);
      // Without secrets, because the API would look for a key to show them with, and put one into the stack file.
      else await stack.up({ ...flags, continueOnError: true, showSecrets: false });
      return { succeeded: true, locked: undefined, errors: events.errors, steps: events.steps };
    } catch (error) {
      if (error instanceof PulumiError) throw error;
      const locked = error instanceof ConcurrentUpdateError ? firstError(complaints) : undefined;
      events.addErrorsOf(complaints || (error as Error).message);
      if (events.errors.length === 0) events.errors.push((error as Error).message);
      return { succeeded: false, locked, errors: events.errors, steps: events.steps };
    } finally {
      lines.end();
    }
  };

  const commands = (environment: Environment) =>
    new StackCommands({ ...place, executable: [cli], environment: { ...process.env, ...environment } });

  return {
    name: `the Pulumi CLI at ${cli}`,
    run,
    createStack: (environment) => commands(environment).init(),
    exportState: (environment) => commands(environment).export(),
    importState: (text, environment) => commands(environment).import(text),
  };
}

async function selected(
  cli: string,
  { stack: stackName, projectDir: workDir }: StackPlace,
  environment: Environment,
): Promise<Stack> {
  // The API finds a CLI in ROOT/bin, or the first on PATH.
  const folder = dirname(cli);
  const found = PulumiCommand.get(folder.endsWith("/bin") ? { root: dirname(folder) } : {});
  const pulumiCommand = await found.catch((error: unknown) => {
    throw new PulumiError(`the Pulumi CLI (${cli}) can't be run: is it installed, and on PATH?`, {
      cause: error,
    });
  });
  const envVars = Object.fromEntries(
    Object.entries(environment).filter((each): each is [string, string] => each[1] !== undefined),
  );
  const selecting = LocalWorkspace.selectStack({ stackName, workDir }, { envVars, pulumiCommand });
  return selecting.catch((cause: unknown) => {
    if (!(cause instanceof StackNotFoundError)) throw cause;
    throw noStack(stackName, cause);
  });
}

function firstError(text: string): string {
  return /^error: (.*)/m.exec(text)?.[1] ?? "another update of the stack is in progress";
}
