import { withEntries } from "../../declaration/journal-containers";
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
  const [{ client }, administrator] = await Promise.all([session.open(), session.prepare()]);
  const [candidate, running, journal] = await Promise.all([
    session.readWhole("candidate"),
    session.readWhole("running"),
    pendingChanges(client),
  ]);
  const changes = withEntries(journal, session.location, {
    candidate: candidate.entry,
    running: running.entry,
    administrator,
    written: session.stagedEntries,
  });
  return { candidate: candidate.objects, running: running.objects, changes };
}
