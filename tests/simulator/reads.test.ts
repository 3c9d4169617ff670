import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { Simulator } from "../../packages/simulator/index";
import { Client, RULES, VSYS, ruleXml } from "./stock-client";
import type { Reply } from "./stock-client";

const names = (reply: Reply): (string | undefined)[] =>
  reply.root.child("result")?.children.map((child) => child.name) ?? [];

describe("simulator: reads", () => {
  let simulator: Simulator;
  let client: Client;

  before(async () => {
    simulator = await startSimulator();
    client = await Client.login(simulator);
    await client.set(RULES, ruleXml("a"));
    await client.set(`${VSYS}/tag`, `<entry name="it's"/><entry name='say "hi"'/>`);
    await client.commitAndWait();
    await client.set(RULES, ruleXml("b"));
  });
  after(() => simulator.stop());

  const xpaths: [string, (string | undefined)[]][] = [
    [`${RULES}/entry`, ["cleanup", "a", "b"]],
    [`${RULES}/entry[@name='a']`, ["a"]],
    [`${RULES}/entry[@name="a"]`, ["a"]],
    [`${RULES}/entry[ @name = 'b' or @name='a' ]`, ["a", "b"]],
    [`${RULES}/entry/@name`, ["cleanup", "a", "b"]],
    [`/config/devices/entry/vsys/entry/rulebase/security/rules/entry[@name='a']`, ["a"]],
    [`/config/devices/entry/vsys/entry/zone/entry | ${RULES}/entry[@name='a']`, ["untrust", "trust", "a"]],
    [`${VSYS}/tag/entry[@name=concat('it', "'", 's')]`, ["it's"]],
    [`${VSYS}/tag/entry[@name="it's"]`, ["it's"]],
    [`${VSYS}/tag/entry[@name='say "hi"']`, [`say "hi"`]],
    [`${RULES}/entry[action='deny']`, ["cleanup"]],
    [`${RULES}/entry[not(action='deny') and from/member[text()='untrust']]`, ["a", "b"]],
    [`${RULES}/entry[starts-with(@name, 'cl')]`, ["cleanup"]],
    [`${RULES}/entry[2]`, ["a"]],
    [`//zone/entry[@name='trust']`, ["trust"]],
    [`/config/devices/entry/network/interface/ethernet/entry[@name='ethernet1/1']`, ["ethernet1/1"]],
    [`/config/predefined/service/entry[@name='service-https']`, ["service-https"]],
  ];
  for (const [xpath, expected] of xpaths) {
    it(`get ${xpath}`, async () => {
      const reply = await client.get(xpath);
      expect(names(reply)).to.deep.equal(expected);
      expect(reply.code).to.equal("19");
      expect(reply.root.child("result")?.attributes).to.deep.equal({
        "total-count": String(expected.length),
        count: String(expected.length),
      });
    });
  }

  it("get member by its text, and entry/@name as elements with nothing but the name", async () => {
    const member = await client.get(`${RULES}/entry[@name='a']/from/member[text()='untrust']`);
    expect(member.root.at("result", "member")?.text).to.equal("untrust");
    const attributes = await client.get(`${RULES}/entry/@name`);
    expect(attributes.text).to.contain(`<entry name="cleanup"/><entry name="a"/><entry name="b"/>`);
  });

  it("get answers success, code 7 and an empty result to what is absent, and to an xpath it can't read", async () => {
    for (const xpath of [
      `${RULES}/entry[@name='none']`,
      "/config/nonsense",
      `${RULES}/entry[[`,
      `${RULES}/entry[@name='`,
    ]) {
      expect((await client.get(xpath)).text, xpath).to.equal(
        `<response status="success" code="7"><result/></response>`,
      );
    }
  });

  it("get is the candidate, show the running configuration", async () => {
    const xpath = `${RULES}/entry[@name='b']`;
    expect((await client.get(xpath)).code).to.equal("19");
    expect((await client.config("show", xpath)).text).to.equal(
      `<response status="error"><msg><line>No such node</line></msg></response>`,
    );
    const running = await client.config("show", RULES);
    expect(
      running.root
        .at("result", "rules")
        ?.entries()
        .map((entry) => entry.name),
    ).to.deep.equal(["cleanup", "a"]);
    expect(running.code).to.equal(undefined);
    expect((await client.config("show", `${RULES}/entry`)).status).to.equal("error");
  });

  it("marks a changed entry, all of it, and its containers in the candidate, and nothing after the commit", async () => {
    const rules = (await client.get(RULES)).root.at("result", "rules");
    const changed = rules?.entry("b");
    for (const node of [rules, changed, changed?.child("from"), changed?.at("from", "member")]) {
      expect(node?.attributes).to.include({ admin: "admin" });
      expect(node?.attributes["dirtyId"]).to.equal(changed?.attributes["dirtyId"]);
      expect(node?.attributes["time"]).to.match(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d$/);
    }
    expect(rules?.entry("a")?.attributes).to.have.all.keys("name", "uuid");
    await client.commitAndWait();
    expect((await client.get(RULES)).text).not.to.contain("dirtyId");
  });

  it("calls a path outside /config unauthorized", async () => {
    const reply = await client.get("/operations");
    expect([reply.status, reply.code]).to.deep.equal(["unauth", "16"]);
  });

  it("exports the running configuration", async () => {
    const reply = await client.send({ type: "export", category: "configuration" });
    expect(reply.contentType).to.equal("application/xml; charset=UTF-8");
    expect(reply.root.tag).to.equal("config");
  });
});
