import { CONNECTION_ENVIRONMENT } from "../panos/connection";
import { resolve } from "node:path";
import { FIREWALLS, listedEntries, PROJECT } from "./configuration";
import { isRecord } from "../lib/records";
import { isSealed, stackConfiguration, StackConfigurationError } from "../aws/secrets/stack-configuration";
import { settingsFrom } from "./index";
import { type FirewallSettings, type Settings } from "./types";
import { SettingsError } from "./problems";
import { withPathsFromFolder } from "./program-folder";
import { openStackFile, placed, stackFileAsWritten, type StackFile } from "./stack-file";

/** Stands in for the firewall's key where there is none: a stack's other settings count without it. */
const NO_KEY = "none";

interface OfflineOptions {
  /** What to read instead of asking AWS. */
  snapshot?: string | undefined;
  /** What to read instead of Pulumi.STACK.yaml. */
  file?: string | undefined;
}

/**
 * A stack's settings, for commands that run without Pulumi and therefore without its secrets.
 * @throws SettingsError
 */
export async function offlineSettings(
  folder: string,
  stack: string,
  environment: NodeJS.ProcessEnv,
  options: OfflineOptions = {},
): Promise<Settings> {
  const file = await openStackFile(folder, stack, options.file);
  const values = withStandInKeys(withSource(file.values, options.snapshot), environment, "apiKey");
  return settingsOf(file, values, stack, environment);
}

/**
 * The same as values by full key, as text, for the program: without what is encrypted.
 * @throws Error where there is no such file
 */
export async function openSettings(
  folder: string,
  stack: string,
  { snapshot, file }: OfflineOptions = {},
): Promise<Record<string, string>> {
  const { values } = await stackFileAsWritten(folder, stack, file);
  return withSource(values, snapshot);
}

/**
 * A stack's settings with its secrets opened, as the program has them, where the environment doesn't say how to get
 * into the firewall.
 * @param cli the Pulumi CLI's file; undefined: there is none
 * @returns also why they could not be opened, where that is so: then the firewall's key may be missing
 * @throws SettingsError
 */
export async function openedSettings(
  folder: string,
  stack: string,
  environment: NodeJS.ProcessEnv,
  { snapshot, cli }: Pick<OfflineOptions, "snapshot"> & { cli: string | undefined },
): Promise<{ settings: Settings; closed?: string }> {
  const opened = await openStackFile(folder, stack);
  const { file } = opened;
  let { values } = opened;
  const isGiven = KEYS.some((key) => environment[CONNECTION_ENVIRONMENT[key]]);
  let closed: string | undefined;
  if (!isGiven && (await isSealed(resolve(folder, file)))) {
    try {
      const sealed = await stackConfiguration({ folder, stack, file, cli, environment }, PROJECT);
      values = await withPathsFromFolder(folder, sealed);
    } catch (error) {
      if (!(error instanceof StackConfigurationError)) throw error;
      closed = error.message;
    }
  }
  const known = withStandInKeys(withSource(values, snapshot), environment, "apiKey");
  const settings = settingsOf(opened, known, stack, environment);
  return { settings, ...(closed !== undefined && { closed }) };
}

/** @throws SettingsError with the places of what is wrong */
function settingsOf(
  file: StackFile,
  values: Record<string, string>,
  stack: string,
  environment: NodeJS.ProcessEnv,
): Settings {
  try {
    return settingsFrom(values, () => true, `organization/aws-panos-rules/${stack}`, environment);
  } catch (error) {
    throw error instanceof SettingsError ? placed(error, file) : error;
  }
}

/** With a snapshot in place of AWS, if there is one. */
function withSource(values: Record<string, string>, snapshot: string | undefined): Record<string, string> {
  const { "aws-panos-rules:accounts": accounts, ...others } = values;
  const source =
    snapshot === undefined
      ? { ...(accounts !== undefined && { "aws-panos-rules:accounts": accounts }) }
      : { "aws-panos-rules:inventory": "snapshot", "aws-panos-rules:snapshot": snapshot };
  return { ...others, ...source };
}

const KEYS = ["apiKey", "password", "apiKeySecret"] as const;

/**
 * Values with something in place of the key of each firewall for which neither they nor the environment have one, or
 * what one is got with.
 * @param setting what it is set as
 */
export function withStandInKeys(
  values: Record<string, string>,
  environment: NodeJS.ProcessEnv,
  setting: "apiKey" | "apiKeySecret",
): Record<string, string> {
  const isGiven = KEYS.some(
    (key) => values[`panos:${key}`] !== undefined || environment[CONNECTION_ENVIRONMENT[key]],
  );
  if (isGiven) return values;
  const entries = listedEntries((key) => values[key]);
  if (entries === undefined) return { ...values, [`panos:${setting}`]: NO_KEY };
  const keyed = entries.map((entry) =>
    isRecord(entry) && KEYS.every((key) => entry[key] === undefined)
      ? { ...entry, [setting]: NO_KEY }
      : entry,
  );
  return { ...values, [FIREWALLS]: JSON.stringify(keyed) };
}

/** Whether a firewall can be asked with what these settings hold. */
export function hasKey({ connection }: FirewallSettings): boolean {
  return connection.apiKey !== NO_KEY;
}
