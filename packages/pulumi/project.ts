import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse, parseDocument } from "yaml";
import { isRecord } from "../../lib/records";
import { EngineError, messageOf } from "./errors";
import type { Crypter } from "./secrets";
import { crypterFrom, newCrypter } from "./secrets";

/** The parts of a Pulumi.yaml that decide how the program runs. */
export interface Project {
  name: string;
  /** The folder of Pulumi.yaml. */
  root: string;
  /** Working directory of the program and of its dynamic provider. */
  programDirectory: string;
  /** What is run, relative to the program's directory. */
  entryPoint: string;
  typescript: boolean;
  nodeargs: string[];
  /** Whether preview, up and destroy refresh, unless the command says otherwise. */
  refreshAlways: boolean;
}

/** One value of the stack's configuration, in clear. */
interface ConfigValue {
  value: string;
  secret: boolean;
  /** An object or a list, passed on as JSON text. */
  structured: boolean;
}

export type StackConfig = Map<string, ConfigValue>;

/** Reads the project in `directory` or the nearest folder above it. */
export function readProject(directory: string): Project {
  const file = findUpwards(path.resolve(directory), "Pulumi.yaml");
  if (!file) {
    throw new EngineError(
      "bad-project",
      `no Pulumi.yaml project file found in ${directory} or above it: run in a project's folder or pass --cwd`,
    );
  }
  const yaml = readYaml(file);
  const runtime = isRecord(yaml["runtime"]) ? yaml["runtime"] : { name: yaml["runtime"] };
  if (runtime["name"] !== "nodejs") {
    throw new EngineError("bad-project", `${file}: only the runtime "nodejs" can be run here`);
  }
  const name = yaml["name"];
  if (typeof name !== "string" || name === "")
    throw new EngineError("bad-project", `${file}: "name" is missing`);
  const options = isRecord(runtime["options"]) ? runtime["options"] : {};
  const root = path.dirname(file);
  return {
    name,
    root,
    ...entryPoint(root, typeof yaml["main"] === "string" ? yaml["main"] : ""),
    typescript: options["typescript"] !== false,
    refreshAlways: isRecord(yaml["options"]) && yaml["options"]["refresh"] === "always",
    nodeargs: splitArguments(typeof options["nodeargs"] === "string" ? options["nodeargs"] : ""),
  };
}

/** `main` may name a file or a folder; both halves follow `pkg/engine/project.go`. */
function entryPoint(root: string, main: string): Pick<Project, "programDirectory" | "entryPoint"> {
  if (main === "") return { programDirectory: root, entryPoint: "." };
  const target = path.resolve(root, main);
  return path.extname(target) === ""
    ? { programDirectory: target, entryPoint: "." }
    : { programDirectory: path.dirname(target), entryPoint: path.basename(target) };
}

function findUpwards(directory: string, name: string): string | undefined {
  for (let folder = directory; ; folder = path.dirname(folder)) {
    const file = path.join(folder, name);
    try {
      readFileSync(file);
      return file;
    } catch {
      if (path.dirname(folder) === folder) return undefined;
    }
  }
}

function readYaml(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (isRecord(error) && error["code"] === "ENOENT") return {};
    throw new EngineError("bad-project", `cannot read ${file}: ${messageOf(error)}`);
  }
  try {
    const value: unknown = parse(text);
    return isRecord(value) ? value : {};
  } catch (error) {
    throw new EngineError("bad-project", `${file} is not valid YAML: ${messageOf(error)}`);
  }
}

/** Splits as a shell would: blanks separate, quotes hold together. */
function splitArguments(text: string): string[] {
  return (text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? []).map((word) => word.replaceAll(/["']/g, ""));
}

/** Where the stack's configuration lives unless --config-file says otherwise. */
export function stackFile(project: Project, stack: string): string {
  return path.join(project.root, `Pulumi.${stack}.yaml`);
}

/** The passphrase of the environment. Throws `passphrase` when there is none. */
function passphrase({
  PULUMI_CONFIG_PASSPHRASE: phrase,
  PULUMI_CONFIG_PASSPHRASE_FILE: file,
}: NodeJS.ProcessEnv): string {
  if (phrase !== undefined) return phrase;
  if (file) return readFileSync(file, "utf8").trimEnd();
  throw new EngineError(
    "passphrase",
    "passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
  );
}

/** The stack's crypter; a stack file without an `encryptionsalt` gets one. */
export function stackCrypter(file: string, environment: NodeJS.ProcessEnv): Crypter {
  const salt = readYaml(file)["encryptionsalt"];
  if (typeof salt === "string") return crypterFrom(passphrase(environment), salt);
  const crypter = newCrypter(passphrase(environment));
  editStackFile(file, ["encryptionsalt"], crypter.salt);
  return crypter;
}

/** The crypter that belongs to a state, whose salt may differ from a stack file made anew. */
export function crypterOf(salt: string, environment: NodeJS.ProcessEnv): Crypter {
  return crypterFrom(passphrase(environment), salt);
}

/** Sets one configuration value, keeping comments and order of the file. */
export function setConfig(file: string, key: string, value: string, crypter: Crypter | undefined): void {
  editStackFile(file, ["config", key], crypter ? { secure: crypter.encrypt(value) } : value);
}

function editStackFile(file: string, at: string[], value: unknown): void {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // A stack without configuration has no file yet.
  }
  const document = parseDocument(text);
  document.setIn(at, value);
  writeFileSync(file, document.toString());
}

/** Reads a stack's configuration, keys as `namespace:name`. */
export function readConfig(project: Project, file: string, crypter: Crypter): StackConfig {
  const config: StackConfig = new Map();
  const values = readYaml(file)["config"];
  for (const [key, value] of Object.entries(isRecord(values) ? values : {})) {
    config.set(key.includes(":") ? key : `${project.name}:${key}`, configValue(value, crypter));
  }
  return config;
}

function configValue(value: unknown, crypter: Crypter): ConfigValue {
  const secure = secureText(value);
  if (secure !== undefined) return { value: crypter.decrypt(secure), secret: true, structured: false };
  if (typeof value !== "object" || value === null) {
    return { value: scalarText(value), secret: false, structured: false };
  }
  let secret = false;
  const open = (item: unknown): unknown => {
    const text = secureText(item);
    if (text !== undefined) {
      secret = true;
      return crypter.decrypt(text);
    }
    if (Array.isArray(item)) return item.map(open);
    return isRecord(item)
      ? Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, open(inner)]))
      : item;
  };
  return { value: JSON.stringify(open(value)), secret, structured: true };
}

function secureText(value: unknown): string | undefined {
  const secure = isRecord(value) && Object.keys(value).length === 1 ? value["secure"] : undefined;
  return typeof secure === "string" ? secure : undefined;
}

function scalarText(value: unknown): string {
  return typeof value === "string" ? value : value === null ? "" : JSON.stringify(value);
}
