import { setTimeout as delay } from "node:timers/promises";
import type { PanosClient } from "../../panos/client";
import { PanosError } from "../../panos/error";
import { describeLock, locks, releaseConfigLock, type Lock } from "../../panos/lock";
import { administrator, fullCommitRequired, systemInfo } from "../../panos/system";
import { fullCommitLock } from "./full-commit";
import { currentRun } from "../../settings/run";
import { tell } from "./tell";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

export interface PreflightOptions {
  /** How long to wait for other administrators' locks, in seconds. */
  lockTimeoutSeconds: number;
  /** `full`: a commit may ship everybody's changes where the device allows no other. */
  commitScope: "own" | "full";
}

/** What a firewall says before an update writes, asked for at once. */
export interface Before {
  /** The administrator that we are to it. */
  administrator: string;
  isFullCommitRequired: boolean;
  held: Lock[];
}

/**
 * Asks for what has to hold before the first write, and changes nothing.
 * @param version whether to ask for its version too
 * @throws PanosError also for a PAN-OS that is too old
 */
export async function askBeforeWriting(
  client: PanosClient,
  { version }: { version: boolean },
): Promise<Before> {
  const [own, isFullCommitRequired, held] = await Promise.all([
    administrator(client),
    fullCommitRequired(client),
    heldLocks(client),
    version && systemInfo(client),
  ]);
  return { administrator: own, isFullCommitRequired, held };
}

/**
 * What has to hold before the first write of an update: nobody else's lock, and a device that lets us commit our own
 * changes alone.
 * @returns whether it waited for somebody's lock: then what was read before may have changed
 * @throws PanosError that names what is in the way
 */
export async function preflight(
  client: PanosClient,
  firewall: string,
  options: PreflightOptions,
  { administrator: own, isFullCommitRequired, held }: Before,
): Promise<boolean> {
  if (isFullCommitRequired && options.commitScope !== "full") {
    throw new PanosError(
      "UNSUPPORTED",
      `${firewall} allows only a full commit now, which would ship everybody's pending changes. Nothing was written. ` +
        "Have somebody commit, or set panos:commitScope to full for one run",
    );
  }
  return waitForLocks(client, own, options.lockTimeoutSeconds, held);
}

async function heldLocks(client: PanosClient): Promise<Lock[]> {
  return (await Promise.all([locks(client, "config"), locks(client, "commit")])).flat();
}

/**
 * Waits until nobody else, and no other session of this process, holds a configuration or commit lock, with backoff.
 * @param held what is held at first
 * @returns whether it had to wait
 */
async function waitForLocks(
  client: PanosClient,
  own: string,
  timeoutSeconds: number,
  held: readonly Lock[],
): Promise<boolean> {
  const end = Math.min(Date.now() + timeoutSeconds * 1000, currentRun().deadline ?? Infinity);
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const whose = held.map((lock) => fullCommitLock(client, own, lock));
    if (whose.includes("left")) await releaseConfigLock(client);
    // One that another session of this process holds keeps nobody of the same name from writing, and has to.
    const foreign = held.filter(({ owner }, at) => owner !== own || whose[at] === "held");
    if (foreign.length === 0) return wait > FIRST_WAIT_MS;
    if (Date.now() + wait > end) throw waitedFor(foreign, timeoutSeconds);
    tell("info", `waiting: ${foreign.map(describeLock).join("; ")}`, true);
    await delay(wait);
    held = await heldLocks(client);
  }
}

function waitedFor(foreign: Lock[], timeoutSeconds: number): PanosError {
  return new PanosError(
    "BUSY",
    `${foreign.map(describeLock).join("; ")}. Nothing was written, after waiting ${timeoutSeconds} s ` +
      "(panos:lockTimeout); run again when it is released",
  );
}
