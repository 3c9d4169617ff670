import { spawn } from "node:child_process";
import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/**
 * The Pulumi executable: on PATH, else where Pulumi's installer and its npm package put it (`PULUMI_HOME`,
 * `~/.pulumi`). Never downloads one.
 */
export function findPulumi(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const home = environment["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  const onPath = (environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...onPath, join(home, "bin"), ...versionFolders(join(home, "versions"))]
    .map((folder) => join(folder, "pulumi"))
    .find(isExecutable);
}

/** The newest version first. */
function versionFolders(versions: string): string[] {
  try {
    return readdirSync(versions)
      .sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
      .flatMap((version) => [join(versions, version, "bin"), join(versions, version)]);
  } catch {
    return [];
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** A command that takes the Pulumi CLI's arguments. */
export type Command = [program: string, ...first: string[]];

/** @returns the exit code, and what was said on both outputs */
export function run(
  [program, ...first]: Command,
  args: string[],
  environment: NodeJS.ProcessEnv,
): Promise<{ code: number; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...args], {
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said: Buffer[] = [];
    child.stdout.on("data", (data: Buffer) => said.push(data));
    child.stderr.on("data", (data: Buffer) => said.push(data));
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code: code ?? 1, said: Buffer.concat(said).toString("utf8").trim() }),
    );
  });
}
