import { labelOf, type ManagedFirewall } from "../../panos/device-groups";
import { noteRun } from "../../settings/run";
import type { Session } from "../session/session";
import { tell } from "../session/tell";
import { notOnFirewalls } from "./devices";
import { reached } from "./outcomes";

/**
 * Says on how many of a device group's firewalls is what is declared, and of each other one why it isn't.
 * @param waitsOn what others have committed that our push leaves out
 * @param wasSent whether anything was pushed
 * @throws ProviderError where some haven't got it, unless that is to be a warning
 */
export async function sayEnd(
  session: Session,
  reach: { holding: number; all: number },
  problems: ReadonlyMap<ManagedFirewall, string>,
  waitsOn: string | undefined,
  wasSent: boolean,
): Promise<void> {
  const { settings } = await session.open();
  session.reach = reach;
  const said = [...problems].map(([each, why]) => `${labelOf(each)} ${why}`);
  if (wasSent || problems.size > 0) {
    const others = problems.size > 0 ? `; the others keep what they had: ${said.join("; ")}` : "";
    noteRun({ note: "pushed", firewall: session.firewall, wasSent, reach: `${reached(reach)}${others}` });
  }
  if (problems.size === 0) {
    if (reach.all === 0) tell("warn", `${session.firewall} has no firewall: its policy is in force nowhere`);
    else tell("info", `what is declared on ${session.firewall} is in force on ${reached(reach)}`, true);
    return;
  }
  const text =
    `what is declared on ${session.firewall} is in force on ${reached(reach)}. The others keep ` +
    `what they had: ${said.join("; ")}. The next run pushes to them, also where nothing else has changed` +
    // Somebody's removal of a rule of ours, for example, is theirs to push.
    (waitsOn === undefined
      ? ""
      : `. Where that doesn't help, they lack ${waitsOn}: have that pushed, or set pushScope of panos:panorama to full ` +
        "for one run");
  notOnFirewalls(settings, text);
}
