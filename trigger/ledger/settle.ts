import type { RunOutcome } from "../runner/runner";
import { NO_TROUBLE, without, type Alarm, type LedgerDocument, type Notice, type Trouble } from "./document";
import { CLOCK_MARGIN } from "./lease";
import * as notices from "./notices";
import { merged } from "./record";

/** After the first, second and third failure in a row. Later ones wait for the schedule. */
export const RETRY_AFTER = [30_000, 120_000, 480_000] as const;
const LONGEST_RETRY = RETRY_AFTER[2];

/** So many in a row raise the alarm. */
const ALARM_AFTER = 3;

const BUSY_RETRY_AFTER = 60_000;
/** A person's update that takes longer than this is told. */
export const BUSY_ALARM_AFTER = 3_600_000;

const MAX_HELD_REASONS = 20;

/**
 * Writes down how a run ended. What it covered is done with if it was applied (or told, by a preview), and
 * waits again otherwise, beside what has arrived since.
 * @returns the document itself where the run's lease is another's by now: its changes wait already
 */
export function settle(
  document: LedgerDocument,
  run: string,
  outcome: RunOutcome,
  now: number,
): LedgerDocument {
  const { lease, tryAt, lookAgain = 0 } = document;
  if (lease?.request.id !== run) return document;
  // A run that started late enough has looked again; if it failed, the next one is later still.
  const hasLookedAgain = lookAgain <= lease.started + CLOCK_MARGIN;
  const freed = without(document, "lease", "notBefore", ...(hasLookedAgain ? (["lookAgain"] as const) : []));
  if (outcome.result === "applied" || outcome.result === "previewed") return through(freed, outcome);
  const unapplied: LedgerDocument = {
    ...without(freed, "tryAt"),
    waiting: merged(lease.covers, document.waiting),
  };
  switch (outcome.result) {
    case "failed":
      return failed(unapplied, outcome.reason, now, tryAt !== undefined);
    case "out-of-time":
      return outOfTime(unapplied, outcome.reason, now, tryAt !== undefined);
    case "busy":
      return busy(unapplied, outcome.reason, lease.started, now);
    case "held":
      // What arrived since may be what ends it: a permission given back, an instance started again.
      return held({ ...unapplied, ...(tryAt !== undefined && { tryAt }) }, outcome.reason);
  }
}

function through(
  document: LedgerDocument,
  outcome: Extract<RunOutcome, { result: "applied" | "previewed" }>,
): LedgerDocument {
  const { trouble } = document;
  const isOver = trouble.told.length > 0 || trouble.held.length > 0;
  const settled = { ...document, trouble: NO_TROUBLE };
  const recovered = isOver ? notify(settled, notices.recovered(document, outcome)) : settled;
  if (outcome.result === "applied" || outcome.summary === document.preview) return recovered;
  return { ...notify(recovered, notices.previewed(document, outcome.summary)), preview: outcome.summary };
}

/** @param hasNews changes arrived during the run: they don't wait for the schedule */
function failed(document: LedgerDocument, reason: string, now: number, hasNews: boolean): LedgerDocument {
  const failures = document.trouble.failures + 1;
  const next = { ...document, trouble: { ...without(document.trouble, "busySince"), failures } };
  const after = RETRY_AFTER[failures - 1];
  const notBefore = now + (after ?? LONGEST_RETRY);
  return alarmed(
    { ...next, notBefore, ...((after !== undefined || hasNews) && { tryAt: notBefore }) },
    "failing",
    failures >= ALARM_AFTER,
    () => notices.failing(next, reason, now),
  );
}

function outOfTime(document: LedgerDocument, reason: string, now: number, hasNews: boolean): LedgerDocument {
  const times = document.trouble.outOfTime + 1;
  const next = { ...document, trouble: { ...without(document.trouble, "busySince"), outOfTime: times } };
  // Handed over at once, but not for ever.
  const notBefore = times < ALARM_AFTER ? now : now + LONGEST_RETRY;
  return alarmed(
    { ...next, notBefore, ...((times < ALARM_AFTER || hasNews) && { tryAt: notBefore }) },
    "out-of-time",
    times >= ALARM_AFTER,
    () => notices.outOfTime(next, reason, now),
  );
}

function busy(document: LedgerDocument, reason: string, started: number, now: number): LedgerDocument {
  const busySince = document.trouble.busySince ?? started;
  const again = now + BUSY_RETRY_AFTER;
  const next = { ...document, trouble: { ...document.trouble, busySince }, tryAt: again, notBefore: again };
  return alarmed(next, "busy", now - busySince >= BUSY_ALARM_AFTER, () =>
    notices.busy(next, reason, busySince, now),
  );
}

/** A run that was held got through to its guards: it is no failure, and ends a row of them. */
function held(document: LedgerDocument, reason: string): LedgerDocument {
  const { held: known, told } = document.trouble;
  const trouble: Trouble = { ...NO_TROUBLE, held: [...new Set([...known, reason])].slice(-MAX_HELD_REASONS) };
  const next = { ...document, trouble };
  // After an alarm that is over, said again: the last that was heard is no longer so.
  return known.includes(reason) && told.length === 0 ? next : notify(next, notices.held(next, reason));
}

/** Raises an alarm once, until it is over. */
function alarmed(document: LedgerDocument, alarm: Alarm, isDue: boolean, words: () => Words): LedgerDocument {
  const { trouble } = document;
  if (!isDue || trouble.told.includes(alarm)) return document;
  return notify({ ...document, trouble: { ...trouble, told: [...trouble.told, alarm] } }, words());
}

type Words = notices.Words;

/** The oldest unsent ones make room: a topic that takes nothing for so long is somebody's alarm itself. */
const MAX_NOTICES = 20;

function notify(document: LedgerDocument, words: Words): LedgerDocument {
  const id = `${document.revision}-${document.notices.length}`;
  const all: Notice[] = [...document.notices, { id, ...words }];
  return { ...document, notices: all.slice(-MAX_NOTICES) };
}

/** Takes away the notices that people have. */
export function withoutNotices(document: LedgerDocument, ids: readonly string[]): LedgerDocument {
  const left = document.notices.filter(({ id }) => !ids.includes(id));
  return left.length === document.notices.length ? document : { ...document, notices: left };
}
