import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { fileReason } from "../../lib/file-errors";
import { isRecord } from "../../lib/records";
import { valueOfYaml } from "../../lib/yaml";
import { keyOfSalt, unseal } from "./passphrase";

/** Where a stack's configuration is, and what opens its secrets. */
export interface StackPlace {
  /** The folder of Pulumi.yaml. */
  folder: string;
  /** The stack's name, or organization/project/name; undefined: the one that is selected in the folder. */
  stack: string | undefined;
  /** The file with its configuration, from the folder. */
  file: string;
  /** The Pulumi CLI's file, for what only that can open; undefined: there is none. */
  cli: string | undefined;
  /** Has the passphrase, and what the CLI needs besides. */
  environment: NodeJS.ProcessEnv;
}

/** The name of the file with a stack's configuration, beside Pulumi.yaml. */
export function stackFileName(stack: string): string {
  return `Pulumi.${stack.split("/").at(-1) ?? stack}.yaml`;
}

/** A stack's configuration can't be read, or its secrets can't be opened. Never holds a value of it. */
export class StackConfigurationError extends Error {
  override readonly name = "StackConfigurationError";
  readonly code = "STACK_CONFIGURATION";
}

/** Most that `pulumi config` may print, and how long it may take: a backend may have to be asked. */
const CLI_BYTES = 16 * 1024 * 1024;
const CLI_TIMEOUT_MS = 60_000;

/**
 * A stack's configuration as it is now, with its secrets opened as Pulumi opens them for the program: with the
 * passphrase, or by the CLI, which also knows every other secrets provider, environments (Pulumi ESC) and defaults
 * of the project.
 * @param project its name, the namespace of keys without one
 * @returns values by full key, as text, structured ones as JSON
 * @throws StackConfigurationError
 */
export async function stackConfiguration(
  place: StackPlace,
  project: string,
): Promise<Record<string, string>> {
  const document = await readDocument(resolve(place.folder, place.file));
  const key = await passphraseKeyFor(document, place.environment);
  if (typeof key === "object") {
    return valuesIn(document, project, (text) => {
      const opened = unseal(key, text);
      if (opened !== undefined) return opened;
      throw new StackConfigurationError("one of its secrets was encrypted with another passphrase");
    });
  }
  if (place.cli === undefined) throw new StackConfigurationError(key);
  return throughCli(place, place.cli);
}

/**
 * What a stack file says in clear. @throws StackConfigurationError
 * @param file its path
 */
export async function clearConfiguration(file: string, project: string): Promise<Record<string, string>> {
  return valuesIn(await readDocument(file), project, () => undefined);
}

/** Whether a stack file holds anything that has to be opened. @throws StackConfigurationError */
export async function isSealed(file: string): Promise<boolean> {
  const document = await readDocument(file);
  let sealed = isRecord(document) && document["environment"] !== undefined;
  valuesIn(document, "", () => {
    sealed = true;
    return undefined;
  });
  return sealed;
}

/**
 * The values of a stack file, by full key, as text, structured ones as JSON.
 * @param open gives an encrypted one in clear; undefined leaves it out
 */
export function valuesIn(
  document: unknown,
  project: string,
  open: (encrypted: string) => string | undefined,
): Record<string, string> {
  const config = isRecord(document) ? document["config"] : undefined;
  const opened = opener(open)(isRecord(config) ? config : {});
  return Object.fromEntries(
    Object.entries(opened as Record<string, unknown>).map(([key, value]) => [
      key.includes(":") ? key : `${project}:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

function opener(open: (encrypted: string) => string | undefined): (value: unknown) => unknown {
  const opened = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(opened);
    if (!isRecord(value)) return value;
    const { secure, ...others } = value;
    if (typeof secure === "string" && Object.keys(others).length === 0) return open(secure);
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, inner]) => [key, opened(inner)] as const)
        .filter(([, inner]) => inner !== undefined),
    );
  };
  return opened;
}

/** A stack file's YAML. @throws StackConfigurationError */
async function readDocument(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new StackConfigurationError(`${file}: ${fileReason(error)}`);
  });
  try {
    return valueOfYaml(text, file);
  } catch (error) {
    throw new StackConfigurationError(`${file} is no YAML: ${(error as Error).message}`);
  }
}

/** The key of a stack file that a passphrase opens and that says everything itself; otherwise why there is none. */
async function passphraseKeyFor(document: unknown, environment: NodeJS.ProcessEnv): Promise<Buffer | string> {
  const file = isRecord(document) ? document : {};
  if (file["environment"] !== undefined) {
    return "it takes values from an environment (Pulumi ESC), which only the Pulumi CLI can open";
  }
  const salt = file["encryptionsalt"];
  if (typeof salt !== "string") {
    return "it is not encrypted with a passphrase, and there is no Pulumi CLI to open it with";
  }
  const { PULUMI_CONFIG_PASSPHRASE: phrase, PULUMI_CONFIG_PASSPHRASE_FILE: phraseFile } = environment;
  const passphrase = phrase ?? (phraseFile ? await contentOf(phraseFile) : undefined);
  if (passphrase === undefined) {
    return "PULUMI_CONFIG_PASSPHRASE is not set, and neither is PULUMI_CONFIG_PASSPHRASE_FILE";
  }
  return keyOfSalt(passphrase, salt) ?? "PULUMI_CONFIG_PASSPHRASE is not the passphrase it is encrypted with";
}

async function contentOf(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").then(
    (text) => text.trimEnd(),
    () => undefined,
  );
}

async function throughCli(place: StackPlace, cli: string): Promise<Record<string, string>> {
  const { folder, stack, file, environment } = place;
  const args = [
    ...["config", "--show-secrets", "--json", "--non-interactive", "--color", "never"],
    ...["--cwd", folder, "--config-file", resolve(folder, file)],
    ...(stack === undefined ? [] : ["--stack", stack]),
  ];
  const options = { env: environment, maxBuffer: CLI_BYTES, timeout: CLI_TIMEOUT_MS };
  let output: string;
  try {
    output = (await promisify(execFile)(cli, args, options)).stdout;
  } catch (error) {
    // Of its output only what it complains of: the other stream holds the values.
    const { stderr = "" } = error as { stderr?: string };
    const reason = stderr.trim().split("\n").at(-1) || "it gave no reason";
    throw new StackConfigurationError(`pulumi config failed: ${reason.replace(/^error: /, "")}`);
  }
  try {
    const values = JSON.parse(output) as Record<string, { value?: string }>;
    return Object.fromEntries(
      Object.entries(values).flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]])),
    );
  } catch {
    throw new StackConfigurationError("pulumi config gave something else than JSON");
  }
}
