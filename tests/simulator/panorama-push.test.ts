import { expect } from "chai";
import type { PageState } from "../../packages/simulator/page/types";
import type { PanoramaLab, PanoramaOptions } from "../../packages/simulator/index";
import type { Manager } from "./panorama-support";
import { CLOUD, GROUPS, POST, PRE, outcomes, ownCommit, startManaged } from "./panorama-support";
import { Client, ruleXml } from "./stock-client";

describe("simulator: what Panorama pushes", () => {
  let lab: PanoramaLab;
  let admin: Manager;
  let bob: Manager;
  afterEach(() => lab.stop());

  async function start(options: PanoramaOptions = {}): Promise<void> {
    ({ lab, admin, bob } = await startManaged(options));
  }

  /** Makes a rule in the group and commits it. */
  async function committed(rule: string, by = admin, name = "admin", more = ""): Promise<void> {
    await by.client.set(PRE, ruleXml(rule, {}, more));
    await by.client.commitAndWait(ownCommit(name));
  }

  it("a commit puts firewalls out of sync, a push in sync again, with all above and below the local rules", async () => {
    await start();
    await admin.client.set(
      `${GROUPS}/entry[@name='all-sites']/pre-rulebase/security/rules`,
      ruleXml("above"),
    );
    await admin.client.set(PRE, ruleXml("own") + ruleXml("off", {}, "<disabled>yes</disabled>"));
    await admin.client.commitAndWait();
    expect(await admin.states()).to.deep.equal(["yes Out of Sync", "yes Out of Sync"]);
    const job = await admin.pushed();
    expect(outcomes(job)).to.deep.equal(["commit succeeded OK", "commit succeeded OK"]);
    expect(
      job
        .at("devices")
        ?.entries()
        .map((each) => each.value("devicename")),
    ).to.deep.equal(["fw1", "fw2"]);
    expect(await admin.states()).to.deep.equal(["yes In Sync", "yes In Sync"]);
    for (const serial of lab.serials) {
      expect(lab.pushedRules(serial, "pre-rulebase")).to.deep.equal(["above", "own"]);
      expect(lab.pushedRules(serial, "post-rulebase")).to.deep.equal(["cleanup"]);
      expect(lab.firewall(serial).jobs.map(({ type, result }) => `${type} ${result}`)).to.deep.equal([
        "CommitAll OK",
      ]);
    }
  });

  it("a group that moves puts its firewalls out of sync, and the next push follows", async () => {
    await start();
    const above = `${GROUPS}/entry[@name='all-sites']/pre-rulebase/security/rules`;
    await admin.client.set(above, ruleXml("above"));
    await admin.client.commitAndWait();
    await admin.pushed();
    const cmd = `<request><move-dg><entry name="cloud"/></move-dg></request>`;
    await admin.client.job((await admin.ask(cmd)).root.at("result", "job")?.text ?? "");
    expect(await admin.states()).to.deep.equal(["yes Out of Sync", "yes Out of Sync"]);
    await admin.pushed();
    expect(await admin.states()).to.deep.equal(["yes In Sync", "yes In Sync"]);
    expect(lab.pushedRules(lab.serials[0]!, "pre-rulebase")).to.deep.equal([]);
  });

  it("a push to a group above doesn't reach the firewalls of those below", async () => {
    await start();
    await committed("r");
    const job = await admin.pushed("", `<entry name="all-sites"/>`);
    expect(outcomes(job)).to.deep.equal([]);
    expect(lab.pushedRules(lab.serials[0]!, "pre-rulebase")).to.deep.equal([]);
  });

  it("a template's values reach the firewalls of its stacks, alone or with a group's policy", async () => {
    await start();
    const device = "/config/devices/entry[@name='localhost.localdomain']";
    const [first = "", second = ""] = lab.serials;
    const config = (inner: string) =>
      `<config><devices><entry name="localhost.localdomain"><vsys><entry name="vsys1">${inner}</entry></vsys></entry></devices></config>`;
    const zone = (name: string, text = "") =>
      `<entry name="${name}"><description>${text}</description></entry>`;
    await admin.client.set(
      `${device}/template`,
      `<entry name="near">${config(`<zone>${zone("dmz", "near")}</zone>`)}<variable><entry name="$v"><type><ip-netmask>10.0.0.1</ip-netmask></type></entry></variable></entry>` +
        `<entry name="far">${config(`<zone>${zone("dmz", "far")}${zone("lab", "$v")}</zone>`)}</entry>`,
    );
    const stack = `<entry name="stack"><templates><member>near</member><member>far</member></templates><devices><entry name="${first}"/></devices></entry>`;
    await admin.client.set(`${device}/template-stack`, stack);
    await admin.client.commitAndWait();
    const zones = async (serial: string, action: string) => {
      const fw = await Client.login(lab.firewall(serial));
      const found = await fw.config(action, `${device}/vsys/entry[@name='vsys1']/zone`);
      const own = found.root.at("result", "zone")?.entries() ?? [];
      return own.flatMap(({ name = "", attributes: { ptpl }, children }) =>
        ptpl === undefined ? [] : [`${name} ${ptpl} ${children[0]?.text ?? ""}`],
      );
    };
    const push = async (inner: string) => {
      const reply = await admin.client.send({
        type: "commit",
        action: "all",
        cmd: `<commit-all>${inner}</commit-all>`,
      });
      const id = reply.root.at("result", "job")?.text;
      return id === undefined ? reply.lines : outcomes(await admin.client.job(id));
    };
    expect(await push("<template-stack><name>stack</name></template-stack>")).to.deep.equal([
      "commit succeeded OK",
    ]);
    expect(await zones(first, "get")).to.deep.equal(["dmz near near", "lab far 10.0.0.1"]);
    expect(await zones(first, "show")).to.deep.equal([]);
    expect(await zones(second, "get")).to.deep.equal([]);
    const wrong = `<template><name>near</name><device><member>${second}</member></device></template>`;
    expect(await push(wrong)).to.deep.equal([
      `commit-all -> template -> device '${second}' is not a valid reference`,
    ]);
    expect(await push("<template><name>none</name></template>")).to.deep.equal([
      "commit-all -> template -> name 'none' is not a valid reference",
    ]);

    // A rule that names a template's zone goes through only together with the template.
    await admin.client.delete(`${device}/template/entry[@name='far']//zone/entry[@name='lab']`);
    await admin.client.set(PRE, ruleXml("r", { from: ["new"] }));
    await admin.client.set(`${device}/template/entry[@name='near']`, config(`<zone>${zone("new")}</zone>`));
    const other = `<entry name="other"><templates><member>near</member></templates><devices><entry name="${second}"/></devices></entry>`;
    await admin.client.set(`${device}/template-stack`, other);
    await admin.client.commitAndWait();
    expect(outcomes(await admin.pushed())).to.deep.equal(["commit failed FAIL", "commit failed FAIL"]);
    const both = await admin.pushed("<include-template>yes</include-template>");
    expect(outcomes(both)).to.deep.equal(["commit succeeded OK", "commit succeeded OK"]);
    expect(await zones(first, "get")).to.deep.equal(["dmz near near", "new near "]);
    expect(lab.pushedRules(second, "pre-rulebase")).to.deep.equal(["r"]);
  });

  it("an own push takes its administrator's changes alone, a later one the others'", async () => {
    await start();
    await committed("of bob", bob, "bob");
    await committed("of admin");
    const scope = async (name: string) =>
      (
        await admin.ask(
          `<show><config><push-scope><admin><member>${name}</member></admin></push-scope></config></show>`,
        )
      ).text;
    expect(await scope("admin")).to.contain(`loc-type="device-group" loc="cloud"`);
    await admin.pushed("<admin><member>admin</member></admin>");
    const [serial = ""] = lab.serials;
    expect(lab.pushedRules(serial, "pre-rulebase")).to.deep.equal(["of admin"]);
    expect(await admin.states()).to.deep.equal(["yes Out of Sync", "yes Out of Sync"]);
    expect(await scope("admin")).to.not.contain("device-group");
    expect(await scope("bob")).to.contain("device-group");
    await admin.pushed();
    expect(lab.pushedRules(serial, "pre-rulebase")).to.deep.equal(["of bob", "of admin"]);
  });

  it("each firewall ends for itself: not connected, failed, not reported", async () => {
    await start({ firewalls: 3 });
    const [gone = "", failing = "", silent = ""] = lab.serials;
    lab.connect(gone, false);
    lab.planPush(failing, ["Validation Error:", "Commit failed"]);
    lab.planPush(silent, "no report");
    await committed("r");
    const job = await admin.pushed();
    expect(job.value("result")).to.equal("FAIL");
    expect(outcomes(job)).to.deep.equal([
      "not connected FAIL",
      "commit failed FAIL",
      "config sent to device PEND",
    ]);
    lab.connect(gone);
    expect(await admin.states()).to.deep.equal(["yes Out of Sync", "yes Out of Sync", "yes In Sync"]);
    const again = await admin.pushed(
      "",
      `<entry name="cloud"><devices><entry name="${gone}"/></devices></entry>`,
    );
    expect(outcomes(again)).to.deep.equal(["commit succeeded OK"]);
    expect(await admin.states()).to.deep.equal(["yes In Sync", "yes Out of Sync", "yes In Sync"]);
  });

  it("a firewall may get it only after the job has ended and was seen so", async () => {
    await start({ firewalls: 1 });
    const [serial = ""] = lab.serials;
    lab.planPush(serial, "reports late");
    await committed("r");
    const job = await admin.pushed();
    expect(outcomes(job)).to.deep.equal(["config sent to device PEND"]);
    let later = outcomes(job);
    while (later.join().includes("PEND")) later = outcomes(await admin.client.job(job.value("id") ?? ""));
    expect(later).to.deep.equal(["commit succeeded OK"]);
    expect(lab.pushedRules(serial, "pre-rulebase")).to.deep.equal(["r"]);
  });

  it("a firewall refuses a name that it has itself, a zone that it hasn't, and a push under a lock of its own", async () => {
    await start({ firewalls: 1 });
    const [serial = ""] = lab.serials;
    const local = await Client.login(lab.firewall(serial));
    const vsys = "/config/devices/entry[@name='localhost.localdomain']/vsys/entry[@name='vsys1']";
    await local.set(`${vsys}/address`, `<entry name="twice"><ip-netmask>192.0.2.1</ip-netmask></entry>`);
    await local.commitAndWait();
    await admin.client.set(
      `${CLOUD}/address`,
      `<entry name="twice"><ip-netmask>192.0.2.2</ip-netmask></entry>`,
    );
    await committed("r");
    const twice = await admin.pushed();
    expect(lines(twice))
      .to.include(" address -> twice 'twice' is already in use")
      .and.include("Commit failed");
    await admin.client.delete(`${CLOUD}/address/entry[@name='twice']`);
    await admin.client.set(PRE, ruleXml("s", { from: ["nowhere"] }));
    await admin.client.commitAndWait();
    expect(lines(await admin.pushed()).join("\n")).to.contain("'nowhere' is not a valid reference");
    await admin.client.delete(`${PRE}/entry[@name='s']`);
    await admin.client.commitAndWait();
    await local.op("<request><commit-lock><add></add></commit-lock></request>", "shared");
    expect(lines(await admin.pushed())[0]).to.match(/holding device wide commit locks/);
    await local.op("<request><commit-lock><remove></remove></commit-lock></request>", "shared");
    expect(outcomes(await admin.pushed())).to.deep.equal(["commit succeeded OK"]);
  });

  it("a push that only validates changes nothing, and one that merges takes the firewall's candidate along", async () => {
    await start({ firewalls: 1 });
    const [serial = ""] = lab.serials;
    const local = await Client.login(lab.firewall(serial));
    const rules =
      "/config/devices/entry[@name='localhost.localdomain']/vsys/entry[@name='vsys1']/rulebase/security/rules";
    await local.set(rules, ruleXml("half done"));
    await committed("r");
    expect(outcomes(await admin.pushed("<validate-only>yes</validate-only>"))).to.deep.equal([
      "commit succeeded OK",
    ]);
    expect(lab.pushedRules(serial, "pre-rulebase")).to.deep.equal([]);
    await admin.pushed("<merge-with-candidate-cfg>no</merge-with-candidate-cfg>");
    expect(lab.firewall(serial).runningRules()).to.not.include("half done");
    await committed("s");
    await admin.pushed("<merge-with-candidate-cfg>yes</merge-with-candidate-cfg>");
    expect(lab.firewall(serial).runningRules()).to.include("half done");
  });

  it("a rule with a target is on the firewalls that it names, without the target", async () => {
    await start();
    const [first = "", second = ""] = lab.serials;
    await committed(
      "one",
      admin,
      "admin",
      `<target><devices><entry name="${first}"/></devices><negate>no</negate></target>`,
    );
    await admin.pushed();
    expect(lab.pushedRules(first, "pre-rulebase")).to.deep.equal(["one"]);
    expect(lab.pushedRules(second, "pre-rulebase")).to.deep.equal([]);
    const seen = await admin.client.send({
      type: "config",
      action: "get",
      target: first,
      xpath: "/config/panorama/vsys/entry[@name='vsys1']/pre-rulebase/security/rules",
    });
    const rule = seen.root.at("result", "rules", "entry:one");
    expect([rule?.attributes["loc"], rule?.child("target")]).to.deep.equal(["cloud", undefined]);
  });

  it("a default rule of the nearest group counts, and rules behind the local ones go from the group outwards", async () => {
    await start();
    const all = `${GROUPS}/entry[@name='all-sites']`;
    await admin.client.set(`${all}/post-rulebase/security/rules`, ruleXml("last"));
    for (const [group, action] of [
      [all, "drop"],
      [CLOUD, "reset-both"],
    ]) {
      await admin.client.set(
        `${group}/post-rulebase/default-security-rules/rules`,
        `<entry name="interzone-default"><action>${action}</action></entry>`,
      );
    }
    await admin.client.set(POST, ruleXml("behind"));
    await admin.client.commitAndWait();
    await admin.pushed();
    expect(lab.pushedRules(lab.serials[0]!, "post-rulebase")).to.deep.equal(["cleanup", "behind", "last"]);
    const match = await admin.ask(
      "<test><security-policy-match><from>untrust</from><to>trust</to><protocol>6</protocol><destination-port>1</destination-port></security-policy-match></test>",
      lab.serials[0],
    );
    expect(match.text).to.contain('entry name="cleanup"');
  });

  it("its page has the groups, and each rule beside the firewalls that have it", async () => {
    await start();
    lab.connect(lab.serials[1]!, false);
    await committed("r");
    await admin.pushed();
    const { fleet } = (await (await fetch(`${lab.panorama.httpUrl}/state`)).json()) as PageState;
    expect(
      fleet?.groups.map(({ name, depth, firewalls }) => [
        name,
        depth,
        ...firewalls.map((each) => each.pushed),
      ]),
    ).to.deep.equal([
      ["all-sites", 0],
      ["cloud", 1, "commit succeeded", "not connected"],
    ]);
    expect(
      fleet?.rules.map(({ from, place, name, at }) => [from, place, name, at["fw1"], at["fw2"]]),
    ).to.deep.equal([
      ["cloud", "pre-rulebase", "r", "1", ""],
      ["fw1", "local", "cleanup", "2", ""],
      ["fw2", "local", "cleanup", "", "1"],
      ["cloud", "post-rulebase", "cleanup", "3", "2"],
    ]);
  });

  it("refuses what clients have reported: no group, a firewall of another group, an own push too early", async () => {
    await start({ unknowns: { fullPushFirst: true, nothingToPush: "code-19" } });
    expect((await admin.push(`<entry name=""/>`)).lines[0]).to.match(/'' needs to be at least 1 character/);
    const other = await admin.push(
      `<entry name="all-sites"><devices><entry name="${lab.serials[0]!}"/></devices></entry>`,
    );
    expect(other.lines[0]).to.equal(`Could not get vsys info for device ${lab.serials[0]!} in dg all-sites`);
    expect((await admin.push(`<entry name="cloud"/>`)).code).to.equal("19");
    await committed("r");
    const early = await admin.push(`<entry name="cloud"/>`, "<admin><member>admin</member></admin>");
    expect(early.status).to.equal("error");
    await admin.pushed();
    await committed("s");
    expect(outcomes(await admin.pushed("<admin><member>admin</member></admin>"))[0]).to.equal(
      "commit succeeded OK",
    );
  });
});

function lines(job: { at: (...steps: string[]) => unknown }): string[] {
  const errors = job.at("devices", "entry", "details", "msg", "errors") as
    { children: { text: string }[] } | undefined;
  return errors?.children.map(({ text }) => text) ?? [];
}
