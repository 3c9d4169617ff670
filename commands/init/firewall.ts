/** Looks at a firewall, or at a device group on Panorama. */
import { counted } from "../../lib/text";
import type { PanosClient } from "../../panos/client";
import { connectionFrom, type Connection } from "../../panos/connection";
import { deviceGroups } from "../../panos/device-groups";
import { readGroupRulebases } from "../../panos/group-rulebase";
import { openActive } from "../../panos/ha";
import { groupLocation } from "../../panos/location";
import { readRulebases } from "../../panos/rulebase";
import { systemInfo } from "../../panos/system";
import { UsageError } from "../framework";
import type { Looked } from "./found";
import { findingsIn } from "./rulebase";

/** How to get in with what the environment has; undefined: it has no login. */
export function loginFor(
  { hostname, vsys, deviceGroup }: { hostname: string; vsys: string; deviceGroup?: string | undefined },
  environment: NodeJS.ProcessEnv,
): Connection | undefined {
  const { PANOS_API_KEY: key, PANOS_USERNAME: username, PANOS_PASSWORD: password } = environment;
  if (!key && !(username && password)) return undefined;
  const { connection } = connectionFrom((name) => ({ hostname, vsys })[name], environment);
  if (connection === undefined || deviceGroup === undefined) return connection;
  return { ...connection, ...groupLocation({ deviceGroup, rulebase: "pre-rulebase" }) };
}

/** Models of Panorama, as pan-os-python tells them from firewalls. */
const PANORAMA_MODEL = /^(Panorama$|M-)/;

/** Changes nothing there. @throws PanosError; UsageError where it is Panorama, and no device group is given */
export async function lookAtFirewall(connection: Connection): Promise<Looked> {
  const client = await openActive(connection);
  try {
    const { hostname, model, swVersion } = await systemInfo(client);
    const at = `${connection.hostname} (${hostname || "without a name"}, PAN-OS ${swVersion}`;
    const { panorama } = connection;
    if (panorama !== undefined) {
      const { fleet, ...rulebases } = await readGroupRulebases(client, panorama);
      const reached = counted(fleet.firewalls.length, "firewall");
      return {
        at: `device group ${panorama.deviceGroup} of Panorama ${at}, ${reached})`,
        findings: findingsIn(rulebases),
      };
    }
    if (PANORAMA_MODEL.test(model)) throw new UsageError([await whichGroup(client)]);
    return {
      at: `firewall ${at}, ${connection.vsys})`,
      findings: findingsIn(await readRulebases(client)),
    };
  } finally {
    await client.close();
  }
}

async function whichGroup(client: PanosClient): Promise<string> {
  const groups = await deviceGroups(client);
  const known = groups.length === 0 ? "it has none yet" : `one of: ${groups.join(", ")}`;
  return `nothing was written: ${client.connection.hostname} is Panorama; give --device-group, ${known}`;
}
