import { expect } from "chai";
import { startSimulator, type Simulator, type SimulatorOptions } from "../../packages/simulator/index";
import { DEFAULT_CONFIG } from "../../packages/simulator/default-config";
import { Client, RULES, ruleXml, VSYS } from "./stock-client";

const rules = (...entries: string[]) => `<security><rules>${entries.join("")}</rules></security>`;
const from = (loc: string, entry: string) => entry.replace("<entry", `<entry loc="${loc}"`);
const deny = (name: string) => ruleXml(name).replace("allow", "deny");

const PUSHED =
  `<pre-rulebase>${rules(
    from("shared", ruleXml("pre-web", { application: ["ssl"], source: ["partners"] })),
    from("cloud", ruleXml("pre-off", {}, "<disabled>yes</disabled>")),
  )}</pre-rulebase>` +
  `<post-rulebase>${rules(from("cloud", deny("post-all")))}<default-security-rules><rules>` +
  '<entry name="interzone-default" loc="cloud"><action>drop</action></entry></rules></default-security-rules></post-rulebase>' +
  '<address><entry name="partners" loc="cloud"><ip-netmask>203.0.113.0/24</ip-netmask></entry>' +
  '<entry name="everyones" loc="shared"><ip-netmask>192.0.2.0/24</ip-netmask></entry></address>' +
  '<profile-group><entry name="strict" loc="cloud"><virus><member>default</member></virus></entry></profile-group>';

/** The default configuration with a second vsys. */
const TWO_VSYS = DEFAULT_CONFIG.replace("</entry></vsys>", '</entry><entry name="vsys2"/></vsys>');

const pushedPolicy = (vsys = "") =>
  `<show><config><pushed-shared-policy>${vsys && `<vsys>${vsys}</vsys>`}</pushed-shared-policy></config></show>`;

