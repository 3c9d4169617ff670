import { commitSeconds, pushSeconds } from "../../panos/commit-time";
import { groupsOf } from "../../panos/device-groups";
import type { DeviceGroup } from "../../panos/location";
import { currentRun, noteRun } from "../../settings/run";
import { ProviderError } from "../error";
import type { Session } from "../session/session";
import { fleetOf } from "./fleet";

/** Where the device remembers no commit: they take 30 to 120 s on a firewall, and pushes as long. */
const UNKNOWN_SECONDS = 120;
/** For the sweep before it and the checks after it. */
const MARGIN_SECONDS = 10;

/**
 * Asks the device how long its commits take, where the run has a deadline; Panorama also how long our pushes do, one for
 * each group that has firewalls.
 * @returns what refuses to go on once a commit would not end before the deadline, by a ProviderError
 */
export async function timeForCommit(session: Session, administrator: string): Promise<() => void> {
  if (currentRun().deadline === undefined) return () => undefined;
  const { client } = await session.open();
  const { panorama } = session.location;
  const committing = (await commitSeconds(client)) ?? UNKNOWN_SECONDS;
  const pushing = panorama === undefined ? 0 : await timeForPushes(session, panorama, administrator);
  const needed = committing + pushing + MARGIN_SECONDS;
  const { firewall } = session;
  const what = pushing === 0 ? `a commit on ${firewall} is` : `a commit and the push of ${firewall} are`;
  return () => {
    const { deadline = Infinity } = currentRun();
    const left = Math.floor((deadline - Date.now()) / 1000);
    if (left >= needed) return;
    const reason =
      `this run has ${Math.max(0, left)} s left, and ${what} expected to take ${needed} s: nothing ` +
      "was removed or committed. What was staged waits in the candidate for the next run";
    noteRun({ note: "out-of-time", firewall, reason });
    throw new ProviderError("OUT_OF_TIME", reason);
  };
}

/**
 * Of an unknown length once, however many groups there are: a push that is cut off is better than a run that never begins,
 * because the next run catches it up.
 */
async function timeForPushes(
  session: Session,
  panorama: DeviceGroup,
  administrator: string,
): Promise<number> {
  const { client } = await session.open();
  const each = await pushSeconds(client, administrator);
  return each === undefined ? UNKNOWN_SECONDS : each * groupsOf(await fleetOf(session, panorama)).length;
}
