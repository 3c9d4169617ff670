import { isRecord } from "../../lib/records";
import { RunnerError } from "./error";
import type { Files } from "./files";

/**
 * What the next run has to know of this one in case it dies: there from before it begins until it has ended in
 * good order. Whoever reads one may run only because the ledger's lease says that the run before is gone.
 */
export interface RunRecord {
  runId: string;
  /** Of its report: by it its processes are known on their machine. */
  report: string;
  /** The files of the stack's locks that it holds. */
  locks: string[];
}

const NAME = "run.json";

/** The record of the stack's last run, beside the ledger. */
export class RunRecords {
  constructor(private readonly files: Files) {}

  /** @throws RunnerError `STORE` where what is there is no record */
  async read(): Promise<RunRecord | undefined> {
    const text = await this.files.read(NAME);
    if (text === undefined) return undefined;
    const found: unknown = JSON.parse(text);
    if (isRecord(found)) {
      const { runId, report, locks } = found;
      const isList = Array.isArray(locks) && locks.every((lock) => typeof lock === "string");
      if (typeof runId === "string" && typeof report === "string" && isList) return { runId, report, locks };
    }
    throw new RunnerError(
      "STORE",
      `${this.files.where(NAME)} is no record of a run: look at it, and remove it`,
    );
  }

  write(record: RunRecord): Promise<void> {
    return this.files.write(NAME, JSON.stringify(record));
  }

  remove(): Promise<void> {
    return this.files.remove(NAME);
  }
}
