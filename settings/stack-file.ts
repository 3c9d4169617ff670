import { readdir, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { stackFileName, valuesIn } from "../aws/secrets/stack-configuration";
import { fileReason } from "../lib/file-errors";
import { nearest } from "../lib/nearest";
import { isRecord } from "../lib/records";
import { listed } from "../lib/text";
import { readYaml, YamlError, type Place } from "../lib/yaml";
import { PROJECT } from "./configuration";
import { SettingsError } from "./problems";
import { withPathsFromFolder } from "./program-folder";

/** There is no stack of a name: no file with its settings. */
class NoStackError extends Error {
  override readonly name = "NoStackError";
}

/** A stack's file, for commands that run without Pulumi. */
export interface StackFile {
  /** Its name. */
  file: string;
  /** By full key, as text, structured ones as JSON. Encrypted ones are left out. */
  values: Record<string, string>;
  /** What else stands in it beside `config:`, by name. */
  others: string[];
  /** Where a setting is, by its key as problems name it: "aws-panos-rules:firewalls[0].name"; or what else is there. */
  placeOf: (key: string) => Place;
}

/**
 * The configuration in `Pulumi.STACK.yaml`: values by full key, as text, structured ones as JSON. Encrypted ones are
 * left out.
 * @param file another file, from the folder
 * @throws Error that says what to do where there is no such stack, or no YAML in its file
 */
export async function readStackFile(
  folder: string,
  stack: string,
  file?: string,
): Promise<Record<string, string>> {
  return (await openStackFile(folder, stack, file)).values;
}

/** The same, with places. @throws NoStackError, YamlError with every fault */
export async function openStackFile(folder: string, stack: string, file?: string): Promise<StackFile> {
  const found = await stackFileAsWritten(folder, stack, file);
  return { ...found, values: await withPathsFromFolder(folder, found.values) };
}

/** The same, with paths as the program takes them, whose folder may be another. */
export async function stackFileAsWritten(
  folder: string,
  stack: string,
  file = stackFileName(stack),
): Promise<StackFile> {
  const text = await readFile(resolve(folder, file), "utf8").catch(async (error: unknown) => {
    const isAbsent = (error as NodeJS.ErrnoException).code === "ENOENT" && file === stackFileName(stack);
    throw isAbsent ? await noStack(folder, stack) : new Error(`${file} can't be read: ${fileReason(error)}`);
  });
  return stackFileFrom(text, file);
}

/** @throws YamlError with every fault */
export function stackFileFrom(text: string, file: string): StackFile {
  const yaml = readYaml(text);
  if (yaml.faults.length > 0) throw new YamlError(file, yaml);
  const document = isRecord(yaml.value) ? yaml.value : {};
  const config = isRecord(document["config"]) ? document["config"] : {};
  return {
    file,
    values: valuesIn(document, PROJECT, () => undefined),
    others: Object.keys(document).filter((key) => key !== "config"),
    placeOf: (key) => {
      if (document[key] !== undefined) return yaml.keyPlaceOf([key]);
      const [first, ...rest] = partsOf(key);
      return yaml.keyPlaceOf(["config", written(config, first), ...rest]);
    },
  };
}

/** As what a setting stands there: keys of the project may be without its name. */
function written(config: Record<string, unknown>, key: string): string {
  const bare = key.replace(`${PROJECT}:`, "");
  return config[key] === undefined && config[bare] !== undefined ? bare : key;
}

/** `a:b[0].c["d"]` in parts: the setting, and the way into its value. */
function partsOf(key: string): [string, ...(string | number)[]] {
  const [, setting = "", way = ""] = /^([\w-]+:[\w-]+)(.*)$/.exec(key.replace(/ \(or .*/, "")) ?? [];
  const parts = [...way.matchAll(/\["([^"]*)"\]|\[(\d+)\]|\.([\w-]+)/g)];
  return [
    setting,
    ...parts.map(([, quoted, index, name]) => quoted ?? (index ? Number(index) : (name ?? ""))),
  ];
}

/** Settings that are wrong, each with its place in the file that it comes from. */
export function placed(error: SettingsError, { file, placeOf }: StackFile): SettingsError {
  const problems = error.problems.map((problem) => {
    // A variable of the environment is not in the file.
    if (/^[A-Z_]+$/.test(problem.key)) return problem;
    return { ...problem, at: { file, ...placeOf(problem.key) } };
  });
  return new SettingsError(problems);
}

/** The stacks whose files are in a folder. */
export async function stacksIn(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch(() => []);
  return files.flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []).sort();
}

async function noStack(folder: string, stack: string): Promise<NoStackError> {
  const stacks = await stacksIn(folder);
  const meant = nearest(stack, stacks);
  const others =
    stacks.length > 0 ? `; there ${stacks.length === 1 ? "is" : "are"} ${listed(stacks, 10)}.` : ".";
  const advice = meant === undefined ? others : `: did you mean ${meant}?`;
  return new NoStackError(
    `there is no stack ${stack} (${stackFileName(stack)}) here${advice} npm run init makes a new one`,
  );
}
