import type { LogFile } from "../events/arrival";
import type { Watch } from "../events/verdict";
import type { Ledger } from "../ledger/ledger";
import type { Runner, RunRequest } from "../runner/runner";

/** What can't be handled, and why. */
export interface DeadLetter {
  body: unknown;
  reason: string;
}

/** Whom the handler tells something. Each call throws where it could not. */
export interface Outbox {
  /** Has the handler look at its ledger in so many seconds, at most LONGEST_DELAY. */
  wake(seconds: number): Promise<void>;
  deadLetter(letter: DeadLetter): Promise<void>;
  /** Tells people. */
  tell(notice: { subject: string; text: string }): Promise<void>;
}

/** SQS delays a message for at most that many seconds (SQS documentation: DelaySeconds). */
export const LONGEST_DELAY = 900;

/** Everything outside that the handler deals with. */
export interface Dependencies {
  ledger: Ledger;
  runner: Runner;
  outbox: Outbox;
  /** What time it is: epoch milliseconds. */
  now: () => number;
  /**
   * A log file's content.
   * @throws LogFileError where there will never be one; anything else where it may be there later
   */
  fetchFile: (file: LogFile) => Promise<Uint8Array>;
  /** A line of the log. */
  log: (line: Record<string, unknown>) => void;
  /** A name that nothing else has. */
  newId: () => string;
}

export interface HandlerSettings {
  stack: string;
  mode: RunRequest["mode"];
  /** How long after a change EC2 may still tell the old state, in milliseconds; 0: don't look again. */
  lookAgainAfter: number;
  watch: Watch;
}

/** One invocation of the function. */
export interface Invocation {
  id: string;
  /** When Lambda ends it, epoch milliseconds. */
  end: number;
}
