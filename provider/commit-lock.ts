import { releaseCommitLock, takeCommitLock } from "../panos/lock";
import type { Session } from "./session";
import { tell } from "./tell";

/** Holds the commit lock around work, and releases it on every way out. */
export async function withCommitLock<T>(
  session: Session,
  administrator: string,
  work: () => Promise<T>,
): Promise<T> {
  const { client, settings } = await session.open();
  if (!settings.takeLock) return work();
  await takeCommitLock(client, administrator, `aws-panos-rules commits the rules of ${session.firewall}`);
  try {
    return await work();
  } finally {
    await releaseCommitLock(client).catch((error: Error) =>
      tell("warn", `the commit lock on ${session.firewall} could not be released: ${error.message}`),
    );
  }
}
