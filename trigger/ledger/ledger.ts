import { randomUUID } from "node:crypto";
import { newLedger, type LedgerDocument } from "./document";
import { LedgerError } from "./errors";
import { parseLedger } from "./parse";
import type { LedgerStore } from "./store";

/** Enough for everybody who ever writes at once: a handful of invocations. */
const MAX_CONFLICTS = 40;
const MAX_FAILURES = 3;
const LONGEST_WAIT = 2_000;

/** A stack's ledger: read, and changed by functions from one state to the next. */
export class Ledger {
  /** @param wait lets some milliseconds pass */
  constructor(
    private readonly store: LedgerStore,
    private readonly stack: string,
    private readonly wait: (milliseconds: number) => Promise<void>,
  ) {}

  /** @throws LedgerError */
  async read(): Promise<LedgerDocument> {
    return (await this.current()).document;
  }

  /**
   * Makes a change to the ledger, on whatever it says by then. One that was made, but whose answer got lost,
   * may be made once more on what others have written since: it must find then that there is nothing to do.
   * @param change the next state; the same object where nothing is to be written
   * @returns what is written now
   * @throws LedgerError
   */
  async update(change: (document: LedgerDocument) => LedgerDocument): Promise<LedgerDocument> {
    const written = new Set<string>();
    let failures = 0;
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
      const revision = randomUUID();
      try {
        const { document, version } = await this.current();
        // The one before got through after all.
        if (written.has(document.revision)) return document;
        const changed = change(document);
        if (changed === document) return document;
        const next = { ...changed, revision };
        written.add(revision);
        if ((await this.store.write(JSON.stringify(next), version)) !== undefined) return next;
      } catch (error) {
        const isPassing = error instanceof LedgerError && error.code === "LEDGER_UNREACHABLE";
        if (!isPassing || ++failures >= MAX_FAILURES) throw error;
      }
      await this.wait(Math.random() * Math.min(LONGEST_WAIT, 20 * 2 ** conflicts));
    }
    throw new LedgerError(
      "LEDGER_CONTENDED",
      `the ledger ${this.store.address} was written by others ${MAX_CONFLICTS} times in a row. What has ` +
        "arrived comes again; check that nothing but this function writes it",
    );
  }

  private async current(): Promise<{ document: LedgerDocument; version: string | undefined }> {
    const stored = await this.store.read();
    if (stored === undefined) return { document: newLedger(this.stack), version: undefined };
    return {
      document: parseLedger(stored.content, this.stack, this.store.address),
      version: stored.version,
    };
  }
}