describe("simulator: what Panorama has pushed", () => {
  let simulator: Simulator;
  let client: Client;

  const start = async (options: SimulatorOptions = {}): Promise<void> => {
    simulator = await startSimulator(options);
    client = await Client.login(simulator);
    simulator.setPushed("vsys1", PUSHED);
  };
  afterEach(() => simulator.stop());

  const match = async (source: string, application: string): Promise<string | undefined> => {
    const { root } = await client.op(
      `<test><security-policy-match><from>untrust</from><to>trust</to><source>${source}</source><destination>10.0.0.1</destination>` +
        `<protocol>6</protocol><destination-port>443</destination-port><application>${application}</application></security-policy-match></test>`,
    );
    return root.at("result", "rules")?.entries()[0]?.name;
  };

  it("is read at a path of its own, with the group that wrote each part, and without what is disabled", async () => {
    await start();
    const { root } = await client.get("/config/panorama");
    const served = root.at("result", "panorama", "vsys", "entry:vsys1");
    const [first, ...more] = served?.at("pre-rulebase", "security", "rules")?.entries() ?? [];
    expect(more).to.deep.equal([]);
    expect(first?.attributes).to.include({ name: "pre-web", loc: "shared", panorama: "true" });
    expect(first?.attributes["uuid"]).to.match(/^[0-9a-f-]{36}$/);
    expect(first?.at("application", "member")?.attributes["loc"]).to.equal("shared");
    const one = await client.get(
      "/config/panorama/vsys/entry[@name='vsys1']/address/entry[@name='partners']/ip-netmask",
    );
    expect(one.root.at("result", "ip-netmask")?.text).to.equal("203.0.113.0/24");
    expect((await client.get("/config")).text).not.to.include("pre-web");
    expect((await client.config("show", "/config")).text).not.to.include("pre-web");
    expect((await client.set("/config/panorama", "<vsys/>")).status).to.equal("error");
  });

  it("is answered by an operational command in every form", async () => {
    await start();
    const one = (await client.op(pushedPolicy())).root;
    expect(one.at("result", "policy")?.attributes["dg-ctxt"]).to.equal("cloud");
    const panorama = one.at("result", "policy", "panorama");
    expect(panorama?.at("post-rulebase", "security", "rules", "entry:post-all")).not.to.equal(undefined);
    expect((await client.op(pushedPolicy("vsys99"))).lines).to.deep.equal(["vsys99 is invalid vsys"]);
    simulator.setPushed("vsys1", "");
    expect((await client.op(pushedPolicy())).root.child("result")?.text).to.equal(
      "No shared policy pushed to device",
    );
    await simulator.stop();

    await start({ config: TWO_VSYS });
    simulator.setPushed("shared", '<tag><entry name="of-all" loc="shared"/></tag>');
    const bare = (await client.op(pushedPolicy())).root.child("result");
    expect(bare?.children.map(({ tag }) => tag)).to.deep.equal(["shared"]);
    expect(bare?.at("shared", "tag", "entry:of-all")).not.to.equal(undefined);
    expect((await client.op(pushedPolicy("vsys1"))).text)
      .to.include("pre-web")
      .and.not.to.include("of-all");
    expect((await client.op(pushedPolicy(), "vsys1")).text).to.include("pre-web");
    expect((await client.op(pushedPolicy("vsys2"))).text).not.to.include("pre-web");
    await simulator.stop();

    await start({ refuses: { pushedConfig: true, pushedRoot: true } });
    expect((await client.get("/config/panorama")).root.attributes["code"]).to.equal("7");
    const other = (await client.op(pushedPolicy())).root;
    expect(other.at("result", "shared", "pre-rulebase", "security", "rules", "entry:pre-web")).not.to.equal(
      undefined,
    );
  });

  it("decides before and behind the local rules, and is counted with them", async () => {
    await start();
    await client.set(RULES, ruleXml("local", { application: ["ssh"], service: ["any"] }));
    await client.config("move", `${RULES}/entry[@name='cleanup']`, { where: "bottom" });
    await client.delete(`${RULES}/entry[@name='cleanup']`);
    expect((await client.commitAndWait()).value("result")).to.equal("OK");
    expect(await match("203.0.113.9", "ssl")).to.equal("pre-web");
    expect(await match("198.51.100.9", "ssh")).to.equal("local");
    expect(await match("198.51.100.9", "ssl")).to.equal("post-all");
    simulator.setPushed(
      "vsys1",
      PUSHED.replace(/<post-rulebase><security>.*?<\/security>/, "<post-rulebase>"),
    );
    expect(await match("198.51.100.9", "ssl")).to.equal("interzone-default");

    simulator.setHitCount("pre-web", 7);
    const counts = await client.op(
      '<show><rule-hit-count><vsys><vsys-name><entry name="vsys1"><rule-base><entry name="security"><rules><all/></rules></entry></rule-base></entry></vsys-name></vsys></rule-hit-count></show>',
    );
    expect(counts.text).to.include('<entry name="pre-web"><latest>yes</latest><hit-count>7</hit-count>');
    const { root } = await client.op("<show><running><security-policy/></running></show>");
    const [first, second] = (root.at("result", "member")?.text ?? "").split("\n\n");
    expect(first).to.match(/^"pre-web; index: 1" \{\n +from untrust;\n +source partners;/);
    expect(first).to.include("application/service [ 0:ssl/any/any/any ];\n        action allow;");
    expect(second).to.match(/^"local; index: 2"/);
  });

  it("gives names a meaning, and none can be written over or be there twice", async () => {
    await start();
    await client.set(RULES, ruleXml("local", { source: ["everyones"] }));
    await client.config("move", `${RULES}/entry[@name='local']`, { where: "top" });
    const profile = "<profile-setting><group><member>strict</member></group></profile-setting>";
    expect((await client.set(`${RULES}/entry[@name='local']`, profile)).status).to.equal("success");
    expect((await client.commitAndWait()).value("result")).to.equal("OK");

    const over = await client.set(`${VSYS}/address`, '<entry name="partners"><fqdn>a.example</fqdn></entry>');
    expect(over.lines).to.deep.equal([" set failed, may need to override template object partners first"]);
    const shared = await client.edit(
      "/config/shared/address/entry[@name='everyones']",
      '<entry name="everyones"><fqdn>a.example</fqdn></entry>',
    );
    expect(shared.lines[0]).to.include("may need to override template object everyones first");
    await client.set(`${VSYS}/address`, '<entry name="mine"><fqdn>a.example</fqdn></entry>');
    const renamed = await client.config("rename", `${VSYS}/address/entry[@name='mine']`, {
      newname: "partners",
    });
    expect(renamed.lines[0]).to.include("partners first");

    // A group in the same set of names isn't the same object: only the commit sees it.
    await client.set(
      `${VSYS}/address-group`,
      '<entry name="partners"><static><member>mine</member></static></entry>',
    );
    const job = await client.commitAndWait();
    expect(job.value("result")).to.equal("FAIL");
    expect(job.child("details")?.children.map(({ text }) => text)).to.include.members([
      " address-group -> partners 'partners' is already in use",
      "    Error: Duplicate address-group name 'partners'",
    ]);
    // An object of the vsys hides one of Panorama's Shared.
    await client.delete(`${VSYS}/address-group/entry[@name='partners']`);
    await client.set(`${VSYS}/address`, '<entry name="everyones"><ip-netmask>10.9.9.9</ip-netmask></entry>');
    expect((await client.commitAndWait()).value("result")).to.equal("OK");
    expect(await match("10.9.9.9", "ssl")).to.equal("local");
    expect(await match("192.0.2.9", "ssl")).not.to.equal("local");
  });

  it("may refuse a local rule by the name of a pushed one at the commit", async () => {
    for (const pushedRuleNames of [false, true]) {
      await start({ refuses: { pushedRuleNames } });
      await client.set(RULES, ruleXml("pre-web"));
      expect((await client.commitAndWait()).value("result")).to.equal(pushedRuleNames ? "FAIL" : "OK");
      if (!pushedRuleNames) await simulator.stop();
    }
  });

  it("comes beside zones of a template, which only a get shows", async () => {
    const config = DEFAULT_CONFIG.replace(
      '<entry name="untrust">',
      '<entry name="untrust" src="tpl" ptpl="net">',
    );
    await start({ config });
    const zones = `${VSYS}/zone`;
    expect((await client.get(zones)).text).to.include('<entry name="untrust" src="tpl" ptpl="net">');
    for (const { text } of [
      await client.config("show", zones),
      await client.op("<show><config><running/></config></show>"),
    ]) {
      expect(text).to.include('<entry name="trust">').and.not.to.include('"untrust"');
    }
    expect((await client.op("<show><config><merged/></config></show>")).text).to.include(
      '"untrust" src="tpl"',
    );
    expect((await client.op("<show><config><pushed-template/></config></show>")).text).to.include(
      '"untrust"',
    );
    expect((await client.set(zones, '<entry name="untrust"><network/></entry>')).lines[0]).to.include(
      "may need to override template object untrust first",
    );
    await client.set(RULES, ruleXml("local"));
    expect((await client.commitAndWait()).value("result")).to.equal("OK");
    expect(await match("203.0.113.9", "ssl")).to.equal("pre-web");
  });
});
