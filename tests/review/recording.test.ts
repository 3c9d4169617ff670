import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { review } from "../../commands/review/review";
import { RULEBASE_VARIABLE } from "../../plan/ask";
import { readRecording } from "../../plan/recordings/read";
import { recordRulebases } from "../../plan/recordings/record";
import { notRead } from "../../review/stopped/words";
import type { Recording } from "../../plan/recordings/shape";
import type { Review } from "../../review/change/types";
import { offlineSettings } from "../../settings/offline";
import { account, ruleOf, type Permission } from "../support/account";
import { from, pushed } from "../support/panorama";
import { firewallConfig, Lab, PASSWORDS, PROJECT_DIR, ruleEntry, said } from "../support/lab";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };

describe("a review from a rulebase snapshot", function () {
  this.timeout(120_000);
  let lab: Lab;
  before(async () => {
    const mail = ruleEntry("allow-mail", { destination: "10.0.0.3", service: "any" });
    lab = await Lab.open({ config: firewallConfig([mail]) });
  });
  after(() => lab.close());

  async function run(...args: string[]) {
    const output = new PassThrough();
    let text = "";
    output.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const out = join(lab.directory, "review");
    const configFile = join(lab.directory, "Pulumi.dev.yaml");
    const environment: NodeJS.ProcessEnv = { ...process.env };
    delete environment["PULUMI_CONFIG_PASSPHRASE"];
    const code = await review.run(["--stack", "dev", "--out", out, "--config-file", configFile, ...args], {
      ...{ input: new PassThrough(), output, errors: output, folder: PROJECT_DIR, environment },
    });
    const made = code === 1 ? undefined : readFileSync(join(out, "review.json"), "utf8");
    return { code, text, made: made === undefined ? undefined : (JSON.parse(made) as Review) };
  }

  it("says the same without firewall, key and passphrase, and from when it is", async () => {
    await lab.setAccount(account([WEB, SSH, { group: 3, port: 25 }]));
    const configFile = await lab.configure({ secrets: { "panos:password": PASSWORDS["aws-panos"] } });
    const reading = { PANOS_PORT: String(lab.firewall.port), PANOS_PASSWORD: PASSWORDS["aws-panos"] };
    const { firewalls } = await offlineSettings(PROJECT_DIR, "dev", reading, { file: configFile });
    const file = join(lab.directory, "rulebase.json");
    const moment = new Date("2026-01-31T12:00:00Z");
    const { writes } = await lab.during(() => recordRulebases(file, firewalls, moment));
    expect(writes).to.equal(0);
    expect(readFileSync(file, "utf8")).not.to.include(PASSWORDS["aws-panos"]);

    const other = account([WEB, { group: 3, port: 25 }]);
    writeFileSync(join(lab.directory, "recorded.json"), JSON.stringify(other));
    const recorded = ["--rulebase", file, "--inventory", join(lab.directory, "recorded.json")];
    const { result, requests } = await lab.during(() => run(...recorded));
    expect(result.code, result.text).to.equal(0);
    expect(requests).to.deep.equal([]);
    const [firewall] = result.made!.firewalls;
    expect(firewall!.changes.map(({ rule }) => rule)).to.deep.equal([ruleOf(WEB)]);
    expect(firewall!.alreadyAllowed[0]!.by).to.deep.equal(["allow-mail"]);
    expect(result.made!.notes).to.deep.equal([
      "The firewall was not asked: what it has is from a snapshot of 2026-01-31T12:00:00.000Z",
      "AWS was not asked: what it has is from a snapshot",
      ...notRead(undefined),
    ]);
    expect(result.text.replace(/\s+/g, " ")).to.include("from a snapshot of 2026-01-31T12:00:00.000Z");

    // The same inventory and the same firewall are told by the same hashes, asked or recorded.
    await lab.setAccount(other);
    await lab.configure();
    const stack = await lab.stack();
    const reviewed = { AWS_PANOS_REVIEWED: join(lab.directory, "review") };
    const applied = await stack.up({ env: reviewed });
    expect(applied.code, said(applied)).to.equal(0);
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);

    const misled = await lab.during(() => stack.up({ env: { [RULEBASE_VARIABLE]: file } }));
    expect(said(misled.result)).to.include(`${RULEBASE_VARIABLE} is for reviews`);
    expect(misled.writes).to.equal(0);
  });

  it("holds what Panorama has pushed, and one of an earlier version says what it doesn't know", async () => {
    const mail = from("cloud", ruleEntry("pano-mail", { destination: "10.0.0.3" }));
    lab.firewall.setPushed(
      "vsys1",
      pushed({ above: [mail], below: [ruleEntry("pano-end", { action: "deny" })] }),
    );
    await lab.setAccount(account([WEB, { group: 3, port: 25 }]));
    const configFile = await lab.configure({ secrets: { "panos:password": PASSWORDS["aws-panos"] } });
    const reading = { PANOS_PORT: String(lab.firewall.port), PANOS_PASSWORD: PASSWORDS["aws-panos"] };
    const { firewalls } = await offlineSettings(PROJECT_DIR, "dev", reading, { file: configFile });
    const file = join(lab.directory, "managed.json");
    await recordRulebases(file, firewalls);
    lab.firewall.setPushed("vsys1", "");

    writeFileSync(
      join(lab.directory, "recorded.json"),
      JSON.stringify(account([WEB, { group: 3, port: 25 }])),
    );
    const recorded = ["--rulebase", file, "--inventory", join(lab.directory, "recorded.json")];
    const now = await run(...recorded);
    expect(now.code, now.text).to.equal(0);
    expect(now.made!.firewalls[0]!.alreadyAllowed[0]!.by).to.include(
      "Panorama's rule pano-mail of device group cloud",
    );
    expect(now.text).not.to.include("isn't read");

    const earlier = await readRecording(file);
    for (const { candidate, running } of Object.values(earlier.firewalls)) {
      for (const rulebase of [candidate, running])
        rulebase.pushed = { above: ["pano-mail"], below: ["pano-end"] };
    }
    writeFileSync(file, JSON.stringify(earlier));
    const then = await run(...recorded);
    expect(then.text.replace(/\s+/g, " ")).to.match(
      /what it has pushed isn't read: 1 rule \(pano-mail\) above/,
    );
  });

  it("refuses what is no rulebase snapshot, and says where it is wrong", async () => {
    const good = await readRecording(join(lab.directory, "rulebase.json"));
    const refusal = async (content: string) => {
      const file = join(lab.directory, "bad.json");
      writeFileSync(file, content);
      return readRecording(file).then(
        () => "accepted",
        (error: Error) => error.message,
      );
    };
    const changed = (change: (recording: Recording) => void) => {
      const copy = structuredClone(good);
      change(copy);
      return refusal(JSON.stringify(copy));
    };
    expect(await refusal("{"))
      .to.include("is not JSON")
      .and.include("npm run snapshot");
    expect(await refusal('{"format": 2}'))
      .to.include("format: 2 is not 1")
      .and.include("firewalls: is missing");
    const broken = await changed(({ firewalls }) => {
      Object.assign(firewalls["firewall/vsys1"]!.running.rules[0]!, { disabled: "yes" });
    });
    expect(broken).to.include('firewalls["firewall/vsys1"].running.rules[0].disabled: "yes" is neither true');
    const missing = await readRecording(join(lab.directory, "none.json")).catch(
      (error: Error) => error.message,
    );
    expect(missing).to.include("there is no such file");

    const elsewhere = { ...good, firewalls: { "other/vsys1": good.firewalls["firewall/vsys1"] } };
    writeFileSync(join(lab.directory, "bad.json"), JSON.stringify(elsewhere));
    const { code, text } = await run("--rulebase", join(lab.directory, "bad.json"));
    expect(code).to.equal(1);
    expect(text).to.include("has nothing of firewall/vsys1, only of other/vsys1");
  });
});
