import { setTimeout as delay } from "node:timers/promises";
import { compareTexts } from "../mapping/order";
import type { Operation, PanosClient } from "../panos/client";
import { PanosError } from "../panos/error";
import { lockedOut } from "../panos/lock";
import { requireEngine } from "./engine";

/** A request goes out once no further change has arrived for so long … */
const QUIET_MS = 30;
/** … or this long after its first change, whichever comes first. */
const GATHER_MS = 300;
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
  private lastArrival = 0;

  constructor(
    private readonly client: PanosClient,
    private readonly onStaged: (changes: number) => void,
  ) {}

  /** Stages one change in the candidate. Resolves once the device has it. */
  stage(operations: readonly Operation[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const bytes = operations.reduce(
        (sum, { xpath, element = "" }) => sum + encoded(xpath) + encoded(element),
        0,
      );
      this.waiting.push({ operations, bytes, resolve, reject });
      this.lastArrival = Date.now();
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    try {
      while (this.waiting.length > 0) {
        await this.gathered();
        await this.send(this.nextBatch());
      }
    } finally {
      this.running = false;
    }
  }

  /** Resolves when the changes of one moment have arrived: Pulumi hands them over one after the other. */
  private async gathered(): Promise<void> {
    const end = Date.now() + GATHER_MS;
    for (let now = Date.now(); now < end && this.waiting.length < MAX_OPERATIONS; now = Date.now()) {
      const quiet = now - this.lastArrival;
      if (quiet >= QUIET_MS) return;
      await delay(QUIET_MS - quiet);
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
      await requireEngine();
      await this.client.multiConfig(batch.flatMap(({ operations }) => operations));
    } catch (error) {
      // A lock is in the way of every change alike.
      const locked = await lockedOut(this.client, "config", error, "Nothing was committed");
      if (locked !== undefined) {
        for (const { reject } of batch) reject(locked);
        return;
      }
      if (batch.length === 1 || !(error instanceof PanosError) || error.code !== "refused") {
        for (const { reject } of batch) reject(error);
        return;
      }
      const guilty = guiltyChange(batch, error);
      if (guilty === undefined) {
        const half = Math.ceil(batch.length / 2);
        await this.send(batch.slice(0, half));
        await this.send(batch.slice(half));
        return;
      }
      guilty.reject(error);
      await this.send(batch.filter((change) => change !== guilty));
      return;
    }
    for (const { resolve } of batch) resolve();
    this.onStaged(batch.length);
  }
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
