import { locks, releaseCommitLock, takeCommitLock } from "../../panos/lock";
import { scopeOf } from "../../panos/location";
import { administrator as administratorOf } from "../../panos/system";
import { requireEngine } from "../session/engine";
import type { Session } from "../session/session";
import { tell } from "../session/tell";

/**
 * Holds the commit lock around work, and releases it on every way out. Nothing begins where the engine is gone: nobody
 * would hear how it ended.
 * @param work may release it before its end: a device drops it with its owner's commit, so that it holds nothing from
 * then on, and only has to be known as gone
 */
export async function withCommitLock<T>(
  session: Session,
  administrator: string,
  work: (release: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const { client, settings } = await session.open();
  await requireEngine();
  if (!settings.takeLock) return work(() => Promise.resolve());
  await takeCommitLock(client, administrator, `aws-panos-rules commits the rules of ${session.firewall}`);
  let released: Promise<void> | undefined;
  const release = () =>
    (released ??= releaseCommitLock(client).catch((error: Error) =>
      tell("warn", `the commit lock on ${session.firewall} could not be released: ${error.message}`),
    ));
  try {
    return await work(release);
  } finally {
    await release();
  }
}

/** Whether our commit lock is held, outside of a run: until it is let go, nobody else can commit. */
export async function isOwnLockLeft(session: Session): Promise<boolean> {
  const { client, settings } = await session.open();
  if (!settings.takeLock) return false;
  const held = await locks(client, "commit");
  if (held.length === 0) return false;
  const own = await administratorOf(client);
  const ours = scopeOf(session.location);
  return held.some(({ owner, scope }) => owner === own && scope === ours);
}
