import { expect } from "chai";
import { gzipSync } from "node:zlib";
import { LogFileError, MAX_FILE_BYTES } from "../../../trigger/events/log-file";
import { callRecord, logFile, recordsOf } from "../../support/cloudtrail";

function errorOf(bytes: Uint8Array): LogFileError {
  try {
    recordsOf(bytes);
  } catch (error) {
    expect(error).to.be.instanceOf(LogFileError);
    return error as LogFileError;
  }
  throw new Error("it was read");
}
const reasonOf = (bytes: Uint8Array) => errorOf(bytes).message;

describe("a log file of CloudTrail", () => {
  const records = [callRecord("StopInstances", {}), callRecord("StartInstances", {})];

  it("is its records, packed or not, wherever they stand and whatever stands beside them", () => {
    expect(recordsOf(logFile(records))).to.deep.equal(records);
    const more = JSON.stringify({ before: { Records: [1] }, Records: records, after: [{ Records: [2] }] });
    expect(recordsOf(Buffer.from(more))).to.deep.equal(records);
    expect(recordsOf(Buffer.from('{"Records": []}'))).to.deep.equal([]);
    const nested = [{ Records: [{ Records: 1 }], text: "ü 日本 \u0000".repeat(40_000) }, "text", null, 7];
    expect(recordsOf(logFile(nested))).to.deep.equal(nested);
  });

  it("is refused when it is cut off, holds something else, or is no JSON", () => {
    expect(reasonOf(logFile(records).subarray(0, 50))).to.contain("cut off");
    const plain = Buffer.from(JSON.stringify({ Records: records }));
    expect(reasonOf(plain.subarray(0, plain.length - 1))).to.contain("cut off");
    expect(reasonOf(gzipSync(JSON.stringify({ digestEndTime: "" })))).to.contain("no Records");
    expect(reasonOf(gzipSync('{"Records": {"a": 1}}'))).to.contain("no Records");
    for (const text of ["Records", "{", '{"Records": [}', '{"Records": []} more']) {
      expect(reasonOf(gzipSync(text)), text).to.contain("not JSON");
    }
    expect(reasonOf(new Uint8Array())).to.contain("not JSON");
  });

  it("is no digest, which is told apart from a file that is broken", () => {
    const digest = gzipSync(JSON.stringify({ digestS3Object: "x", logFiles: [] }));
    expect(errorOf(digest)).to.include({ isDigest: true });
    expect(errorOf(gzipSync("Records"))).to.include({ isDigest: false });
  });

  it("is refused when it is too large: packed, unpacked, in one record, or in their number", () => {
    expect(reasonOf(new Uint8Array(MAX_FILE_BYTES + 1))).to.contain("packed");
    const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024, " "));
    expect(bomb.length).to.be.below(1024 * 1024);
    expect(reasonOf(bomb)).to.match(/a record of more than|unpacked/);
    const wide = gzipSync(JSON.stringify({ Records: [{ text: "a".repeat(8 * 1024 * 1024) }] }));
    expect(reasonOf(wide)).to.contain("a record of more than 4194304 bytes");
    const many = gzipSync(`{"Records": [${"{},".repeat(200_000)}{}]}`);
    expect(reasonOf(many)).to.contain("more than 200000 records");
    // Records that each are small, and too much together.
    const block = `${JSON.stringify({ text: "a".repeat(1024 * 1024) })},`;
    const long = gzipSync(`{"Records": [${block.repeat(130)}{}]}`);
    expect(reasonOf(long)).to.contain("unpacked");
  });

  it("gives its records while it is read, and keeps none", function () {
    this.timeout(60_000);
    const record = JSON.stringify(callRecord("StopInstances", { filler: "x".repeat(900) }));
    const file = gzipSync(`{"Records": [${`${record},`.repeat(60_000)}${record}]}`);
    global.gc?.();
    const before = process.memoryUsage().heapUsed;
    let most = 0;
    expect(
      recordsOf(file, (index) => {
        if (index % 5000 === 0) most = Math.max(most, process.memoryUsage().heapUsed - before);
      }),
    ).to.deep.equal([]);
    // All of them would be some 100 MB; the collector comes when it likes.
    expect(most).to.be.below(80 * 1024 * 1024);
  });
});
