import { CONNECTION_ENVIRONMENT } from "../panos/connection";
import { settingsFrom, type FirewallSettings, type Settings } from "../settings";
import { readStackFile } from "./stack-file";

/** Stands in for the firewall's key where there is none: a stack's other settings count without it. */
const NO_KEY = "none";

/**
 * A stack's settings, for commands that run without Pulumi and therefore without its secrets.
 * @param options what to read instead of asking AWS, and instead of Pulumi.STACK.yaml
 * @throws SettingsError
 */
export async function offlineSettings(
  folder: string,
  stack: string,
  environment: NodeJS.ProcessEnv,
  options: { snapshot?: string | undefined; file?: string | undefined } = {},
): Promise<Settings> {
  const { snapshot, file } = options;
  const values = await readStackFile(folder, stack, file);
  const source =
    snapshot === undefined
      ? {}
      : { "aws-panos-rules:inventory": "snapshot", "aws-panos-rules:snapshot": snapshot };
  const isKeyless = !(["apiKey", "password", "apiKeySecret"] as const).some(
    (key) => values[`panos:${key}`] !== undefined || environment[CONNECTION_ENVIRONMENT[key]],
  );
  return settingsFrom(
    { ...values, ...source, ...(isKeyless && { "panos:apiKey": NO_KEY }) },
    () => true,
    `organization/aws-panos-rules/${stack}`,
    environment,
  );
}

/** Whether a firewall can be asked with what these settings hold. */
export function hasKey({ connection }: FirewallSettings): boolean {
  return connection.apiKey !== NO_KEY;
}
