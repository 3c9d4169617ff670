import { resolve } from "node:path";
import { counted } from "../../lib/text";
import { recordRulebases } from "../../plan/recordings/record";
import { hasKey, offlineSettings } from "../../settings/offline";

/** Records the rules of a stack's firewalls. @returns what was recorded, for a person */
export async function recordFirewalls(
  file: string,
  stack: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const { firewalls } = await offlineSettings(folder, stack, environment);
  const keyless = firewalls.filter((firewall) => !hasKey(firewall)).map(({ declared }) => declared.name);
  if (keyless.length > 0) {
    throw new Error(
      `no key is given for ${keyless.join(", ")}: set PANOS_API_KEY to one that may read. Settings that are ` +
        `encrypted in Pulumi.${stack}.yaml are not used here`,
    );
  }
  const recorded = Object.entries((await recordRulebases(resolve(folder, file), firewalls)).firewalls);
  const each = recorded.map(([name, { running }]) => `${name} ${counted(running.rules.length, "rule")}`);
  return `${file}: ${each.join(", ")}`;
}
