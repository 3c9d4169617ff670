import { CONNECTION_ENVIRONMENT } from "../panos/connection";
import { FIREWALLS, listedEntries } from "../provider/configuration";
import { settingsFrom, type FirewallSettings, type Settings } from "../settings";
import { isRecord } from "./reader";
import { readStackFile } from "./stack-file";

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
  const open = await openSettings(folder, stack, options);
  const values = withStandInKeys(open, environment, "apiKey");
  return settingsFrom(values, () => true, `organization/aws-panos-rules/${stack}`, environment);
}

/**
 * The same as values by full key, as text: without what is encrypted.
 * @throws Error where there is no such file
 */
export async function openSettings(
  folder: string,
  stack: string,
  { snapshot, file }: OfflineOptions = {},
): Promise<Record<string, string>> {
  const { "aws-panos-rules:accounts": accounts, ...values } = await readStackFile(folder, stack, file);
  const source =
    snapshot === undefined
      ? { ...(accounts !== undefined && { "aws-panos-rules:accounts": accounts }) }
      : { "aws-panos-rules:inventory": "snapshot", "aws-panos-rules:snapshot": snapshot };
  return { ...values, ...source };
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
