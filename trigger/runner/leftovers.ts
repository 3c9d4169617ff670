import { setTimeout as delay } from "node:timers/promises";
import { RunnerError } from "./error";
import type { Files } from "./files";
import type { StackLocks } from "./locks";
import type { RunLog } from "./log";
import { endProcesses } from "./processes";
import { RunRecords } from "./record";

/** How soon a lock is looked for that the run's engine takes. */
const LOCK_POLL_MS = 250;

/** What a run leaves when it dies, written down while it lives, so that the next one can put it away. */
export class Leftovers {
  private readonly records: RunRecords;

  /**
   * @param files beside the ledger
   * @param locks undefined where the backend lets locks end by itself, as Pulumi Cloud does
   */
  constructor(
    files: Files,
    private readonly locks: StackLocks | undefined,
  ) {
    this.records = new RunRecords(files);
  }

  /**
   * Ends what a run before this one has left when it died: its processes, and its lock, of which it said itself
   * that it was its own. @returns whether there was such a run
   */
  async tidyUp(log: RunLog): Promise<boolean> {
    const dead = await this.records.read();
    if (dead === undefined) return false;
    log.say(`run ${dead.runId} has died before this one`);
    if (!(await endProcesses(dead.report))) {
      throw new RunnerError(
        "STORE",
        `processes of run ${dead.runId} can't be ended, so this one can't begin`,
      );
    }
    const held = new Set((await this.locks?.list())?.map(({ file }) => file));
    for (const file of dead.locks.filter((each) => held.has(each))) {
      log.say(`removing its lock ${file} of the stack`);
      await this.locks?.remove(file);
    }
    return true;
  }

  /** Before a run begins. @param report by it its processes are known */
  begin(runId: string, report: string): Promise<void> {
    return this.records.write({ runId, report, locks: [] });
  }

  /** Writes down the lock that the run's engine takes, for whoever comes after it if it dies. */
  async noteLocks(runId: string, report: string, signal: AbortSignal): Promise<void> {
    const began = Date.now();
    while (this.locks !== undefined && !signal.aborted) {
      const locks = (await this.locks.ofRun(report, began)).map(({ file }) => file);
      if (locks.length > 0) return this.records.write({ runId, report, locks });
      await delay(LOCK_POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** A run of which nothing lives any more: a lock that it was killed with is removed, and its record with it. */
  async finish(): Promise<void> {
    const record = await this.records.read();
    for (const file of record?.locks ?? []) await this.locks?.remove(file);
    await this.records.remove();
  }
}
