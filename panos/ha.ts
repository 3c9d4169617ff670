import { setTimeout as delay } from "node:timers/promises";
import { PanosClient } from "./client";
import type { Connection } from "./connection";
import { PanosError } from "./error";
import { child, textAt } from "./xml";

/** What a firewall says of its high availability. */
export interface HaState {
  enabled: boolean;
  /** active, passive, active-primary, active-secondary, non-functional, suspended, initial, …; "" without HA. */
  state: string;
  /** Whether its peer has the same running configuration; undefined where that isn't synchronized at all. */
  synchronized: boolean | undefined;
}

/** Asks a firewall for its part in an HA pair. */
export async function haState(client: PanosClient): Promise<HaState> {
  const { result } = await client.op(
    "<show><high-availability><state></state></high-availability></show>",
    true,
  );
  const group = child(result, "group");
  const synchronizes = textAt(group, "running-sync-enabled") === "yes";
  return {
    enabled: textAt(result, "enabled") === "yes",
    state: textAt(group, "local-info", "state"),
    synchronized: synchronizes ? textAt(group, "running-sync") === "synchronized" : undefined,
  };
}

/**
 * Only the active peer may be changed: it synchronizes what is committed to the other one, which would let
 * a passive one that was written to diverge (PAN-OS documentation, Netspoc-Approve).
 */
function mayBeWritten({ enabled, state }: HaState): boolean {
  return !enabled || state === "active" || state === "active-primary";
}

const SYNC_POLL_MS = 1_000;

/**
 * Makes sure that a firewall that was the active one still is.
 * @throws PanosError `unsupported` after a failover: what was staged stays behind on this one
 */
export async function requireActive(client: PanosClient): Promise<HaState> {
  const state = await haState(client);
  if (mayBeWritten(state)) return state;
  throw new PanosError(
    "unsupported",
    `${client.connection.hostname} is ${state.state || "in an unknown state"} by now: its HA peer took over during ` +
      "this run, and has nothing of it. Run again with --refresh, which works with the active one",
  );
}

/**
 * Whether the running configuration reaches the other one of an HA pair in time; true where there is none.
 * @param timeoutSeconds how long to wait for it
 * @throws PanosError `unsupported` when the other one has taken over
 */
export async function reachesPeer(client: PanosClient, timeoutSeconds: number): Promise<boolean> {
  const end = Date.now() + timeoutSeconds * 1000;
  while ((await requireActive(client)).synchronized === false) {
    if (Date.now() + SYNC_POLL_MS > end) return false;
    await delay(SYNC_POLL_MS);
  }
  return true;
}

/**
 * Opens a client of the firewall, or of the active one of a pair where the peer's address is known too.
 * @throws PanosError `unsupported` when neither is active
 */
export async function openActive(connection: Connection): Promise<PanosClient> {
  const { peerHostname } = connection;
  const hostnames = [connection.hostname, ...(peerHostname === undefined ? [] : [peerHostname])];
  const refusals: string[] = [];
  let failure: unknown;
  for (const hostname of hostnames) {
    const client = new PanosClient({ ...connection, hostname });
    try {
      const state = await haState(client);
      if (mayBeWritten(state)) return client;
      refusals.push(`${hostname} is ${state.state || "in an unknown state"}`);
    } catch (error) {
      // With a pair, one that is down is what the other one is for.
      const mayAskPeer =
        error instanceof PanosError && ["unreachable", "timeout", "ambiguous"].includes(error.code);
      if (!mayAskPeer || hostnames.length === 1) {
        await client.close();
        throw error;
      }
      failure = error;
      refusals.push(`${hostname} can't be reached`);
    }
    await client.close();
  }
  throw new PanosError(
    "unsupported",
    `no active firewall of the HA pair: ${refusals.join(", ")}. ` +
      (peerHostname === undefined
        ? "Set panos:peerHostname to the other one's address, so that the active one is found"
        : "Bring one of them back, then run again"),
    { cause: failure },
  );
}
