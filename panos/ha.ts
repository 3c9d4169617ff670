import { setTimeout as delay } from "node:timers/promises";
import { PanosClient } from "./client";
import type { Connection } from "./connection";
import { PanosError } from "./error";
import { child, textAt } from "./xml";

/** What a firewall says of its high availability. */
export interface HaState {
  enabled: boolean;
  /** active, passive, active-primary, active-secondary, primary-active, secondary-passive, non-functional, suspended, initial, …; "" without HA. */
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
  // Panorama has no group in its answer.
  const group = child(result, "group") ?? result;
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
  // Panorama calls itself primary-active or secondary-active, by which of the two it was configured to be.
  return !enabled || ["active", "active-primary", "primary-active", "secondary-active"].includes(state);
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
    "UNSUPPORTED",
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

/** A firewall that may be written to, and what it says of its part in an HA pair. */
export interface ActiveFirewall {
  client: PanosClient;
  ha: HaState;
}

/**
 * Opens a client of the firewall, or of the active one of a pair where the peer's address is known too.
 * @throws PanosError `unsupported` when neither is active
 */
export async function openActive(connection: Connection): Promise<PanosClient> {
  return (await findActive(connection, () => undefined)).client;
}

/**
 * The same, and asks it something without waiting until it is known to be the active one; of another one that is
 * thrown away.
 */
export async function askActive<T>(
  connection: Connection,
  ask: (client: PanosClient) => Promise<T>,
): Promise<{ client: PanosClient; answer: Promise<T> }> {
  let answer: Promise<T> | undefined;
  const { client } = await findActive(connection, (tried) => {
    answer = ask(tried);
    answer.catch(() => undefined);
  });
  return { client, answer: answer ?? ask(client) };
}

/**
 * The same as openActive.
 * @param onTry told of each client while it is asked whether it is the active one: what it answers meanwhile is worth
 * nothing unless it is the one that this returns
 */
export async function findActive(
  connection: Connection,
  onTry: (client: PanosClient) => void,
): Promise<ActiveFirewall> {
  const { peerHostname } = connection;
  const hostnames = [connection.hostname, ...(peerHostname === undefined ? [] : [peerHostname])];
  const refusals: string[] = [];
  let failure: unknown;
  for (const hostname of hostnames) {
    const client = new PanosClient({ ...connection, hostname });
    try {
      const asked = haState(client);
      onTry(client);
      const state = await asked;
      if (mayBeWritten(state)) return { client, ha: state };
      refusals.push(`${hostname} is ${state.state || "in an unknown state"}`);
    } catch (error) {
      // With a pair, one that is down is what the other one is for.
      const mayAskPeer =
        error instanceof PanosError && ["UNREACHABLE", "TIMEOUT", "AMBIGUOUS"].includes(error.code);
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
    "UNSUPPORTED",
    `no active firewall of the HA pair: ${refusals.join(", ")}. ` +
      (peerHostname === undefined
        ? "Set panos:peerHostname to the other one's address, so that the active one is found"
        : "Bring one of them back, then run again"),
    { cause: failure },
  );
}
