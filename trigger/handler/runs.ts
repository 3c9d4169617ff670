import { causeOf } from "../ledger/cause";
import { oldestOf, sizeOf, type Lease, type LedgerDocument } from "../ledger/document";
import { acquire, goesOn, isOwnerGone, isWanted } from "../ledger/lease";
import { settle } from "../ledger/settle";
import { metricLine } from "../metrics";
import { failedBy, type RunOutcome, type RunningElsewhere, type RunRequest } from "../runner/runner";
import type { Dependencies, HandlerSettings, Invocation } from "./dependencies";
import { tellNotices } from "./notify";

/** Kept for what comes after a run: settling it, telling people, the next message. */
const TIME_TO_SETTLE = 30_000;

/** With less left, another invocation does what came up meanwhile. */
const LEAST_TIME = 300_000;

const FOUND = "What it staged, the next run finds";

const GONE = `the run ended without a word: its invocation was killed, or reached the function's time limit. ${FOUND}`;

/** Why a run has failed whose owner is gone. */
function goneBecause({ handle }: Lease): string {
  if (handle === undefined) return GONE;
  return `the run is over by now, but ${handle}, where it went on, can't be asked how it ended. ${FOUND}`;
}

/** The runs of one invocation: for everything that waits, and again for what has arrived meanwhile. */
export class Runs {
  constructor(
    private readonly invocation: Invocation,
    private readonly settings: HandlerSettings,
    private readonly dependencies: Dependencies,
  ) {}

  /**
   * Runs until nothing is due, time is short, or a run goes on elsewhere. Does nothing while another one is
   * under way: who holds it sees what has been written down.
   * @param isForced run although nothing may be due
   * @returns the ledger, and whether a run has ended or begun
   */
  async runWhatWaits(
    document: LedgerDocument,
    isForced: boolean,
  ): Promise<{ document: LedgerDocument; hasRun: boolean }> {
    const { lease } = document;
    const outcome = lease?.handle === undefined ? undefined : await this.outcomeOf(lease, lease.handle);
    if (lease !== undefined && outcome !== undefined) {
      return { document: await this.runOn(await this.settle(lease, outcome)), hasRun: true };
    }
    const begun = await this.begin(isForced);
    return { document: await this.runOn(begun), hasRun: begun.lease !== undefined || begun.hasBuried };
  }

  /** Takes the lease if nobody has it and a run is due. */
  private async begin(isForced: boolean): Promise<Held & { hasBuried: boolean }> {
    const { ledger, now, newId } = this.dependencies;
    const id = newId();
    let before: LedgerDocument | undefined;
    let free: LedgerDocument | undefined;
    const document = await ledger.update((current) => {
      before = current;
      free = withoutDead(current, now());
      if (free.lease !== undefined || !(isForced || isWanted(free, now()))) return free;
      return acquire(free, this.run(id, free));
    });
    const hasBuried = before !== undefined && free !== undefined && free !== before;
    if (hasBuried && before?.lease !== undefined) {
      this.logRun(
        before.lease,
        { result: "failed", reason: goneBecause(before.lease) },
        before,
        free ?? document,
      );
    }
    return { document, hasBuried, lease: heldAs(id, document) };
  }

  /** Runs as long as this invocation holds the lease. */
  private async runOn(held: Held): Promise<LedgerDocument> {
    let { document, lease } = held;
    while (lease !== undefined) {
      const { request } = lease;
      const outcome = await this.start(request);
      if (outcome.result === "started") {
        const { handle } = outcome;
        const place = { handle, ends: this.dependencies.now() + outcome.longest };
        this.dependencies.log({ event: "run-goes-on", run: request.id, handle, cause: request.cause });
        return this.dependencies.ledger.update((current) => goesOn(current, request.id, place));
      }
      ({ document, lease } = await this.settle(lease, outcome));
    }
    return document;
  }

  /** Writes down how a run ended, and takes the lease for the next one in the same write if that is due. */
  private async settle(lease: Lease, outcome: RunOutcome): Promise<Held> {
    const { ledger, now, newId } = this.dependencies;
    const id = newId();
    const hasTime = outcome.result !== "out-of-time" && this.invocation.end - now() >= LEAST_TIME;
    let before: LedgerDocument | undefined;
    let after: LedgerDocument | undefined;
    const document = await ledger.update((current) => {
      before = current;
      after = settle(current, lease.request.id, outcome, now());
      if (after === current || !hasTime || !isWanted(after, now())) return after;
      return acquire(after, this.run(id, after));
    });
    this.logRun(lease, outcome, before ?? document, after ?? document);
    return { document: await tellNotices(document, this.dependencies), lease: heldAs(id, document) };
  }

  private async start(request: RunRequest): Promise<RunOutcome | RunningElsewhere> {
    try {
      return await this.dependencies.runner.start(request);
    } catch (error) {
      return failedBy(error);
    }
  }

  /** How a run elsewhere ended; undefined while it goes on, or where that can't be learned now. */
  private async outcomeOf({ request }: Lease, handle: string): Promise<RunOutcome | undefined> {
    try {
      return await this.dependencies.runner.outcome(request, handle);
    } catch (error) {
      this.dependencies.log({
        event: "outcome-unknown",
        run: request.id,
        handle,
        reason: (error as Error).message,
      });
      return undefined;
    }
  }

  private run(id: string, { waiting }: LedgerDocument) {
    const { id: owner, end } = this.invocation;
    const cause = sizeOf(waiting) === 0 ? "looked again" : causeOf(waiting);
    const { revoked } = waiting;
    const request = {
      id,
      cause,
      mode: this.settings.mode,
      deadline: end - TIME_TO_SETTLE,
      ...(revoked && { revoked }),
    };
    return { request, owner, now: this.dependencies.now(), until: end };
  }

  private logRun(lease: Lease, outcome: RunOutcome, before: LedgerDocument, after: LedgerDocument): void {
    const { now, log } = this.dependencies;
    const time = now();
    const oldest = oldestOf(after);
    const isNew = (alarm: "failing" | "out-of-time") =>
      after.trouble.told.includes(alarm) && !before.trouble.told.includes(alarm);
    log(
      metricLine(
        this.settings.stack,
        time,
        {
          runs: 1,
          failedRuns: outcome.result === "failed" ? 1 : 0,
          runsGivenUp: isNew("failing") || isNew("out-of-time") ? 1 : 0,
          oldestChangeAge: oldest === undefined ? 0 : Math.round((time - oldest) / 1000),
        },
        {
          event: "run",
          run: lease.request.id,
          ...outcome,
          cause: lease.request.cause,
          covered: sizeOf(lease.covers),
          seconds: Math.round((time - lease.started) / 1000),
          waiting: sizeOf(after.waiting),
          // Then what it covered waits already, and somebody else runs for it.
          ...(after === before && { lost: true }),
        },
      ),
    );
  }
}

/** The ledger, and the lease if this invocation has it. */
interface Held {
  document: LedgerDocument;
  lease: Lease | undefined;
}

function heldAs(id: string, { lease }: LedgerDocument): Lease | undefined {
  return lease?.request.id === id ? lease : undefined;
}

/** A run whose owner is provably gone has failed. */
function withoutDead(document: LedgerDocument, now: number): LedgerDocument {
  const { lease } = document;
  if (lease === undefined || !isOwnerGone(document, now)) return document;
  return settle(document, lease.request.id, { result: "failed", reason: goneBecause(lease) }, now);
}
