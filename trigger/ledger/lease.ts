import type { RunRequest } from "../runner/runner";
import { EMPTY, without, type LedgerDocument } from "./document";

/** How far two machines' clocks may be apart, and a message may come early. */
export const CLOCK_MARGIN = 5_000;

/** How long after its hard end an invocation is taken to be over. */
export const END_MARGIN = 30_000;

/** CodeBuild's limits, for waiting and for building: for runs of which nobody noted when they end. */
const LONGEST_BUILD = 2 * 480 * 60_000;

/** When a run is wanted next; undefined where only the schedule or another change starts one. */
export function wantedAt({ tryAt, lookAgain, notBefore = 0 }: LedgerDocument): number | undefined {
  if (tryAt === undefined && lookAgain === undefined) return undefined;
  return Math.max(Math.min(tryAt ?? Infinity, lookAgain ?? Infinity), notBefore);
}

/** Whether a run is wanted now. */
export function isWanted(document: LedgerDocument, now: number): boolean {
  const at = wantedAt(document);
  return at !== undefined && at <= now + CLOCK_MARGIN;
}

/** Gives the run to an invocation, with everything that waits. There must be no other. */
export function acquire(
  document: LedgerDocument,
  run: { request: RunRequest; owner: string; now: number; until: number },
): LedgerDocument {
  if (document.lease !== undefined) throw new Error(`run ${document.lease.request.id} is under way`);
  return {
    ...without(document, "tryAt"),
    waiting: EMPTY,
    lease: {
      request: run.request,
      owner: run.owner,
      started: run.now,
      until: run.until,
      covers: document.waiting,
    },
  };
}

/** Notes that a run goes on elsewhere, and by when it is over there. */
export function goesOn(
  document: LedgerDocument,
  run: string,
  place: { handle: string; ends: number },
): LedgerDocument {
  const { lease } = document;
  return lease?.request.id === run ? { ...document, lease: { ...lease, ...place } } : document;
}

/**
 * Whether the run's owner is gone without having said how it ended: Lambda has ended its invocation. Of a run that
 * goes on elsewhere only that place knows, but even that can't be asked forever: the runner may be another one now.
 */
export function isOwnerGone({ lease }: LedgerDocument, now: number): boolean {
  if (lease === undefined) return false;
  const { handle, started, until, ends = started + LONGEST_BUILD } = lease;
  return now > (handle === undefined ? until : ends) + END_MARGIN;
}
