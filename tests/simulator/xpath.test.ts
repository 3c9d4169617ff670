import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { Simulator } from "../../packages/simulator/index";
import { Client, RULES, VSYS, ruleXml } from "./stock-client";

/*
 * What clients ask for beside plain paths: XPath 1.0 with its axes and core functions. The expected names
 * are those that libxml2 finds in the same configuration.
 */
const EXPECTED: [xpath: string, names: string][] = [
  [`${RULES}/*[local-name()='entry']`, "cleanup web ssh-in web-2 web_3"],
  [`${RULES}/*[local-name(.)='entry' and name(..)='rules']`, "cleanup web ssh-in web-2 web_3"],
  [`${RULES}/entry[string-length(@name) > 5]`, "cleanup ssh-in"],
  [`${RULES}/entry[string-length(@name)=3]`, "web"],
  [`${RULES}/entry[count(source/member) > 1]`, "web-2"],
  [`${RULES}/entry[count(source/member)=1 and not(action='deny')]`, "web ssh-in web_3"],
  [`${RULES}/entry[translate(@name,'ABCDEFGHIJKLMNOPQRSTUVWXYZ','abcdefghijklmnopqrstuvwxyz')='web']`, "web"],
  [`${RULES}/entry[contains(translate(@name,'WEB','web'), 'web')]`, "web web-2 web_3"],
  [`${RULES}/entry[translate(@name,'-_','')='web2']`, "web-2"],
  [`${RULES}/entry[normalize-space(description)='two words']`, "ssh-in"],
  [`${RULES}/entry[@name='web']/following-sibling::entry`, "ssh-in web-2 web_3"],
  [`${RULES}/entry[@name='web']/following-sibling::entry[1]`, "ssh-in"],
  [`${RULES}/entry[@name='web-2']/preceding-sibling::entry`, "cleanup web ssh-in"],
  [`${RULES}/entry[@name='web-2']/preceding-sibling::entry[1]`, "ssh-in"],
  [`${RULES}/entry[last()]`, "web_3"],
  [`${RULES}/entry[position()=last()-1]`, "web-2"],
  [`${RULES}/entry[position() < 3]`, "cleanup web"],
  [`${RULES}/entry[position() mod 2 = 1]`, "cleanup ssh-in web_3"],
  [`${RULES}/entry[starts-with(@name,'web')][2]`, "web-2"],
  [`${RULES}/entry[2][starts-with(@name,'web')]`, "web"],
  [`(${RULES}/entry)[3]`, "ssh-in"],
  [`(${RULES}/entry)[last()]`, "web_3"],
  [`(${RULES}/entry | ${VSYS}/zone/entry)[1]`, "untrust"],
  [`${RULES}/entry[@name='web'] | ${RULES}/entry[@name='cleanup']`, "cleanup web"],
  [`//member[.='10.0.0.2']/ancestor::entry[1]`, "web-2"],
  [`//member[.='10.0.0.2']/ancestor::entry[last()]`, "localhost.localdomain"],
  [`//member[text()='10.0.0.2']/../..`, "web-2"],
  [`${RULES}/descendant::entry[.//member='ssh']`, "ssh-in"],
  [`${RULES}/child::entry[child::service/child::member='any' and attribute::name='web']`, "web"],
  [`${RULES}/entry[substring(@name,1,3)='web' and substring-after(@name,'-')='2']`, "web-2"],
  [`${RULES}/entry[substring-before(@name,'_')='web']`, "web_3"],
  [`${RULES}/entry[concat(action,'/',@name)='allow/web']`, "web"],
  [`${RULES}/entry[source/member!='any']`, "web-2"],
  [`${RULES}/entry[not(source/member='any')]`, "web-2"],
  [`${RULES}/entry[boolean(description)]`, "ssh-in"],
  [`${RULES}/entry[description]`, "ssh-in"],
  [`${RULES}/entry[string(action)='deny' or (count(*)>7 and true())]`, "cleanup ssh-in"],
  [`${RULES}/entry[number('2') + 1 = count(preceding-sibling::*)]`, "web-2"],
  [
    `${RULES}/entry[floor(7 div 2) = count(preceding-sibling::*) and ceiling(2.1)=3 and round(2.5)=3]`,
    "web-2",
  ],
  [`${RULES}/entry[sum(/config/none)=0 and -1 < 0][1]`, "cleanup"],
  [`${RULES}/entry[@*='web']`, "web"],
  [`${RULES}/entry[self::entry][self::node()][1]`, "cleanup"],
  [`/config/devices/entry/vsys/entry[rulebase/security/rules/entry[@name='web']]`, "vsys1"],
  [`//entry[@name='web']/following::entry[1]`, "ssh-in"],
  [`//entry[@name='web']/preceding::entry[1]`, "cleanup"],
];

