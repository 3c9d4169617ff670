import type { PanosClient } from "./client";
import { isAmbiguous } from "./error";
import { listJobs, throughOutages, waitForJob, type Job, type JobOptions } from "./job";
import { lockedOut } from "./lock";
import { element } from "./xml";

export interface CommitOptions extends JobOptions {
  /** Who we are to the device. */
  administrator: string;
  /** `own`: only this administrator's changes are committed; `full`: everybody's. */
  scope: "own" | "full";
  /** Shown in the device's commit history; cut to the 512 characters that PAN-OS allows. */
  description: string;
}

const DESCRIPTION_LIMIT = 512;

/**
 * Commits changes to policy and objects, one administrator's or everybody's, and waits for the job.
 * @returns the finished job, or undefined where there was nothing to commit
 * @throws PanosError `job` with the job's own details when it fails, `timeout` when it takes too long
 */
export async function commitChanges(client: PanosClient, options: CommitOptions): Promise<Job | undefined> {
  const description = element("description", [...options.description].slice(0, DESCRIPTION_LIMIT).join(""));
  const { panorama } = client.connection;
  const partial =
    `<partial><admin>${element("member", options.administrator)}</admin>` +
    (panorama === undefined ? "" : groupAlone(panorama.deviceGroup)) +
    "<device-and-network>excluded</device-and-network><shared-object>excluded</shared-object></partial>";
  const command = `<commit>${description}${options.scope === "full" ? "" : partial}</commit>`;
  const id = await enqueue(client, command, options);
  return id === undefined ? undefined : waitForJob(client, id, options);
}

/** Takes everything out of the candidate that one administrator has changed and not committed. */
export async function revertChangesOf(client: PanosClient, administrator: string): Promise<void> {
  const partial = `<partial><admin>${element("member", administrator)}</admin></partial>`;
  await client.op(`<revert><config>${partial}</config></revert>`, true);
}

/** A device group without everything else: unless told not to, Panorama takes templates and collectors along. */
function groupAlone(group: string): string {
  const others = [
    ...["template", "template-stack", "log-collector", "log-collector-group"],
    ...["wildfire-appliance", "wildfire-appliance-cluster"],
  ];
  return `<device-group>${element("member", group)}</device-group>${others.map((each) => `<no-${each}/>`).join("")}`;
}

/**
 * Enqueues the commit. Where the answer is lost, it looks for the job before it asks again: one that has
 * finished meanwhile left nothing to commit, so asking twice does no harm.
 */
async function enqueue(
  client: PanosClient,
  command: string,
  { administrator, timeoutSeconds, duringOutage }: CommitOptions,
): Promise<string | undefined> {
  try {
    return await client.commit(command);
  } catch (error) {
    if (!isAmbiguous(error)) {
      throw (await lockedOut(client, "commit", error, "Nothing was committed")) ?? error;
    }
    const jobs = await throughOutages(
      () => listJobs(client),
      Date.now() + timeoutSeconds * 1000,
      duringOutage,
    );
    const own = jobs.find(
      ({ type, user, status }) => type === "Commit" && user === administrator && status !== "FIN",
    );
    return own?.id ?? client.commit(command);
  }
}
