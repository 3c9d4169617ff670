import { commitSeconds } from "../../panos/commit-time";
import { currentRun, noteRun } from "../../settings/run";
import { ProviderError } from "../error";
import type { Session } from "../session/session";

/** Where the device remembers no commit: they take 30 to 120 s on a firewall. */
const UNKNOWN_SECONDS = 120;
/** For the sweep before it and the checks after it. */
const MARGIN_SECONDS = 10;

/**
 * Asks the device how long its commits take, where the run has a deadline.
 * @returns what refuses to go on once a commit would not end before the deadline, by a ProviderError
 */
export async function timeForCommit(session: Session): Promise<() => void> {
  if (currentRun().deadline === undefined) return () => undefined;
  const { client } = await session.open();
  const needed = ((await commitSeconds(client)) ?? UNKNOWN_SECONDS) + MARGIN_SECONDS;
  return () => {
    const { deadline = Infinity } = currentRun();
    const left = Math.floor((deadline - Date.now()) / 1000);
    if (left >= needed) return;
    const { firewall } = session;
    const reason =
      `this run has ${Math.max(0, left)} s left, and a commit on ${firewall} is expected to take ${needed} s: nothing ` +
      "was removed or committed. What was staged waits in the candidate for the next run";
    noteRun({ note: "out-of-time", firewall, reason });
    throw new ProviderError("OUT_OF_TIME", reason);
  };
}
