import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine, UpdateResult } from "../../lib/pulumi/engine";
import { RUN_VARIABLES, type TimedNote } from "../../settings/run";
import type { Leftovers } from "./leftovers";
import type { RunLog } from "./log";
import { outcomeOf } from "./outcome";
import { endProcesses } from "./processes";
import { readNotes } from "./report";
import type { RunOutcome, RunRequest } from "./runner";

/** How long before the deadline the engine is interrupted, and when whatever is left is killed, in ms. */
export interface Spare {
  interrupt: number;
  kill: number;
}

export interface TimedRun {
  engine: Engine;
  request: RunRequest;
  /** Of the engine, beside what the run is told. */
  environment: Record<string, string>;
  spare: Spare;
  leftovers: Leftovers;
  log: RunLog;
  /** Gets what the run told, once it has ended. */
  onNotes: ((notes: TimedNote[]) => void) | undefined;
}

/** Has the engine run the program once, and ends it where its time is over. */
export async function runInTime({
  engine,
  request,
  environment: given,
  spare,
  leftovers,
  log,
  onNotes,
}: TimedRun): Promise<{ updated: UpdateResult; outcome: RunOutcome }> {
  const { id, mode, cause, deadline, revoked = [] } = request;
  const folder = await mkdtemp(join(tmpdir(), "aws-panos-run-"));
  const report = join(folder, "report.jsonl");
  const environment = {
    ...given,
    [RUN_VARIABLES.cause]: cause,
    [RUN_VARIABLES.revoked]: revoked.join(","),
    // After that the engine is interrupted, and a commit's job would be left to itself.
    [RUN_VARIABLES.deadline]: String(deadline - spare.interrupt),
    [RUN_VARIABLES.report]: report,
  };
  const abort = new AbortController();
  let stopped = false;
  const stop = (before: number, how: () => void) =>
    setTimeout(() => ((stopped = true), how()), Math.max(0, deadline - before - Date.now()));
  const timers = [
    stop(spare.interrupt, () => {
      log.say("the run's time is nearly over: the engine is interrupted");
      abort.abort();
    }),
    stop(spare.kill, () => void endProcesses(report)),
  ];
  const watching = new AbortController();
  let watch: Promise<void> | undefined;
  try {
    if (mode === "up") {
      await leftovers.begin(id, report);
      watch = leftovers
        .noteLocks(id, report, watching.signal)
        .catch((error: Error) =>
          log.say(`this run's lock of the stack could not be noted: ${error.message}`),
        );
    }
    const running = { mode, environment, signal: abort.signal, onLine: log.say };
    const updated = await engine.run(running);
    const notes = readNotes(report);
    onNotes?.(notes);
    return { updated, outcome: outcomeOf(mode, updated, notes, stopped, log.clean) };
  } finally {
    timers.forEach(clearTimeout);
    watching.abort();
    await watch;
    const ended = await endProcesses(report);
    await rm(folder, { recursive: true, force: true });
    if (mode === "up" && ended) {
      // The next run looks at what this one could not put away.
      await leftovers.finish().catch((error: Error) => log.say(error.message));
    }
  }
}
