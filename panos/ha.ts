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
  /** Whether it may be written to, as far as it knows itself. */
  isActive: boolean;
  /** Whether its peer has the same running configuration; undefined where that isn't synchronized at all. */
  synchronized: boolean | undefined;
  /** Whether it sees its peer. */
  seesPeer: boolean;
}

/** Asks a firewall, or Panorama, for its part in an HA pair. */
export async function haState(client: PanosClient): Promise<HaState> {
  const { result } = await client.op(
    "<show><high-availability><state></state></high-availability></show>",
    true,
  );
  // Panorama has no group in its answer.
  const inGroup = child(result, "group");
  const group = inGroup ?? result;
  const synchronizes = textAt(group, "running-sync-enabled") === "yes";
  const enabled = textAt(result, "enabled") === "yes";
  const state = textAt(group, "local-info", "state");
  const active = inGroup === undefined ? PANORAMAS_ACTIVE : FIREWALLS_ACTIVE;
  return {
    enabled,
    state,
    isActive: !enabled || active.test(state),
    synchronized: synchronizes ? textAt(group, "running-sync") === "synchronized" : undefined,
    seesPeer: textAt(group, "peer-info", "conn-status") !== "down",
  };
}

/**
 * Only the active peer may be changed: it synchronizes what is committed to the other one, which would let
 * a passive one that was written to diverge (PAN-OS documentation, Netspoc-Approve).
 */
const FIREWALLS_ACTIVE = /^(active|active-primary)$/;
/**
 * Panorama calls itself primary-active or secondary-active, by which of the two it was configured to be, and unknown-active
 * where it was not; its documentation has the two words the other way round as well.
 */
const PANORAMAS_ACTIVE = /^((primary|secondary|unknown)-)?active(-(primary|secondary|unknown))?$/;

const SYNC_POLL_MS = 1_000;

/**
 * Makes sure that a firewall that was the active one still is.
 * @throws PanosError `unsupported` after a failover: what was staged stays behind on this one
 */
export async function requireActive(client: PanosClient): Promise<HaState> {
  const state = await haState(client);
  if (state.isActive) return state;
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
  for (;;) {
    const { synchronized, seesPeer } = await requireActive(client);
    if (synchronized !== false) return true;
    // One that is down gets nothing, however long that is waited for.
    if (!seesPeer) return false;
    if (Date.now() + SYNC_POLL_MS > end) return false;
    await delay(SYNC_POLL_MS);
  }
}

/** What one of a pair looks like from outside that is down. */
const OUT: ReadonlySet<string> = new Set(["UNREACHABLE", "TIMEOUT", "AMBIGUOUS"]);

/** Whether a request failed because one of a pair is down: that is what the other one is for. */
function isOut(error: unknown): error is PanosError {
  return error instanceof PanosError && OUT.has(error.code);
}

/** Whether the one of a pair that a client talks to is the active one still; one that is down isn't. */
export async function isActiveStill(client: PanosClient): Promise<boolean> {
  try {
    return (await haState(client)).isActive;
  } catch (error) {
    if (client.connection.peerHostname === undefined || !isOut(error)) throw error;
    return false;
  }
}

/**
 * Makes sure that waiting for one of a pair that doesn't answer is of use.
 * @throws PanosError `unsupported` where the other one has taken over
 */
export async function requirePeerPassive({ connection }: PanosClient): Promise<void> {
  const { hostname, peerHostname } = connection;
  if (peerHostname === undefined || !(await otherIsActive(connection))) return;
  throw new PanosError(
    "UNSUPPORTED",
    `${hostname} doesn't answer, and its HA peer ${peerHostname} has taken over: what its job came to is not known. ` +
      "Run again with --refresh, which works with the active one",
  );
}

/** Whether the other one of a pair calls itself active; one that doesn't answer doesn't. */
async function otherIsActive(connection: Connection): Promise<boolean> {
  const { hostname, peerHostname = "" } = connection;
  const other = new PanosClient(
    { ...connection, hostname: peerHostname, peerHostname: hostname },
    { retries: 0 },
  );
  try {
    const { enabled, isActive } = await haState(other);
    return enabled && isActive;
  } catch (error) {
    if (isOut(error)) return false;
    throw error;
  } finally {
    await other.close();
  }
}

/** A firewall that may be written to, and what it says of its part in an HA pair. */
export interface ActiveFirewall {
  client: PanosClient;
  ha: HaState;
}

/**
 * Opens a client of the firewall, or of the active one of a pair where the peer's address is known too.
 * @throws PanosError `unsupported` when neither is active; `settings` when one that is asked is in no pair, but two are named
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
    const other = hostnames.find((each) => each !== hostname);
    const client = new PanosClient({
      ...connection,
      hostname,
      ...(other !== undefined && { peerHostname: other }),
    });
    try {
      const asked = haState(client);
      onTry(client);
      const state = await asked;
      if (!state.enabled && peerHostname !== undefined) throw standsAlone(hostname, connection);
      if (state.isActive) {
        await requireOneActive(client, state);
        return { client, ha: state };
      }
      refusals.push(`${hostname} is ${state.state || "in an unknown state"}`);
    } catch (error) {
      // With a pair, one that is down is what the other one is for.
      if (!isOut(error) || hostnames.length === 1) {
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
    `no active ${kindOf(connection)} of the HA pair: ${refusals.join(", ")}. Nothing was written. ` +
      (peerHostname === undefined
        ? "Set panos:peerHostname to the other one's address, so that the active one is found"
        : "Bring one of them back, then run again: panos:hostname and panos:peerHostname name the two"),
    { cause: failure },
  );
}

/**
 * One that has no peer is nobody's stand-in: of two that are named, it is a device that was put there by mistake, or one
 * of a pair that is none any more. Which of the two would be meant is not known.
 */
function standsAlone(hostname: string, connection: Connection): PanosError {
  const isFirst = hostname === connection.hostname;
  const [own, others] = isFirst
    ? ["panos:hostname", "panos:peerHostname"]
    : ["panos:peerHostname", "panos:hostname"];
  const other = isFirst ? connection.peerHostname : connection.hostname;
  return new PanosError(
    "SETTINGS",
    `${hostname} (${own}) says that it is in no HA pair, so it can't be the peer of ${other} (${others}). Nothing was ` +
      `written. Set ${own} to the ${kindOf(connection)} that is; where there is no pair any more, name the one that is ` +
      "left in panos:hostname, and remove panos:peerHostname",
  );
}

function kindOf({ panorama }: Connection): string {
  return panorama === undefined ? "firewall" : "Panorama";
}

/**
 * Makes sure that the other one of a pair isn't active, too, which only one that has lost its peer can't tell.
 * @throws PanosError `unsupported` where both are
 */
async function requireOneActive({ connection }: PanosClient, { enabled, seesPeer }: HaState): Promise<void> {
  const { hostname, peerHostname } = connection;
  if (!enabled || seesPeer || peerHostname === undefined || !(await otherIsActive(connection))) return;
  throw new PanosError(
    "UNSUPPORTED",
    `both of the HA pair are active, ${hostname} (panos:hostname) and ${peerHostname} (panos:peerHostname): they have ` +
      "lost each other, and what is written to one doesn't reach the other. Nothing was written. Bring their " +
      "connection back, or suspend one, then run again",
  );
}
