import { labelOf, type ManagedFirewall } from "../../panos/device-groups";
import { noteRun } from "../../settings/run";
import type { Session } from "../session/session";
import { tell } from "../session/tell";
import { notOnFirewalls } from "./devices";
import { reached } from "./outcomes";

/** How a push ended. */
interface PushEnd {
  reach: { holding: number; all: number };
  /** Why firewalls haven't got what is declared. */
  problems: ReadonlyMap<ManagedFirewall, string>;
  /** What others have committed that our push leaves out. */
  waitsOn: string | undefined;
  /** Whether anything was pushed. */
  wasSent: boolean;
  /** Whether it removed everything, and no run comes after it. */
  isLast: boolean;
}

/**
 * Says on how many of a device group's firewalls is what is declared, and of each other one why it isn't.
 * @throws ProviderError where some haven't got it, unless that is to be a warning
 */
export async function sayEnd(
  session: Session,
  { reach, problems, waitsOn, wasSent, isLast }: PushEnd,
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
    `what they had: ${said.join("; ")}. ` +
    (isLast
      ? "Run again once they can be reached, or take them out of the device group"
      : "The next run pushes to them, also where nothing else has changed") +
    // Somebody's removal of a rule of ours, for example, is theirs to push.
    (waitsOn === undefined
      ? ""
      : `. Where that doesn't help, they lack ${waitsOn}: have that pushed, or set pushScope of panos:panorama to full ` +
        "for one run");
  notOnFirewalls(settings, text, isLast);
}
