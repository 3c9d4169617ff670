import { setTimeout as delay } from "node:timers/promises";
import type { PanosClient } from "./client";
import { PanosError, UNAUTHORIZED } from "./error";
import { child, element, textAt, type XmlElement } from "./xml";

/** A job's state, as `show jobs id` tells it. */
export interface Job {
  id: string;
  type: string;
  user: string;
  status: "PEND" | "ACT" | "FIN";
  /** `LOST`: the device no longer knows the job, after a restart; what it came to has to be looked at. */
  result: "PEND" | "OK" | "FAIL" | "LOST";
  /** 0 to 100. While it waits in the queue some versions give none. */
  progress: number;
  details: string[];
  warnings: string[];
  /** Of a push: how it ended on each firewall; none before the job has ended. */
  devices: DeviceOutcome[];
  /** When it was asked for and when it ended, as the device writes it; "" where it doesn't say. */
  enqueued: string;
  finished: string;
}

/** How a push ended on one firewall. */
export interface DeviceOutcome {
  serial: string;
  /** Which vsys of it; "" where it has one, or Panorama doesn't say. */
  vsys: string;
  /** In Panorama's words: "commit succeeded", "not connected", … */
  status: string;
  /** Only OK and FAIL are an end: a job may have ended while a firewall has not. */
  result: "OK" | "FAIL" | "PEND";
  errors: string[];
  warnings: string[];
}

export interface JobOptions {
  /** What the job is, for people; a commit unless given. */
  kind?: "commit" | "push";
  /** How long to wait for the job, in seconds. */
  timeoutSeconds: number;
  /** Told whenever the job's state or progress changes. */
  onProgress?: (job: Job) => void;
  /** Asked while nobody answers whether that is worth waiting for; throws where it isn't. */
  duringOutage?: () => Promise<void>;
}

const FIRST_POLL_MS = 100;
const LONGEST_POLL_MS = 2_000;
const FIRST_OUTAGE_POLL_MS = 250;
const LONGEST_OUTAGE_POLL_MS = 10_000;

/**
 * Asks for a job until it has finished, through lost connections and a restart of the management plane.
 * @throws PanosError `job` with the job's own details when it fails, `timeout` when it takes too long
 */
export async function waitForJob(client: PanosClient, id: string, options: JobOptions): Promise<Job> {
  return finished(await waitForEnd(client, id, options));
}

/**
 * The same, whatever the job came to, and a push's to the end of each firewall.
 * @throws PanosError `timeout` when the job takes too long
 */
export async function waitForEnd(client: PanosClient, id: string, options: JobOptions): Promise<Job> {
  const end = Date.now() + options.timeoutSeconds * 1000;
  const job = await waitForFinish(client, id, end, options);
  return options.kind === "push" ? waitForFirewalls(client, job, end, options) : job;
}

/**
 * A push's job may end while firewalls have not.
 * @returns how far they have come when the time is over, or nobody knows the job any more
 */
async function waitForFirewalls(
  client: PanosClient,
  ended: Job,
  end: number,
  { duringOutage, onProgress }: JobOptions,
): Promise<Job> {
  let job = ended;
  let told = 0;
  for (let wait = FIRST_POLL_MS; ; wait = longer(wait)) {
    const pending = stillPending(job);
    if (pending === 0 || Date.now() + wait > end) return job;
    if (pending !== told) onProgress?.(job);
    told = pending;
    await delay(wait);
    try {
      const next = await throughOutages(() => readJob(client, job.id), end, duringOutage);
      // What was known of each firewall says more.
      if (next.result === "LOST") return job;
      job = next;
    } catch (error) {
      if (error instanceof PanosError) return job;
      throw error;
    }
  }
}

/** On how many firewalls a push has not ended. */
export function stillPending({ devices }: Job): number {
  return devices.filter(({ result }) => result === "PEND").length;
}

function longer(wait: number): number {
  return Math.min(wait * 1.5, LONGEST_POLL_MS);
}

async function waitForFinish(
  client: PanosClient,
  id: string,
  end: number,
  options: JobOptions,
): Promise<Job> {
  let told = "";
  for (let wait = FIRST_POLL_MS; ; wait = longer(wait)) {
    const job = await throughOutages(() => readJob(client, id), end, options.duringOutage).catch(
      (error: unknown) => {
        throw withJob(error, id, options);
      },
    );
    const state = `${job.status} ${job.progress}`;
    if (state !== told) options.onProgress?.(job);
    told = state;
    if (job.status === "FIN") return job;
    if (Date.now() + wait > end) {
      const { kind = "commit", timeoutSeconds } = options;
      const where = kind === "push" ? "on Panorama" : "in the firewall";
      throw new PanosError(
        "TIMEOUT",
        `${kind} job ${id} has not finished after ${timeoutSeconds} s (it is at ${job.progress} %). ` +
          `It goes on ${where}: look at it there, then run again`,
        { action: kind },
      );
    }
    await delay(wait);
  }
}

