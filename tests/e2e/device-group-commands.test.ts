import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { evidence } from "../../commands/evidence/evidence";
import type { Command } from "../../commands/framework";
import { keygen } from "../../commands/keygen/keygen";
import { review } from "../../commands/review/review";
import { snapshot } from "../../commands/snapshot/snapshot";
import { REVIEWED_VARIABLES } from "../../plan/reviewed";
import type { Review } from "../../review/change/types";
import { account, ruleOf, type Permission } from "../support/account";
import { FleetLab } from "../support/fleet";
import { flowLine, FULL_FORMAT, textLog } from "../support/flow-logs";
import { faults, type Schema } from "../support/json-schema";
import { PASSPHRASE, PASSWORDS, PROJECT_DIR, ruleEntry, said, succeeded } from "../support/lab";
import { SecretsManager } from "../support/secrets-manager";
import { runIn } from "../support/terminal";
import { withEnvironment } from "../support/environment";

const WEB: Permission = { group: 1, port: 443 };
const MAIL: Permission = { group: 2, port: 25 };
const API: Permission = { group: 3, port: 8001 };

describe("e2e: commands of a device group's stack", function () {
  this.timeout(120_000);
  let fleet: FleetLab;
  let directory: string;
  before(async () => {
    const fromAbove = ruleEntry("from-above", { destination: "10.0.0.2" });
    const shared = `<pre-rulebase><security><rules>${fromAbove}</rules></security></pre-rulebase>`;
    fleet = await FleetLab.open({ shared, keyLifetimeSeconds: 3600 });
    ({ directory } = fleet.lab);
    await fleet.lab.setAccount(account([WEB, MAIL]));
  });
  after(() => fleet.close());

  const run = (folder: string, command: Command, ...args: string[]) =>
    runIn(
      folder,
      command,
      args,
      {
        ...process.env,
        PULUMI_BACKEND_URL: `file://${directory}`,
        PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
        PANOS_PORT: String(fleet.lab.firewall.port),
        PANOS_PASSWORD: PASSWORDS["aws-panos"],
      },
      PASSWORDS["aws-panos"],
    );
  const made = (out: string) => JSON.parse(readFileSync(join(out, "review.json"), "utf8")) as Review;

  it("a review says which firewalls it reaches, asked or recorded, and an update of it stops where they moved on", async () => {
    const stack = await fleet.stack();
    const [asked, recorded] = [join(directory, "asked"), join(directory, "recorded")];
    const engine = process.env["TEST_EXECUTABLE"] === "--cli" ? [] : ["--engine"];
    const configFile = ["--config-file", join(directory, "Pulumi.dev.yaml")];
    const live = await run(PROJECT_DIR, review, "--stack", "dev", "--out", asked, ...configFile, ...engine);
    expect(live.code, live.text).to.equal(0);
    expect(live.text.replace(/\s+/g, " ")).to.contain("one commit and a push to 3 firewalls (fw1, fw2, fw3)");

    const rulebase = join(directory, "rulebase.json");
    const taken = await run(directory, snapshot, "--stack", "dev", "--rulebase", rulebase);
    expect(taken.code, taken.text).to.equal(0);
    const inventory = join(directory, "dev.account.json");
    const files = ["--rulebase", rulebase, "--inventory", inventory];
    const offline = await run(directory, review, "--stack", "dev", "--out", recorded, ...files);
    expect(offline.code, offline.text).to.equal(0);
    const schema = JSON.parse(readFileSync(join(PROJECT_DIR, "docs/review.schema.json"), "utf8")) as Schema;
    for (const out of [asked, recorded]) {
      expect(faults(made(out), schema)).to.deep.equal([]);
      const [group] = made(out).firewalls;
      expect(group?.reaches).to.deep.equal(["fw1", "fw2", "fw3"]);
      expect(group?.changes.map(({ rule }) => rule)).to.deep.equal([ruleOf(WEB)]);
      expect(group?.alreadyAllowed.map(({ by }) => by)).to.deep.equal([
        ["Panorama's rule from-above of Shared"],
      ]);
    }

    const above = fleet.person("admin", { deviceGroup: "all-sites", rulebase: "pre-rulebase" });
    await above.addRule(ruleEntry("shut", { destination: "10.0.0.1", action: "deny" }));
    await above.commitEverything();
    const reviewed = { [REVIEWED_VARIABLES.folder]: asked };
    const moved = await fleet.lab.during(() => stack.up({ env: reviewed }));
    expect(moved.result.code).to.equal(1);
    expect(said(moved.result)).to.contain("Panorama's rule shut of device group all-sites");
    expect(moved.writes).to.equal(0);
    await above.deleteRule("shut");
    await above.commitEverything();
    succeeded(await stack.up({ env: reviewed }));
  });

  it("evidence judges flows by the group's rules and those around them", async () => {
    const logs = join(directory, "flows.log");
    const flow = (destination: string, port: number) =>
      flowLine({
        "interface-id": "eni-0a1",
        srcaddr: "203.0.113.7",
        dstaddr: destination,
        dstport: port,
        "tcp-flags": 2,
        "flow-direction": "ingress",
      });
    writeFileSync(logs, textLog([flow("10.0.0.1", 443), flow("10.0.0.1", 9999)], FULL_FORMAT));
    const { code, text } = await run(directory, evidence, "--stack", "dev", "--logs", logs);
    expect(code, text).to.equal(2);
    expect(text).to.match(/Flows seen: 1 cut, 1 by our rules/);
    expect(text).to.contain("tcp/9999 into host-1").and.contain("rule cleanup stops it");
  });

  it("a key that ends is renewed under way, also for what goes through to a firewall", async () => {
    await fleet.lab.setAccount(account([WEB, API]));
    const stack = await fleet.stack();
    const held = fleet.fleet.panorama.hold(({ target }) => target !== undefined);
    const run = stack.up();
    await held.reached;
    fleet.fleet.panorama.ageKeys(3601);
    held.release();
    succeeded(await run);
    expect(fleet.pushed().every((rules) => rules.includes(ruleOf(API)))).to.equal(true);
  });

  it("a key that keygen keeps in Secrets Manager is read again when the next one has replaced it under way", async () => {
    const manager = await SecretsManager.start();
    const restore = withEnvironment(manager.env);
    try {
      manager.set("prod/panorama", "none yet");
      const settings = { "panos:apiKeySecret": "prod/panorama", "aws:region": "eu-west-3" };
      await fleet.lab.setAccount(account([WEB]));
      const env = { ...manager.env, PANOS_PASSWORD: "" };
      const stack = await fleet.stack({ env, settings });
      const keep = () => run(directory, keygen, "--stack", "dev");
      expect(await keep()).to.include({ code: 0 });

      const held = fleet.fleet.panorama.hold(({ target }) => target !== undefined);
      const update = stack.up();
      await held.reached;
      expect(await keep()).to.include({ code: 0 });
      held.release();
      succeeded(await update);
      expect(manager.secrets.get("prod/panorama")?.versions).to.have.length(3);
      expect(fleet.pushed().some((rules) => rules.includes(ruleOf(API)))).to.equal(false);
    } finally {
      restore();
      await manager.stop();
    }
  });
});
