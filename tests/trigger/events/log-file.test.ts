import { expect } from "chai";
import { gzipSync } from "node:zlib";
import { LogFileError, MAX_FILE_BYTES, readLogFile } from "../../../trigger/events/log-file";
import { callRecord, logFile } from "../../support/cloudtrail";

function reasonOf(bytes: Uint8Array): string {
  try {
    readLogFile(bytes);
    return "";
  } catch (error) {
    expect(error).to.have.property("code", "LOG_FILE_INVALID");
    return (error as Error).message;
  }
}

describe("a log file of CloudTrail", () => {
  const records = [callRecord("StopInstances", {}), callRecord("StartInstances", {})];

  it("is its records, packed or not", () => {
    expect(readLogFile(logFile(records))).to.deep.equal(records);
    expect(readLogFile(Buffer.from(JSON.stringify({ Records: records })))).to.deep.equal(records);
  });

  it("is refused when it is cut off, holds something else, or is no JSON", () => {
    expect(reasonOf(logFile(records).subarray(0, 50))).to.contain("cut off");
    expect(reasonOf(gzipSync(JSON.stringify({ digestEndTime: "" })))).to.contain("no Records");
    expect(reasonOf(gzipSync("Records"))).to.contain("not JSON");
    expect(reasonOf(new Uint8Array())).to.contain("not JSON");
  });

  it("is no digest, which is told apart from a file that is broken", () => {
    const digest = gzipSync(JSON.stringify({ digestS3Object: "x", logFiles: [] }));
    expect(() => readLogFile(digest))
      .to.throw(LogFileError, "digest")
      .with.property("isDigest", true);
    expect(() => readLogFile(gzipSync("Records")))
      .to.throw(LogFileError)
      .with.property("isDigest", false);
  });

  it("is refused when it is too large, packed or unpacked", () => {
    expect(reasonOf(new Uint8Array(MAX_FILE_BYTES + 1))).to.contain("packed");
    const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024, " "));
    expect(bomb.length).to.be.below(1024 * 1024);
    expect(reasonOf(bomb)).to.contain("unpacked");
  });
});