/** A key that ends while a job runs ends nothing of the job. */
function withJob(error: unknown, id: string, { kind = "commit" }: JobOptions): unknown {
  if (!(error instanceof PanosError) || !UNAUTHORIZED.has(error.code)) return error;
  return new PanosError(
    error.code,
    `${kind} job ${id} can't be followed to its end, and goes on: ${error.message}`,
    {
      action: kind,
      lines: error.lines,
      cause: error,
    },
  );
}

/** The device's jobs, the newest first. */
export async function listJobs(client: PanosClient): Promise<Job[]> {
  const { result } = await client.op("<show><jobs><all></all></jobs></show>", true);
  const jobs = (result?.children ?? []).filter(({ name }) => name === "job").map(jobFrom);
  return jobs.sort((a, b) => Number(b.id) - Number(a.id));
}

/**
 * Repeats a question while nobody answers it, until a time.
 * @param end in milliseconds since 1970
 * @param duringOutage asked each time; throws where waiting is of no use
 */
export async function throughOutages<T>(
  ask: () => Promise<T>,
  end: number,
  duringOutage?: () => Promise<void>,
): Promise<T> {
  for (let wait = FIRST_OUTAGE_POLL_MS; ; wait = Math.min(wait * 2, LONGEST_OUTAGE_POLL_MS)) {
    try {
      return await ask();
    } catch (error) {
      const outage = error instanceof PanosError && OUTAGE.has(error.code);
      if (!outage || Date.now() + wait > end) throw error;
      await duringOutage?.();
      await delay(wait);
    }
  }
}

/** What a device looks like from outside while its management plane restarts. */
const OUTAGE: ReadonlySet<string> = new Set([
  ...["UNREACHABLE", "TIMEOUT", "AMBIGUOUS", "NOT_PANOS", "BUSY"],
  // A session says nothing of what it has begun.
  "SESSION_TIMED_OUT",
]);

async function readJob(client: PanosClient, id: string): Promise<Job> {
  try {
    const { result } = await client.op(`<show><jobs>${element("id", id)}</jobs></show>`, true);
    const job = jobFrom(child(result, "job"));
    if (job.id === id) return job;
    throw new PanosError(
      "NOT_PANOS",
      `asked for job ${id}, the firewall answered with job ${job.id || "none"}`,
    );
  } catch (error) {
    if (!(error instanceof PanosError) || !error.lines.some((line) => /job \S+ not found/i.test(line)))
      throw error;
    const nothing = {
      type: "Commit",
      user: "",
      progress: 0,
      details: [],
      warnings: [],
      devices: [],
      enqueued: "",
      finished: "",
    };
    return { id, status: "FIN", result: "LOST", ...nothing };
  }
}

function jobFrom(job: XmlElement | undefined): Job {
  return {
    id: textAt(job, "id"),
    type: textAt(job, "type"),
    user: textAt(job, "user"),
    status: textAt(job, "status") as Job["status"],
    result: textAt(job, "result") as Job["result"],
    progress: Number.parseInt(textAt(job, "progress"), 10) || 0,
    details: lines(child(job, "details")),
    warnings: lines(child(job, "warnings")),
    devices: (child(job, "devices")?.children ?? []).map(deviceOutcome),
    enqueued: textAt(job, "tenq"),
    finished: textAt(job, "tfin"),
  };
}

/** A firewall's part of a push; what it says may be lines in a message, or plain text. */
function deviceOutcome(device: XmlElement): DeviceOutcome {
  const details = child(device, "details");
  const message = child(details, "msg");
  const result = textAt(device, "result");
  return {
    serial: textAt(device, "serial-no"),
    vsys: textAt(device, "vsys"),
    status: textAt(device, "status"),
    result: result === "OK" || result === "FAIL" ? result : "PEND",
    errors: message === undefined ? lines(details) : lines(child(message, "errors")),
    warnings: lines(child(message, "warnings")),
  };
}

function lines(of: XmlElement | undefined): string[] {
  if (of === undefined) return [];
  const nested = of.children.flatMap((inner) => (inner.name === "line" ? [inner.text.trim()] : lines(inner)));
  return [...nested, of.children.length === 0 ? of.text.trim() : ""].filter((line) => line !== "");
}

function finished(job: Job): Job {
  if (job.result === "OK" || job.result === "LOST") return job;
  throw new PanosError(
    "JOB",
    `commit job ${job.id} failed: ${job.details.join("; ") || `result ${job.result}`}. ` +
      "The running configuration is as it was; the candidate keeps what was staged, for the next run",
    { action: "commit", lines: job.details },
  );
}
