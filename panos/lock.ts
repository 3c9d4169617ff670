import type { PanosClient } from "./client";
import { PanosError, UNAUTHORIZED } from "./error";
import { scopeOf } from "./location";
import { child, element, textAt } from "./xml";

/** Who holds a lock, on what, since when, and why. */
export interface Lock {
  kind: "commit" | "config";
  owner: string;
  /** "shared", or the name of a vsys or device group; "" where the device doesn't say. */
  scope: string;
  created: string;
  comment: string;
}

/**
 * The locks of one kind that may be in our way, of whoever. All of them are asked for and sorted here: asked for one
 * vsys, a device leaves out those on what is shared, which cover it.
 */
export async function locks(client: PanosClient, kind: Lock["kind"]): Promise<Lock[]> {
  return (await allLocks(client, kind)).filter((lock) => isInTheWay(client, lock));
}

/**
 * Whether a lock keeps out what is done at a client's place: one on its vsys or device group, on what is shared, or on what
 * the device doesn't name; of a firewall's commit locks any, because our commit names no vsys there. One on a device group
 * that Panorama calls otherwise is found when it refuses.
 */
function isInTheWay({ connection }: PanosClient, lock: Lock): boolean {
  return (lock.kind === "commit" && connection.panorama === undefined) || isOver(lock, scopeOf(connection));
}

/** Whether a lock covers a vsys or device group; one of which that isn't known may. */
function isOver({ scope }: Lock, vsys: string): boolean {
  return ["shared", "", vsys].includes(scope);
}

async function allLocks(client: PanosClient, kind: Lock["kind"]): Promise<Lock[]> {
  try {
    return await locksOf(client, kind, "all");
  } catch (error) {
    // Whoever may not see every vsys asks for the two that matter.
    if (!(error instanceof PanosError) || error.code !== "REFUSED") throw error;
    const scopes = ["shared", scopeOf(client.connection)];
    return (await Promise.all(scopes.map((scope) => locksOf(client, kind, scope)))).flat();
  }
}

async function locksOf(client: PanosClient, kind: Lock["kind"], scope: string): Promise<Lock[]> {
  const command = `<show><${kind}-locks>${element("vsys", scope)}</${kind}-locks></show>`;
  const { result } = await client.op(command, true, scopeOf(client.connection));
  return (child(result, `${kind}-locks`)?.children ?? []).map((entry) => ({
    kind,
    owner: entry.attributes["name"] ?? "",
    scope: textAt(entry, "type") === "shared" ? "shared" : textAt(entry, "name"),
    created: textAt(entry, "created"),
    comment: textAt(entry, "comment"),
  }));
}

/** Names a lock's holder, since when, and the comment. */
export function describeLock({ kind, owner, scope, created, comment }: Lock): string {
  const what =
    scope === "shared" ? `shared ${kind} lock` : `${kind} lock${scope === "" ? "" : ` on ${scope}`}`;
  return (
    `${owner || "somebody"} holds the ${what} since ${created || "an unknown time"}` +
    (comment === "" ? "" : ` (“${comment}”)`)
  );
}

/** How devices say that somebody's lock is in the way; the texts differ by request and version. */
const LOCKED = /is (currently )?locked by|holding .*locks?\b|blocked because of/i;

/**
 * What a refusal becomes that somebody's lock is the reason of: one that names who holds it, since when, and why.
 * Undefined: it has another reason.
 * @param kind which locks can be: config locks keep others from writing, commit locks from committing
 * @param outcome the rest of the sentence: what was not done
 */
export async function lockedOut(
  client: PanosClient,
  kind: Lock["kind"],
  error: unknown,
  outcome: string,
): Promise<PanosError | undefined> {
  if (!(error instanceof PanosError) || !error.lines.some((line) => LOCKED.test(line))) return undefined;
  const all = await allLocks(client, kind).catch(() => []);
  const inTheWay = all.filter((lock) => isInTheWay(client, lock));
  // Where none is over our place as far as is known, one of the others is the reason.
  const held = inTheWay.length > 0 ? inTheWay : all;
  const holders = held.length > 0 ? held.map(describeLock).join("; ") : error.lines.join("; ");
  return new PanosError("BUSY", `${holders}. ${outcome}; run again when it is released`, {
    ...(error.action !== undefined && { action: error.action }),
    lines: error.lines,
    cause: error,
  });
}

