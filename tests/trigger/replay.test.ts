import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { replay } from "../../commands/replay/replay";
import { callRecord, IDS, logFile } from "../support/cloudtrail";
import { PROJECT_DIR, testExecutable } from "../support/lab";
import { withEnvironment } from "../support/environment";
import { expectReadableRun } from "../support/golden";
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
    const code = await replay.run(args, { input, output, errors: output, folder, environment: {} });
    return { code, seen: terminal.seen };
  }

  const write = async (records: unknown[]): Promise<string> => {
    const file = join(folder, "log.json.gz");
    await writeFile(file, logFile(records));
    return file;
  };

  async function said(records: unknown[], ...args: string[]): Promise<string> {
    const { code, seen } = await run(await write(records), ...args);
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
      "2026-03-01T10:01:20Z  run 1 ends, 1 change applied",
      `2026-03-01T10:01:20Z  run 2 begins: alice (StopInstances ${IDS.instance})`,
      "2026-03-01T10:02:20Z  run 2 ends, 1 change applied",
      "2026-03-01T10:02:20Z  run 3 begins: looked again",
      "2026-03-01T10:03:20Z  run 3 ends, 0 changes applied",
    ]);
    expect(text).to.contain("3 records, ").and.contain("1 read-only");
  });

  it("says it within the terminal's width", async () => {
    const file = await write([
      callRecord("StopInstances", INSTANCES, { ...at("10:00:30"), eventID: "event-2" }),
      callRecord("DescribeInstances", {}, { readOnly: true }),
      callRecord("StartInstances", INSTANCES, { ...at("10:00:00"), eventID: "event-1" }),
      { eventName: 7 },
    ]);
    const { input } = new FakeTerminal();
    await expectReadableRun(join(__dirname, "golden"), "replay", async ({ output, environment }) => {
      const code = await replay.run([file], { input, output, errors: output, folder, environment });
      expect(code).to.equal(0);
    });
  });

  it("says so where nothing counts", async () => {
    expect(await said([callRecord("CreateVolume", {})])).to.contain("1 record, 0 runs");
  });

  it("refuses what is no log file", async () => {
    const missing = await run(join(folder, "missing.json.gz"));
    expect(missing.code).to.equal(1);
    expect(missing.seen).to.contain("missing.json.gz");
    expect((await run("x", "--delay", "soon")).code).to.equal(64);
  });

  it("goes on without a file that can't be used, and says which", async () => {
    const good = await write([callRecord("StopInstances", INSTANCES, at("10:00:00")), { eventName: 7 }]);
    const [broken, digest, insights] = ["broken", "digest", "insights"].map((name) =>
      join(folder, `${name}.json.gz`),
    ) as [string, string, string];
    await writeFile(broken, logFile([callRecord("StartInstances", INSTANCES)]).subarray(0, 40));
    await writeFile(digest, JSON.stringify({ digestS3Object: "x", logFiles: [] }));
    await writeFile(insights, logFile([{ eventType: "AwsCloudTrailInsight", insightDetails: {} }]));
    const all = await run(broken, digest, insights, good, join(folder, "missing.json.gz"));
    expect(all.seen).to.contain("broken.json.gz: left out, the file is not gzip, or is cut off");
    expect(all.seen)
      .to.contain("missing.json.gz: left out, there is no such file or folder")
      .and.contain("1 an Insights event");
    expect(all.seen).to.contain("3 records, ").and.contain(`alice StopInstances ${IDS.instance}`);
    expect(all.seen).to.contain("a CloudTrail record without eventSource");
    expect(all.code).to.equal(1);
    const without = await run(digest, good);
    expect(without.seen).to.contain("digest.json.gz: left out, it is a digest and no log file");
    expect(without.code).to.equal(0);
  });

  describe("with a snapshot", function () {
    this.timeout(120_000);
    const API = "i-05394fdb957e4bd56";
    const DEMO = [
      "--snapshot",
      join(PROJECT_DIR, "demo", "account.json"),
      "--schedule",
      "0",
      "--second-look",
      "0",
    ];
    const EXECUTABLE = testExecutable().kind === "cli" ? "--cli" : "--engine";
    const stopped = callRecord("StopInstances", INSTANCES, {
      ...at("10:00:00"),
      responseElements: {
        instancesSet: { items: [{ instanceId: API, currentState: { name: "stopping" } }] },
      },
    });

    it("runs the program against a simulated firewall for what the calls did, and says what it doesn't know", async () => {
      const environment = { PANOS_HOSTNAME: "192.0.2.1", PANOS_API_KEY: "of-a-real-firewall" };
      const restore = withEnvironment(environment);
      try {
        const records = [stopped, callRecord("RunInstances", {}, at("10:00:05"))];
        const text = await said(records, ...DEMO, EXECUTABLE);
        expect(text).to.match(
          /^2026-03-01T10:00:00Z {2}what the snapshot asks for is on the firewall\n +\+ aws-sg-/,
        );
        expect(text)
          .to.match(/^2026-03-01T10:00:20Z {2}run 1 begins: alice \(StopInstances/m)
          .and.match(/run 1 ends, 2 changes applied\n +commit job \d+ on .*: 0 added, 5 changed, 4 removed\n/)
          .and.match(/^ +- aws-sg-09fcdb0b30e4814b0-tcp-8000-8100$/m)
          .and.match(/^ +~ aws-sg-05f9370b406057313-tcp-22$/m)
          .and.match(/alice RunInstances\n +the account stays as it was/)
          .and.match(/2 records, 1 run\n.*not followed by the account:\n +1 RunInstances/s);
      } finally {
        restore();
      }
    });

    it("rehearses a device group's rules as those of a firewall", async () => {
      const config = await readFile(join(PROJECT_DIR, "Pulumi.dev.yaml"), "utf8");
      const target = "  panos:panorama: { deviceGroup: cloud }\n";
      await writeFile(join(folder, "Pulumi.group.yaml"), config.replace(/ {2}panos:vsys: vsys1\n/, target));
      const own = ["--stack", "group", "--firewall-config", join(PROJECT_DIR, "demo", "firewall.xml")];
      const text = await said([stopped], ...DEMO, ...own, EXECUTABLE);
      expect(text).to.match(
        /run 1 ends, 1 change applied\n +commit job \d+ on .*: 0 added, 5 changed, 4 removed\n/,
      );
    });

    it("leaves nothing behind where it is stopped", async () => {
      const temporary = await mkdtemp(join(folder, "tmp-"));
      const child = spawn(
        process.execPath,
        [
          ...[join(PROJECT_DIR, "commands", "aws-panos.cjs"), "replay"],
          ...[await write([stopped]), ...DEMO, EXECUTABLE],
        ],
        {
          cwd: PROJECT_DIR,
          env: { ...process.env, TMPDIR: temporary },
          stdio: ["ignore", "pipe", "pipe"],
        },
      );
      let seen = "";
      await new Promise<void>((resolve) => {
        for (const stream of [child.stdout, child.stderr])
          stream.on("data", (chunk: Buffer) => {
            seen += chunk.toString();
            if (seen.includes("run 1 begins")) resolve();
          });
      });
      const ended = once(child, "close");
      child.kill("SIGINT");
      expect((await ended)[0]).to.equal(130);
      expect(seen)
        .to.match(/stopped\n$/)
        .and.not.contain("ends");
      expect(await readdir(temporary)).to.deep.equal([]);
    });

    it("refuses what it can't work with", async () => {
      const file = await write([stopped]);
      const missing = await run(file, "--snapshot", join(folder, "missing.json"), EXECUTABLE);
      expect(missing.code).to.equal(1);
      expect(missing.seen).to.contain("missing.json");
      expect((await run(file, ...DEMO, "--stack", "prod")).code).to.equal(64);
      await writeFile(
        join(folder, "Pulumi.two.yaml"),
        'config: { "aws-panos-rules:firewalls": [{ "name": "a" }, { "name": "b" }] }',
      );
      const firewall = join(PROJECT_DIR, "demo", "firewall.xml");
      const two = await run(file, ...DEMO, "--stack", "two", "--firewall", firewall, EXECUTABLE);
      expect(two).to.deep.include({ code: 1 });
      expect(two.seen).to.contain("Pulumi.two.yaml lists several firewalls");
    });
  });
});
