import type { LedgerDocument } from "../ledger/document";
import { withoutNotices } from "../ledger/settle";
import type { Dependencies } from "./dependencies";

/**
 * Tells people what the ledger keeps for them, and takes away what was told. What can't be told now stays, and
 * is told by a later invocation; one that dies in between tells it twice rather than never.
 */
export async function tellNotices(
  document: LedgerDocument,
  dependencies: Dependencies,
): Promise<LedgerDocument> {
  const ids: string[] = [];
  for (const { id, subject, text } of document.notices) {
    try {
      await dependencies.outbox.tell({ subject, text });
      ids.push(id);
    } catch (error) {
      dependencies.log({ event: "not-told", subject, reason: (error as Error).message });
    }
  }
  return ids.length === 0 ? document : dependencies.ledger.update((current) => withoutNotices(current, ids));
}
