import { setTimeout as delay } from "node:timers/promises";
import type { PanosClient } from "../panos/client";
import { PanosError } from "../panos/error";
import { describeLock, locks, releaseConfigLock, type Lock } from "../panos/lock";
import { administrator, fullCommitRequired, pendingChanges, systemInfo } from "../panos/system";
import { FULL_COMMIT_COMMENT } from "./full-commit";
import { currentRun } from "../settings/run";
import { tell } from "./tell";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

export interface PreflightOptions {
  /** How long to wait for other administrators' locks, in seconds. */
  lockTimeoutSeconds: number;
  /** `full`: a commit may ship everybody's changes where the device allows no other. */
  commitScope: "own" | "full";
}

/**
 * What has to hold before the first write of an update, asked for once: a PAN-OS that we know, nobody
 * else's lock, and a device that lets us commit our own changes alone. Others' pending changes are named.
 * @returns the administrator that we are to the firewall
 * @throws PanosError that names what is in the way
 */
export async function preflight(
  client: PanosClient,
  firewall: string,
  options: PreflightOptions,
): Promise<string> {
  const [name, changes, full] = await Promise.all([
    administrator(client),
    pendingChanges(client),
    fullCommitRequired(client),
    systemInfo(client),
  ]);
  const others = new Map<string, number>();
  for (const { owner } of changes) if (owner !== name) others.set(owner, (others.get(owner) ?? 0) + 1);
  if (others.size > 0) {
    const counts = [...others].map(([owner, count]) => `${owner} (${count})`).join(", ");
    tell(
      "warn",
      `other administrators have changes pending on ${firewall}, which stay out of our commit: ${counts}`,
    );
  }
  if (full && options.commitScope !== "full") {
    throw new PanosError(
      "unsupported",
      `${firewall} allows only a full commit now, which would ship everybody's pending changes. Nothing was written. ` +
        "Have somebody commit, or set panos:commitScope to full for one run",
    );
  }
  await waitForLocks(client, name, options.lockTimeoutSeconds);
  return name;
}

/** Waits until nobody else holds a configuration or commit lock, with backoff. */
async function waitForLocks(client: PanosClient, own: string, timeoutSeconds: number): Promise<void> {
  const end = Math.min(Date.now() + timeoutSeconds * 1000, currentRun().deadline ?? Infinity);
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const held = (await Promise.all([locks(client, "config"), locks(client, "commit")])).flat();
    const left = held.find(({ owner, comment }) => owner === own && comment === FULL_COMMIT_COMMENT);
    if (left !== undefined) await releaseConfigLock(client);
    const foreign = held.filter(({ owner }) => owner !== own);
    if (foreign.length === 0) return;
    if (Date.now() + wait > end) throw waitedFor(foreign, timeoutSeconds);
    tell("info", `waiting: ${foreign.map(describeLock).join("; ")}`, true);
    await delay(wait);
  }
}

function waitedFor(foreign: Lock[], timeoutSeconds: number): PanosError {
  return new PanosError(
    "busy",
    `${foreign.map(describeLock).join("; ")}. Nothing was written, after waiting ${timeoutSeconds} s ` +
      "(panos:lockTimeout); run again when it is released",
  );
}
