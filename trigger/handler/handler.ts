import { inParallel } from "../../lib/parallel";
import { oldestOf, sizeOf, type LedgerDocument } from "../ledger/document";
import { LedgerError } from "../ledger/errors";
import { wantedAt } from "../ledger/lease";
import { recordChanges, wantRun } from "../ledger/record";
import { metricLine } from "../metrics";
import { LONGEST_DELAY, type Dependencies, type HandlerSettings, type Invocation } from "./dependencies";
import { takeIn, type Intake } from "./intake";
import { tellNotices } from "./notify";
import { Runs } from "./runs";

/** Lambda's answer to a batch: the messages that have to come again (Lambda documentation: SQS, partial batches). */
export interface BatchAnswer {
  batchItemFailures: { itemIdentifier: string }[];
}

/** Files are fetched until so much of the invocation is left; the rest comes again. */
const LEAST_TIME_AFTER_FILES = 600_000;

/**
 * The Lambda function: takes what has arrived, writes down in the ledger what has changed, and runs the
 * program for it, unless a run is under way already. What is written down is done with as a message: it waits
 * in the ledger.
 */
export class Handler {
  /** What was said of a ledger that can't be used, which can't keep it itself. */
  private readonly said = new Set<string>();

  constructor(
    private readonly settings: HandlerSettings,
    private readonly dependencies: Dependencies,
  ) {}

  /** @throws where nothing of the input could be written down: all of it has to come again */
  async handle(input: unknown, invocation: Invocation): Promise<BatchAnswer> {
    try {
      return await this.attempt(input, invocation);
    } catch (error) {
      if (error instanceof LedgerError) await this.sayUnusable(error);
      throw error;
    }
  }

  private async attempt(input: unknown, invocation: Invocation): Promise<BatchAnswer> {
    const { ledger, now, fetchFile } = this.dependencies;
    const { watch, lookAgainAfter } = this.settings;
    const latest = Math.max(invocation.end - LEAST_TIME_AFTER_FILES, now() + 60_000);
    const intake = await takeIn(input, watch, fetchFile, () => now() < latest);
    let before: LedgerDocument | undefined;
    const document = await ledger.update((current) => {
      before = current;
      const recorded = recordChanges(current, intake.changes, now(), lookAgainAfter);
      return intake.unread && recorded === current ? wantRun(current, now()) : recorded;
    });
    await this.sendDeadLetters(intake);
    this.logIntake(intake, before ?? document, document);

    const runs = new Runs(invocation, this.settings, this.dependencies);
    const after = await runs.runWhatWaits(document, intake.scheduled);
    if (after.hasRun || intake.scheduled) await tellNotices(after.document, this.dependencies);
    await this.askToBeWoken(after.hasRun ? undefined : before, after.document);

    const again = intake.again.map(({ message }) => message);
    if (again.includes(undefined)) throw new Error(intake.again[0]?.reason);
    return {
      batchItemFailures: [...new Set(again)].map((message) => ({ itemIdentifier: message ?? "" })),
    };
  }

  /** What can't be set aside now comes again. */
  private async sendDeadLetters(intake: Intake): Promise<void> {
    await inParallel(intake.letters, async ({ body, reason, message }) => {
      try {
        await this.dependencies.outbox.deadLetter({ body, reason });
      } catch (error) {
        intake.again.push({ message, reason: `no dead letter could be sent: ${(error as Error).message}` });
      }
    });
  }

  private logIntake(intake: Intake, before: LedgerDocument, document: LedgerDocument): void {
    const { now, log } = this.dependencies;
    const time = now();
    const { changes, dropped, letters, again, files, scheduled } = intake;
    const recorded = waitingIn(document) - waitingIn(before);
    const oldest = oldestOf(document);
    log(
      metricLine(
        this.settings.stack,
        time,
        {
          heartbeat: 1,
          changes: recorded,
          droppedEvents: Object.values(dropped).reduce((sum, count) => sum + count, 0),
          malformedEvents: letters.length,
          oldestChangeAge: oldest === undefined ? 0 : Math.round((time - oldest) / 1000),
        },
        {
          event: "arrived",
          scheduled,
          files,
          known: changes.length - recorded,
          dropped,
          malformed: letters.map(({ reason }) => reason).slice(0, 10),
          again: again.map(({ reason }) => reason).slice(0, 10),
          waiting: waitingIn(document),
          running: document.lease?.request.id,
        },
      ),
    );
  }

  /**
   * Has the handler woken when the next run is due. A message that gets lost strands nothing: the schedule
   * comes anyway.
   * @param before the ledger of before this invocation, if this one has only written down changes: whoever made
   *   it so has asked for what was due then
   */
  private async askToBeWoken(before: LedgerDocument | undefined, document: LedgerDocument): Promise<void> {
    if (document.lease !== undefined) return;
    const next = wantedAt(document);
    const asked = before === undefined || before.lease !== undefined ? undefined : wantedAt(before);
    if (next === undefined || (asked !== undefined && asked <= next)) return;
    const seconds = Math.ceil((next - this.dependencies.now()) / 1000);
    try {
      await this.dependencies.outbox.wake(Math.min(LONGEST_DELAY, Math.max(0, seconds)));
    } catch (error) {
      this.dependencies.log({ event: "not-woken", reason: (error as Error).message });
    }
  }

  /** It can't keep a notice itself: told once by each process. */
  private async sayUnusable({ message, code }: LedgerError): Promise<void> {
    this.dependencies.log({ event: "ledger-unusable", code, reason: message });
    if (code === "LEDGER_UNREACHABLE" || code === "LEDGER_CONTENDED" || this.said.has(message)) return;
    try {
      await this.dependencies.outbox.tell({
        subject: "aws-panos-rules: the ledger can't be used",
        text: message,
      });
      this.said.add(message);
    } catch (error) {
      this.dependencies.log({ event: "not-told", reason: (error as Error).message });
    }
  }
}

function waitingIn({ waiting, lease }: LedgerDocument): number {
  return sizeOf(waiting) + (lease === undefined ? 0 : sizeOf(lease.covers));
}
