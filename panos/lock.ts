import type { PanosClient } from "./client";
import { PanosError } from "./error";
import { child, element, textAt } from "./xml";

/** Who holds a commit lock, since when, and why. */
export interface CommitLock {
  owner: string;
  created: string;
  comment: string;
}

/** The commit locks on this client's vsys, of whoever. */
export async function commitLocks(client: PanosClient): Promise<CommitLock[]> {
  const { vsys } = client.connection;
  const { result } = await client.op(
    `<show><commit-locks>${element("vsys", vsys)}</commit-locks></show>`,
    true,
    vsys,
  );
  return (child(result, "commit-locks")?.children ?? []).map((entry) => ({
    owner: entry.attributes["name"] ?? "",
    created: textAt(entry, "created"),
    comment: textAt(entry, "comment"),
  }));
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
    if (!(error instanceof PanosError) || error.code === "credentials" || error.code === "forbidden")
      throw error;
    const locks = await commitLocks(client);
    const other = locks.find(({ owner }) => owner !== administrator);
    if (other === undefined && locks.length > 0) return;
    if (other === undefined) throw error;
    throw new PanosError(
      "busy",
      `${other.owner} holds the commit lock since ${other.created || "an unknown time"}` +
        `${other.comment === "" ? "" : ` (“${other.comment}”)`}. Nothing was committed; run again when it is released`,
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
