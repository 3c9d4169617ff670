/** Reads the flow logs of a place, of whatever format and packing, file by file: what a file is, its content says. */
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { FlowLogError } from "./error";
import { readParquet } from "./parquet";
import { logFilesAt, type LogFile } from "./places";
import type { Entry } from "./record";
import { TextLog } from "./text";

export interface LogsRead {
  files: number;
  /** Those that could not be read, or not to their end: what was in them is not known. */
  unread: { file: string; because: string }[];
  /** Files whose format doesn't say when records were skipped. */
  withoutStatus: number;
}

/** A log file has 75 MB at most (Amazon VPC user guide, "Flow log files"); one of Parquet is in memory as a whole. */
const MAX_PARQUET_BYTES = 512 * 1024 * 1024;

/**
 * Gives every entry of a place's files to `take`.
 * @param place a file, a folder, or `s3://bucket/prefix`
 * @param onFile is told of each file before it is read
 * @param profile AWS's, for a bucket
 * @throws FlowLogError where the place itself can't be used, has no file, or none that is a flow log
 */
export async function readFlowLogs(
  place: string,
  take: (entry: Entry) => void,
  onFile: (at: number, count: number) => void = () => undefined,
  profile?: string,
): Promise<LogsRead> {
  const files = await logFilesAt(place, profile);
  if (files.length === 0) throw new FlowLogError("UNREADABLE", `${place} has no file`);
  const read: LogsRead = { files: files.length, unread: [], withoutStatus: 0 };
  let hasEntry = false;
  const counting = (entry: Entry) => {
    hasEntry ||= entry.kind !== "malformed";
    take(entry);
  };
  for (const [at, file] of files.entries()) {
    onFile(at, files.length);
    try {
      if (!(await readFile(file, counting))) read.withoutStatus++;
    } catch (error) {
      read.unread.push({ file: file.name, because: reasonOf(error) });
    }
  }
  // From nothing at all nothing follows: not even that nothing was seen.
  const [unread] = read.unread;
  if (!hasEntry && unread !== undefined) {
    throw new FlowLogError(
      "UNREADABLE",
      `${place} has no flow log that could be read: ${unread.file}: ${unread.because}`,
    );
  }
  return read;
}

function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  // zlib's own codes are Z_DATA_ERROR, Z_BUF_ERROR, …
  return code?.startsWith("Z_") ? `it is damaged, or cut off (${message})` : message;
}

/** @returns whether the file says of times in which records were skipped */
async function readFile(file: LogFile, take: (entry: Entry) => void): Promise<boolean> {
  const stream = await file.open();
  try {
    return await readStream(stream, take);
  } finally {
    stream.destroy();
  }
}

async function readStream(stream: Readable, take: (entry: Entry) => void): Promise<boolean> {
  const chunks = chunksOf(stream);
  const first = await beginning(chunks);
  if (first[0] === 0x1f && first[1] === 0x8b) {
    const unpacked = createGunzip();
    const packed = Readable.from(again(first, chunks));
    packed.on("error", (error) => unpacked.destroy(error));
    return readStream(packed.pipe(unpacked), take);
  }
  if (first.toString("latin1", 0, 4) === "PAR1") return readParquet(await whole(first, chunks), take);
  const log = new TextLog(take);
  log.push(first);
  for await (const chunk of chunks) log.push(chunk);
  log.end();
  return log.hasStatus;
}

async function* chunksOf(stream: Readable): AsyncGenerator<Buffer> {
  for await (const chunk of stream) yield chunk as Buffer;
}

async function* again(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

/** Enough of a file to tell what it is. */
async function beginning(chunks: AsyncGenerator<Buffer>): Promise<Buffer> {
  let found = Buffer.alloc(0);
  while (found.length < 4) {
    const next = await chunks.next();
    if (next.done === true) break;
    found = Buffer.concat([found, next.value]);
  }
  return found;
}

async function whole(first: Buffer, chunks: AsyncGenerator<Buffer>): Promise<Buffer> {
  const parts = [first];
  let length = first.length;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length > MAX_PARQUET_BYTES) throw new FlowLogError("DAMAGED", "it is far larger than a flow log is");
  }
  return Buffer.concat(parts);
}
