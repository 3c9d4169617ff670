import type { PolicyObjects } from "../../declaration/objects";
import { pendingChanges, type PendingChange } from "../../panos/system";
import type { Session } from "../session/session";

/** What a firewall has in both of its configurations, and what is pending between them. */
export interface Configurations {
  candidate: PolicyObjects;
  running: PolicyObjects;
  changes: PendingChange[];
}

/** Reads them together, again after each write that they are to show. */
export async function readConfigurations(session: Session): Promise<Configurations> {
  const { client } = await session.open();
  const [candidate, running, changes] = await Promise.all([
    session.read("candidate"),
    session.read("running"),
    pendingChanges(client),
  ]);
  return { candidate, running, changes };
}
