import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { Simulator } from "../../packages/simulator/index";
import { Client, RULES, ruleXml } from "./stock-client";

const ADD = (kind: string, comment = ""): string =>
  `<request><${kind}-lock><add>${comment && `<comment>${comment}</comment>`}</add></${kind}-lock></request>`;
const REMOVE = (kind: string, admin = ""): string =>
  `<request><${kind}-lock><remove>${admin && `<admin>${admin}</admin>`}</remove></${kind}-lock></request>`;

describe("simulator: locks", () => {
  let simulator: Simulator;
  let admin: Client;
  let bob: Client;

  beforeEach(async () => {
    simulator = await startSimulator({ users: ["admin", "bob"].map((name) => ({ name, password: name })) });
    admin = await Client.login(simulator);
    bob = await Client.login(simulator, "bob");
  });
  afterEach(() => simulator.stop());

  it("a commit lock keeps others from committing, and goes with its owner's commit", async () => {
    const taken = await admin.op(ADD("commit", "nightly &amp; run"), "shared");
    expect(taken.lines).to.deep.equal([
      "Successfully acquired lock. Other administrators will not be able to commit configuration until lock is released by admin.",
    ]);
    expect((await bob.op(ADD("commit"), "shared")).lines).to.deep.equal([
      "Commit lock is already held by admin",
    ]);
    expect((await bob.set(RULES, ruleXml("r"))).code).to.equal("20");
    const refused = await bob.commit();
    expect([refused.status, refused.code]).to.deep.equal(["error", "14"]);
    expect(refused.lines[0]).to.match(/^Other administrators are holding device wide commit locks/);

    const shown = await bob.op("<show><commit-locks><vsys>all</vsys></commit-locks></show>");
    const entry = shown.root.at("result", "commit-locks")?.entry("admin");
    expect(["type", "name", "loggedin", "comment"].map((tag) => entry?.value(tag))).to.deep.equal([
      "shared",
      "shared",
      "yes",
      "nightly & run",
    ]);
    expect((await admin.commitAndWait()).value("result")).to.equal("OK");
    expect(
      (await admin.op("<show><commit-locks></commit-locks></show>")).root.at("result", "commit-locks")
        ?.children,
    ).to.deep.equal([]);
  });

  it("a commit lock stays when the commit fails, and another administrator can remove it by its owner", async () => {
    await admin.op(ADD("commit"));
    await admin.set(RULES, `<entry name="r"/>`);
    expect((await admin.commitAndWait()).value("result")).to.equal("FAIL");
    expect((await bob.op(REMOVE("commit"))).lines).to.deep.equal([
      "Commit lock is not currently held by bob",
    ]);
    expect((await bob.op(REMOVE("commit", "admin"))).status).to.equal("success");
    expect((await bob.commit()).status).to.equal("success");
  });

  it("a config lock keeps others from writing, in its vsys or everywhere, until it is removed", async () => {
    await admin.op(ADD("config", "Testing config lock api"), "vsys1");
    const refused = await bob.set(RULES, ruleXml("r"));
    expect(refused.lines).to.deep.equal(["Configuration is locked by admin"]);
    expect((await bob.multi(`<set xpath="${RULES}">${ruleXml("r")}</set>`)).status).to.equal("error");
    expect((await bob.set("/config/shared/tag", `<entry name="t"/>`)).status).to.equal("success");
    expect((await admin.set(RULES, ruleXml("r"))).status).to.equal("success");
    expect((await admin.op(ADD("config"), "vsys1")).lines).to.deep.equal([
      "You already own a config lock for scope vsys1",
    ]);
    expect((await bob.op(ADD("config"), "vsys1")).lines).to.deep.equal([
      "Config for scope vsys1 is currently locked by admin",
    ]);
    await admin.commitAndWait();
    const locks = await bob.op("<show><config-locks><vsys>all</vsys></config-locks></show>");
    expect(locks.root.at("result", "config-locks")?.entry("admin")?.value("type")).to.equal("vsys");
    expect((await admin.op(REMOVE("config"), "vsys1")).status).to.equal("success");
    expect((await admin.op(REMOVE("config"), "vsys1")).lines).to.deep.equal([
      "Config is not currently locked for scope vsys1",
    ]);
    await admin.op(ADD("config"));
    expect((await bob.set("/config/shared/tag", `<entry name="u"/>`)).status).to.equal("error");
  });

  const TWO = `<config><devices><entry name="localhost.localdomain"><vsys>
    <entry name="vsys1"><zone><entry name="untrust"/><entry name="trust"/></zone></entry>
    <entry name="vsys2"><zone><entry name="untrust"/><entry name="trust"/></zone></entry>
  </vsys></entry></devices></config>`;

  describe("of more than one vsys", () => {
    const IN_2 = RULES.replace("vsys1", "vsys2");
    const ofVsys = (name: string): string =>
      `<commit><partial><vsys><member>${name}</member></vsys></partial></commit>`;

    beforeEach(async () => {
      await simulator.stop();
      simulator = await startSimulator({
        config: TWO,
        users: ["admin", "bob"].map((name) => ({ name, password: name })),
      });
      admin = await Client.login(simulator);
      bob = await Client.login(simulator, "bob");
    });

    it("a config lock covers its vsys alone, one on shared covers all, and the two exclude each other", async () => {
      expect((await admin.op(ADD("config"), "vsys2")).status).to.equal("success");
      expect((await bob.set(IN_2, ruleXml("r"))).lines).to.deep.equal(["Configuration is locked by admin"]);
      expect((await bob.set(RULES, ruleXml("r"))).code).to.equal("20");
      expect((await bob.op(ADD("config"), "vsys1")).status).to.equal("success");
      expect((await bob.op(ADD("config"), "shared")).lines[0]).to.match(
        /^Other administrators are holding config locks /,
      );
      await admin.op(REMOVE("config"), "vsys2");
      expect((await bob.op(ADD("config"), "shared")).status).to.equal("success");
      expect((await admin.op(ADD("config"), "vsys2")).lines).to.deep.equal([
        "Config for scope shared is currently locked by bob",
      ]);
      expect((await admin.set(IN_2, ruleXml("s"))).lines).to.deep.equal(["Configuration is locked by bob"]);
    });

    it("a commit lock on a vsys keeps others from commits that cover it, and goes with none on shared", async () => {
      await bob.set(RULES, ruleXml("r"));
      await bob.set(IN_2, ruleXml("r"));
      expect((await admin.op(ADD("commit"), "vsys2")).status).to.equal("success");
      expect((await bob.op(ADD("commit"), "shared")).lines).to.deep.equal([
        "Commit lock is already held by admin",
      ]);
      expect((await bob.commit()).lines).to.deep.equal(["Other administrators are holding commit locks."]);
      expect((await bob.commit(ofVsys("vsys2"))).code).to.equal("14");
      expect((await bob.commitAndWait(ofVsys("vsys1"))).value("result")).to.equal("OK");
      expect([simulator.runningRules("vsys1"), simulator.runningRules("vsys2")]).to.deep.equal([["r"], []]);
      const shown = await bob.op("<show><commit-locks></commit-locks></show>", "vsys2");
      const lock = shown.root.at("result", "commit-locks")?.entry("admin");
      expect([lock?.value("type"), lock?.value("name")]).to.deep.equal(["vsys", "vsys2"]);
    });
  });
});
