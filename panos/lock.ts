import type { PanosClient } from "./client";
import { PanosError, UNAUTHORIZED } from "./error";
import { child, element, textAt } from "./xml";

/** Who holds a lock, since when, and why. */
export interface Lock {
  kind: "commit" | "config";
  owner: string;
  created: string;
  comment: string;
}

/** The locks of one kind on this client's vsys and on what is shared, of whoever. */
export async function locks(client: PanosClient, kind: Lock["kind"]): Promise<Lock[]> {
  const { vsys } = client.connection;
  const command = `<show><${kind}-locks>${element("vsys", vsys)}</${kind}-locks></show>`;
  const { result } = await client.op(command, true, vsys);
  return (child(result, `${kind}-locks`)?.children ?? []).map((entry) => ({
    kind,
    owner: entry.attributes["name"] ?? "",
    created: textAt(entry, "created"),
    comment: textAt(entry, "comment"),
  }));
}

/** Names a lock's holder, since when, and the comment. */
export function describeLock({ kind, owner, created, comment }: Lock): string {
  return `${owner} holds the ${kind} lock since ${created || "an unknown time"}${comment === "" ? "" : ` (“${comment}”)`}`;
}

/**
 * Takes the commit lock for this client's vsys. One that `administrator` holds already, left by a run that
 * was killed, is taken over.
 * @throws PanosError `busy` that names the holder of somebody else's lock, since when, and the comment
 */
export async function takeCommitLock(
  client: PanosClient,
  administrator: string,
  comment: string,
): Promise<void> {
  const { vsys } = client.connection;
  const command = `<request><commit-lock><add>${element("comment", comment)}</add></commit-lock></request>`;
  try {
    await client.op(command, false, vsys);
  } catch (error) {
    if (!(error instanceof PanosError) || UNAUTHORIZED.has(error.code)) throw error;
    const held = await locks(client, "commit");
    const other = held.find(({ owner }) => owner !== administrator);
    if (other === undefined && held.length > 0) return;
    if (other === undefined) throw error;
    throw new PanosError(
      "busy",
      `${describeLock(other)}. Nothing was committed; run again when it is released`,
      { action: "commit-lock", lines: error.lines, cause: error },
    );
  }
}

/**
 * Releases our commit lock. The device drops it by itself after its owner's commit, so one that is no
 * longer held is fine.
 */
export async function releaseCommitLock(client: PanosClient): Promise<void> {
  try {
    await client.op(
      "<request><commit-lock><remove></remove></commit-lock></request>",
      true,
      client.connection.vsys,
    );
  } catch (error) {
    if (error instanceof PanosError && error.lines.some((line) => /not currently (held|locked)/i.test(line)))
      return;
    throw error;
  }
}
