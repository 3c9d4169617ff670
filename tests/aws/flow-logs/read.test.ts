import { expect } from "chai";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { readFlowLogs, type LogsRead } from "../../../aws/flow-logs/read";
import type { Entry, FlowRecord } from "../../../aws/flow-logs/record";
import {
  DEFAULT_FORMAT,
  flowLine,
  FULL_FORMAT,
  parquetLog,
  START,
  statusLine,
  textLog,
} from "../../support/flow-logs";
import { withEnvironment } from "../../support/environment";
import { S3Server } from "../../support/s3-server";

const ENI = "eni-0aaaaaaaaaaaaaaaa";
const LINES = [
  flowLine({ "interface-id": ENI, srcaddr: "203.0.113.9", dstaddr: "10.0.1.10", dstport: 443 }),
  flowLine({
    "interface-id": ENI,
    srcaddr: "2001:db8::9",
    dstaddr: "2001:db8:1::a",
    dstport: 22,
    action: "REJECT",
  }),
  statusLine(ENI, "NODATA", START + 60),
  statusLine(ENI, "SKIPDATA", START + 120),
];
const FIRST: FlowRecord = {
  ...{ interfaceId: ENI, source: "203.0.113.9", destination: "10.0.1.10", sourcePort: 40_000 },
  ...{ destinationPort: 443, protocol: 6, start: START, end: START + 60, isAccepted: true },
  accountId: "123456789012",
};

