/** What drift asks a firewall besides what a plan does. */
import type { PanosClient } from "../../panos/client";
import { PanosError } from "../../panos/error";
import { hitCounts, type HitCount } from "../../panos/hit-counts";
import { listJobs, type Job } from "../../panos/job";
import { pendingChanges, type PendingChange } from "../../panos/system";

export interface DriftAnswers {
  /** Or why the device doesn't tell them: not every role may ask. */
  hits: HitCount[] | PanosError;
  changes: PendingChange[];
  /** The newest first. */
  jobs: Job[];
}

/** @throws PanosError */
export async function askForDrift(client: PanosClient): Promise<DriftAnswers> {
  const [hits, changes, jobs] = await Promise.all([
    hitCounts(client).catch((error: unknown) => {
      if (error instanceof PanosError) return error;
      throw error;
    }),
    pendingChanges(client),
    listJobs(client),
  ]);
  return { hits, changes, jobs };
}
