import { partsOf } from "./identity";
import { connectionFrom, type Connection } from "../../panos/connection";
import { PanosError } from "../../panos/error";
import { withKeyReader } from "../../aws/secrets/key-reader";
import { firewallConfigurations, PROJECT } from "../../settings/configuration";
import { groupsBeside, panoramaSettings, type PanoramaSettings } from "../../settings/panorama";
import { SETTINGS } from "../../settings/table";

/** What the provider takes from the stack configuration by itself; everything else comes as inputs. */
export interface ProviderSettings {
  connection: Connection;
  takeLock: boolean;
  lockTimeoutSeconds: number;
  commitTimeoutSeconds: number;
  commitScope: "own" | "full";
  /** What the commit archives with each rule that it changes. */
  auditComment: string | undefined;
  /** How what a device group on Panorama has comes to its firewalls; undefined: it is a firewall. */
  panorama: PanoramaSettings | undefined;
  /** The other device groups of the same Panorama that the stack declares. */
  groupsBeside: string[];
  /** Whether to end what only removed or narrowed rules allowed. */
  clearSessions: boolean;
}

/**
 * What a configuration says of a firewall.
 * @param config gives a value of the stack configuration by its full key, as text
 * @throws PanosError where it doesn't say how to reach this firewall
 */
export function providerSettings(
  firewall: string,
  config: (key: string) => string | undefined,
): ProviderSettings {
  const { name } = partsOf(firewall);
  const { firewalls, listed } = firewallConfigurations(config);
  const found = firewalls.find((each) => each.name === name);
  if (found === undefined) {
    const now = listed ? "" : ` (panos:name is ${firewalls.map((each) => each.name).join(", ")})`;
    throw new PanosError(
      "SETTINGS",
      `firewall ${name} is not in ${PROJECT}:firewalls any more${now}, so there is no telling how to reach it. To ` +
        `remove what it holds, list all firewalls in ${PROJECT}:firewalls, its entry with \`remove: true\`, run ` +
        "`pulumi up`, and then delete the entry. Where it is one of the others under a new name, the same lets it go",
    );
  }
  const { get, environment } = found;
  const { connection, problems } = connectionFrom((key) => get(`panos:${key}`), environment);
  if (connection === undefined) {
    throw new PanosError(
      "SETTINGS",
      problems.map(({ key, problem, example }) => `${key} ${problem}, for example ${example}`).join("; "),
    );
  }
  return {
    connection: withKeyReader(connection, get),
    takeLock: get("panos:takeLock") !== "false",
    lockTimeoutSeconds: Number(get("panos:lockTimeout") ?? SETTINGS["panos:lockTimeout"].default),
    commitTimeoutSeconds: Number(get("panos:commitTimeout") ?? SETTINGS["panos:commitTimeout"].default),
    commitScope: get("panos:commitScope") === "full" ? "full" : "own",
    auditComment:
      process.env[SETTINGS["panos:auditComment"].variable] || get("panos:auditComment") || undefined,
    panorama: panoramaSettings(get("panos:panorama")),
    groupsBeside: groupsBeside(firewalls, name),
    clearSessions: get(`${PROJECT}:sessions`) === "clear",
  };
}
