import { JSONParser } from "@streamparser/json";
import { Gunzip } from "fflate";

/** Far more than CloudTrail writes into a file, which are megabytes. */
export const MAX_FILE_BYTES = 32 * 1024 * 1024;
const MAX_UNPACKED_BYTES = 128 * 1024 * 1024;
/** CloudTrail's own records have at most 256 KB, and 1 MB where that is configured (CloudTrail documentation, quotas). */
const MAX_RECORD_BYTES = 4 * 1024 * 1024;
const MAX_RECORDS = 200_000;
const SLICE_BYTES = 64 * 1024;
/** gzip makes at most some 1,000 times as much of it. */
const PACKED_SLICE_BYTES = 8 * 1024;

/** A log file that can't be used, now or later: it goes to the dead-letter queue. */
export class LogFileError extends Error {
  override readonly name = "LogFileError";
  readonly code = "LOG_FILE_INVALID";

  /** @param isDigest whether it is one that CloudTrail writes beside its log files: nothing is missing without it */
  constructor(
    message: string,
    readonly isDigest = false,
  ) {
    super(message);
  }
}

/**
 * Whether a file of CloudTrail's is one with calls, by its key: …/AWSLogs/ACCOUNT/CloudTrail/REGION/…, named
 * ACCOUNT_CloudTrail_… (CloudTrail documentation, log file names). What else it writes has folders and names that
 * begin alike: CloudTrail-Digest, CloudTrail-Insight. The bucket's prefix stands before all that, and may be called
 * anything.
 */
export function isLogFile(key: string): boolean {
  const folders = key.split("/");
  const name = folders.pop() ?? "";
  const folder = folders.findLast((each) => /^CloudTrail(-|$)/.test(each));
  return folder === "CloudTrail" && name.endsWith(".json.gz") && !name.includes("_CloudTrail-");
}

/**
 * The records of a log file of CloudTrail, packed or not, one after the other: neither the file unpacked nor all of
 * its records are ever in memory at once.
 * @throws LogFileError, also after some records where the rest can't be used
 */
export function* readLogFile(bytes: Uint8Array): Generator<unknown> {
  if (bytes.length > MAX_FILE_BYTES)
    throw new LogFileError(`the file has more than ${MAX_FILE_BYTES} bytes packed`);
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const parser = new JSONParser({ paths: ["$.Records.*", "$.digestS3Object"], keepStack: false });
  let found: unknown[] = [];
  let isDigest = false;
  parser.onValue = ({ key, value, parent }) => {
    if (typeof key === "number" && Array.isArray(parent)) found.push(value);
    else if (key === "digestS3Object") isDigest = true;
  };
  // Of a file without a record it takes the whole of it to say whether it has the list.
  let beginning = "";
  const count = { bytes: 0, sinceRecord: 0, records: 0 };
  for (const chunk of isPacked ? unpacked(bytes) : slices(bytes)) {
    count.bytes += chunk.length;
    count.sinceRecord += chunk.length;
    parse(parser, chunk);
    if (count.bytes <= SLICE_BYTES) beginning += Buffer.from(chunk).toString("utf8");
    count.records += found.length;
    if (found.length > 0) count.sinceRecord = 0;
    requireWithin(count);
    yield* found;
    found = [];
  }
  if (!parser.isEnded) throw new LogFileError("the file is not JSON, or is cut off");
  if (isDigest) throw new LogFileError("it is a digest and no log file", true);
  if (count.records === 0 && !hasList(beginning)) throw new LogFileError("the file has no Records");
}

function parse(parser: JSONParser, chunk: Uint8Array): void {
  try {
    parser.write(chunk);
  } catch {
    throw new LogFileError("the file is not JSON");
  }
}

/** Slice by slice, so that a file that unpacks to far more is noticed before it is there. */
function* unpacked(bytes: Uint8Array): Generator<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const gunzip = new Gunzip((chunk) => void chunks.push(chunk));
  let left = bytes.length;
  for (const slice of slices(bytes, PACKED_SLICE_BYTES)) {
    left -= slice.length;
    try {
      gunzip.push(slice, left === 0);
    } catch {
      throw new LogFileError("the file is not gzip, or is cut off");
    }
    yield* chunks.splice(0);
  }
}

function* slices(bytes: Uint8Array, size = SLICE_BYTES): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

function hasList(text: string): boolean {
  try {
    return Array.isArray((JSON.parse(text) as { Records?: unknown } | null)?.Records);
  } catch {
    return false;
  }
}

function requireWithin({ bytes, sinceRecord, records }: Record<"bytes" | "sinceRecord" | "records", number>) {
  if (bytes > MAX_UNPACKED_BYTES)
    throw new LogFileError(`the file has more than ${MAX_UNPACKED_BYTES} bytes unpacked`);
  if (sinceRecord > MAX_RECORD_BYTES)
    throw new LogFileError(`the file has a record of more than ${MAX_RECORD_BYTES} bytes`);
  if (records > MAX_RECORDS) throw new LogFileError(`the file has more than ${MAX_RECORDS} records`);
}
