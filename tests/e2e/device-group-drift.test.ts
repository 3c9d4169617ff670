import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { account, ruleOf, type Permission } from "../support/account";
import { FleetLab } from "../support/fleet";
import { faults, type Schema } from "../support/json-schema";
import { PROJECT_DIR, ruleEntry, succeeded } from "../support/lab";
import { driftIn } from "../support/run-drift";

const DAY = 86_400;
const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const API: Permission = { group: 3, port: 8001 };
const MAIL: Permission = { group: 3, port: 8025 };

describe("e2e: drift of a device group", function () {
  this.timeout(120_000);
  let fleet: FleetLab;
  before(async () => {
    fleet = await FleetLab.open();
  });
  after(() => fleet.close());

  it("tells what is committed and not pushed, in force on some, or beside a firewall's own, and who waits", async () => {
    const { lab } = fleet;
    await lab.setAccount(account([WEB, SSH, MAIL]));
    const stack = await fleet.stack({}, { onUnreachable: "warn" });
    succeeded(await stack.up());
    const quiet = await lab.during(() => driftIn(lab));
    expect(quiet.result.code, quiet.result.text).to.equal(0);
    expect({ writes: quiet.writes, commits: quiet.commits }).to.deep.equal({ writes: 0, commits: 0 });
    const [group] = quiet.result.made.firewalls;
    expect(group!.pushes!.firewalls.map(({ behind, isInSync }) => [behind, isInSync])).to.deep.equal(
      Array.from({ length: 3 }, () => [0, true]),
    );

    // Applied, as far as the state knows: the second firewall was away.
    const serials = fleet.fleet.serials;
    const [first = "", second = "", third = ""] = serials;
    const [fw1, fw2, fw3] = serials.map((serial, at) => `fw${at + 1} (${serial})`);
    fleet.fleet.connect(second, false);
    await lab.setAccount(account([WEB, SSH, MAIL, API]));
    succeeded(await stack.up());
    fleet.fleet.connect(second);
    const ann = fleet.person("admin");
    await ann.addRule(ruleEntry("waits-for-a-push"));
    await ann.edit(ruleOf(SSH), "source", "<source><member>any</member></source>");
    const oneAlone = `<target><devices><entry name="${third}"/></devices><negate>no</negate></target>`;
    await ann.edit(ruleOf(MAIL), "target", oneAlone);
    await ann.commitEverything();
    const eu = fleet.person("admin", { deviceGroup: "cloud-eu", rulebase: "pre-rulebase" });
    await eu.push([third]);
    await fleet
      .person()
      .client.forFirewall(first, "vsys1")
      .set(
        "/config/devices/entry[@name='localhost.localdomain']/vsys/entry[@name='vsys1']/rulebase/security/rules",
        ruleEntry(ruleOf(WEB)),
      );
    const longAgo = Math.floor(Date.now() / 1000) - 100 * DAY;
    for (const serial of serials)
      fleet.fleet.firewall(serial).setHitCount(ruleOf(WEB), 3, { lastHit: longAgo });
    fleet.fleet.firewall(first).setHitCount(ruleOf(SSH), 3, { lastHit: longAgo });
    fleet.fleet.firewall(third).setHitCount(ruleOf(SSH), 3);

    const { code, text, made, out } = await driftIn(lab);
    expect(code, text).to.equal(2);
    const [found] = made.firewalls;
    const rules = found!.findings.filter(({ object }) => object === "rule");
    expect(rules.map(({ kind, name, on }) => [kind, name, on])).to.deep.equal([
      ["edited", ruleOf(SSH), [fw3]],
      ["edited", ruleOf(MAIL), [fw3]],
      ["not-pushed", ruleOf(API), [fw2]],
      ["overridden", ruleOf(WEB), [fw1]],
    ]);
    expect(found!.pushes!.waiting).to.have.members(["admin", "aws-panos"]);
    expect(found!.pushes!.firewalls.map(({ isInSync }) => isInSync)).to.deep.equal([false, false, true]);
    expect(found!.unused.rules.map(({ rule }) => rule)).to.deep.equal([ruleOf(WEB)]);
    const schema = JSON.parse(readFileSync(join(PROJECT_DIR, "docs/drift.schema.json"), "utf8")) as Schema;
    expect(faults(made, schema)).to.deep.equal([]);
    const markdown = readFileSync(join(out, "drift.md"), "utf8");
    expect(markdown).to.include("rule **committed, not pushed**").and.include("not on fw2 ");
    expect(text).to.include("Firewalls of the device group (3)").and.include("and waiting for a push");
    for (const line of text.split("\nThe page: ")[0]!.split("\n"))
      expect(line.length, line).to.be.at.most(80);
  });
});
