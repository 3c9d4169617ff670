import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { RUN_VARIABLES, type TimedNote } from "../../settings/run";
import { SecretError } from "../../aws/secrets/error";
import { RunnerError } from "./error";
import { filesAt, splitUrl, type Files } from "./files";
import { nextWait, StackLocks, waitForLocks } from "./locks";
import { RunLog } from "./log";
import { outcomeOf } from "./outcome";
import { clearPendingOperations, hasPendingOperations } from "./pending";
import { endProcesses } from "./processes";
import { RunRecords } from "./record";
import { readNotes } from "./report";
import type { Runner, RunOutcome, RunRequest } from "./runner";
import { readSecrets, withoutSecrets } from "./secrets";
import { pulumiEnvironment } from "./surroundings";
import type { Engine, Updated } from "./update";

export interface LocalRunnerOptions {
  engine: Engine;
  /** The project's name and the stack's, without organization. */
  project: string;
  stack: string;
  /** Pulumi's state backend. */
  backend: string;
  /** The ledger's URL: what the next run has to know is kept beside it. */
  ledger: string;
  /** Variables of the run, and the ARNs of the secrets that hold their values. */
  secrets: Readonly<Record<string, string>>;
  /** Added to this process's environment. */
  environment?: Record<string, string>;
  /** Gets the log, line by line. */
  write: (line: string) => void;
  /** Gets what each run told, once it has ended: for who measures it. */
  told?: (notes: TimedNote[]) => void;
  /** How long before the deadline the engine is interrupted, and when whatever is left is killed, in ms. */
  spare?: { interrupt: number; kill: number };
}

const SPARE = { interrupt: 30_000, kill: 8_000 };
/** How soon a lock is looked for that the run's engine takes. */
const LOCK_POLL_MS = 250;

/** Runs the program here: in this Lambda, in this build. */
export class LocalRunner implements Runner {
  private readonly records: RunRecords;
  /** Undefined where the backend lets locks end by itself, as Pulumi Cloud does. */
  private readonly own: { files: Files; locks: StackLocks } | undefined;
  private readonly spare: { interrupt: number; kill: number };

  /** @throws RunnerError `BAD_SETTING` */
  constructor(private readonly options: LocalRunnerOptions) {
    const { backend, project, stack } = options;
    this.records = new RunRecords(filesAt(splitUrl(options.ledger).folder));
    this.spare = options.spare ?? SPARE;
    if (/^(s3|file):/.test(backend)) {
      const files = filesAt(backend);
      this.own = { files, locks: new StackLocks(files, project, stack) };
    }
  }

  outcome(): Promise<undefined> {
    // Nothing that is started here goes on elsewhere.
    return Promise.resolve(undefined);
  }

  async start(request: RunRequest): Promise<RunOutcome> {
    const { engine, environment = {}, write } = this.options;
    let clean = withoutSecrets({}, { ...process.env, ...environment });
    try {
      const secrets = await readSecrets(this.options.secrets);
      clean = withoutSecrets(secrets, { ...process.env, ...environment });
      const log = new RunLog(clean, write);
      log.say(`run ${request.id} (${request.mode}) on ${engine.name}: ${request.cause}`);
      const outcome = await this.attempt(request, { ...environment, ...secrets }, log).finally(() =>
        log.end(),
      );
      return cleaned(outcome, clean);
    } catch (error) {
      if (!(error instanceof RunnerError || error instanceof SecretError)) throw error;
      return { result: "failed", reason: clean(error.message) };
    }
  }

  /** Runs it as soon as nobody else updates the stack. */
  private async attempt(
    request: RunRequest,
    given: Record<string, string>,
    log: RunLog,
  ): Promise<RunOutcome> {
    const environment = { ...pulumiEnvironment(this.options.backend), ...given };
    const until = request.deadline - this.spare.interrupt;
    const isUp = request.mode === "up";
    let leftByDead = isUp && (await this.tidyUp(log));
    for (let wait = nextWait(undefined); ; wait = nextWait(wait)) {
      const holders = isUp && (await this.waitForOthers(until, log));
      if (holders) return busy(holders);
      if (Date.now() >= until) return { result: "out-of-time", reason: "there was no time left to begin" };
      if (isUp) await this.clearPending(leftByDead, environment, log);
      leftByDead = false;
      const { updated, outcome } = await this.once(request, environment, log);
      const locked = updated.locked;
      if (locked === undefined) return outcome;
      log.say(`waiting: ${locked}`);
      if (Date.now() + wait > until) return busy(locked);
      await delay(wait);
    }
  }

