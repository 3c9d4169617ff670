import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../../lib/pulumi/engine";
import type { TimedNote } from "../../settings/run";
import { filesAt, splitUrl, type Files } from "./files";
import { Leftovers } from "./leftovers";
import { nextWait, StackLocks, waitForLocks } from "./locks";
import { RunLog } from "./log";
import { clearPendingOperations, hasPendingOperations } from "./pending";
import { failedBy, type Runner, type RunOutcome, type RunRequest } from "./runner";
import { readSecrets, withoutSecrets } from "./secrets";
import { pulumiEnvironment } from "./surroundings";
import { runInTime, type Spare } from "./timed-run";
import { counted } from "../../lib/text";

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
  onNotes?: (notes: TimedNote[]) => void;
  spare?: Spare;
}

const SPARE: Spare = { interrupt: 30_000, kill: 8_000 };

/** Runs the program here: in this Lambda, in this build. */
export class LocalRunner implements Runner {
  /** Undefined where the backend lets locks end by itself, as Pulumi Cloud does. */
  private readonly own: { files: Files; locks: StackLocks } | undefined;
  private readonly leftovers: Leftovers;
  private readonly spare: Spare;

  /** @throws RunnerError `BAD_SETTING` */
  constructor(private readonly options: LocalRunnerOptions) {
    const { backend, project, stack } = options;
    const besideLedger = filesAt(splitUrl(options.ledger).folder);
    this.spare = options.spare ?? SPARE;
    if (/^(s3|file):/.test(backend)) {
      const files = filesAt(backend);
      this.own = { files, locks: new StackLocks(files, project, stack) };
    }
    this.leftovers = new Leftovers(besideLedger, this.own?.locks);
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
      // Whatever it is: one of Pulumi's own holds all that the CLI said, and goes on to people.
      return failedBy(error, clean);
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
    let leftByDead = isUp && (await this.leftovers.tidyUp(log));
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
    if (cleared > 0) log.say(`cleared ${counted(cleared, "pending operation")} of a run that was killed`);
  }

  private once(request: RunRequest, environment: Record<string, string>, log: RunLog) {
    const { engine, onNotes } = this.options;
    const { spare, leftovers } = this;
    return runInTime({ engine, request, environment, spare, leftovers, log, onNotes });
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
