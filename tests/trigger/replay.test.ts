import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { replay } from "../../trigger/replay";
import { callRecord, IDS, logFile } from "../support/cloudtrail";
import { FakeTerminal } from "../support/terminal";

const at = (time: string) => ({ eventTime: `2026-03-01T${time}Z` });
const INSTANCES = { instancesSet: { items: [{ instanceId: IDS.instance }] } };

describe("npm run replay", () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), "aws-panos-replay-"))));
  after(() => rm(folder, { recursive: true }));

  async function run(...args: string[]): Promise<{ code: number; seen: string }> {
    const terminal = new FakeTerminal();
    const { input, output } = terminal;
    const code = await replay(args, { input, output, folder, environment: {} });
    return { code, seen: terminal.seen };
  }

  async function said(records: unknown[], ...args: string[]): Promise<string> {
    const file = join(folder, "log.json.gz");
    await writeFile(file, logFile(records));
    const { code, seen } = await run(file, ...args);
    expect(code).to.equal(0);
    return seen;
  }

  it("says what counts, when a run begins for it and when it ends", async () => {
    const text = await said(
      [
        callRecord("StopInstances", INSTANCES, at("10:00:30")),
        callRecord("DescribeInstances", {}, { readOnly: true }),
        callRecord("StartInstances", INSTANCES, at("10:00:00")),
      ],
      ...["--delay", "10", "--run", "60"],
    );
    const lines = text.split("\n").map((line) => line.replace(/; events? .*/, ""));
    expect(lines.slice(0, 8)).to.deep.equal([
      `2026-03-01T10:00:00Z  alice StartInstances ${IDS.instance}`,
      `2026-03-01T10:00:20Z  run 1 begins: alice (StartInstances ${IDS.instance})`,
      `2026-03-01T10:00:30Z  alice StopInstances ${IDS.instance}`,
      "2026-03-01T10:01:20Z  run 1 ends, 1 changes applied",
      `2026-03-01T10:01:20Z  run 2 begins: alice (StopInstances ${IDS.instance})`,
      "2026-03-01T10:02:20Z  run 2 ends, 1 changes applied",
      "2026-03-01T10:02:20Z  run 3 begins: looked again",
      "2026-03-01T10:03:20Z  run 3 ends, 0 changes applied",
    ]);
    expect(text).to.contain("3 records, 3 runs").and.contain("1 read-only");
  });

  it("says so where nothing counts", async () => {
    expect(await said([callRecord("CreateVolume", {})])).to.contain("1 records, 0 runs");
  });

  it("refuses what is no log file", async () => {
    const missing = await run(join(folder, "missing.json.gz"));
    expect(missing.code).to.equal(1);
    expect(missing.seen).to.contain("missing.json.gz");
    expect((await run("x", "--delay", "soon")).code).to.equal(2);
  });
});
