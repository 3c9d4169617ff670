/** The other one of an HA pair. */
import { differences } from "../../declaration/differences";
import { listed } from "../../lib/text";
import { PanosError } from "../../panos/error";
import { reachesPeer } from "../../panos/ha";
import { ProviderError } from "../error";
import type { Session } from "../session/session";
import { tell } from "../session/tell";
import { contentOf } from "./committed";
import type { Revision } from "./revision";

/** How long the other one of an HA pair may take to get what was committed. */
const SYNC_TIMEOUT_SECONDS = 120;

/** Waits until a firewall's HA peer has what was committed, or says that it hasn't. */
export async function waitForPeer(session: Session): Promise<void> {
  if (session.location.panorama === undefined) await waitForSync(session);
}

/**
 * The same for Panorama's, once it is pushed: with Automated Commit Recovery the other one gets it only when firewalls
 * have found Panorama again after that.
 */
export async function waitForPanorama(session: Session): Promise<void> {
  if (session.location.panorama !== undefined) await waitForSync(session);
}

async function waitForSync(session: Session): Promise<void> {
  const { client, ha } = await session.open();
  if (!ha.enabled || (await reachesPeer(client, SYNC_TIMEOUT_SECONDS))) return;
  tell(
    "warn",
    `the running configuration of ${session.firewall} has not reached its HA peer after ` +
      `${SYNC_TIMEOUT_SECONDS} s: a failover now would bring back the old rules. Look at the pair's synchronization`,
  );
}

/**
 * Where Panorama's HA peer has taken over since a revision was committed, goes on with that one: it has what was
 * committed, or says that it hasn't. A firewall's peer needs no more than to have it.
 * @param exempt names that are left as they are
 * @returns whether it has taken over
 * @throws ProviderError, PanosError where nothing can be pushed from it
 */
export async function followPanorama(
  session: Session,
  revision: Revision,
  exempt: ReadonlySet<string>,
): Promise<boolean> {
  if (session.location.panorama === undefined) return false;
  const isElsewhere = await session.follow().catch((error: unknown) => {
    if (!(error instanceof PanosError)) throw error;
    const text = `what is declared on ${session.firewall} is committed, and its firewalls may not have it: ${error.message}. `;
    throw new PanosError(error.code, `${text}The next run pushes it, also where nothing else has changed`, {
      cause: error,
    });
  });
  if (!isElsewhere) return false;
  const lacking = differences(revision.declared, contentOf(revision, await session.read("running")), exempt);
  if (lacking.length === 0) return true;
  const { hostname } = (await session.open()).client.connection;
  throw new ProviderError(
    "RUNNING_DIFFERS",
    `${hostname} has taken over, and what was committed on its HA peer has not reached it: ${listed(lacking)}. Nothing ` +
      "is pushed from it. Run again with --refresh, which commits it there",
  );
}
