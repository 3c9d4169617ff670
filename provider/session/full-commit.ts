import type { PanosClient } from "../../panos/client";
import { releaseConfigLock, takeConfigLock, type Lock } from "../../panos/lock";
import { tell } from "./tell";

/** The comment of our lock on writing during a full commit, by which one that a killed run has left is known. */
const FULL_COMMIT_COMMENT = "aws-panos-rules commits everything that is pending, which is its own alone";

/** The devices on which this process holds it: its other sessions may be the same administrator's. */
const heldHere = new Set<string>();

/**
 * Does something while nobody else can write to a device.
 * @param firewall how messages call it
 * @throws PanosError as `takeConfigLock`
 */
export async function withEverythingLocked<T>(
  client: PanosClient,
  administrator: string,
  firewall: string,
  work: () => Promise<T>,
): Promise<T> {
  const device = deviceOf(client);
  heldHere.add(device);
  try {
    await takeConfigLock(client, administrator, FULL_COMMIT_COMMENT);
    try {
      return await work();
    } finally {
      await releaseConfigLock(client).catch((error: Error) =>
        tell("warn", `the config lock on ${firewall} could not be released: ${error.message}`),
      );
    }
  } finally {
    heldHere.delete(device);
  }
}

/**
 * Whose a lock on writing during a full commit is: `left` by a run that was killed, or `held` by this process for another
 * session's commit. Undefined: it is no such lock of ours.
 */
export function fullCommitLock(
  client: PanosClient,
  administrator: string,
  { owner, comment }: Lock,
): "left" | "held" | undefined {
  if (owner !== administrator || comment !== FULL_COMMIT_COMMENT) return undefined;
  return heldHere.has(deviceOf(client)) ? "held" : "left";
}

function deviceOf({ connection: { hostname, port } }: PanosClient): string {
  return `${hostname}:${port}`;
}