/**
 * Who holds a lock that a device names, without its holder, as why it took no push; none: it has another reason, or doesn't
 * say.
 * @param lines the device's own
 */
export async function holdersBehind(client: PanosClient, lines: readonly string[]): Promise<string[]> {
  if (!lines.some((line) => LOCKED.test(line))) return [];
  const held = await Promise.all([locks(client, "commit"), locks(client, "config")]).catch(() => []);
  return held.flat().map(describeLock);
}

/**
 * Takes the commit lock for this client's vsys. One that `administrator` holds already, left by a run that
 * was killed, is taken over.
 * @throws PanosError `busy` that names the holder of somebody else's lock, since when, and the comment
 */
export function takeCommitLock(client: PanosClient, administrator: string, comment: string): Promise<void> {
  return take(client, "commit", scopeOf(client.connection), administrator, comment);
}

/**
 * Releases our commit lock. The device drops it by itself after its owner's commit, so one that is no
 * longer held is fine.
 */
export function releaseCommitLock(client: PanosClient): Promise<void> {
  return release(client, "commit", scopeOf(client.connection));
}

/** Takes the config lock on everything: nobody else can write until it is released. @throws as takeCommitLock */
export function takeConfigLock(client: PanosClient, administrator: string, comment: string): Promise<void> {
  return take(client, "config", "shared", administrator, comment);
}

/** Releases it. */
export function releaseConfigLock(client: PanosClient): Promise<void> {
  return release(client, "config", "shared");
}

async function take(
  client: PanosClient,
  kind: Lock["kind"],
  scope: string,
  administrator: string,
  comment: string,
  isSecond = false,
): Promise<void> {
  const command = `<request><${kind}-lock><add>${element("comment", comment)}</add></${kind}-lock></request>`;
  try {
    await client.op(command, false, scope);
  } catch (error) {
    if (!(error instanceof PanosError) || UNAUTHORIZED.has(error.code)) throw error;
    const held = (await allLocks(client, kind)).filter((lock) => scope === "shared" || isOver(lock, scope));
    const other = held.find(({ owner }) => owner !== administrator);
    if (other === undefined && held.some((lock) => lock.scope === scope)) return;
    // Whoever had it has let go since: a lock goes with its owner's commit.
    if (other === undefined && !isSecond) return take(client, kind, scope, administrator, comment, true);
    if (other === undefined) throw groupLockRefused(client, error) ?? error;
    throw new PanosError(
      "BUSY",
      `${describeLock(other)}. Nothing was committed; run again when it is released`,
      { action: `${kind}-lock`, lines: error.lines, cause: error },
    );
  }
}

/** How a device group is named for a lock differs by version, and nothing that can be read says how. */
function groupLockRefused({ connection }: PanosClient, error: PanosError): PanosError | undefined {
  if (connection.panorama === undefined || error.code !== "REFUSED") return undefined;
  return new PanosError(
    "REFUSED",
    `Panorama takes no commit lock for the device group ${scopeOf(connection)}: ${error.lines.join("; ") || error.message}. ` +
      "Nothing was committed. Set panos:takeLock to false",
    { ...(error.action !== undefined && { action: error.action }), lines: error.lines, cause: error },
  );
}

async function release(client: PanosClient, kind: Lock["kind"], scope: string): Promise<void> {
  try {
    await client.op(`<request><${kind}-lock><remove></remove></${kind}-lock></request>`, true, scope);
  } catch (error) {
    if (error instanceof PanosError && error.lines.some((line) => /not currently (held|locked)/i.test(line)))
      return;
    throw error;
  }
}
