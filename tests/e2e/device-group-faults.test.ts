import { expect } from "chai";
import { account, ruleOf, type Permission } from "../support/account";
import { firewallConfig, PASSWORDS, ruleEntry, said, succeeded } from "../support/lab";
import { FleetLab } from "../support/fleet";
import { groupRules } from "../support/rules";
import type { Stack } from "../../packages/pulumi/stack";

const WEB: Permission = { group: 1, port: 443 };
const API: Permission = { group: 2, port: 8001 };
const BEFORE = ["cleanup"];
const AFTER = [ruleOf(WEB), "cleanup"];

describe("e2e: what goes wrong between Panorama and its firewalls", function () {
  this.timeout(120_000);
  let fleet: FleetLab;
  let stack: Stack;
  afterEach(() => fleet.close());

  async function open(
    panorama: Record<string, unknown> = {},
    options: Parameters<typeof FleetLab.open>[0] = {},
  ) {
    fleet = await FleetLab.open(options);
    await fleet.lab.setAccount(account([WEB]));
    stack = await fleet.stack({}, panorama);
  }

  it("a firewall that is not connected is named, the others get theirs, and a later run pushes to it alone", async () => {
    await open();
    const [, second = ""] = fleet.fleet.serials;
    fleet.fleet.connect(second, false);
    const failed = await stack.up();
    expect(failed.code).to.equal(1);
    expect(said(failed))
      .to.contain(`in force on 2 of 3 firewalls`)
      .and.contain(`fw2 (${second}) is not connected`);
    expect(fleet.pushed()).to.deep.equal([AFTER, BEFORE, AFTER]);
    const [commits, pushes] = [fleet.jobs("Commit"), fleet.jobs("CommitAll")];
    fleet.fleet.connect(second);
    succeeded(await stack.up());
    expect(fleet.pushed()).to.deep.equal([AFTER, AFTER, AFTER]);
    expect([fleet.jobs("Commit") - commits, fleet.jobs("CommitAll") - pushes]).to.deep.equal([0, 1]);
    const { cmd } = fleet.fleet.panorama.requests.findLast(({ action }) => action === "all")!;
    expect(cmd).to.contain(`<devices><entry name="${second}"></entry></devices>`);
    expect((await stack.up()).steps).to.deep.equal([]);
  });

  it("with onUnreachable: warn the run ends well, and the next one catches up although nothing else has changed", async () => {
    await open({ onUnreachable: "warn" });
    const [first = ""] = fleet.fleet.serials;
    fleet.fleet.connect(first, false);
    expect(said(succeeded(await stack.up()))).to.contain(`fw1 (${first}) is not connected`);
    fleet.fleet.connect(first);
    const { steps } = succeeded(await stack.up());
    expect(steps.map(({ name }) => name)).to.deep.equal(["commit"]);
    expect(fleet.pushed()).to.deep.equal([AFTER, AFTER, AFTER]);
  });

  it("a push that fails on one firewall is told in its words, and what a firewall holds counts, not what a job says", async () => {
    await open({}, { unknowns: { jobOfFailedDevice: "OK" } });
    const [first = "", second = "", third = ""] = fleet.fleet.serials;
    fleet.fleet.planPush(first, ["Validation Error:", "Commit failed"]);
    fleet.fleet.planPush(second, "reports late");
    fleet.fleet.planPush(third, "no report");
    await fleet.lab.configure({ settings: { "panos:commitTimeout": "3" } });
    const failed = await stack.up();
    expect(failed.code).to.equal(1);
    expect(said(failed)).to.contain(
      "commit failed: Validation Error:: Commit failed; it hasn't what is declared",
    );
    // The second one has it only after the job has ended; the third one never reported, and has it all the same.
    expect(said(failed)).to.contain("in force on 2 of 3 firewalls");
    expect(said(failed)).to.contain(
      `fw3 (${third}) shows what is declared, and Panorama says of the push to it`,
    );
    expect(said(failed)).to.not.contain(`fw2 (${second})`);
    succeeded(await stack.up());
    expect(fleet.pushed()).to.deep.equal([AFTER, AFTER, AFTER]);
  });

  it("a push that failed on a firewall that shows what it was sent is a failure, and the next run pushes again", async () => {
    await open();
    const [first = ""] = fleet.fleet.serials;
    fleet.fleet.planPush(first, { shows: ["Validation Error:", "Commit failed"] });
    const failed = await stack.up();
    expect(failed.code).to.equal(1);
    expect(said(failed))
      .to.contain("in force on 2 of 3 firewalls")
      .and.contain("Commit failed; it shows what is declared, which is not in force there");
    expect(fleet.pushed()).to.deep.equal([AFTER, AFTER, AFTER]);
    const pushes = fleet.jobs("CommitAll");
    const again = succeeded(await stack.up());
    expect(again.steps.map(({ name }) => name)).to.deep.equal(["commit"]);
    expect(fleet.jobs("CommitAll") - pushes).to.equal(1);
    expect((await stack.up()).steps).to.deep.equal([]);
  });

  it("a lock on one firewall fails its push alone", async () => {
    await open();
    const [first = ""] = fleet.fleet.serials;
    const local = fleet.person().client.forFirewall(first, "vsys1");
    await local.op("<request><commit-lock><add></add></commit-lock></request>", false, "shared");
    const failed = await stack.up();
    expect(said(failed)).to.contain("Other administrators are holding device wide commit locks");
    expect(fleet.pushed()).to.deep.equal([BEFORE, AFTER, AFTER]);
    await local.op("<request><commit-lock><remove></remove></commit-lock></request>", false, "shared");
    succeeded(await stack.up());
    expect(fleet.pushed()).to.deep.equal([AFTER, AFTER, AFTER]);
  });

  it("a run that is killed between commit and push is caught up by the next one, without a commit", async () => {
    await open();
    const held = fleet.fleet.panorama.hold(({ action }) => action === "all");
    const run = stack.start("up");
    await held.reached;
    (await fleet.lab.kill(run)).end();
    held.drop();
    await stack.cancel();
    expect([fleet.running(), ...fleet.pushed()]).to.deep.equal([AFTER, BEFORE, BEFORE, BEFORE]);
    const commits = fleet.jobs("Commit");
    succeeded(await stack.up());
    expect(fleet.pushed()).to.deep.equal([AFTER, AFTER, AFTER]);
    expect(fleet.jobs("Commit")).to.equal(commits);
  });

  it("others' pending changes stay pending, and what they have committed stays unpushed and is named", async () => {
    await open();
    const ann = fleet.person("admin");
    await ann.addRule(ruleEntry("committed-not-pushed"));
    await ann.commitEverything();
    await ann.addRule(ruleEntry("pending"));
    const result = succeeded(await stack.up());
    expect(said(result)).to.contain(
      "what admin committed for the device groups cloud, cloud-eu and nobody has pushed waits on: our push leaves it out",
    );
    expect((await ann.pending()).map(({ xpath }) => /'([^']*)'\]$/.exec(xpath)?.[1])).to.deep.equal([
      "pending",
    ]);
    expect(fleet.running()).to.include("committed-not-pushed").and.not.include("pending");
    for (const rules of fleet.pushed())
      expect(rules).to.include(ruleOf(WEB)).and.not.include("committed-not-pushed");
    // Out of sync by them, and not by us: nothing is to be done.
    expect((await stack.up()).steps).to.deep.equal([]);
  });

  it("a destroy fails while a firewall still has its rules, also where that is to be a warning", async () => {
    await open({ onUnreachable: "warn" });
    succeeded(await stack.up());
    const away = fleet.fleet.serials[1]!;
    fleet.fleet.connect(away, false);
    const failed = await stack.destroy();
    expect(failed.code).to.equal(1);
    expect(said(failed)).to.contain("is not connected. Run again once they can be reached");
    expect(fleet.pushed()[1]).to.include(ruleOf(WEB));
    expect(JSON.stringify(await stack.exportState())).to.include("panos:Firewall");
    fleet.fleet.connect(away);
    succeeded(await stack.destroy());
    for (const rules of fleet.pushed()) expect(rules).to.not.include(ruleOf(WEB));
  });

  it("where Panorama allows a full commit alone, it is one where that is set, and the push is of ours", async () => {
    await open({ onUnreachable: "warn" });
    const ann = fleet.person("admin");
    await ann.addRule(ruleEntry("pending"));
    const beside = fleet.person("admin", { deviceGroup: "all-sites", rulebase: "pre-rulebase" });
    await beside.addRule(ruleEntry("pending-above"));
    fleet.fleet.panorama.requireFullCommit();
    const refused = await stack.up();
    expect(said(refused)).to.contain("set panos:commitScope to full for one run");
    expect([fleet.jobs("Commit"), fleet.jobs("CommitAll")]).to.deep.equal([0, 0]);
    const full = await fleet.stack({ settings: { "panos:commitScope": "full" } });
    expect(said(succeeded(await full.up()))).to.match(/our commit takes along, .*: admin \(\d+\)/);
    expect(fleet.running()).to.have.members([ruleOf(WEB), "cleanup", "pending"]);
    expect(fleet.running("pre-rulebase", "all-sites")).to.deep.equal(["pending-above"]);
    expect(fleet.pushed()).to.deep.equal([AFTER, AFTER, AFTER]);
  });

  it("with a full commit, nothing of our administrator's goes along that the stack doesn't declare", async () => {
    await open();
    const ours = fleet.person("aws-panos", { deviceGroup: "all-sites", rulebase: "pre-rulebase" });
    await ours.addRule(ruleEntry("by-hand"));
    const full = await fleet.stack({ settings: { "panos:commitScope": "full" } });
    expect(said(await full.up())).to.contain("administrator aws-panos has other changes pending");
    expect(fleet.jobs("Commit")).to.equal(0);
  });

  it("where Panorama pushes no single administrator's changes, nothing is pushed unless that is set", async () => {
    await open({}, { unknowns: { refusesAdminPush: true } });
    const failed = await stack.up();
    expect(failed.code).to.equal(1);
    expect(said(failed)).to.contain("set pushScope of panos:panorama to full for one run");
    expect(fleet.pushed()).to.deep.equal([BEFORE, BEFORE, BEFORE]);
    await fleet.person().addRule(ruleEntry("theirs"));
    await fleet.person().commitEverything();
    const wider = await fleet.stack({}, { pushScope: "full" });
    expect(said(succeeded(await wider.up()))).to.contain(
      "takes along what admin committed for the device groups cloud, cloud-eu",
    );
    for (const rules of fleet.pushed()) expect(rules).to.have.members([ruleOf(WEB), "cleanup", "theirs"]);
  });

  it("a name of ours in a group above, below or on a firewall stops it before the commit", async () => {
    await open();
    const eu = fleet.person("admin", { deviceGroup: "cloud-eu", rulebase: "pre-rulebase" });
    await eu.addObject("tag", '<entry name="aws-panos-test1234"/>');
    await eu.addRule(
      ruleEntry(ruleOf(WEB)).replace("</entry>", "<tag><member>aws-panos-test1234</member></tag></entry>"),
    );
    const failed = await stack.up();
    expect(said(failed)).to.contain(`device group cloud-eu has ${ruleOf(WEB)}, aws-panos-test1234`);
    expect([fleet.jobs("Commit"), fleet.jobs("CommitAll")]).to.deep.equal([0, 0]);
  });

  for (const [deviceGroup, rulebase, place] of [
    ["cloud-eu", "post-rulebase", "device group cloud-eu"],
    ["cloud", "post-rulebase", "its post-rulebase"],
  ] as const) {
    it(`a rule of a name that is declared in ${place} stops it, whoever's mark it carries`, async () => {
      await open();
      await fleet.person("admin", { deviceGroup, rulebase }).addRule(ruleEntry(ruleOf(WEB)));
      expect(said(await stack.up())).to.contain(`${place} has ${ruleOf(WEB)}`);
      expect([fleet.jobs("Commit"), fleet.jobs("CommitAll")]).to.deep.equal([0, 0]);
    });
  }

  it("an entry that the group inherits is never ours, whoever's mark it carries", async () => {
    fleet = await FleetLab.open({
      shared:
        '<tag><entry name="aws-panos-other123"/></tag><pre-rulebase><security><rules>' +
        ruleEntry("aws-sg-0a0009-tcp-443").replace(
          "</entry>",
          "<tag><member>aws-panos-other123</member></tag></entry>",
        ) +
        "</rules></security></pre-rulebase>",
    });
    await fleet.lab.setAccount(account([WEB]));
    stack = await fleet.stack({ ownerId: "other123" });
    const failed = await stack.up();
    expect(said(failed)).to.contain("shared has aws-sg-0a0009-tcp-443");
    expect(fleet.fleet.panorama.running("/config/shared/pre-rulebase")).to.contain("aws-sg-0a0009-tcp-443");
  });

  it("two device groups of one Panorama are two of several firewalls, in the post-rulebase, too", async () => {
    // A firewall's own rules come before those behind them: a cleanup rule among them denies everything.
    const config = firewallConfig().replace(/<rules>.*<\/rules>/s, "<rules/>");
    fleet = await FleetLab.open({
      firewall: { config },
      groups: ([first = "", second = "", third = ""]) => [
        { name: "west", serials: [first, second], content: groupRules() },
        { name: "east", serials: [third], content: groupRules([], "post-rulebase") },
      ],
    });
    await fleet.lab.setAccount(account([WEB, API]));
    stack = await fleet.lab.stack({
      secrets: { "panos:password": PASSWORDS["aws-panos"] },
      settings: {
        "panos:panorama": undefined,
        "panos:port": fleet.fleet.panorama.port,
        "aws-panos-rules:firewalls": [
          { name: "west", panorama: { deviceGroup: "west" } },
          { name: "east", panorama: { deviceGroup: "east", rulebase: "post-rulebase" } },
        ],
      },
      env: { PANOS_PORT: "", PANOS_PASSWORD: "" },
    });
    const result = succeeded(await stack.up());
    expect(said(result)).to.contain("all 2 firewalls have this revision");
    const rules = [ruleOf(WEB), ruleOf(API), "cleanup"];
    expect(fleet.pushed()).to.deep.equal([rules, rules, []]);
    expect(fleet.pushed("post-rulebase")).to.deep.equal([[], [], rules]);
    succeeded(await stack.destroy());
    expect(fleet.pushed()).to.deep.equal([["cleanup"], ["cleanup"], []]);
  });
});
