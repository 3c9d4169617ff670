import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { Simulator } from "../../packages/simulator/index";
import { Client, RULES, VSYS, ruleXml } from "./stock-client";

const LONG = "x".repeat(64);
const address = (name: string): string => `<entry name="${name}"><ip-netmask>10.0.0.1</ip-netmask></entry>`;
const set = (id: string, name: string): string =>
  `<set id="${id}" xpath="${VSYS}/address">${address(name)}</set>`;

describe("simulator: multi-config", () => {
  let simulator: Simulator;
  let client: Client;

  beforeEach(async () => {
    simulator = await startSimulator();
    client = await Client.login(simulator);
  });
  afterEach(() => simulator.stop());

  it("does every operation in order and answers each by its id", async () => {
    const reply = await client.multi(
      `<set id="1" xpath="${RULES}">${ruleXml("r1")}</set>` +
        `<move id="2" xpath="${RULES}/entry[@name='r1']" where="before" dst="cleanup"/>` +
        `<edit xpath="${RULES}/entry[@name='r2']">${ruleXml("r2")}</edit>` +
        `<delete id="4" xpath="${RULES}/entry[@name='none']"/>` +
        `<rename id="5" xpath="${RULES}/entry[@name='r2']" newname="r3"/>` +
        `<clone id="6" xpath="${RULES}" from="r3" newname="r4"/>`,
    );
    const done = `<msg>command succeeded</msg></response>`;
    expect(reply.text).to.equal(
      `<response status="success" code="20">` +
        `<response status="success" code="20" id="1">${done}<response status="success" code="20" id="2">${done}` +
        `<response status="success" code="20">${done}` +
        `<response status="success" code="7" id="4"><msg>Object doesn't exist</msg></response>` +
        `<response status="success" code="20" id="5">${done}<response status="success" code="20" id="6">${done}` +
        `</response>`,
    );
    expect(simulator.candidateRules()).to.deep.equal(["r1", "cleanup", "r3", "r4"]);
  });

  it("takes any root name and an XML declaration", async () => {
    const element = `<?xml version="1.0" encoding="UTF-8"?>\n<multi-configure-request>${set("1", "a")}</multi-configure-request>`;
    expect((await client.send({ type: "config", action: "multi-config", element })).status).to.equal(
      "success",
    );
    expect((await client.multi("")).status).to.equal("success");
  });

  it("changes nothing when one operation fails, and the last answer says which", async () => {
    await client.set(`${VSYS}/address`, address("before"));
    const before = simulator.candidate("/config");
    const changes = (await client.op("<show><config><list><changes/></list></config></show>")).text;
    const reply = await client.multi(
      set("1", "a") +
        `<rename id="2" xpath="${VSYS}/address/entry[@name='before']" newname="after"/>` +
        `<delete id="3" xpath="${RULES}/entry[@name='cleanup']"/>` +
        `<edit id="4" xpath="${VSYS}/tag"><tag><entry name="t"/></tag></edit>` +
        set("LEN-ERROR", LONG) +
        set("never", "b"),
    );
    expect([reply.status, reply.code]).to.deep.equal(["error", "12"]);
    expect(reply.root.children.map((child) => child.attributes["id"])).to.deep.equal([
      "1",
      "2",
      "3",
      "4",
      "LEN-ERROR",
    ]);
    expect(reply.root.children.at(-1)?.at("msg", "line")?.text).to.equal(
      ` ${LONG} can be at most 63 characters, but current length: 64`,
    );
    expect(simulator.candidate("/config")).to.equal(before);
    expect((await client.op("<show><config><list><changes/></list></config></show>")).text).to.equal(changes);
    expect((await client.get(RULES)).text).not.to.contain("dirtyId");
  });

  it("refuses what is not a write", async () => {
    for (const tag of ["complete", "get", "show"]) {
      expect((await client.multi(`<${tag} xpath="${RULES}"/>`)).status, tag).to.equal("error");
    }
  });

  it("strict drops the administrator's own earlier work first, also when it then fails", async () => {
    const simulatorOfTwo = await startSimulator({
      users: ["admin", "bob"].map((name) => ({ name, password: name })),
    });
    try {
      const admin = await Client.login(simulatorOfTwo);
      const bob = await Client.login(simulatorOfTwo, "bob");
      await admin.set(`${VSYS}/address`, address("mine"));
      await bob.set(`${VSYS}/address`, address("bobs"));
      const strict = { "strict-transactional": "yes" };
      expect((await admin.multi(set("1", "a") + set("2", LONG), strict)).status).to.equal("error");
      expect(simulatorOfTwo.candidate(`${VSYS}/address/entry`)).to.equal(address("bobs"));
      expect((await admin.multi(set("1", "a"), strict)).status).to.equal("success");
    } finally {
      await simulatorOfTwo.stop();
    }
  });

  it("strict is refused while a commit runs", async () => {
    const slow = await startSimulator({ commitSeconds: 60 });
    try {
      const admin = await Client.login(slow);
      await admin.set(`${VSYS}/address`, address("a"));
      await admin.commit();
      expect((await admin.multi(set("1", "b"), { "strict-transactional": "yes" })).status).to.equal("error");
      expect((await admin.multi(set("1", "b"))).status).to.equal("success");
    } finally {
      await slow.stop();
    }
  });

  it("can refer to what an earlier operation of the same request made, not to a later one's", async () => {
    const rule = `<set xpath="${RULES}">${ruleXml("r", { source: ["a"] })}</set>`;
    expect((await client.multi(rule + set("1", "a"))).code).to.equal("12");
    expect((await client.multi(set("1", "a") + rule)).code).to.equal("20");
  });
});
