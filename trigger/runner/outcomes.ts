import { isRecord } from "../../lib/records";
import { RunnerError } from "./error";
import { filesAt, splitUrl, type Files } from "./files";
import type { RunOutcome } from "./runner";

const TEXT: Record<RunOutcome["result"], "summary" | "reason"> = {
  applied: "summary",
  previewed: "summary",
  held: "reason",
  busy: "reason",
  "out-of-time": "reason",
  failed: "reason",
};

/** How runs ended that were started elsewhere, one file for each beside the ledger. */
export class Outcomes {
  private readonly files: Files;

  /** @param ledger its URL */
  constructor(ledger: string) {
    this.files = filesAt(splitUrl(ledger).folder);
  }

  /** @throws RunnerError `STORE` */
  write(runId: string, outcome: RunOutcome): Promise<void> {
    return this.files.write(fileOf(runId), JSON.stringify(outcome));
  }

  /**
   * @returns undefined where none was written
   * @throws RunnerError `STORE`
   */
  async read(runId: string): Promise<RunOutcome | undefined> {
    const text = await this.files.read(fileOf(runId));
    return text === undefined ? undefined : outcomeIn(text, this.files.where(fileOf(runId)));
  }
}

function fileOf(runId: string): string {
  requireRunId(runId);
  return `outcomes/${runId}.json`;
}

/** @throws RunnerError `BAD_SETTING` where an id can't be part of a file's name */
export function requireRunId(runId: string): void {
  if (/^[\w-]{1,100}$/.test(runId)) return;
  throw new RunnerError("BAD_SETTING", `${JSON.stringify(runId.slice(0, 100))} is no run's id`);
}

function outcomeIn(text: string, where: string): RunOutcome {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    found = undefined;
  }
  if (isRecord(found)) {
    const said = TEXT[found["result"] as RunOutcome["result"]] as string | undefined;
    if (said !== undefined && typeof found[said] === "string") return found as unknown as RunOutcome;
  }
  throw new RunnerError("STORE", `${where} doesn't say how a run ended`);
}
