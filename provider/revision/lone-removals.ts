import type { Operation } from "../../panos/client";
import { revertChangesOf } from "../../panos/commit";
import { containerXpath } from "../../panos/location";
import { changedEntry } from "../../declaration/journal";
import { KINDS, PARTS } from "../../declaration/kinds/index";
import { listed } from "../../lib/text";
import { readConfigurations } from "./configurations";
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
    const containers = PARTS.map((part) => containerXpath(session.location, KINDS[part].container));
    const own = (await readConfigurations(session)).changes
      // What is pending in a container that the journal names is there by its entries as well.
      .filter((change) => change.owner === administrator && !containers.includes(changedEntry(change)));
    const besides = own.filter(
      (change) => change.action.trim().toUpperCase() !== "DELETE" || !removed.includes(changedEntry(change)),
    );
    if (own.length === besides.length || besides.some(({ found }) => found !== "possibly")) return;
    if (besides.length > 0) {
      const doubtful = listed(besides.map(changedEntry), 5);
      return sayLeft(session, removed, `the device doesn't say whose these changes are: ${doubtful}`);
    }
    await requireEngine();
    await revertChangesOf(client, administrator);
  } catch (error) {
    sayLeft(session, removed, (error as Error).message);
  }
}

function sayLeft({ firewall }: Session, removed: readonly string[], why: string): void {
  tell(
    "warn",
    `removed from the candidate of ${firewall}, perhaps without what was staged beside that: ` +
      `${listed(removed, 5)}. It could not be taken back (${why}): run again before anybody commits everything`,
  );
}
