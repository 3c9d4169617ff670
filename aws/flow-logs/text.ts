/**
 * Flow logs in plain text: a line for each record. Files in S3 begin with a line that names the fields; without one it
 * is the default format, whose order is fixed (Amazon VPC user guide, "Flow log files").
 */
import { FlowLogError } from "./error";
import { DEFAULT_FIELDS, entryReader, fieldName, missingFields, type Entry } from "./record";

/** No record is so long: what is, is no flow log, and would fill the memory. */
const MAX_LINE = 65_536;

/** Takes a file's text piece by piece, and gives its entries to `take`. */
export class TextLog {
  private rest = "";
  private read: ((values: readonly string[]) => Entry) | undefined;
  /** Whether it says of times in which records were skipped. */
  hasStatus = true;

  constructor(private readonly take: (entry: Entry) => void) {}

  /** @throws FlowLogError where it is no flow log */
  push(chunk: Buffer): void {
    const text = this.rest + chunk.toString("latin1");
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      this.line(text.slice(start, end));
      start = end + 1;
    }
    this.rest = text.slice(start);
    if (this.rest.length > MAX_LINE) throw new FlowLogError("NOT_A_FLOW_LOG", "it has lines without an end");
  }

  /** After the last piece. @throws FlowLogError where there was nothing that it could be told by */
  end(): void {
    this.line(this.rest);
    this.rest = "";
    if (this.read === undefined) throw new FlowLogError("NOT_A_FLOW_LOG", "it is empty");
  }

  private line(text: string): void {
    const line = text.trimEnd();
    if (line === "") return;
    const values = line.split(" ");
    if (this.read === undefined) {
      const isHeader = !line.includes("eni-");
      this.read = readerFor(isHeader ? values.map(fieldName) : DEFAULT_FIELDS, values.length);
      if (isHeader) {
        this.hasStatus = values.map(fieldName).includes("log-status");
        return;
      }
    }
    this.take(this.read(values));
  }
}

function readerFor(names: readonly string[], count: number) {
  const missing = missingFields(names);
  if (names === DEFAULT_FIELDS && count !== names.length) {
    throw new FlowLogError(
      "NOT_A_FLOW_LOG",
      "it has no line that names its fields, and not the default format",
    );
  }
  if (missing.length === NOT_ONE) throw new FlowLogError("NOT_A_FLOW_LOG", "it is no flow log");
  if (missing.length > 0) {
    throw new FlowLogError(
      "FIELDS_MISSING",
      `its format lacks ${missing.join(", ")}: make a flow log whose format has them`,
    );
  }
  return entryReader(names);
}

/** So many are missing of what has none of them. */
const NOT_ONE = missingFields([]).length;
