import { gunzipSync } from "node:zlib";
import { isRecord } from "../../settings/reader";

/** Far more than CloudTrail writes into a file, which are megabytes. */
export const MAX_FILE_BYTES = 32 * 1024 * 1024;
const MAX_UNPACKED_BYTES = 128 * 1024 * 1024;

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
 * The records of a log file of CloudTrail, packed or not.
 * @throws LogFileError
 */
export function readLogFile(bytes: Uint8Array): unknown[] {
  if (bytes.length > MAX_FILE_BYTES)
    throw new LogFileError(`the file has more than ${MAX_FILE_BYTES} bytes packed`);
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = Buffer.from(isPacked ? unpack(bytes) : bytes).toString("utf8");
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new LogFileError("the file is not JSON");
  }
  const records = isRecord(document) ? document["Records"] : undefined;
  if (isRecord(document) && "digestS3Object" in document)
    throw new LogFileError("it is a digest and no log file", true);
  if (!Array.isArray(records)) throw new LogFileError("the file has no Records");
  return records as unknown[];
}

function unpack(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch (error) {
    throw new LogFileError(
      (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE"
        ? `the file has more than ${MAX_UNPACKED_BYTES} bytes unpacked`
        : "the file is not gzip, or is cut off",
    );
  }
}
