import { stackFileName } from "../../aws/secrets/stack-configuration";
import { firewallConfigurations, listedEntries, PROJECT } from "../../settings/configuration";
import { isRecord } from "../../lib/records";
import { readStackFile } from "../../settings/stack-file";
import { UsageError } from "../framework";
import { KeygenError } from "./error";

/** What a stack's file says about the firewall that a key is for. Secret values are left out. */
export interface StackConfiguration {
  /** A value by its full key, as text: the firewall's own, or the one that all have in common. */
  get: (key: string) => string | undefined;
  /** Where the firewall's key belongs in the configuration, and whether that is a path into a list. */
  keyPlace: { key: string; isPath: boolean };
}

/**
 * Reads `Pulumi.NAME.yaml`.
 * @param firewall the name of one of `firewalls:`; needed where it lists several
 * @throws KeygenError, and UsageError where it names none or several
 */
export async function readStack(
  folder: string,
  stack: string,
  firewall: string | undefined,
): Promise<StackConfiguration> {
  const file = stackFileName(stack);
  const values = await readStackFile(folder, stack).catch((error: unknown) => {
    throw new KeygenError("SETTINGS", (error as Error).message);
  });
  const get = (key: string) => values[key];
  const { firewalls, listed } = firewallConfigurations(get, {});
  const names = firewalls.map(({ name }) => name);
  const index = firewall === undefined && names.length === 1 ? 0 : names.indexOf(firewall ?? "");
  const found = firewalls[index];
  if (found === undefined) {
    const wanted =
      firewall === undefined ? "several firewalls are listed" : `no firewall is called ${firewall}`;
    throw new UsageError([`${file}: ${wanted}. Give --firewall with one of: ${names.join(", ")}`]);
  }
  if (!listed) return { get: found.get, keyPlace: { key: "panos:apiKey", isPath: false } };
  const place =
    listedEntries(get)?.findIndex((entry) => isRecord(entry) && entry["name"] === found.name) ?? 0;
  return { get: found.get, keyPlace: { key: `${PROJECT}:firewalls[${place}].apiKey`, isPath: true } };
}
