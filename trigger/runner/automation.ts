import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { ConcurrentUpdateError, LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { RunnerError } from "./error";
import { Lines } from "./log";
import { Heard, type Engine, type Update, type Updated, type UpdateEvent } from "./update";

export interface AutomationOptions {
  /** The Pulumi CLI's file. */
  cli: string;
  /** As the backend knows it: its name, or organization/name. */
  stack: string;
  projectDir: string;
  /** Where it isn't Pulumi.STACK.yaml of the project. */
  configFile?: string;
}

/** Operations at once: they wait for each other's answers, not for a processor. */
const PARALLEL = 100;
/** Most that `stack export` may print. */
const STATE_BYTES = 512 * 1024 * 1024;

/** The Pulumi CLI, driven through Pulumi's Automation API. */
export function automation(options: AutomationOptions): Engine {
  const { cli, stack: stackName, projectDir, configFile } = options;
  const file = configFile === undefined ? {} : { configFile };

  const run = async ({ mode, environment, signal, onLine }: Update): Promise<Updated> => {
    const heard = new Heard();
    const lines = new Lines(onLine);
    let complaints = "";
    try {
      const stack = await selected(cli, stackName, projectDir, environment);
      signal.throwIfAborted();
      const flags = {
        ...({ refresh: true, parallel: PARALLEL, signal, color: "never", ...file } as const),
        ...{ suppressProgress: true, suppressOutputs: true },
        onOutput: (text: string) => lines.add(text),
        onError: (text: string) => {
          complaints += text;
          lines.add(text);
        },
        onEvent: (event: UpdateEvent) => heard.onEvent(event),
      };
      if (mode === "preview") await stack.preview(flags);
      // Without secrets, because the API would look for a key to show them with, and put one into the stack file.
      else await stack.up({ ...flags, continueOnError: true, showSecrets: false });
      return { succeeded: true, locked: undefined, ...heard };
    } catch (error) {
      if (error instanceof RunnerError) throw error;
      const locked = error instanceof ConcurrentUpdateError ? firstError(complaints) : undefined;
      heard.addErrorsOf(complaints || (error as Error).message);
      if (heard.errors.length === 0) heard.errors.push((error as Error).message);
      return { succeeded: false, locked, errors: heard.errors, rules: heard.rules };
    } finally {
      lines.end();
    }
  };

  const command = async (args: string[], environment: Record<string, string>): Promise<string> => {
    try {
      const all = [...args, "--stack", stackName, "--non-interactive", "--cwd", projectDir];
      const env = { ...process.env, ...environment };
      return (await promisify(execFile)(cli, all, { env, maxBuffer: STATE_BYTES })).stdout;
    } catch (error) {
      const { stderr = "" } = error as { stderr?: string };
      throw new RunnerError("PULUMI", `pulumi ${args.slice(0, 2).join(" ")} failed: ${stderr.trim()}`, {
        cause: error,
      });
    }
  };

  return {
    name: `the Pulumi CLI at ${cli}`,
    run,
    exportState: (environment) => command(["stack", "export"], environment),
    async importState(text, environment) {
      const folder = await mkdtemp(join(tmpdir(), "aws-panos-state-"));
      try {
        await writeFile(join(folder, "state.json"), text, { mode: 0o600 });
        await command(["stack", "import", "--file", join(folder, "state.json")], environment);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
}

async function selected(
  cli: string,
  stackName: string,
  workDir: string,
  envVars: Record<string, string>,
): Promise<Stack> {
  // The API finds a CLI in ROOT/bin, or the first on PATH.
  const folder = dirname(cli);
  const found = PulumiCommand.get(folder.endsWith("/bin") ? { root: dirname(folder) } : {});
  const pulumiCommand = await found.catch((error: unknown) => {
    throw new RunnerError("PULUMI", `the Pulumi CLI (${cli}) can't be run: is it installed, and on PATH?`, {
      cause: error,
    });
  });
  return LocalWorkspace.selectStack({ stackName, workDir }, { envVars, pulumiCommand });
}

function firstError(text: string): string {
  return /^error: (.*)/m.exec(text)?.[1] ?? "another update of the stack is in progress";
}
