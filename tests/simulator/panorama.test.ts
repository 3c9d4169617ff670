import { expect } from "chai";
import type { PanoramaLab, PanoramaOptions } from "../../packages/simulator/index";
import type { Manager } from "./panorama-support";
import { CLOUD, GROUPS, PRE, ownCommit, startManaged } from "./panorama-support";
import { ruleXml } from "./stock-client";

describe("simulator: Panorama", () => {
  let lab: PanoramaLab;
  let admin: Manager;
  let bob: Manager;
  afterEach(() => lab.stop());

  async function start(options: PanoramaOptions = {}): Promise<void> {
    ({ lab, admin, bob } = await startManaged(options));
  }

  it("says how its groups are in each other, and which firewalls are in which", async () => {
    await start();
    const tree = await admin.ask("<show><dg-hierarchy></dg-hierarchy></show>");
    const above = tree.root.at("result", "dg-hierarchy", "dg");
    expect([above?.name, above?.child("dg")?.name]).to.deep.equal(["all-sites", "cloud"]);
    const parent = await admin.client.get(
      "/config/readonly/devices/entry[@name='localhost.localdomain']/device-group/entry[@name='cloud']/parent-dg",
    );
    expect(parent.root.at("result", "parent-dg")?.text).to.equal("all-sites");
    const groups = await admin.ask("<show><devicegroups></devicegroups></show>");
    const cloud = groups.root.at("result", "devicegroups", "entry:cloud", "devices");
    expect(cloud?.entries().map(({ name }) => name)).to.deep.equal(lab.serials);
    expect(groups.root.at("result", "devicegroups", "entry:all-sites", "devices")).to.equal(undefined);
  });

  it("a group that nobody has committed yet can be put below another, and its place goes with it", async () => {
    await start();
    const { client } = admin;
    const parents = async () => {
      const tree = await admin.ask("<show><dg-hierarchy></dg-hierarchy></show>");
      const found: Record<string, string | undefined> = {};
      for (const node of tree.root.descendants())
        if (node.tag === "dg") found[node.name ?? ""] = node.parent?.name;
      return found;
    };
    const move = async (group: string, to: string) => {
      const parent = `<new-parent-dg>${to}</new-parent-dg>`;
      const cmd = `<request><move-dg><entry name="${group}">${parent}</entry></move-dg></request>`;
      await client.job((await admin.ask(cmd)).root.at("result", "job")?.text ?? "");
    };
    for (const name of ["above", "below"]) await client.set(GROUPS, `<entry name="${name}"/>`);
    await move("below", "above");
    expect(await parents()).to.include({ above: undefined, below: "above" });
    await client.send({
      type: "config",
      action: "rename",
      xpath: `${GROUPS}/entry[@name='above']`,
      newname: "top",
    });
    expect(await parents()).to.include({ top: undefined, below: "top" });
    await client.commitAndWait();
    expect(await parents()).to.include({ top: undefined, below: "top", cloud: "all-sites" });
    // One that comes again under the name is a new one.
    await client.delete(`${GROUPS}/entry[@name='below']`);
    await client.set(GROUPS, `<entry name="below"/>`);
    await client.delete(`${GROUPS}/entry[@name='top']`);
    expect(await parents()).to.deep.equal({ "all-sites": undefined, cloud: "all-sites", below: undefined });
    await client.commitAndWait();
    const kept = await client.get("/config/readonly/devices/entry/device-group/entry/@name");
    expect(kept.root.at("result")?.children.map(({ name }) => name)).to.deep.equal(["all-sites", "cloud"]);
  });

  it("a read of a group has what it inherits, with who wrote it", async () => {
    await start({
      shared: `<address><entry name="everywhere"><ip-netmask>192.0.2.1</ip-netmask></entry></address>`,
    });
    await admin.client.set(
      `${GROUPS}/entry[@name='all-sites']/pre-rulebase/security/rules`,
      ruleXml("above"),
    );
    await admin.client.set(PRE, ruleXml("own"));
    const rules = (await admin.client.get(PRE)).root.at("result", "rules")?.entries() ?? [];
    expect(rules.map(({ name, attributes: { loc } }) => [name, loc])).to.deep.equal([
      ["above", "all-sites"],
      ["own", "cloud"],
    ]);
    const inherited = await admin.client.get(`${CLOUD}/address/entry[@name='everywhere']`);
    expect(inherited.root.at("result", "entry")?.attributes["loc"]).to.equal("shared");
    // What is read is not what is there.
    const gone = await admin.client.delete(`${CLOUD}/address/entry[@name='everywhere']`);
    expect(gone.code).to.equal("7");
  });

  it("empty containers above a group are none of the group's, and Panorama has a part of its own", async () => {
    await start();
    const { client } = admin;
    await client.set(GROUPS, `<entry name="new"/>`);
    expect(
      (await client.get(`${GROUPS}/entry[@name='new']`)).root.at("result", "entry")?.children,
    ).to.deep.equal([]);
    const profiles = "/config/panorama/server-profile/ldap";
    expect((await client.set(profiles, `<entry name="l"><ssl>no</ssl></entry>`)).code).to.equal("20");
    expect((await client.get(`${profiles}/entry/@name`)).text).to.contain(`<entry name="l"/>`);
    await client.commitAndWait();
    expect((await client.config("show", `${profiles}/entry[@name='l']/ssl`)).text).to.contain(
      "<ssl>no</ssl>",
    );
    const action = { type: "config", action: "set", xpath: profiles, element: `<entry name="l"/>` };
    const below = await client.send({ ...action, target: lab.serials[0]! });
    expect(below.lines).to.deep.equal([`Could not find schema node for xpath ${profiles}`]);
  });

  it("a group has rulebases before and behind the firewalls' own, and none of its own", async () => {
    await start();
    const refused = await admin.client.set(`${CLOUD}/rulebase/security/rules`, ruleXml("r"));
    expect(refused.lines).to.deep.equal([
      `Could not find schema node for xpath ${CLOUD}/rulebase/security/rules`,
    ]);
    const elsewhere = await admin.client.send({
      type: "config",
      action: "set",
      target: lab.serials[0]!,
      xpath: "/config/shared/pre-rulebase/security/rules",
      element: ruleXml("r"),
    });
    expect(elsewhere.lines[0]).to.match(/^Could not find schema node/);
  });

  it("objects of a group are known in it and below it, and a rule may name zones that only firewalls have", async () => {
    await start();
    const all = `${GROUPS}/entry[@name='all-sites']`;
    await admin.client.set(`${all}/address`, `<entry name="net"><ip-netmask>10.0.0.0/8</ip-netmask></entry>`);
    const rule = ruleXml("r", { source: ["net"], from: ["a zone of some firewall"] });
    expect((await admin.client.set(PRE, rule)).code).to.equal("20");
    const used = await admin.client.delete(`${all}/address/entry[@name='net']`);
    expect(used.lines[0]).to.match(
      /^ ?net cannot be deleted because of references from: pre-rulebase -> security/,
    );
    await admin.client.set(`${CLOUD}/address`, `<entry name="low"><ip-netmask>10.0.0.1</ip-netmask></entry>`);
    const above = await admin.client.set(
      `${all}/pre-rulebase/security/rules`,
      ruleXml("s", { source: ["low"] }),
    );
    expect(above.text).to.contain("'low' is not a valid reference");
  });

  it("a commit takes what its scope names: an administrator's, in a group, with templates unless told not to", async () => {
    await start();
    const template = "/config/devices/entry[@name='localhost.localdomain']/template/entry[@name='T']";
    await admin.client.set(PRE, ruleXml("of admin"));
    await bob.client.set(PRE, ruleXml("of bob"));
    await admin.client.set(`${template}/config`, "<x>1</x>");
    await admin.client.commitAndWait(ownCommit("admin"));
    expect(lab.panorama.running(`${PRE}/entry`))
      .to.contain("of admin")
      .and.not.contain("of bob");
    expect(lab.panorama.running(template)).to.equal("");
    await admin.client.set(PRE, ruleXml("second"));
    await admin.client.commitAndWait(
      "<commit><partial><admin><member>admin</member></admin><device-group><member>cloud</member></device-group></partial></commit>",
    );
    expect(lab.panorama.running(template)).to.contain("<x>1</x>");
  });

  it("an edit of all rules takes over what others have pending, and ships it", async () => {
    await start();
    await bob.client.set(PRE, ruleXml("of bob"));
    await admin.client.edit(PRE, `<rules>${ruleXml("of bob")}${ruleXml("of admin")}</rules>`);
    await admin.client.commitAndWait(ownCommit("admin"));
    expect(lab.panorama.running(PRE)).to.contain("of bob").and.contain("of admin");
  });

  it("hands a request with a target on to that firewall, but neither its version nor its log", async () => {
    await start();
    const [serial = ""] = lab.serials;
    const info = await admin.ask("<show><system><info></info></system></show>", serial);
    expect(info.root.at("result", "system")?.value("hostname")).to.equal("fw1");
    const zones = await admin.client.send({
      type: "config",
      action: "get",
      target: serial,
      xpath: "/config/devices/entry/vsys/entry/zone",
    });
    expect(zones.root.at("result", "zone")?.entries().length).to.equal(2);
    const version = await admin.client.send({ type: "version", target: serial });
    expect(version.root.at("result")?.value("model")).to.equal("Panorama");
    const register = `<uid-message><version>2.0</version><type>update</type><payload><register><entry ip="192.0.2.7"><tag><member>t</member></tag></entry></register></payload></uid-message>`;
    await admin.client.send({ type: "user-id", target: serial, vsys: "vsys1", cmd: register });
    expect(lab.firewall(serial).registered()).to.deep.equal({ t: ["192.0.2.7"] });
    lab.connect(serial, false);
    const gone = await admin.ask("<show><system><info></info></system></show>", serial);
    expect([gone.code, gone.lines[0]]).to.deep.equal(["13", `${serial} not connected`]);
    const unknown = await admin.ask("<show><system><info></info></system></show>", "123");
    expect([unknown.code, unknown.lines[0]]).to.deep.equal(["13", "123 not connected"]);
    expect((await admin.ask("<test><security-policy-match/></test>")).code).to.equal("17");
  });

  it("a lock on a group keeps others from writing there and from committing it", async () => {
    await start();
    const lock = (kind: string) => `<request><${kind}-lock><add></add></${kind}-lock></request>`;
    await admin.client.op(lock("config"), "cloud");
    expect((await bob.client.set(PRE, ruleXml("r"))).lines).to.deep.equal([
      "Configuration is locked by admin",
    ]);
    const elsewhere = `${GROUPS}/entry[@name='all-sites']/pre-rulebase/security/rules`;
    expect((await bob.client.set(elsewhere, ruleXml("r"))).code).to.equal("20");
    await admin.ask(
      "<set><system><setting><target><device-group>cloud</device-group></target></setting></system></set>",
    );
    await admin.ask(lock("commit"));
    const shown = await bob.ask("<show><commit-locks></commit-locks></show>");
    const entry = shown.root.at("result", "commit-locks")?.entries()[0];
    expect([entry?.value("type"), entry?.value("name")]).to.deep.equal(["device-group", "cloud"]);
    expect((await bob.client.commit(ownCommit("bob"))).code).to.equal("14");
    expect((await bob.client.commit(ownCommit("bob", "all-sites"))).code).to.equal("19");
  });
});
