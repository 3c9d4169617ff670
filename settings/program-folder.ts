/** Where the paths in a stack's settings start. */
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { isRecord } from "../lib/records";
import { readYaml } from "../lib/yaml";
import { FIREWALLS, PROJECT } from "./configuration";

/**
 * The folder of the program that a project runs, as Pulumi sets it for the program: that of `main` in Pulumi.yaml
 * (Pulumi project file reference, "main"), otherwise the project's own.
 */
export async function programFolder(folder: string): Promise<string> {
  const text = await readFile(resolve(folder, "Pulumi.yaml"), "utf8").catch(() => "");
  const { value } = readYaml(text);
  const main = isRecord(value) ? value["main"] : undefined;
  if (typeof main !== "string") return resolve(folder);
  const program = resolve(folder, main);
  return /\.[cm]?[jt]s$/.test(main) ? dirname(program) : program;
}

/** Values by full key, with their paths as seen from the folder instead of from the program's folder. */
export async function withPathsFromFolder(
  folder: string,
  values: Record<string, string>,
): Promise<Record<string, string>> {
  const program = await programFolder(folder);
  if (program === resolve(folder)) return values;
  const fromFolder = (path: string) => relative(folder, resolve(program, path));
  const within = (key: string) => (part: unknown) => {
    const path = isRecord(part) ? part[key] : undefined;
    return typeof path === "string" ? { ...(part as object), [key]: fromFolder(path) } : part;
  };
  const changes: Record<string, (value: string) => string> = {
    "panos:caFile": fromFolder,
    [`${PROJECT}:snapshot`]: fromFolder,
    [`${PROJECT}:guard`]: structured(within("policy")),
    [FIREWALLS]: structured((list) => (Array.isArray(list) ? list.map(within("caFile")) : list)),
  };
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, changes[key]?.(value) ?? value]),
  );
}

/** A path as seen from the folder, as a setting has it: from the program's folder. */
export async function pathForSetting(folder: string, path: string): Promise<string> {
  return isAbsolute(path) ? path : relative(await programFolder(folder), resolve(folder, path));
}

/** A change of what a setting holds as JSON. What is none is judged where the setting is. */
function structured(change: (value: unknown) => unknown): (text: string) => string {
  return (text) => {
    try {
      return JSON.stringify(change(JSON.parse(text)));
    } catch {
      return text;
    }
  };
}
