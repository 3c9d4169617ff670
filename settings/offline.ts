import { CONNECTION_ENVIRONMENT } from "../panos/connection";
import { settingsFrom, type FirewallSettings, type Settings } from "../settings";
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
  const values = { ...open, ...(isKeyless(open, environment) && { "panos:apiKey": NO_KEY }) };
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

/** Whether neither settings nor environment have a key, or what one is got with. */
export function isKeyless(values: Record<string, string>, environment: NodeJS.ProcessEnv): boolean {
  return !(["apiKey", "password", "apiKeySecret"] as const).some(
    (key) => values[`panos:${key}`] !== undefined || environment[CONNECTION_ENVIRONMENT[key]],
  );
}

/** Whether a firewall can be asked with what these settings hold. */
export function hasKey({ connection }: FirewallSettings): boolean {
  return connection.apiKey !== NO_KEY;
}
