/** The other one of an HA pair. */
import { reachesPeer } from "../../panos/ha";
import type { Session } from "../session/session";
import { tell } from "../session/tell";

/** How long the other one of an HA pair may take to get what was committed. */
const SYNC_TIMEOUT_SECONDS = 120;

/** Waits until the other one of an HA pair has what was committed, or says that it hasn't. */
export async function waitForPeer(session: Session): Promise<void> {
  const { client, ha } = await session.open();
  if (!ha.enabled || (await reachesPeer(client, SYNC_TIMEOUT_SECONDS))) return;
  tell(
    "warn",
    `the running configuration of ${session.firewall} has not reached its HA peer after ` +
      `${SYNC_TIMEOUT_SECONDS} s: a failover now would bring back the old rules. Look at the pair's synchronization`,
  );
}