  /**
   * Ends what a run before this one has left when it died: its processes, and its lock, of which it said itself
   * that it was its own. @returns whether there was such a run
   */
  private async tidyUp(log: RunLog): Promise<boolean> {
    const dead = await this.records.read();
    if (dead === undefined) return false;
    log.say(`run ${dead.runId} has died before this one`);
    if (!(await endProcesses(dead.report))) {
      throw new RunnerError(
        "STORE",
        `processes of run ${dead.runId} can't be ended, so this one can't begin`,
      );
    }
    const held = new Set((await this.own?.locks.list())?.map(({ file }) => file));
    for (const file of dead.locks.filter((each) => held.has(each))) {
      log.say(`removing its lock ${file} of the stack`);
      await this.own?.locks.remove(file);
    }
    return true;
  }

  private waitForOthers(until: number, log: RunLog): Promise<string | undefined> {
    if (this.own === undefined) return Promise.resolve(undefined);
    return waitForLocks(this.own.locks, until, (holders) =>
      log.say(`waiting for the stack's lock, held by ${holders}`),
    );
  }

  private async clearPending(
    leftByDead: boolean,
    environment: Record<string, string>,
    log: RunLog,
  ): Promise<void> {
    const { engine, project, stack } = this.options;
    const isNeeded =
      this.own === undefined ? leftByDead : await hasPendingOperations(this.own.files, project, stack);
    if (!isNeeded) return;
    const cleared = await clearPendingOperations(engine, environment);
    if (cleared > 0) log.say(`cleared ${cleared} pending operation(s) of a run that was killed`);
  }

  /** Runs it once, and ends it where its time is over. */
  private async once(
    request: RunRequest,
    given: Record<string, string>,
    log: RunLog,
  ): Promise<{ updated: Updated; outcome: RunOutcome }> {
    const { id, mode, cause, deadline, revoked = [] } = request;
    const folder = await mkdtemp(join(tmpdir(), "aws-panos-run-"));
    const report = join(folder, "report.jsonl");
    const environment = {
      ...given,
      [RUN_VARIABLES.cause]: cause,
      [RUN_VARIABLES.revoked]: revoked.join(","),
      // After that the engine is interrupted, and a commit's job would be left to itself.
      [RUN_VARIABLES.deadline]: String(deadline - this.spare.interrupt),
      [RUN_VARIABLES.report]: report,
    };
    const abort = new AbortController();
    let stopped = false;
    const stop = (before: number, how: () => void) =>
      setTimeout(() => ((stopped = true), how()), Math.max(0, deadline - before - Date.now()));
    const timers = [
      stop(this.spare.interrupt, () => {
        log.say("the run's time is nearly over: the engine is interrupted");
        abort.abort();
      }),
      stop(this.spare.kill, () => void endProcesses(report)),
    ];
    const watching = new AbortController();
    let watch: Promise<void> | undefined;
    try {
      if (mode === "up") {
        await this.records.write({ runId: id, report, locks: [] });
        watch = this.noteLocks(id, report, watching.signal).catch((error: Error) =>
          log.say(`this run's lock of the stack could not be noted: ${error.message}`),
        );
      }
      const running = { mode, environment, signal: abort.signal, onLine: log.say };
      const updated = await this.options.engine.run(running);
      const notes = readNotes(report);
      this.options.told?.(notes);
      return { updated, outcome: outcomeOf(mode, updated, notes, stopped) };
    } finally {
      timers.forEach(clearTimeout);
      watching.abort();
      await watch;
      const ended = await endProcesses(report);
      await rm(folder, { recursive: true, force: true });
      if (mode === "up" && ended) {
        // The next run looks at what this one could not put away.
        await this.finish().catch((error: Error) => log.say(error.message));
      }
    }
  }

  /** Writes down the lock that the run's engine takes, for whoever comes after it if it dies. */
  private async noteLocks(runId: string, report: string, signal: AbortSignal): Promise<void> {
    const began = Date.now();
    while (this.own !== undefined && !signal.aborted) {
      const locks = (await this.own.locks.ofRun(report, began)).map(({ file }) => file);
      if (locks.length > 0) return this.records.write({ runId, report, locks });
      await delay(LOCK_POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** A run of which nothing lives any more: a lock that it was killed with is removed, and its record with it. */
  private async finish(): Promise<void> {
    const record = await this.records.read();
    for (const file of record?.locks ?? []) await this.own?.locks.remove(file);
    await this.records.remove();
  }
}

function busy(holders: string): RunOutcome {
  return {
    result: "busy",
    reason: `somebody else's update of the stack held its lock until this run's time was over: ${holders}`,
  };
}

/** Reasons come from the program and from Pulumi, and go on to people. */
function cleaned(outcome: RunOutcome, clean: (text: string) => string): RunOutcome {
  if ("reason" in outcome) return { ...outcome, reason: clean(outcome.reason) };
  return { ...outcome, summary: clean(outcome.summary) };
}
