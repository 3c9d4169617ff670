import { expect } from "chai";
import { readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { gzipSync } from "node:zlib";
import { evidence } from "../../../commands/evidence/evidence";
import type { Command } from "../../../commands/framework";
import { review } from "../../../commands/review/review";
import { startSimulator } from "../../../packages/simulator";
import { recordRulebases } from "../../../plan/recordings/record";
import { offlineSettings } from "../../../settings/offline";
import type { Review } from "../../../review/change/types";
import type { Evidence } from "../../../review/evidence/evidence";
import type { Observed } from "../../../review/evidence/types";
import { flowLine, parquetLog, textLog, FULL_FORMAT } from "../../support/flow-logs";
import { expectGolden, expectReadableRun } from "../../support/golden";
import { faults, type Schema } from "../../support/json-schema";
import { PROJECT_DIR, ruleEntry } from "../../support/lab";
import { runIn } from "../../support/terminal";

const WEB = "eni-03580159c3273df99";
/** A flow that nothing in the demo's account lets in. */
const STRAY = flowLine({
  ...{ "interface-id": WEB, srcaddr: "192.0.2.77", dstaddr: "10.20.2.10", dstport: 9999 },
  ...{ "tcp-flags": 2, "flow-direction": "ingress" },
});

/** The demo's firewall, with a rule of the administrator's more at the top. */
function demoConfig(rule: string): string {
  const config = readFileSync(join(PROJECT_DIR, "demo/firewall.xml"), "utf8");
  return config.replace(/(<security>\s*<rules>)/, `$1${rule}`);
}

describe("evidence and review --seen", () => {
  let folder: string;
  let logs: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "evidence-"));
    logs = join(folder, "logs");
    await cp(join(PROJECT_DIR, "demo/flow-logs"), logs, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const run = (command: Command, ...args: string[]) =>
    runIn(PROJECT_DIR, command, args, {}, "no secret is here");
  const look = (...args: string[]) => run(evidence, "--stack", "dev", "--logs", logs, ...args);
  const compare = (seen: string, ...args: string[]) => {
    const between = ["--between", "demo/account.json", "demo/account-changed.json"];
    return run(
      review,
      "--stack",
      "dev",
      ...between,
      "--out",
      join(folder, "review"),
      "--seen",
      seen,
      ...args,
    );
  };
  const seenIn = async (file: string) => JSON.parse(await readFile(file, "utf8")) as Observed;

  it("shows what was used, and ends with 0 where nothing would be cut", async () => {
    const { code, output, errors } = await look();
    expect([code, errors]).to.deep.equal([0, ""]);
    expectGolden(join(__dirname, "golden/demo.txt"), output);
  });

  it("says it within the terminal's width, with what would be cut", async () => {
    await writeFile(join(logs, "stray.log"), textLog([STRAY], FULL_FORMAT));
    await expectReadableRun(join(__dirname, "golden"), "cut", async ({ output, environment }) => {
      const errors = new PassThrough().resume();
      const terminal = { input: new PassThrough(), output, errors, folder: PROJECT_DIR, environment };
      expect(await evidence.run(["--stack", "dev", "--logs", logs], terminal)).to.equal(2);
    });
  });

  it("ends with 2 where something would be, whatever files it is in", async () => {
    for (const [name, content] of [
      ["a.log.gz", gzipSync(textLog([STRAY], FULL_FORMAT))],
      ["a.log.parquet", parquetLog([STRAY], FULL_FORMAT)],
    ] as const) {
      const all = await readdir(logs);
      if (all.length > 1) await rm(join(logs, "AWSLogs"), { recursive: true });
      await mkdir(join(logs, "AWSLogs"));
      await writeFile(join(logs, "AWSLogs", name), content);
      const { code, output } = await look("--json");
      expect(code).to.equal(2);
      const { cut, watched, records } = JSON.parse(output) as Evidence;
      expect(cut.map(({ text }) => text)).to.deep.equal([
        "would be cut: seen 1 time since 2026-11-01, last 2026-11-01, from 192.0.2.77",
      ]);
      expect(cut[0]).to.include({ port: "tcp/9999", name: "web-2" });
      expect(watched).to.deep.equal({ from: "2026-11-01T00:00:00Z", to: "2026-11-01T07:01:00Z" });
      expect(records).to.include({ malformed: 0, unknown: 0, accepted: 39 });
    }
  });

  it("says which files could not be read, and then of no rule that it is unused", async () => {
    await writeFile(join(logs, "b.log.gz"), gzipSync(textLog([STRAY], FULL_FORMAT)).subarray(0, 60));
    const { rules, gaps } = JSON.parse((await look("--json")).output) as Evidence;
    expect(gaps.join()).to.contain("b.log.gz could not be read");
    expect(new Set(rules.map(({ state }) => state))).to.deep.equal(new Set(["used", "not seen"]));
  });

  it("asks the firewall what its own rules let through, or takes a snapshot for it", async () => {
    await writeFile(join(logs, "b.log"), textLog([STRAY], FULL_FORMAT));
    const theirs = ruleEntry("their-probe", {
      service: "any",
      destination: "10.20.2.10",
      source: "192.0.2.0/24",
    });
    const users = [{ name: "reader", password: "s3cret-reader" }];
    const firewall = await startSimulator({ config: demoConfig(theirs), users });
    try {
      const environment = {
        ...{ PANOS_PORT: String(firewall.port), PANOS_USERNAME: "reader", PANOS_PASSWORD: "s3cret-reader" },
      };
      const asked = await runIn(
        PROJECT_DIR,
        evidence,
        ["--stack", "dev", "--logs", logs, "--json"],
        environment,
        "s3cret-reader",
      );
      expect(asked.code, asked.errors).to.equal(0);
      const { times, notes } = JSON.parse(asked.output) as Evidence;
      expect(times).to.include({ cut: 0, allowedByOthers: 1 });
      expect(notes.join()).not.to.contain("not asked");

      const { firewalls } = await offlineSettings(PROJECT_DIR, "dev", environment);
      const file = join(folder, "rulebase.json");
      await recordRulebases(file, firewalls, new Date());
      const recorded = await look("--rulebase", file, "--json");
      expect((JSON.parse(recorded.output) as Evidence).times).to.deep.equal(times);
    } finally {
      await firewall.stop();
    }
    expect((await look("--rulebase", join(folder, "none.json"))).code).to.equal(1);
  });

  it("fails where there are no logs, and refuses a command line without", async () => {
    expect((await look("--logs", join(folder, "nowhere"))).errors).to.contain(
      "there is no such file or folder",
    );
    expect((await look("--logs", join(folder, "nowhere"))).code).to.equal(1);
    expect((await run(evidence, "--stack", "dev")).code).to.equal(64);
  });

  it("fails where no file is a flow log, and a review says what a file of nothing lacks", async () => {
    const junk = join(folder, "junk.log");
    for (const content of ["just a note\n", "", gzipSync(textLog([STRAY], FULL_FORMAT)).subarray(0, 60)]) {
      await writeFile(junk, content);
      const seen = join(folder, "seen.json");
      const { code, errors } = await look("--logs", junk, "--save", seen);
      expect(code).to.equal(1);
      expect(errors).to.contain("has no flow log that could be read: ").and.to.contain("junk.log");
      expect(await readdir(folder)).not.to.include("seen.json");
    }
    const seen = join(folder, "seen.json");
    await look("--save", seen);
    const nothing = { ...(await seenIn(seen)), first: undefined, last: undefined, flows: [] };
    await writeFile(seen, JSON.stringify({ ...nothing, gaps: ["b.log could not be read"] }));
    await compare(seen);
    const { notes } = JSON.parse(await readFile(join(folder, "review/review.json"), "utf8")) as Review;
    expect(notes.join("\n"))
      .to.contain("say nothing of what closes")
      .and.to.contain("What was seen is not all: b.log could not be read")
      .and.not.to.contain("empty");
  });

  it("is held against what a review closes: in the terminal, the comment, the page and the data", async () => {
    const seen = join(folder, "kept/seen.json");
    expect((await look("--save", seen)).code).to.equal(0);
    const { code, output } = await compare(seen);
    const text =
      "would be cut: seen 5 times since 2026-11-01, last 2026-11-01, from 192.0.2.17, 198.51.100.44";
    expect(code).to.equal(0);
    expect(output.replace(/\s+/g, " "))
      .to.contain(text)
      .and.to.contain("1 closing meets traffic that was seen");
    const made = JSON.parse(await readFile(join(folder, "review/review.json"), "utf8")) as Review;
    const schema = JSON.parse(await readFile(join(PROJECT_DIR, "docs/review.schema.json"), "utf8")) as Schema;
    expect(faults(made, schema)).to.deep.equal([]);
    const cuts = made.firewalls[0]!.changes.flatMap(({ closes }) => closes.map(({ cut }) => cut));
    expect(cuts).to.deep.equal([
      {
        ...{ text, count: 5, first: "2026-11-01T00:12:00Z", last: "2026-11-01T05:02:00Z" },
        ...{ peers: ["192.0.2.17", "198.51.100.44"], more: 0, isSure: true },
      },
    ]);
    expect(made.notes.join("\n")).to.contain("flow logs from 2026-11-01 to 2026-11-01");
    expect(await readFile(join(folder, "review/review.md"), "utf8")).to.contain(`⚠ **${text}**`);
    expect(await readFile(join(folder, "review/review.html"), "utf8")).to.contain(text);
  });

  it("says nothing of closings that nobody would notice", async () => {
    const seen = join(folder, "seen.json");
    await look("--save", seen);
    const observed = await seenIn(seen);
    const with22 = observed.flows.filter(({ port }) => port === 22);
    const rewritten = async (flows: Observed["flows"]) => {
      await writeFile(seen, JSON.stringify({ ...observed, flows }));
      await compare(seen);
      const made = JSON.parse(await readFile(join(folder, "review/review.json"), "utf8")) as Review;
      return made.firewalls[0]!.changes.flatMap(({ closes }) => closes.flatMap(({ cut }) => cut?.text ?? []));
    };
    expect(await rewritten(observed.flows.filter(({ port }) => port !== 22))).to.deep.equal([]);
    expect(await rewritten(with22.map((flow) => ({ ...flow, peer: "203.0.113.50" })))).to.deep.equal([]);
    expect(await rewritten(with22.map((flow) => ({ ...flow, direction: "egress" as const })))).to.deep.equal(
      [],
    );
    // What is closed in part only, or may have been meant.
    const [wide] = await rewritten(with22.map((flow) => ({ ...flow, peer: "192.0.2.0/24" })));
    expect(wide).to.match(/^may be cut: seen 5 times/);
    const otherWay = { direction: "egress" as const, port: 443 };
    const [likely] = await rewritten(
      with22.map((flow) => ({ ...flow, ...otherWay, otherPorts: [[20, 30]] })),
    );
    expect(likely).to.match(/^may be cut: seen 5 times/);
    expect(
      await rewritten(with22.map((flow) => ({ ...flow, ...otherWay, otherPorts: [[23, 30]] }))),
    ).to.deep.equal([]);
    const [unknown] = await rewritten(
      with22.map((flow) => ({ ...flow, direction: "unknown" as const, peerPort: 2222 })),
    );
    expect(unknown).to.match(/^may be cut: seen 5 times/);
  });

  it("believes no file that isn't what it wrote", async () => {
    const seen = join(folder, "seen.json");
    await look("--save", seen);
    const observed = await seenIn(seen);
    const [flow] = observed.flows;
    for (const [content, because] of [
      ["junk", /it is no JSON/],
      [JSON.stringify({ ...observed, format: 1 }), /version/],
      [JSON.stringify({ ...observed, flows: [{ ...flow, peer: "anybody" }] }), /flows\[0\] is malformed/],
      [JSON.stringify({ ...observed, flows: [flow, { ...flow, interfaceId: "eni-0none" }] }), /flows\[1\]/],
      [JSON.stringify({ ...observed, flows: [{ ...flow, last: 1e300 }] }), /flows\[0\]/],
      [
        JSON.stringify({ ...observed, interfaces: { [WEB]: { addresses: ["?"] } } }),
        /interfaces is malformed/,
      ],
    ] as const) {
      await writeFile(seen, content);
      const { code, errors } = await compare(seen);
      expect(code, content.slice(0, 80)).to.equal(1);
      expect(errors).to.match(because);
    }
    expect((await compare(join(folder, "none.json"))).errors).to.contain("there is no such file");
  });
});
