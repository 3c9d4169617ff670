/** Pushes from the active one of Panorama's HA pair, or from the one Panorama that there is. */
import { counted } from "../../lib/text";
import { groupsOf, memberKey, type ManagedFirewall } from "../../panos/device-groups";
import { isRefusal, PanosError } from "../../panos/error";
import { requirePeerPassive } from "../../panos/ha";
import { stillPending, type Job } from "../../panos/job";
import type { DeviceGroup } from "../../panos/location";
import { pushGroup } from "../../panos/push";
import { noteRun } from "../../settings/run";
import { requireEngine } from "../session/engine";
import type { Session } from "../session/session";
import { tell } from "../session/tell";
import { behind, fleetOf } from "./fleet";
import { followPanorama } from "./peer";
import { Outcomes } from "./push-outcomes";
import type { Revision } from "./revision";

/** What is pushed, and to whom. */
interface Push {
  reachable: readonly ManagedFirewall[];
  fleet: readonly ManagedFirewall[];
  revision: Revision;
  /** Names that are left as they are. */
  exempt: ReadonlySet<string>;
}

/**
 * Pushes; and where Panorama's HA peer takes over meanwhile, once more from that one, which knows nothing of the other's
 * jobs: to the firewalls that say that they haven't got it.
 * @returns how it ended
 */
export async function pushFromActive(
  session: Session,
  panorama: DeviceGroup,
  administrator: string,
  given: Push,
): Promise<Outcomes> {
  const { revision, exempt } = given;
  const outcomes = new Outcomes();
  await followPanorama(session, revision, exempt);
  for (let { reachable } = given, isSecond = false; ; isSecond = true) {
    const [end] = await Promise.allSettled([push(session, administrator, { ...given, reachable }, outcomes)]);
    const isElsewhere = await followPanorama(session, revision, exempt);
    if (end.status === "rejected" && (!isElsewhere || isSecond)) throw end.reason;
    if (!isElsewhere || isSecond) return outcomes;
    const keys = new Set(reachable.map(memberKey));
    const fleet = (await fleetOf(session, panorama)).filter((each) => keys.has(memberKey(each)));
    const lacking = await behind(session, panorama, fleet, revision, exempt);
    reachable = lacking.filter(({ isConnected }) => isConnected);
    if (reachable.length === 0) return outcomes;
  }
}

/** One push for each group that has firewalls to be reached. @param outcomes gets how it ended */
async function push(
  session: Session,
  administrator: string,
  { reachable, fleet, revision }: Push,
  outcomes: Outcomes,
): Promise<void> {
  const { client, settings } = await session.open();
  const { firewall } = session;
  const scope = settings.panorama?.pushScope ?? "own";
  for (const group of groupsOf(reachable)) {
    const serials = serialsIn(reachable, group);
    const isWhole = serialsIn(fleet, group).length === serials.length;
    const options = {
      group,
      administrator,
      scope,
      timeoutSeconds: settings.commitTimeoutSeconds,
      ...(!isWhole && { serials }),
      beforeSending: requireEngine,
      duringOutage: () => requirePeerPassive(client),
      description: revision.description(`push to ${counted(serials.length, "firewall")}`),
      onProgress: (job: Job) => tell("info", `push job ${job.id} of ${firewall}: ${progressOf(job)}`, true),
    };
    noteRun({ note: "push-submitted", firewall });
    const job = await pushGroup(client, options).catch((error: unknown) => {
      throw pushRefused(error, session);
    });
    outcomes.add(job?.devices ?? []);
    for (const { serial, warnings } of job?.devices ?? []) {
      for (const warning of warnings) tell("warn", `push to ${nameOf(serial, fleet)}: ${warning}`);
    }
  }
}

function progressOf(job: Job): string {
  if (job.status === "PEND") return "queued";
  const pending = stillPending(job);
  return `${job.progress} %${pending === 0 ? "" : `, ${counted(pending, "firewall")} to go`}`;
}

/** Why a push was refused as a whole. */
function pushRefused(error: unknown, { firewall }: Session): unknown {
  if (!isRefusal(error)) return error;
  return new PanosError(
    error.code,
    `Panorama runs what is declared on ${firewall}, and refuses to push it: ${error.lines.join("; ") || error.message}. ` +
      "Where that is because it pushes no single administrator's changes (before PAN-OS 10.2, or before the first full " +
      "push since), have somebody push everything once, or set pushScope of panos:panorama to full for one run: that " +
      "takes along what others have committed for this device group. Where the role lacks a right, it needs those of " +
      "pushing, too",
    { lines: error.lines, cause: error },
  );
}

function serialsIn(firewalls: readonly ManagedFirewall[], group: string): string[] {
  return [...new Set(firewalls.filter((each) => each.group === group).map(({ serial }) => serial))];
}

function nameOf(serial: string, fleet: readonly ManagedFirewall[]): string {
  return fleet.find((each) => each.serial === serial)?.name ?? serial;
}
