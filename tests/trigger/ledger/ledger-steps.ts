import type { Change } from "../../../trigger/events/change";
import { newLedger, type LedgerDocument } from "../../../trigger/ledger/document";
import { acquire } from "../../../trigger/ledger/lease";
import { recordChanges } from "../../../trigger/ledger/record";
import { settle } from "../../../trigger/ledger/settle";
import type { RunOutcome } from "../../../trigger/runner/runner";

export const T0 = Date.parse("2026-03-01T10:00:00Z");
export const SECOND_LOOK = 90_000;

/** A change that happened so long after T0. */
export function change(id: string, after = 0, fields: Partial<Change> = {}): Change {
  return {
    id,
    at: new Date(T0 + after).toISOString(),
    what: "StopInstances",
    principal: "alice",
    account: "123456789012",
    region: "eu-central-1",
    subjects: ["i-0123456789abcdef0"],
    ...fields,
  };
}

export const APPLIED: RunOutcome = { result: "applied", changed: true, summary: "1 changed" };
export const FAILED: RunOutcome = { result: "failed", reason: "the firewall can't be reached" };

/** Steps of a ledger, one after another, each at a time after T0. */
export class Steps {
  document: LedgerDocument = newLedger("prod");
  private runs = 0;

  record(after: number, ...ids: string[]): this {
    return this.be(
      recordChanges(
        this.document,
        ids.map((id) => change(id, after)),
        T0 + after,
        SECOND_LOOK,
      ),
    );
  }

  begin(after: number): this {
    const request = {
      id: `run-${++this.runs}`,
      cause: "",
      mode: "up" as const,
      deadline: T0 + after + 870_000,
    };
    return this.be(
      acquire(this.document, { request, owner: "me", now: T0 + after, until: T0 + after + 900_000 }),
    );
  }

  end(after: number, outcome: RunOutcome = APPLIED): this {
    return this.be(settle(this.document, this.document.lease?.request.id ?? "", outcome, T0 + after));
  }

  /** Makes it the document, under a name of its own as a write does. */
  private be(document: LedgerDocument): this {
    this.document = { ...document, revision: `r-${Math.random()}` };
    return this;
  }

  ids(): string[] {
    return this.document.waiting.changes.map(({ id }) => id);
  }
}
