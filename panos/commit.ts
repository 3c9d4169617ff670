import { setTimeout as delay } from "node:timers/promises";
import type { PanosClient } from "./client";
import { PanosError } from "./error";
import { child, element, textAt, type XmlElement } from "./xml";

/** A job's state, as `show jobs id` tells it. */
export interface Job {
  id: string;
  status: "PEND" | "ACT" | "FIN";
  result: "PEND" | "OK" | "FAIL";
  /** 0 to 100. While it waits in the queue some versions give none. */
  progress: number;
  details: string[];
  warnings: string[];
}

export interface CommitOptions {
  /** Only this administrator's changes are committed; absent: everybody's. */
  administrator?: string;
  /** Shown in the device's commit history; cut to the 512 characters that PAN-OS allows. */
  description: string;
  /** How long to wait for the job, in seconds. */
  timeoutSeconds: number;
  /** Told whenever the job's state or progress changes. */
  onProgress?: (job: Job) => void;
}

const DESCRIPTION_LIMIT = 512;
const FIRST_POLL_MS = 100;
const LONGEST_POLL_MS = 2_000;

/**
 * Commits changes to policy and objects, one administrator's or everybody's, and waits for the job.
 * @returns the finished job, or undefined where there was nothing to commit
 * @throws PanosError `job` with the job's own details when it fails, `timeout` when it takes too long
 */
export async function commitChanges(client: PanosClient, options: CommitOptions): Promise<Job | undefined> {
  const description = element("description", options.description.slice(0, DESCRIPTION_LIMIT));
  const scope =
    options.administrator === undefined
      ? ""
      : `<partial><admin>${element("member", options.administrator)}</admin>` +
        "<device-and-network>excluded</device-and-network><shared-object>excluded</shared-object></partial>";
  const id = await client.commit(`<commit>${description}${scope}</commit>`);
  return id === undefined ? undefined : waitForJob(client, id, options);
}

/** Asks for a job until it has finished. */
export async function waitForJob(
  client: PanosClient,
  id: string,
  { timeoutSeconds, onProgress }: Pick<CommitOptions, "timeoutSeconds" | "onProgress">,
): Promise<Job> {
  const end = Date.now() + timeoutSeconds * 1000;
  let told = "";
  for (let wait = FIRST_POLL_MS; ; wait = Math.min(wait * 1.5, LONGEST_POLL_MS)) {
    const job = await readJob(client, id);
    const state = `${job.status} ${job.progress}`;
    if (state !== told) onProgress?.(job);
    told = state;
    if (job.status === "FIN") return finished(job);
    if (Date.now() + wait > end) {
      throw new PanosError(
        "timeout",
        `commit job ${id} has not finished after ${timeoutSeconds} s (it is at ${job.progress} %). ` +
          "It goes on in the firewall: look at it there, then run again",
        { action: "commit" },
      );
    }
    await delay(wait);
  }
}

async function readJob(client: PanosClient, id: string): Promise<Job> {
  const { result } = await client.op(`<show><jobs>${element("id", id)}</jobs></show>`, true);
  const job = child(result, "job");
  return {
    id,
    status: textAt(job, "status") as Job["status"],
    result: textAt(job, "result") as Job["result"],
    progress: Number.parseInt(textAt(job, "progress"), 10) || 0,
    details: lines(child(job, "details")),
    warnings: lines(child(job, "warnings")),
  };
}

function lines(of: XmlElement | undefined): string[] {
  if (of === undefined) return [];
  const nested = of.children.flatMap((inner) => (inner.name === "line" ? [inner.text.trim()] : lines(inner)));
  return [...nested, of.children.length === 0 ? of.text.trim() : ""].filter((line) => line !== "");
}

function finished(job: Job): Job {
  if (job.result === "OK") return job;
  throw new PanosError(
    "job",
    `commit job ${job.id} failed: ${job.details.join("; ") || `result ${job.result}`}. ` +
      "The running configuration is as it was; the candidate keeps what was staged, for the next run",
    { action: "commit", lines: job.details },
  );
}
