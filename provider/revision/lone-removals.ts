import type { Operation } from "../../panos/client";
import { revertChangesOf } from "../../panos/commit";
import { pendingChanges } from "../../panos/system";
import { changedEntry } from "../../declaration/journal";
import { listed } from "../../lib/text";
import { requireEngine } from "../session/engine";
import type { Session } from "../session/session";
import { tell } from "../session/tell";

/**
 * Takes removals out of the candidate that are left there alone. What was staged beside them is gone where the
 * management plane restarted meanwhile, and with the removals alone somebody's commit of everything would close what
 * another rule was to keep open. Nothing is reverted where our administrator has anything else pending. That is asked
 * right before, but not in one request: what a second device group of the stack stages between the two is lost, and its
 * own commit then refuses.
 * @param removals what this run has removed
 */
export async function takeBack(session: Session, removals: readonly Operation[]): Promise<void> {
  const removed = removals.map(({ xpath }) => xpath);
  try {
    const { client } = await session.open();
    const administrator = await session.prepare();
    const own = (await pendingChanges(client)).filter(({ owner }) => owner === administrator);
    const areAlone = own.every(
      (change) => change.action.trim().toUpperCase() === "DELETE" && removed.includes(changedEntry(change)),
    );
    if (own.length === 0 || !areAlone) return;
    await requireEngine();
    await revertChangesOf(client, administrator);
  } catch (error) {
    tell(
      "warn",
      `removed from the candidate of ${session.firewall}, perhaps without what was staged beside that: ` +
        `${listed(removed, 5)}. It could not be taken back (${(error as Error).message}): run again before anybody ` +
        "commits everything",
    );
  }
}
