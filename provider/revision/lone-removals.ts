import type { Operation } from "../../panos/client";
import { revertChangesOf } from "../../panos/commit";
import { pendingChanges } from "../../panos/system";
import { changedEntry } from "../../declaration/journal";
import { listed } from "../../lib/text";
import type { Session } from "../session/session";
import { tell } from "../session/tell";

/**
 * Takes removals out of the candidate that are left there alone. What was staged beside them is gone where the
 * management plane restarted meanwhile, and with the removals alone somebody's commit of everything would close what
 * another rule was to keep open. Nothing is reverted where our administrator has anything else pending.
 * @param removals what this run has removed
 */
export async function takeBack(session: Session, removals: readonly Operation[]): Promise<void> {
  const { client } = await session.open();
  const administrator = await session.prepare();
  const own = (await pendingChanges(client)).filter(({ owner }) => owner === administrator);
  const removed = new Set(removals.map(({ xpath }) => xpath));
  const areAlone = own.every(
    (change) => change.action.trim().toUpperCase() === "DELETE" && removed.has(changedEntry(change)),
  );
  if (own.length === 0 || !areAlone) return;
  try {
    await revertChangesOf(client, administrator);
  } catch (error) {
    const which = listed(own.map(changedEntry), 5);
    tell(
      "warn",
      `removed from the candidate of ${session.firewall} without what was staged beside that: ${which}. It could not ` +
        `be taken back (${(error as Error).message}): run again before anybody commits everything`,
    );
  }
}
