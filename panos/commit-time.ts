import type { PanosClient } from "./client";
import { listJobs, type Job } from "./job";

/** Commits looked at: one alone may have been an unusually small one. */
const COMMITS = 5;

/**
 * How long a commit takes on this device, waiting for its turn included: the longest of the last five that
 * went through, whoever asked for them. Undefined where the device remembers none.
 * @returns seconds
 */
export async function commitSeconds(client: PanosClient): Promise<number | undefined> {
  return longest((await listJobs(client)).filter(({ type, result }) => type === "Commit" && result === "OK"));
}

/** The same of Panorama's pushes, of one administrator's alone: others' may be to many more firewalls. */
export async function pushSeconds(client: PanosClient, administrator: string): Promise<number | undefined> {
  const pushes = (await listJobs(client)).filter(
    ({ type, user, status }) => type === "CommitAll" && user === administrator && status === "FIN",
  );
  return longest(pushes);
}

function longest(jobs: readonly Job[]): number | undefined {
  const seconds = jobs.map(duration).filter((each) => each !== undefined);
  return seconds.length === 0 ? undefined : Math.max(...seconds.slice(0, COMMITS));
}

/** Both times are the device's own, without a time zone: only their difference means something. */
function duration({ enqueued, finished }: Job): number | undefined {
  const [from, to] = [deviceTime(enqueued), deviceTime(finished)];
  return from === undefined || to === undefined || to < from ? undefined : (to - from) / 1000;
}

/** `2026/07/21 16:46:45`; some versions give only a time of day for what has another format here. */
function deviceTime(text: string): number | undefined {
  const match = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
