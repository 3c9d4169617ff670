/**
 * Flow logs in Apache Parquet: fields as the text has them, with underscores, of types INT_32, INT_64 and STRING
 * (Amazon VPC user guide, "Flow log records").
 */
import { gunzipSync } from "node:zlib";
import { FlowLogError } from "./error";
import { entryReader, fieldName, missingFields, USED_FIELDS, type Entry } from "./record";

/** So many rows are in memory at once; files of one row group are read in several turns. */
const ROWS = 50_000;
/** Pages have megabytes: what unpacks to far more was made to fill the memory. */
const MAX_PAGE_BYTES = 512 * 1024 * 1024;

/**
 * Gives a file's entries to `take`.
 * @returns whether it says of times in which records were skipped
 * @throws FlowLogError
 */
export async function readParquet(bytes: Buffer, take: (entry: Entry) => void): Promise<boolean> {
  // Only who has such files waits for it to load.
  const { parquetMetadataAsync, parquetRead, parquetSchema } = await import("hyparquet");
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const file = { byteLength: bytes.length, slice: (start: number, end?: number) => buffer.slice(start, end) };
  try {
    const metadata = await parquetMetadataAsync(file);
    const all = parquetSchema(metadata).children.map(({ element }) => element.name);
    const columns = all.filter((name) => USED_FIELDS.includes(fieldName(name)));
    const missing = missingFields(columns.map(fieldName));
    if (missing.length > 0) {
      throw new FlowLogError(
        "FIELDS_MISSING",
        `its format lacks ${missing.join(", ")}: make a flow log whose format has them`,
      );
    }
    const read = entryReader(columns.map(fieldName));
    const compressors = {
      GZIP: (packed: Uint8Array) => gunzipSync(packed, { maxOutputLength: MAX_PAGE_BYTES }),
    };
    const total = Number(metadata.num_rows);
    for (let rowStart = 0; rowStart < total; rowStart += ROWS) {
      const rowEnd = Math.min(rowStart + ROWS, total);
      let rows: unknown[][] = [];
      await parquetRead({
        file,
        metadata,
        compressors,
        columns,
        rowStart,
        rowEnd,
        onComplete: (some) => (rows = some),
      });
      for (const row of rows) take(read(row.map(textOf)));
    }
    return columns.map(fieldName).includes("log-status");
  } catch (error) {
    if (error instanceof FlowLogError) throw error;
    throw new FlowLogError("DAMAGED", `it can't be read as Parquet: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function textOf(value: unknown): string {
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "bigint"
      ? String(value)
      : "-";
}
