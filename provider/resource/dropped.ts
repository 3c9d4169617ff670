import { systemInfo, type SystemInfo } from "../../panos/system";
import { firewallConfigurations } from "../../settings/configuration";
import { ProviderError } from "../error";
import { configured } from "../session/configuration";
import { isDeclaredBeside } from "../session/declared-beside";
import { partsOf } from "../session/identity";
import { updatedSessions, type Session } from "../session/session";
import { tell } from "../session/tell";

/**
 * Whether a firewall whose resource an update deletes is declared all the same: its resource and its provider are replaced
 * (`pulumi up --replace '**'`), or it has another name now. What this stack has on it is then not this delete's to remove.
 * One that isn't configured any more can't be reached, and whoever opens it says so.
 * @param session the firewall's, which no check has come for
 * @throws PanosError where it, or one that it may be, can't be asked who it is
 */
export async function isStillDeclared(session: Session): Promise<boolean> {
  const { firewall } = session;
  const { name, vsys } = partsOf(firewall);
  if (isDeclaredBeside(firewall)) {
    tell(
      "info",
      `${firewall} is replaced in Pulumi's state alone: what this stack has on it is left as it is`,
    );
    return true;
  }
  const entry = firewallConfigurations(configured).firewalls.find((each) => each.name === name);
  if (entry?.remove !== true) return false;
  for (const other of updatedSessions()) {
    if (partsOf(other.firewall).vsys !== vsys || !(await isSameDevice(session, other))) continue;
    const told = "what this stack has on it is left as it is";
    tell("warn", `${firewall} is the same firewall as ${other.firewall}, which is declared: ${told}`);
    return true;
  }
  return false;
}

/**
 * Compared by serial number: an address may be spelled in many ways. Those without a license all say "unknown", and machines
 * made from one image have one hostname: then what their management interfaces are counts as well.
 * @throws ProviderError where nothing tells
 */
async function isSameDevice(...both: [Session, Session]): Promise<boolean> {
  const [one, other] = (await Promise.all(
    both.map(async (session) => systemInfo((await session.open()).client)),
  )) as [SystemInfo, SystemInfo];
  if (isSaid(one.serial) || isSaid(other.serial)) return one.serial === other.serial;
  if (one.hostname !== other.hostname) return false;
  const said = (["macAddress", "address"] as const).filter((key) => isSaid(one[key]) && isSaid(other[key]));
  if (said.length > 0) return said.every((key) => one[key] === other[key]);
  const [firewall, declared] = both.map((session) => session.firewall);
  throw new ProviderError(
    "DEVICE_UNKNOWN",
    `whether ${firewall} is the same firewall as ${declared} can't be told: both are called ${one.hostname}, and neither ` +
      "says a serial number or an address of its own. What this stack has on it is left as it is, and stays in the " +
      "state. Where they are two, give them different hostnames and run again",
  );
}

function isSaid(text: string): boolean {
  return text !== "" && text !== "unknown";
}
