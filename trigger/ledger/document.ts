import type { Change } from "../events/change";
import type { RunRequest } from "../runner/runner";

/** Changes that no run has applied yet. */
export interface Basket {
  /** The first of them, to tell who did what; at most MAX_DESCRIBED. */
  changes: Change[];
  /** How many more there are. */
  more: number;
  /** Ids of the security groups from which they took permissions, at most MAX_REVOKED; absent: from none. */
  revoked?: string[];
  /** When the oldest happened; undefined where there is none. */
  oldest?: number;
}

/** The run that is under way; there is one at a time. */
export interface Lease {
  request: RunRequest;
  /** The invocation that started it. */
  owner: string;
  started: number;
  /** The owner's invocation is over by then, whatever happens: Lambda ends it. */
  until: number;
  /** What waited when it started. Only this is applied when it succeeds. */
  covers: Basket;
  /** Where it goes on elsewhere: the name to ask for its outcome. */
  handle?: string;
  /** It is over there by then, whatever happens; absent from what earlier versions wrote. */
  ends?: number;
}

/** Something that a person has to know, and has not been told yet. */
export interface Notice {
  id: string;
  subject: string;
  text: string;
}

/** What has gone wrong since the last run that went through, and what of it was told. */
export interface Trouble {
  /** Failed runs in a row. */
  failures: number;
  /** Runs in a row that would not have ended in time. */
  outOfTime: number;
  /** Since when every run has found the stack locked. */
  busySince?: number;
  /** Why runs were held, each reason told once. */
  held: string[];
  /** Alarms that are on. */
  told: Alarm[];
}

export type Alarm = "failing" | "out-of-time" | "busy";

/** What waits for a stack, and who runs. All times are epoch milliseconds. */
export interface LedgerDocument {
  format: typeof FORMAT;
  stack: string;
  /** Names the write that made it, so that a writer whose answer got lost can see that it got through. */
  revision: string;
  /** What the next run has to apply. */
  waiting: Basket;
  /** Ids of the latest changes, applied or not: what arrives twice is recorded once. */
  recent: string[];
  lease?: Lease;
  /** From when on a run is wanted for what waits; undefined where it waits for a schedule or another change. */
  tryAt?: number;
  /** No new change starts a run before. Only the schedule does. */
  notBefore?: number;
  /** A run has to start at or after this, because what EC2 says may lag behind what was done. */
  lookAgain?: number;
  trouble: Trouble;
  /** Mode `preview`: what was last told. */
  preview?: string;
  notices: Notice[];
}

/** Raised whenever an older version would misread a document. */
export const FORMAT = 1;

export const MAX_DESCRIBED = 50;
export const MAX_RECENT = 1000;
export const MAX_REVOKED = 200;

export const EMPTY: Basket = { changes: [], more: 0 };

/** A ledger in which nothing waits. */
export function newLedger(stack: string): LedgerDocument {
  return {
    format: FORMAT,
    stack,
    revision: "new",
    waiting: EMPTY,
    recent: [],
    trouble: NO_TROUBLE,
    notices: [],
  };
}

export const NO_TROUBLE: Trouble = { failures: 0, outOfTime: 0, held: [], told: [] };

/** How many changes are in it. */
export function sizeOf({ changes, more }: Basket): number {
  return changes.length + more;
}

/** When the oldest change happened that no run has applied. */
export function oldestOf({ waiting, lease }: LedgerDocument): number | undefined {
  const times = [waiting.oldest, lease?.covers.oldest].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** A copy without these fields. */
export function without<T extends object, K extends keyof T>(value: T, ...fields: K[]): Omit<T, K> {
  const copy = { ...value };
  for (const field of fields) delete copy[field];
  return copy;
}
