import { noteRun } from "../../settings/run";
import { sessionWith } from "../session/session";
import { withReach } from "./fleet";

/**
 * Why a limit holds a run back, told to its automation too; undefined: none does.
 * @param reason of a firewall, by its name; of a device group, with how many firewalls a change of it reaches
 */
export async function refusedFor(
  { firewall }: { firewall: string },
  reason: (firewall: string) => string | undefined,
): Promise<string | undefined> {
  if (reason(firewall) === undefined) return undefined;
  const said = reason(await withReach(sessionWith(firewall)));
  if (said !== undefined) noteRun({ note: "held", firewall, reason: said });
  return said;
}