describe("flow logs", () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "flow-logs-"))));
  afterEach(() => rm(folder, { recursive: true }));

  const put = async (name: string, content: string | Buffer) => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  };

  const expectLines = ({ entries, read }: { entries: Entry[]; read: LogsRead }) => {
    expect(read.unread).to.deep.equal([]);
    expect(entries.map(({ kind }) => kind)).to.deep.equal(["flow", "flow", "no data", "skipped"]);
    expect(entries[0]).to.deep.equal({ kind: "flow", record: FIRST });
    expect(entries[1]).to.deep.include({ kind: "flow" });
    expect((entries[1] as { record: FlowRecord }).record).to.deep.include({
      ...{ isAccepted: false, source: "2001:db8::9", destinationPort: 22 },
    });
    expect(entries[3]).to.deep.equal({
      kind: "skipped",
      interfaceId: ENI,
      start: START + 120,
      end: START + 180,
    });
  };

  for (const [what, name, content] of [
    ["plain text", "a.log", textLog(LINES)],
    ["packed text", "a.log.gz", gzipSync(textLog(LINES))],
    ["Parquet", "a.log.parquet", parquetLog(LINES)],
    ["packed Parquet, whatever it is called", "a", gzipSync(parquetLog(LINES))],
    [
      "text of the default format without a line of names",
      "a.log",
      textLog(LINES).slice(textLog(LINES).indexOf("\n") + 1),
    ],
    ["text with the line ends of Windows", "a.log", textLog(LINES).replaceAll("\n", "\r\n")],
  ] as const) {
    it(`are read as ${what}`, async () => {
      await put(name, content);
      expectLines(await readAll(folder));
    });
  }

  it("are read from all folders below, in the names' order, without what Hive puts beside", async () => {
    const day =
      "AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=eu-central-1/year=2026";
    await put(`${day}/month=11/day=02/b.log.gz`, gzipSync(textLog(LINES.slice(1))));
    await put(`${day}/month=11/day=01/a.log.parquet`, parquetLog(LINES.slice(0, 1)));
    await put(`${day}/_SUCCESS`, "");
    await put(".DS_Store", "whatever");
    const { entries, read } = await readAll(folder);
    expect(read.files).to.equal(2);
    expectLines({ entries, read });
  });

  it("give the packets' own addresses, flags and direction in formats that have them, in any order", async () => {
    const line = flowLine({
      ...{ "interface-id": ENI, srcaddr: "10.0.9.1", dstaddr: "10.0.1.10", dstport: 443 },
      ...{
        "pkt-srcaddr": "203.0.113.9",
        "pkt-dstaddr": "10.0.1.99",
        "tcp-flags": 2,
        "flow-direction": "ingress",
      },
    });
    const without = flowLine({
      ...line,
      "pkt-srcaddr": "-",
      "pkt-dstaddr": "-",
      "flow-direction": "-",
      "tcp-flags": "-",
    });
    const format = [...FULL_FORMAT].reverse();
    await put("a.log", textLog([line, without], format));
    await put("b.parquet", parquetLog([line], format));
    const { entries } = await readAll(folder);
    const records = entries.map((entry) => (entry as { record: FlowRecord }).record);
    const own = { source: "203.0.113.9", destination: "10.0.1.99", flags: 2, direction: "ingress" };
    expect(records[0]).to.deep.equal({ ...FIRST, ...own });
    expect(records[1]).to.deep.equal({ ...FIRST, source: "10.0.9.1" });
    expect(records[2]).to.deep.equal({ ...FIRST, ...own });
  });

  it("lose nothing of a file in pieces of whatever size", async () => {
    const many = Array.from({ length: 20_000 }, (_, at) => flowLine({ ...LINES[0], srcport: 20_000 + at }));
    await put("a.log.gz", gzipSync(textLog(many)));
    const { entries } = await readAll(folder);
    expect(entries.map((entry) => (entry as { record: FlowRecord }).record.sourcePort)).to.deep.equal(
      many.map(({ srcport }) => srcport),
    );
  });

  it("count a line that can't be made out, and go on", async () => {
    const good = textLog(LINES.slice(0, 1));
    const junk = [
      "2 123456789012 eni-0a 203.0.113.9",
      `2 123456789012 ${ENI} 203.0.113.9 10.0.1.10 70000 443 6 1 1 ${START} ${START} ACCEPT OK`,
      `2 123456789012 ${ENI} 203.0.113.9 10.0.1.10 7000 443 6 1 1 ${START} ${START} PERHAPS OK`,
      `2 123456789012 ${ENI} 203.0.113.9 10.0.1.10 7000 443 6 1 1 yesterday today ACCEPT OK`,
      `2 123456789012 i-0a 203.0.113.9 10.0.1.10 7000 443 6 1 1 ${START} ${START} ACCEPT OK`,
      "\u0000\u0001 junk",
    ];
    await put("a.log", `${good}${junk.join("\n")}\n${good.slice(good.indexOf("\n") + 1)}`);
    const { entries } = await readAll(folder);
    expect(entries.map(({ kind }) => kind)).to.deep.equal(["flow", ...junk.map(() => "malformed"), "flow"]);
  });

  it("say which files could not be read, and why, and read the others", async () => {
    const packed = gzipSync(
      textLog(Array.from({ length: 5000 }, (_, at) => flowLine({ ...LINES[0], srcport: at }))),
    );
    await put("1-cut-off.log.gz", packed.subarray(0, packed.length / 2));
    await put("2-other.json.gz", gzipSync('{"Records": []}'));
    await put(
      "3-narrow.log",
      textLog(LINES.slice(0, 1), ["interface-id", "srcaddr", "dstaddr", "start", "end"]),
    );
    await put("4-damaged.parquet", parquetLog(LINES).subarray(0, 300));
    await put("5-narrow.parquet", parquetLog(LINES, ["interface-id", "srcaddr"]));
    await put("6-empty.log", "");
    await put("7-good.log", textLog(LINES.slice(0, 1)));
    const { entries, read } = await readAll(folder);
    expect(entries.at(-1)).to.deep.equal({ kind: "flow", record: FIRST });
    const reasons = read.unread.map(({ file, because }) => `${file.slice(folder.length + 1)}: ${because}`);
    const expected = [
      /^1-cut-off.*damaged, or cut off/,
      /^2-other.*no flow log|^2-other.*no line that names/,
      /^3-narrow.log: its format lacks srcport, dstport, protocol, action/,
      /^4-damaged.parquet: it can't be read as Parquet/,
      /^5-narrow.parquet: its format lacks dstaddr or pkt-dstaddr, srcport/,
      /^6-empty.log: it is empty/,
    ];
    expect(reasons).to.have.length(expected.length);
    for (const [at, reason] of reasons.entries()) expect(reason).to.match(expected[at]!);
  });

  it("say where the format doesn't tell that records were skipped", async () => {
    const format = DEFAULT_FORMAT.filter((name) => name !== "log-status");
    await put("a.log", textLog(LINES.slice(0, 1), format));
    await put("b.parquet", parquetLog(LINES.slice(0, 1), format));
    await put("c.log", textLog(LINES.slice(0, 1)));
    const { read } = await readAll(folder);
    expect(read.withoutStatus).to.equal(2);
  });

  it("are an error where there is nothing", async () => {
    for (const place of [join(folder, "nowhere"), folder, "s3://"]) {
      const failure: unknown = await readAll(place).catch((error: unknown) => error);
      expect(failure, place).to.have.property("code", "UNREADABLE");
    }
  });

  describe("in S3", () => {
    let s3: S3Server;
    let restore: () => void;
    beforeEach(async () => {
      s3 = await S3Server.start();
      restore = withEnvironment(s3.env);
    });
    afterEach(async () => {
      restore();
      await s3.stop();
    });

    it("are read below a prefix, page by page", async () => {
      s3.pageSize = 2;
      s3.put("/logs/prod/day=01/a.log.gz", gzipSync(textLog(LINES.slice(0, 1))));
      s3.put("/logs/prod/day=02/b.log.parquet", parquetLog(LINES.slice(1, 2)));
      s3.put("/logs/prod/day=03/c.log.gz", gzipSync(textLog(LINES.slice(2))));
      s3.put("/logs/prod/day=03/_SUCCESS", "");
      s3.put("/logs/test/d.log.gz", gzipSync(textLog(LINES)));
      const { entries, read } = await readAll("s3://logs/prod/");
      expect(read.files).to.equal(3);
      expectLines({ entries, read });
    });

    it("are asked for with a profile that is named, whatever credentials the environment has", async () => {
      const file = join(folder, "credentials");
      await writeFile(file, "[logs]\naws_access_key_id = LOGREADER\naws_secret_access_key = secret\n");
      const back = withEnvironment({ AWS_SHARED_CREDENTIALS_FILE: file });
      try {
        s3.put("/logs/a.log.gz", gzipSync(textLog(LINES)));
        const read = await readFlowLogs("s3://logs/", () => undefined, undefined, "logs");
        expect(read.files).to.equal(1);
      } finally {
        back();
      }
      expect([...s3.askedBy]).to.deep.equal(["LOGREADER"]);
    });

    it("are an error where the bucket refuses", async () => {
      s3.refusal = "AccessDenied";
      const failure: unknown = await readAll("s3://logs/prod").catch((error: unknown) => error);
      expect(failure).to.have.property("code", "UNREADABLE");
      expect((failure as Error).message)
        .to.contain("s3://logs/prod")
        .and.to.contain("s3:ListBucket");
    });
  });
});

async function readAll(place: string): Promise<{ entries: Entry[]; read: LogsRead }> {
  const entries: Entry[] = [];
  const read = await readFlowLogs(place, (entry) => void entries.push(entry));
  return { entries, read };
}
