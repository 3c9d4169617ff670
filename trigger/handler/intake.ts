import { readArrivals, type Arrival, type LogFile } from "../events/arrival";
import type { Change } from "../events/change";
import { readCloudTrailRecord } from "../events/cloudtrail";
import { LogFileError, readLogFile } from "../events/log-file";
import type { DropReason, Verdict, Watch } from "../events/verdict";
import { inParallel } from "../../lib/parallel";
import type { DeadLetter } from "./dependencies";

/** What one invocation has brought. */
export interface Intake {
  changes: Change[];
  /** The schedule has come round: run, whatever waits. */
  scheduled: boolean;
  /** A file could not be read that may have held changes: run, to be sure. */
  unread: boolean;
  dropped: Partial<Record<DropReason, number>>;
  /** What goes to the dead-letter queue, and the message that it came in. */
  letters: (DeadLetter & { message: string | undefined })[];
  /** What has to come again, because it can't be had now: the messages, and why. */
  again: { message: string | undefined; reason: string }[];
  files: number;
}

/** A file of nothing but illegible records makes one letter. */
const MAX_LETTERS_OF_A_FILE = 10;

/**
 * Reads an invocation's input, and the files that it names.
 * @param fetchFile throws LogFileError where the file will never be there
 * @param hasTime whether there still is time to fetch another file
 */
export async function takeIn(
  input: unknown,
  watch: Watch,
  fetchFile: (file: LogFile) => Promise<Uint8Array>,
  hasTime: () => boolean,
): Promise<Intake> {
  const intake: Intake = {
    changes: [],
    scheduled: false,
    unread: false,
    dropped: {},
    letters: [],
    again: [],
    files: 0,
  };
  const files: (Arrival & { file: LogFile })[] = [];
  for (const arrival of readArrivals(input, watch)) {
    const { arrived, message, body } = arrival;
    if ("file" in arrived) files.push({ ...arrival, file: arrived.file });
    else if ("signal" in arrived) intake.scheduled ||= arrived.signal === "schedule";
    // Which build it was doesn't matter: whoever holds the lease is asked.
    else if (!("buildEnded" in arrived)) add(intake, arrived, { message, body });
  }
  await inParallel(files, async ({ file, message, body }) => {
    if (!hasTime()) {
      intake.again.push({ message, reason: "there was no time left to fetch the file" });
      intake.unread = true;
      return;
    }
    try {
      addRecords(intake, readLogFile(await fetchFile(file)), watch, { message, body });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof LogFileError) intake.letters.push({ body, message, reason });
      else intake.again.push({ message, reason });
      intake.unread = true;
      return;
    }
    intake.files++;
  });
  return intake;
}

type From = Pick<Arrival, "message" | "body">;

function addRecords(intake: Intake, records: Iterable<unknown>, watch: Watch, { message, body }: From): void {
  let malformed = 0;
  for (const record of records) {
    const verdict = readCloudTrailRecord(record, watch);
    if ("malformed" in verdict && ++malformed > MAX_LETTERS_OF_A_FILE) continue;
    add(intake, verdict, { message, body: record });
  }
  if (malformed > MAX_LETTERS_OF_A_FILE) {
    const more = malformed - MAX_LETTERS_OF_A_FILE;
    intake.letters.push({ message, body, reason: `${more} more of the file's records are malformed` });
  }
}

function add(intake: Intake, verdict: Verdict, { message, body }: From): void {
  if ("change" in verdict) intake.changes.push(verdict.change);
  else if ("dropped" in verdict) intake.dropped[verdict.dropped] = (intake.dropped[verdict.dropped] ?? 0) + 1;
  else intake.letters.push({ body, message, reason: verdict.malformed });
}
