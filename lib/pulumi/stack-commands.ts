import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StackPlace } from "./engine";
import { noStack, PulumiError } from "./error";

/** Most that `stack export` may print. */
const STATE_BYTES = 512 * 1024 * 1024;

export interface StackCommandsOptions extends StackPlace {
  /** The program to run, and the arguments that stand before all others. */
  executable: readonly [string, ...string[]];
  /** The whole of it. */
  environment: NodeJS.ProcessEnv;
}

/** Pulumi's commands on a stack beside updates, each a process; the CLI and what stands in for it take the same words. */
export class StackCommands {
  constructor(private readonly options: StackCommandsOptions) {}

  /** Makes the stack, unless the backend has it. @throws PulumiError */
  async init(): Promise<void> {
    const { projectDir, stack } = this.options;
    await inFolder("stack-init-", async (copy) => {
      // `stack init` writes a stack file beside Pulumi.yaml, where a person's own one may be: let it have a copy.
      await copyFile(join(projectDir, "Pulumi.yaml"), join(copy, "Pulumi.yaml"));
      const args = ["stack", "init", stack, "--no-select", "--secrets-provider", "passphrase"];
      const { failed, stderr } = await this.command(args, copy);
      if (failed && !stderr.includes("already exists")) throw failure(args, stderr);
    });
  }

  /** The state as JSON, secrets encrypted. @throws PulumiError */
  export(): Promise<string> {
    return this.onStack(["stack", "export"]);
  }

  /** Replaces the state by what `export` gave. @throws PulumiError */
  async import(text: string): Promise<void> {
    await inFolder("stack-import-", async (folder) => {
      const file = join(folder, "state.json");
      await writeFile(file, text, { mode: 0o600 });
      await this.onStack(["stack", "import", "--file", file]);
    });
  }

  /** Removes the lock that a killed run left. @throws PulumiError */
  async cancel(): Promise<void> {
    await this.onStack(["cancel", "--yes"]);
  }

  private async onStack(args: string[]): Promise<string> {
    const { stack } = this.options;
    const { failed, stdout, stderr } = await this.command([...args, "--stack", stack]);
    if (failed && /no stack named/.test(stderr)) throw noStack(stack);
    if (failed) throw failure(args, stderr);
    return stdout;
  }

  private command(
    args: string[],
    directory = this.options.projectDir,
  ): Promise<{ failed: boolean; stdout: string; stderr: string }> {
    const [file, ...first] = this.options.executable;
    const all = [...first, ...args, "--non-interactive", "--color", "never", "--cwd", directory];
    const options = { env: this.options.environment, maxBuffer: STATE_BYTES };
    return new Promise((resolve) => {
      execFile(file, all, options, (error, stdout, stderr) =>
        resolve({ failed: error !== null, stdout, stderr: stderr || (error?.message ?? "") }),
      );
    });
  }
}

function failure(args: readonly string[], stderr: string): PulumiError {
  return new PulumiError(`pulumi ${args.slice(0, 2).join(" ")} failed: ${stderr.trim()}`);
}

async function inFolder(prefix: string, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
