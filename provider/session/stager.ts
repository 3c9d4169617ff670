import { setTimeout as delay } from "node:timers/promises";
import { compareTexts } from "../../lib/order";
import type { Operation, PanosClient } from "../../panos/client";
import { isAmbiguous, PanosError } from "../../panos/error";
import { lockedOut } from "../../panos/lock";
import { lastArrival, nothingMoreCanArrive } from "./arrivals";
import { requireEngine } from "./engine";

/** A request goes out once Pulumi can send nothing more, or has sent nothing for so long … */
const QUIET_MS = 30;
/** … or longer, where changes have come after that, as on a busy machine … */
const LONGEST_QUIET_MS = 400;
/** … or this long after its first change, whichever comes first. */
const GATHER_MS = 1_000;
/** This process itself had to wait for its turn: then that others are quiet says nothing. */
const LATE_MS = 15;
/** How often it is looked at. */
const POLL_MS = 30;
/** Operations in one request; pango sends as many. */
const MAX_OPERATIONS = 500;
/** Bytes of one request's body, of the 5 MB that the device takes. */
const MAX_BYTES = 4_000_000;

interface Change {
  operations: readonly Operation[];
  bytes: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Gathers changes that arrive together into one multi-config request. The operations of one change stay
 * together: a rule is never written without being placed. A change that the device refuses fails alone, with
 * its own reason, and the others go through.
 */
export class Stager {
  private waiting: Change[] = [];
  private running = false;
  private sending = false;
  private lastChange = 0;
  private quietMs = QUIET_MS;
  /** Whether this device takes moves only in requests of their own. */
  private movesApart = false;

  constructor(
    private readonly client: PanosClient,
    private readonly onStaged: (changes: number) => void,
    /** What is in the way of every change alike, where one was refused; undefined: nothing. */
    private readonly inTheWay: () => Promise<unknown> = () => Promise.resolve(undefined),
  ) {}

