import type { Change } from "../events/change";
import { MAX_DESCRIBED, MAX_RECENT, MAX_REVOKED, sizeOf, type Basket, type LedgerDocument } from "./document";

/**
 * Writes down changes that have arrived. What is known already, by its id, is not written down again.
 * @param lookAgainAfter how long after a change EC2 may still tell the old state; 0: don't look again
 */
export function recordChanges(
  document: LedgerDocument,
  changes: readonly Change[],
  now: number,
  lookAgainAfter: number,
): LedgerDocument {
  const known = new Set(document.recent);
  const news = changes.filter(({ id }) => !known.has(id) && known.add(id));
  if (news.length === 0) return document;
  // A clock that is ahead must not put off a second look, nor hide the age of a change.
  const times = news.map(({ at }) => Math.min(Date.parse(at), now));
  return {
    ...wantRun(document, now),
    waiting: merged(document.waiting, {
      changes: news.slice(0, MAX_DESCRIBED),
      more: Math.max(0, news.length - MAX_DESCRIBED),
      // Of all of them: somebody who floods the ledger must not make it forget what was taken away.
      ...revokedIn(news.flatMap(({ revoked = [] }) => revoked)),
      oldest: least(times),
    }),
    recent: [...document.recent, ...news.map(({ id }) => id)].slice(-MAX_RECENT),
    ...(lookAgainAfter > 0 && {
      lookAgain: Math.max(document.lookAgain ?? 0, greatest(times) + lookAgainAfter),
    }),
  };
}

/** A run is wanted as soon as the last one's failure allows: something may have changed. */
export function wantRun(document: LedgerDocument, now: number): LedgerDocument {
  const { tryAt = Infinity, notBefore = 0 } = document;
  return { ...document, tryAt: Math.min(tryAt, Math.max(now, notBefore)) };
}

/** Both, the first one's changes first. */
export function merged(first: Basket, second: Basket): Basket {
  const changes = [...first.changes, ...second.changes].slice(0, MAX_DESCRIBED);
  const times = [first.oldest, second.oldest].filter((time) => time !== undefined);
  return {
    changes,
    more: sizeOf(first) + sizeOf(second) - changes.length,
    ...revokedIn([...(first.revoked ?? []), ...(second.revoked ?? [])]),
    ...(times.length > 0 && { oldest: least(times) }),
  };
}

function revokedIn(groups: readonly string[]): Pick<Basket, "revoked"> {
  return groups.length === 0 ? {} : { revoked: [...new Set(groups)].slice(0, MAX_REVOKED) };
}

// A log file may hold more changes than a call can have arguments.
const least = (numbers: number[]) => numbers.reduce((a, b) => Math.min(a, b));
const greatest = (numbers: number[]) => numbers.reduce((a, b) => Math.max(a, b));
