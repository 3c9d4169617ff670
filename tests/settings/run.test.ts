import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { noteRun, RUN_VARIABLES, runFrom, withCause } from "../../settings/run";

describe("a run of an automation", () => {
  it("is nobody's where the environment says nothing", () => {
    const nothing = {
      cause: undefined,
      deadline: undefined,
      report: undefined,
      revoked: [],
      reviewPage: undefined,
    };
    expect(runFrom({})).to.deep.equal({ run: nothing, problems: [] });
    expect(withCause("dev: 1 added", nothing)).to.equal("dev: 1 added");
  });

  it("has a cause that is one line of text, whoever wrote it", () => {
    const { run } = runFrom({ [RUN_VARIABLES.cause]: " anna:\tRunInstances\r\n\u2028\u202e x\u0000\ud800 " });
    expect(withCause("dev: 1 added", run)).to.equal("dev: 1 added; anna: RunInstances x \ufffd");
  });

  it("knows of which groups permissions were revoked, and refuses what is no list of them, or too long", () => {
    const { run, problems } = runFrom({ [RUN_VARIABLES.revoked]: "sg-0a,sg-0b" });
    expect([run.revoked, problems]).to.deep.equal([["sg-0a", "sg-0b"], []]);
    for (const text of ["sg-0a;sg-0b", "i-0a", "sg-0a, sg-0b"]) {
      expect(runFrom({ [RUN_VARIABLES.revoked]: text }).problems.map(({ key }) => key)).to.deep.equal([
        "AWS_PANOS_RUN_REVOKED",
      ]);
    }
    const long = runFrom({ [RUN_VARIABLES.cause]: "x".repeat(10_000_000) });
    expect(long.problems.map(({ key, problem }) => [key, problem])).to.deep.equal([
      ["AWS_PANOS_RUN_CAUSE", "has more than 8192 characters"],
    ]);
    expect(long.run.cause).to.have.length(8192);
  });

  it("is refused with a deadline that is no time, and a report that is no path", () => {
    for (const deadline of ["soon", "1790000000", "-1790000000000", "1790000000000.5"]) {
      const { problems } = runFrom({ [RUN_VARIABLES.deadline]: deadline, [RUN_VARIABLES.report]: "report" });
      expect(
        problems.map(({ key }) => key),
        deadline,
      ).to.deep.equal(["AWS_PANOS_RUN_DEADLINE", "AWS_PANOS_RUN_REPORT"]);
    }
    const fine = { [RUN_VARIABLES.deadline]: "1790000000000", [RUN_VARIABLES.report]: "/tmp/report" };
    expect(runFrom(fine)).to.deep.equal({
      run: {
        cause: undefined,
        deadline: 1790000000000,
        report: "/tmp/report",
        revoked: [],
        reviewPage: undefined,
      },
      problems: [],
    });
  });

  it("is refused with an address of its review that is none, or that has a password", () => {
    for (const page of ["review.html", "javascript:alert(1)", "https://a:b@ci.example.com/", "ftp://ci/x"]) {
      const { problems } = runFrom({ [RUN_VARIABLES.reviewPage]: page });
      expect(
        problems.map(({ key }) => key),
        page,
      ).to.deep.equal(["AWS_PANOS_REVIEW_URL"]);
    }
    const page = "https://ci.example.com/jobs/42/review.html";
    expect(runFrom({ [RUN_VARIABLES.reviewPage]: page }).run.reviewPage).to.equal(page);
  });

  it("tells its automation a line at a time, and goes on where that can't be written", () => {
    const folder = mkdtempSync(join(tmpdir(), "run-report-"));
    const before = process.env[RUN_VARIABLES.report];
    try {
      process.env[RUN_VARIABLES.report] = join(folder, "report");
      noteRun({ note: "started" });
      noteRun({ note: "held", reason: "one\ntwo" });
      process.env[RUN_VARIABLES.report] = folder;
      noteRun({ note: "planned" });
      const lines = readFileSync(join(folder, "report"), "utf8").trimEnd().split("\n");
      const notes = lines.map((line) => JSON.parse(line) as { note: string; at: number });
      expect(notes.map(({ note }) => note)).to.deep.equal(["started", "held"]);
      expect(notes[0]?.at).to.be.a("number");
    } finally {
      if (before === undefined) delete process.env[RUN_VARIABLES.report];
      else process.env[RUN_VARIABLES.report] = before;
      rmSync(folder, { recursive: true });
    }
  });
});