  /** Stages one change in the candidate. Resolves once the device has it. */
  stage(operations: readonly Operation[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const bytes = operations.reduce(
        (sum, { xpath, element = "" }) => sum + encoded(xpath) + encoded(element),
        0,
      );
      this.waiting.push({ operations, bytes, resolve, reject });
      const now = Date.now();
      // It was on its way when the request that is being sent was closed.
      if (this.sending) this.quietMs = longerQuiet(this.quietMs, now - this.lastChange);
      this.lastChange = now;
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    try {
      while (this.waiting.length > 0) {
        await this.gathered();
        this.sending = true;
        await this.send(this.nextBatch());
        this.sending = false;
      }
    } finally {
      this.running = this.sending = false;
    }
  }

  /** Resolves when the changes of one moment have arrived: Pulumi hands them over one after the other. */
  private async gathered(): Promise<void> {
    const start = Date.now();
    // At first for those that have waited for the same as the first one.
    for (let wait = 0; ;) {
      const asked = Date.now();
      await delay(wait);
      const now = Date.now();
      const isFull = nothingMoreCanArrive() || this.waiting.length >= MAX_OPERATIONS;
      if (isFull || now - start >= GATHER_MS) return;
      const isLate = now - asked > wait + LATE_MS;
      const left = this.quietMs - (now - Math.max(this.lastChange, lastArrival()));
      if (left <= 0 && !isLate) return;
      wait = left <= 0 ? POLL_MS : Math.min(POLL_MS, left);
    }
  }

  private nextBatch(): Change[] {
    let operations = 0;
    let bytes = 0;
    const end = this.waiting.findIndex((change) => {
      operations += change.operations.length;
      bytes += change.bytes;
      return operations > MAX_OPERATIONS || bytes > MAX_BYTES;
    });
    // A single change that is larger than a batch still goes, alone.
    const batch = this.waiting.splice(0, end < 0 ? this.waiting.length : Math.max(1, end));
    // By name: then few rules have to be put in order later. What depends on each other is never in one batch.
    const place = ({ operations: [first] }: Change) => first?.xpath ?? "";
    return batch.sort((a, b) => compareTexts(place(a), place(b)));
  }

  /** Sends a batch; splits it where one change is refused, until that one stands alone. */
  private async send(batch: Change[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      await this.write(batch);
    } catch (error) {
      await this.sendWithoutGuilty(batch, error);
      return;
    }
    for (const { resolve } of batch) resolve();
    this.onStaged(batch.length);
  }

  private async write(batch: readonly Pick<Change, "operations">[]): Promise<void> {
    for (const operations of this.requests(batch)) {
      await requireEngine();
      await this.client.multiConfig(operations);
    }
  }

  /** What a batch goes out as: one request, or first what is written and then what is moved. */
  private requests(batch: readonly Pick<Change, "operations">[]): Operation[][] {
    const all = batch.flatMap(({ operations }) => operations);
    if (!this.movesApart) return [all];
    const isMove = ({ action }: Operation) => action === "move";
    const inTwo = [all.filter((each) => !isMove(each)), all.filter(isMove)];
    return inTwo.filter(({ length }) => length > 0);
  }

  private async sendWithoutGuilty(batch: Change[], error: unknown): Promise<void> {
    // A lock is in the way of every change alike.
    const locked = await lockedOut(this.client, "config", error, "Nothing was committed");
    const isRefused = error instanceof PanosError && error.code === "REFUSED";
    const reason = locked ?? (isRefused ? await this.inTheWay() : undefined) ?? error;
    if (!(reason instanceof PanosError) || reason.code !== "REFUSED") {
      for (const { reject } of batch) reject(reason);
      return;
    }
    const guilty = batch.length === 1 ? batch[0] : this.movesApart ? undefined : guiltyChange(batch, reason);
    if (guilty === undefined) {
      const half = Math.ceil(batch.length / 2);
      await this.send(batch.slice(0, half));
      await this.send(batch.slice(half));
      return;
    }
    if (isAtItsEnd(guilty, reason)) {
      await this.sendWithoutMoves(guilty);
      return this.send(batch.filter((change) => change !== guilty));
    }
    const left = await this.stagedInTwo(guilty, reason);
    if (left === undefined) guilty.resolve();
    else guilty.reject(left);
    await this.send(batch.filter((change) => change !== guilty));
  }

  /** Sends what is left of a change whose move would move nothing. */
  private async sendWithoutMoves({ operations, ...change }: Change): Promise<void> {
    const left = operations.filter(({ action }) => action !== "move");
    // Of one that was only a move, nothing is: it was carried out.
    if (left.length === 0) change.resolve();
    else await this.send([{ ...change, operations: left }]);
  }

  /**
   * Tries a refused change in another way: whether a device takes a rule's writing and its move in one request is
   * not documented. Between the two a new rule stands at the end of the candidate, and nothing is committed until
   * all stand right. What succeeds so is kept for all that comes after.
   * @returns why it isn't staged; undefined where it is
   */
  private async stagedInTwo({ operations }: Change, reason: PanosError): Promise<unknown> {
    if (this.movesApart) return (await this.takeBack(operations)) ?? reason;
    const actions = new Set(operations.map(({ action }) => action));
    if (!actions.has("edit") || !actions.has("move")) return reason;
    this.movesApart = true;
    try {
      await this.write([{ operations }]);
      this.onStaged(1);
      return undefined;
    } catch (error) {
      this.movesApart = false;
      // Without the engine, or where nobody knows what went wrong or what was written, nothing more is.
      if (!(error instanceof PanosError) || isAmbiguous(error)) return error;
      return (await this.takeBack(operations)) ?? reason;
    }
  }

  /**
   * Removes what was written and could not be moved, where it is new: it would stand below what it belongs above.
   * @returns what is worse than the change's own reason, if anything; a refusal isn't, as nothing is committed
   */
  private async takeBack(operations: readonly Operation[]): Promise<unknown> {
    try {
      for (const { action, xpath } of operations) {
        if (action !== "edit" || (await this.client.show(xpath)) !== undefined) continue;
        await requireEngine();
        await this.client.delete(xpath);
      }
    } catch (error) {
      if (!(error instanceof PanosError)) return error;
    }
    return undefined;
  }
}

/** How long nothing has to come from now on, after something has come so long after the one before it. */
function longerQuiet(quietMs: number, gapMs: number): number {
  return Math.min(LONGEST_QUIET_MS, Math.max(quietMs, 2 * gapMs));
}

/** Whether a change is refused because what it moves to the top stands there: a new rule does, where it is the only one. */
function isAtItsEnd({ operations }: Change, { lines }: PanosError): boolean {
  const isMoved = operations.some(({ action, where }) => action === "move" && where === "top");
  return isMoved && lines.some((line) => /\balready at (the )?top\b/i.test(line));
}

/** Operations are numbered through the whole batch; this finds the change that a number belongs to. */
function guiltyChange(batch: Change[], { operationId }: PanosError): Change | undefined {
  let index = Number(operationId ?? NaN);
  return batch.find(({ operations }) => {
    if (index < operations.length) return index >= 0;
    index -= operations.length;
    return false;
  });
}

/** Bytes of a text in a form body, where most of XML's punctuation takes three. */
function encoded(text: string): number {
  return encodeURIComponent(text.toWellFormed()).length;
}

/**
 * Runs work that reads, and then writes what is missing: once more where the answer to a write was lost, so that it is
 * read back before anything is written again.
 * @param work told whether it runs again, so that it reads afresh
 */
export async function readingBack<T>(work: (isAgain: boolean) => Promise<T>): Promise<T> {
  try {
    return await work(false);
  } catch (error) {
    if (!isAmbiguous(error)) throw error;
    return work(true);
  }
}

/**
 * Waits for the end of all writes, whatever becomes of some: none is under way any more when it is read what became of them.
 * @throws what one of them failed of; before all else that its answer was lost
 */
export async function allEnded(writes: readonly Promise<unknown>[]): Promise<void> {
  const ends = await Promise.allSettled(writes);
  const reasons = ends.flatMap((end): unknown[] => (end.status === "rejected" ? [end.reason] : []));
  if (reasons.length > 0) throw reasons.find(isAmbiguous) ?? reasons[0];
}
