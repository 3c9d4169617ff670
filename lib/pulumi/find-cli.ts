import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** The newest `pulumi` on PATH or in Pulumi's own folder (PULUMI_HOME, ~/.pulumi); nothing is ever downloaded. */
export function findCli(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const home = environment["PULUMI_HOME"] || path.join(homedir(), ".pulumi");
  const folders = [
    // npm puts node_modules/.bin on PATH, and the `pulumi` there downloads the CLI.
    ...(environment["PATH"] ?? "").split(path.delimiter).filter((folder) => !folder.includes("node_modules")),
    path.join(home, "bin"),
    ...installedVersions(path.join(home, "versions")),
  ];
  return folders.map((folder) => path.join(folder, "pulumi")).find(isExecutable);
}

function installedVersions(folder: string): string[] {
  let versions: string[];
  try {
    versions = readdirSync(folder);
  } catch {
    return [];
  }
  const newestFirst = versions.sort((a, b) => b.localeCompare(a, undefined, { numeric: true }));
  return newestFirst.flatMap((version) => [
    path.join(folder, version, "bin"),
    path.join(folder, version, "pulumi"),
    path.join(folder, version),
  ]);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
