/** Flow logs as AWS writes them, in text and in Parquet. */
import { gzipSync } from "node:zlib";

/** Values by field, as the documentation names them: those of the default format, and more where they are given. */
export type FlowLine = Record<string, string | number>;

export const DEFAULT_FORMAT = [
  ...["version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol"],
  ...["packets", "bytes", "start", "end", "action", "log-status"],
];
/** Of versions 3 to 5: what makes it surer who is the server. */
export const FULL_FORMAT = [...DEFAULT_FORMAT, "tcp-flags", "pkt-srcaddr", "pkt-dstaddr", "flow-direction"];

/** 2026-11-01T00:00:00Z. */
export const START = Date.UTC(2026, 10, 1) / 1000;
const MINUTE = 60;

/** An accepted TCP flow of a minute, unless told otherwise. */
export function flowLine(fields: FlowLine): FlowLine {
  const start = Number(fields["start"] ?? START);
  return {
    ...{ version: 2, "account-id": "123456789012", srcport: 40_000, protocol: 6, packets: 10, bytes: 840 },
    ...{ start, end: start + MINUTE, action: "ACCEPT", "log-status": "OK" },
    ...fields,
  };
}

/** A line that says that nothing was seen, or that something was skipped. */
export function statusLine(interfaceId: string, status: "NODATA" | "SKIPDATA", start = START): FlowLine {
  return {
    ...{ version: 2, "account-id": "123456789012", "interface-id": interfaceId, start, end: start + MINUTE },
    "log-status": status,
  };
}

/** As a file in S3 has it, before it is packed. */
export function textLog(lines: readonly FlowLine[], format: readonly string[] = DEFAULT_FORMAT): string {
  return [format, ...lines.map((line) => format.map((field) => line[field] ?? "-"))]
    .map((values) => values.join(" "))
    .join("\n")
    .concat("\n");
}

const INT32 = 1;
const INT64 = 2;
const BYTE_ARRAY = 6;
const GZIP = 2;

/** Types of the documentation ("Flow log records"); all others are STRING. */
const TYPES: Record<string, number> = {
  ...{ version: INT32, srcport: INT32, dstport: INT32, protocol: INT32, "tcp-flags": INT32 },
  ...{ packets: INT64, bytes: INT64, start: INT64, end: INT64 },
};

/**
 * The same in Parquet, with underscores in the fields' names and gzip inside, as AWS writes it: one row group of
 * optional columns, plainly encoded. Source: Apache Parquet's format specification, parquet.thrift.
 */
export function parquetLog(lines: readonly FlowLine[], format: readonly string[] = DEFAULT_FORMAT): Buffer {
  const parts: Buffer[] = [Buffer.from("PAR1")];
  let offset = 4;
  const chunks = format.map((field) => {
    const type = TYPES[field] ?? BYTE_ARRAY;
    const values = lines.map((line) => line[field]);
    const plain = Buffer.concat([levels(values), ...values.map((value) => plainValue(value, type))]);
    const packed = gzipSync(plain);
    const header = struct([
      ...[i32(1, 0), i32(2, plain.length), i32(3, packed.length)],
      nested(5, [i32(1, lines.length), i32(2, 0), i32(3, 3), i32(4, 3)]),
    ]);
    const length = header.length + packed.length;
    const meta = [
      ...[i32(1, type), list(2, 5, [zigzag(0), zigzag(3)]), list(3, 8, [text(nameOf(field))]), i32(4, GZIP)],
      ...[i64(5, lines.length), i64(6, header.length + plain.length), i64(7, length), i64(9, offset)],
    ];
    const chunk = struct([i64(2, offset), nested(3, meta)]);
    parts.push(header, packed);
    offset += length;
    return chunk;
  });
  const root = struct([binary(4, "schema"), i32(5, format.length)]);
  const leaves = format.map((field) => {
    const type = TYPES[field] ?? BYTE_ARRAY;
    const converted = type === BYTE_ARRAY ? [i32(6, 0)] : [];
    return struct([i32(1, type), i32(3, 1), binary(4, nameOf(field)), ...converted]);
  });
  const group = struct([list(1, 12, chunks), i64(2, offset), i64(3, lines.length)]);
  const footer = struct([
    ...[i32(1, 1), list(2, 12, [root, ...leaves]), i64(3, lines.length), list(4, 12, [group])],
  ]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(footer.length);
  return Buffer.concat([...parts, footer, size, Buffer.from("PAR1")]);
}

function nameOf(field: string): string {
  return field.replaceAll("-", "_");
}

/** Which values are there: runs of ones and zeros. */
function levels(values: readonly unknown[]): Buffer {
  const runs = values.map((value) =>
    Buffer.concat([varint(1 << 1), Buffer.from([value === undefined ? 0 : 1])]),
  );
  const body = Buffer.concat(runs);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(body.length);
  return Buffer.concat([size, body]);
}

function plainValue(value: string | number | undefined, type: number): Buffer {
  if (value === undefined) return Buffer.alloc(0);
  const bytes = Buffer.alloc(type === INT64 ? 8 : 4);
  if (type === INT64) bytes.writeBigInt64LE(BigInt(value));
  else if (type === INT32) bytes.writeInt32LE(Number(value));
  else bytes.writeUInt32LE(Buffer.byteLength(String(value)));
  return type === BYTE_ARRAY ? Buffer.concat([bytes, Buffer.from(String(value))]) : bytes;
}

/** A field of Thrift's compact protocol. */
interface Field {
  id: number;
  type: number;
  body: Buffer;
}

const i32 = (id: number, value: number): Field => ({ id, type: 5, body: zigzag(value) });
const i64 = (id: number, value: number): Field => ({ id, type: 6, body: zigzag(value) });
const binary = (id: number, value: string): Field => ({ id, type: 8, body: text(value) });
const nested = (id: number, fields: Field[]): Field => ({ id, type: 12, body: struct(fields) });

function list(id: number, element: number, items: Buffer[]): Field {
  const head =
    items.length < 15
      ? Buffer.from([(items.length << 4) | element])
      : Buffer.concat([Buffer.from([0xf0 | element]), varint(items.length)]);
  return { id, type: 9, body: Buffer.concat([head, ...items]) };
}

function struct(fields: readonly Field[]): Buffer {
  let last = 0;
  const parts = fields.flatMap(({ id, type, body }) => {
    const head = Buffer.from([((id - last) << 4) | type]);
    last = id;
    return [head, body];
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}

function text(value: string): Buffer {
  return Buffer.concat([varint(Buffer.byteLength(value)), Buffer.from(value)]);
}

function zigzag(value: number): Buffer {
  return varint(value * 2);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return Buffer.from([...bytes, value]);
}
