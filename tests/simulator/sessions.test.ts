import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { SessionRequest, Simulator } from "../../packages/simulator/index";
import { Client, RULES, ruleXml } from "./stock-client";

const SETTINGS = "/config/devices/entry[@name='localhost.localdomain']/deviceconfig/setting/config";
const WEB: SessionRequest = {
  from: "untrust",
  to: "trust",
  source: "203.0.113.5",
  destination: "10.0.0.1",
  port: 443,
};

describe("simulator: sessions", () => {
  let simulator: Simulator;
  let client: Client;

  beforeEach(async () => {
    simulator = await startSimulator();
    client = await Client.login(simulator);
    await client.delete(`${RULES}/entry[@name='cleanup']`);
    await client.set(RULES, ruleXml("web", { service: ["service-https"] }) + ruleXml("rest"));
    await client.commitAndWait();
  });
  afterEach(() => simulator.stop());

  const show = async (inner = ""): Promise<(string | undefined)[]> => {
    const reply = await client.op(`<show><session><all>${inner}</all></session></show>`);
    expect(reply.status, reply.text).to.equal("success");
    return (reply.root.child("result")?.entries() ?? []).map((entry) => entry.value("idx"));
  };
  const filter = (inner: string) => show(`<filter>${inner}</filter>`);

  it("are of the application that an override calls them, whatever they carry", async () => {
    await client.set(
      RULES.replace("security", "application-override"),
      '<entry name="no-inspection"><from><member>untrust</member></from><to><member>trust</member></to>' +
        "<source><member>any</member></source><destination><member>10.0.0.1</member></destination>" +
        "<protocol>tcp</protocol><port>443</port><application>ssh</application></entry>",
    );
    await client.delete(`${RULES}/entry[@name='web']`);
    await client.delete(`${RULES}/entry[@name='rest']`);
    await client.set(RULES, ruleXml("by-name", { application: ["ssl"] }));
    await client.commitAndWait();
    expect(() => simulator.openSession({ ...WEB, application: "ssl" })).to.throw(
      "interzone-default denies it",
    );
    const elsewhere = simulator.openSession({ ...WEB, destination: "10.0.0.2", application: "ssl" });
    expect(elsewhere.rule).to.equal("by-name");
  });

  it("are listed with all that the device tells of them", async () => {
    const opened = simulator.openSession({ ...WEB, sourcePort: 40000, application: "ssl" });
    expect(opened).to.include({ id: 1, rule: "web", state: "ACTIVE" });
    const reply = await client.op("<show><session><all></all></session></show>");
    const entry = reply.root.at("result", "entry");
    const told = [
      "idx",
      "source",
      "sport",
      "dst",
      "dport",
      "proto",
      "from",
      "to",
      "application",
      "security-rule",
    ];
    expect(told.map((tag) => entry?.value(tag))).to.deep.equal([
      "1",
      "203.0.113.5",
      "40000",
      "10.0.0.1",
      "443",
      "6",
      "untrust",
      "trust",
      "ssl",
      "web",
    ]);
    expect(entry?.value("start-time")).to.match(/^\w{3} \w{3} \d\d \d\d:\d\d:\d\d \d{4}$/);
    const one = await client.op("<show><session><id>1</id></session></show>");
    expect(one.root.at("result", "c2s", "source-zone")?.text).to.equal("untrust");
  });

  it("are filtered, counted, and told a page at a time", async () => {
    for (let port = 1; port <= 1100; port++) simulator.openSession({ ...WEB, port });
    simulator.openSession({ ...WEB, protocol: 17, source: "203.0.113.9" });
    expect(await filter("<rule>web</rule>")).to.deep.equal(["443"]);
    expect(await filter("<rule>gone</rule>")).to.deep.equal([]);
    expect(await filter("<source>203.0.113.9</source><protocol>17</protocol>")).to.deep.equal(["1101"]);
    expect(await filter("<destination-port>80</destination-port>")).to.deep.equal(["80"]);
    expect((await show()).length).to.equal(1024);
    expect((await show("<start-at>1025</start-at>")).length).to.equal(77);
    const count = await client.op(
      "<show><session><all><filter><rule>rest</rule><count>yes</count></filter></all></session></show>",
    );
    expect(count.root.at("result", "member")?.text).to.equal("1100");
  });

  it("are ended by id or by filter", async () => {
    for (const port of [443, 80, 81]) simulator.openSession({ ...WEB, port });
    const byId = await client.op("<clear><session><id>1</id></session></clear>");
    expect(byId.root.at("result", "member")?.text).to.equal("session 1 cleared");
    const cleared = await client.op(
      "<clear><session><all><filter><destination-port>80</destination-port></filter></all></session></clear>",
    );
    expect(cleared.root.at("result", "member")?.text).to.equal("sessions cleared");
    expect(simulator.sessions.map(({ id }) => id)).to.deep.equal([3]);
    await client.op("<clear><session><all></all></session></clear>");
    expect(simulator.sessions).to.deep.equal([]);
    expect((await client.op("<clear><session><id>1</id></session></clear>")).status).to.equal("error");
  });

  it("take no network as an address, no unknown filter and no empty one", async () => {
    for (const inner of ["<source>10.0.0.0/8</source>", "<colour>red</colour>", ""]) {
      simulator.openSession(WEB);
      const reply = await client.op(`<show><session><all><filter>${inner}</filter></all></session></show>`);
      expect(reply.status, inner).to.equal("error");
    }
  });

  it("can't be opened where the policy denies them", () => {
    expect(() => simulator.openSession({ ...WEB, from: "trust", to: "untrust" })).to.throw(/denies it/);
    expect(() => simulator.openSession({ ...WEB, source: "10.0.0.0/8" })).to.throw(/is no address/);
  });

  it("are discarded by a commit that denies them, and get their new rule by one that doesn't", async () => {
    simulator.openSession(WEB);
    simulator.openSession({ ...WEB, port: 80 });
    await client.delete(`${RULES}/entry[@name='web']`);
    await client.commitAndWait();
    expect(simulator.sessions.map(({ rule, state }) => [rule, state])).to.deep.equal([
      ["rest", "ACTIVE"],
      ["rest", "ACTIVE"],
    ]);
    await client.delete(`${RULES}/entry[@name='rest']`);
    await client.commitAndWait();
    expect(simulator.sessions.map(({ state }) => state)).to.deep.equal(["DISCARD", "DISCARD"]);
  });

  it("go on through a commit where sessions are not matched anew, and end with a restart", async () => {
    await client.set(SETTINGS, "<rematch>no</rematch>");
    simulator.openSession(WEB);
    await client.delete(`${RULES}/entry[@name='web']`);
    await client.commitAndWait();
    expect(simulator.sessions[0]).to.include({ rule: "web", state: "ACTIVE" });
    await simulator.restart();
    expect(simulator.sessions).to.deep.equal([]);
  });
});