const UNREADABLE = [
  `${RULES}/entry[unknown-function()]`,
  `${RULES}/entry[count()]`,
  `${RULES}/entry[string-length('a','b')]`,
  `${RULES}/entry[count('no nodes')=0][`,
  `${RULES}/entry[@name='open]`,
  `${RULES}/entry[$variable]`,
  `${RULES}/sideways::entry`,
  `${RULES}/entry[and]]`,
];

describe("simulator: XPath", () => {
  let simulator: Simulator;
  let client: Client;

  before(async () => {
    simulator = await startSimulator();
    client = await Client.login(simulator);
    await client.set(`${VSYS}/tag`, `<entry name="web"/>`);
    await client.set(RULES, ruleXml("web"));
    await client.set(
      RULES,
      ruleXml("ssh-in", { application: ["ssh"] }, "<description>  two   words </description>"),
    );
    await client.set(RULES, ruleXml("web-2", { source: ["10.0.0.1", "10.0.0.2"] }));
    await client.set(RULES, ruleXml("web_3"));
    await client.delete(`${VSYS}/tag/entry[string-length(@name)=3]`);
    await client.commitAndWait();
  });
  after(() => simulator.stop());

  for (const [xpath, names] of EXPECTED) {
    it(xpath.replaceAll(RULES, "…/rules").replaceAll(VSYS, "…"), async () => {
      const reply = await client.get(xpath);
      const found = reply.root.child("result")?.children.map((child) => child.name) ?? [];
      expect(found.join(" ")).to.equal(names);
    });
  }

  for (const xpath of UNREADABLE) {
    it(`answers as the device does to what can't be read: ${xpath.replaceAll(RULES, "…/rules")}`, async () => {
      const read = await client.get(xpath);
      expect([read.status, read.code, read.text.includes("<result/>")]).to.deep.equal(["success", "7", true]);
      const written = await client.delete(xpath);
      expect([written.status, written.code]).to.deep.equal(["error", "6"]);
    });
  }

  it("deletes and moves by conditions", async () => {
    const moved = await client.config("move", `${RULES}/entry[last()]`, { where: "top" });
    expect(moved.status).to.equal("success");
    expect(simulator.candidateRules()[0]).to.equal("web_3");
    await client.delete(`${RULES}/entry[starts-with(@name,'web') and position() > 1]`);
    expect(simulator.candidateRules()).to.deep.equal(["web_3", "cleanup", "ssh-in"]);
  });

  it("sets below one entry that conditions name, and refuses where they name two", async () => {
    const place = `${RULES}/entry[@name='cleanup'][action='deny']`;
    expect((await client.set(`${place}/description`, "")).status).to.equal("error");
    expect((await client.set(place, "<description>last</description>")).status).to.equal("success");
    expect(simulator.candidate(`${RULES}/entry[description='last']/@name/..`)).to.contain(`name="cleanup"`);
    const two = await client.set(`${RULES}/entry[action]`, "<description>no</description>");
    expect(two.code).to.equal("6");
    expect(two.lines[0]).to.contain("must name exactly one node");
  });

  it("honours the xpath of show config running and candidate", async () => {
    await client.set(`${RULES}/entry[@name='cleanup']`, "<description>staged</description>");
    const shown = async (which: string, xpath: string): Promise<string> => {
      const escaped = xpath.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
      return (await client.op(`<show><config><${which}><xpath>${escaped}</xpath></${which}></config></show>`))
        .text;
    };
    const place = `${RULES}/entry[@name='cleanup']`;
    expect(await shown("running", place)).to.match(
      /^<response status="success"><result><entry name="cleanup"[^>]*>(?!.*staged).*<\/entry><\/result><\/response>$/,
    );
    expect(await shown("candidate", place)).to.match(/<result><entry name="cleanup".*staged/);
    expect(await shown("running", `${VSYS}/zone`)).to.match(/<result><zone><entry name="untrust">/);
    for (const which of ["running", "candidate"]) {
      expect(await shown(which, `${RULES}/entry[@name='nobody']`)).to.contain("No such node");
      expect(await shown(which, "/nowhere")).to.contain('code="16"');
    }
    const whole = await client.op("<show><config><running></running></config></show>");
    expect(whole.root.at("result", "config", "devices")).to.not.equal(undefined);
  });

  it("answers the whole configuration where no xpath is given, candidate and running", async () => {
    for (const more of [{}, { xpath: "" }, { xpath: " " }] as Record<string, string>[]) {
      const got = await client.send({ type: "config", action: "get", ...more });
      expect(got.root.at("result", "config", "devices", "entry:localhost.localdomain")).to.not.equal(
        undefined,
      );
      expect([got.status, got.code]).to.deep.equal(["success", "19"]);
      const shown = await client.send({ type: "config", action: "show", ...more });
      const root = shown.root.at("result", "config");
      expect(root?.attributes["urldb"]).to.equal("paloaltonetworks");
      expect(root?.child("devices")).to.not.equal(undefined);
    }
  });
});
