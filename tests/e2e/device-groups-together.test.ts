import { expect } from "chai";
import { join } from "node:path";
import { review } from "../../commands/review/review";
import { drift } from "../../commands/drift/drift";
import type { Command } from "../../commands/framework";
import type { Stack } from "../../packages/pulumi/stack";
import { account, ruleOf, type Permission } from "../support/account";
import { FleetLab } from "../support/fleet";
import { groupRules } from "../support/rules";
import { PASSPHRASE, PASSWORDS, PROJECT_DIR, ruleEntry, said, succeeded } from "../support/lab";
import { runIn } from "../support/terminal";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };

describe("e2e: two device groups of one stack", function () {
  this.timeout(180_000);
  let fleet: FleetLab;
  let stack: Stack;
  const use = (settings: Record<string, unknown> = {}, panorama: Record<string, unknown> = {}) => {
    const entry = (name: string) => ({
      name,
      hostname: "127.0.0.1",
      port: fleet.lab.firewall.port,
      username: "aws-panos",
      skipVerifyCertificate: true,
      panorama: { deviceGroup: name, ...panorama },
    });
    const none = { "panos:hostname": undefined, "panos:username": undefined, "panos:panorama": undefined };
    return fleet.stack({
      settings: { ...none, "aws-panos-rules:firewalls": [entry("west"), entry("east")], ...settings },
      env: { PANOS_PORT: "", PANOS_PASSWORD: "" },
      secrets: { "panos:password": PASSWORDS["aws-panos"] },
    });
  };
  const open = async (options: Parameters<typeof FleetLab.open>[0] = {}) => {
    fleet = await FleetLab.open({
      ...options,
      groups: ([one = "", two = "", three = ""]) => [
        { name: "west", serials: [one, two], content: groupRules() },
        { name: "east", serials: [three], content: groupRules() },
      ],
    });
  };
  before(async () => {
    await open();
    await fleet.lab.setAccount(account([WEB]));
    stack = await use();
  });
  after(() => fleet.close());
  const engine = process.env["TEST_EXECUTABLE"] === "--cli" ? [] : ["--engine"];
  const run = (command: Command) =>
    runIn(
      PROJECT_DIR,
      command,
      [
        "--stack",
        "dev",
        "--out",
        join(fleet.lab.directory, "out"),
        "--config-file",
        join(fleet.lab.directory, "Pulumi.dev.yaml"),
        ...engine,
      ],
      {
        ...process.env,
        PULUMI_BACKEND_URL: `file://${fleet.lab.directory}`,
        PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      },
      PASSWORDS["aws-panos"],
    );

  it("are reviewed, committed and pushed for themselves, each with its firewalls, and one table says where it is in force", async () => {
    const reviewed = await run(review);
    expect(reviewed.code, reviewed.text).to.equal(0);
    expect(reviewed.text.replace(/\s+/g, " "))
      .to.contain("one commit and a push to 2 firewalls (fw1, fw2)")
      .and.contain("one commit and a push to 1 firewall (fw3)");
    const first = succeeded(await stack.up());
    expect(said(first))
      .to.match(/all 2 firewalls have this revision: west +1 rule, commit job \d+, in force on 2 firewalls/)
      .and.contain("in force on 1 firewall ");
    expect(fleet.pushed()).to.deep.equal([
      [ruleOf(WEB), "cleanup"],
      [ruleOf(WEB), "cleanup"],
      [ruleOf(WEB), "cleanup"],
    ]);
    expect([fleet.jobs("Commit"), fleet.jobs("CommitAll")]).to.deep.equal([2, 2]);
    const looked = await run(drift);
    expect(looked.code, looked.text).to.equal(0);
    expect(looked.text.match(/has ours as Panorama runs them/g)).to.have.length(3);
  });

  it("say which of them has firewalls without the revision", async () => {
    const [, second = ""] = fleet.fleet.serials;
    await fleet.lab.setAccount(account([WEB, SSH]));
    await use({}, { onUnreachable: "warn" });
    fleet.fleet.connect(second, false);
    const partly = succeeded(await stack.up());
    expect(said(partly)).to.match(
      /1 of 2 device groups has firewalls without this revision: west +2 rules, commit job \d+, in force on 1 of 2 firewalls/,
    );
    fleet.fleet.connect(second);
    const caughtUp = succeeded(await stack.up());
    expect(said(caughtUp)).to.match(
      /west +2 rules, as they were, in force on 2 firewalls east +as declared already/,
    );
  });

  it("take no full commit, which would ship what is staged for the other one", async () => {
    await fleet.lab.setAccount(account([WEB]));
    await use({ "panos:commitScope": "full" });
    const { result, writes } = await fleet.lab.during(() => stack.up());
    expect([result.code, writes]).to.deep.equal([1, 0]);
    expect(said(result))
      .to.contain("is full: that would commit what is staged for the device group east of the same Panorama")
      .and.contain("have somebody commit everything on it once");
    await use();
    // As after an update of Panorama, until somebody has.
    fleet.fleet.panorama.requireFullCommit();
    const refused = await stack.up();
    expect(refused.code).to.equal(1);
    expect(said(refused)).to.contain("allows only a full commit now");
    const admin = fleet.person("admin", { deviceGroup: "west", rulebase: "pre-rulebase" });
    await admin.addRule(ruleEntry("theirs"));
    await admin.commitEverything();
    succeeded(await stack.up());
    expect(fleet.pushed()).to.deep.equal([
      [ruleOf(WEB), "cleanup"],
      [ruleOf(WEB), "cleanup"],
      [ruleOf(WEB), "cleanup"],
    ]);
  });

  it("where Panorama commits no reordered rules alone, say so, and ship nothing of each other's", async () => {
    await fleet.close();
    await open({ refuses: { reordering: true } });
    await fleet.lab.setAccount(account([WEB, SSH]));
    stack = await use();
    const failed = await stack.up({ continueOnError: true });
    expect(failed.code).to.equal(1);
    expect(said(failed))
      .to.contain("a full commit would ship what is staged for the device group east")
      .and.contain("a full commit would ship what is staged for the device group west");
    expect([fleet.running("pre-rulebase", "west"), fleet.running("pre-rulebase", "east")]).to.deep.equal([
      ["cleanup"],
      ["cleanup"],
    ]);
    await fleet.person("admin", { deviceGroup: "west", rulebase: "pre-rulebase" }).commitEverything();
    succeeded(await stack.up());
    const all = [ruleOf(WEB), ruleOf(SSH), "cleanup"];
    expect(fleet.pushed()).to.deep.equal([all, all, all]);
  });
});
