import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { Simulator, SimulatorOptions } from "../../packages/simulator/index";
import { DEFAULT_CONFIG } from "../../packages/simulator/default-config";
import { parseApplications } from "../../packages/simulator/policy/more-applications";
import { Client, RULES, VSYS, ruleXml } from "./stock-client";

const PREDEFINED = "/config/predefined/application";

describe("simulator: applications", () => {
  let simulator: Simulator;
  let client: Client;

  const open = async (options: SimulatorOptions = {}): Promise<void> => {
    simulator = await startSimulator(options);
    client = await Client.login(simulator);
  };
  afterEach(() => simulator.stop());

  const name = async (application: string) =>
    (await client.set(RULES, ruleXml("r", { application: [application] }))).code;

  it("knows the names that real rulebases are full of, with their default ports", async () => {
    await open();
    const known = [
      "adobe-creative-cloud-base",
      "amazon-aws-console",
      "cisco-spark-base",
      "crowdstrike",
      "docker-base",
      "github-base",
      "gmail-base",
      "jira-base",
      "ms-teams",
      "okta",
      "salesforce-base",
      "slack-base",
      "splunk",
      "ms-onedrive-base",
      "yammer-posting",
      "youtube-base",
      "zoom-base",
    ];
    for (const application of known) expect(await name(application), application).to.equal("20");
    const all = await client.get(`${PREDEFINED}/entry`);
    expect(Number(all.root.child("result")?.attributes["count"])).to.be.greaterThan(2000);
    const splunk = await client.get(`${PREDEFINED}/entry[@name='splunk']/default/port/member`);
    expect(splunk.text).to.contain("<member>tcp/");
  });

  it("names each application once, in a form that PAN-OS has, with ports that exist", async () => {
    await open();
    const { root } = await client.get(`${PREDEFINED}/entry`);
    const entries = root.child("result")?.entries() ?? [];
    const names = entries.map((entry) => entry.name ?? "");
    expect(new Set(names).size).to.equal(names.length);
    expect(names.filter((each) => !/^[a-z0-9][a-z0-9._-]{0,62}$/.test(each))).to.deep.equal([]);
    for (const entry of entries) {
      const ports = entry.at("default", "port")?.memberTexts() ?? [];
      expect(() => parseApplications(JSON.stringify({ [entry.name ?? ""]: ports }))).not.to.throw();
    }
  });

  it("refuses a name that it doesn't know, and says what it is", async () => {
    await open();
    const reply = await client.set(RULES, ruleXml("r", { application: ["no-such-application"] }));
    expect([reply.code, reply.lines]).to.deep.equal([
      "12",
      [
        " r -> application 'no-such-application' is not an allowed keyword",
        " r -> application 'no-such-application' is not a valid reference",
        " r -> application is invalid",
      ],
    ]);
  });

  it("can be told more of them, with ports that application-default means", async () => {
    await open({ applications: { "our-erp": ["tcp/8443,9000-9010", "udp/9000"] } });
    expect(await name("our-erp")).to.equal("20");
    await client.set(
      RULES,
      ruleXml("erp", { application: ["our-erp"], service: ["application-default"] }) +
        ruleXml("group", { application: ["erp-group"] }).replace("erp-group", "our-erp"),
    );
    await client.config("move", `${RULES}/entry[@name='erp']`, { where: "top" });
    expect((await client.commitAndWait()).value("result")).to.equal("OK");
    const ask = async (port: number) =>
      (
        await client.op(
          `<test><security-policy-match><from>untrust</from><to>trust</to><source>192.0.2.1</source><destination>192.0.2.2</destination>` +
            `<protocol>6</protocol><destination-port>${port}</destination-port><application>our-erp</application></security-policy-match></test>`,
        )
      ).root
        .at("result", "rules")
        ?.entries()[0]?.name;
    expect([await ask(9005), await ask(9011)]).to.deep.equal(["erp", "cleanup"]);
    expect((await client.get(`${PREDEFINED}/entry[@name='our-erp']`)).code).to.equal("19");
  });

  it("can take any name, of its form, in rules and in groups", async () => {
    await open({ everyApplication: true });
    expect(await name("no-such-application")).to.equal("20");
    expect(await name("Not A Name")).to.equal("12");
    const group = `<entry name="g"><members><member>another-one</member></members></entry>`;
    expect((await client.set(`${VSYS}/application-group`, group)).code).to.equal("20");
    expect((await client.commitAndWait()).value("result")).to.equal("OK");
  });

  it("knows what the rules and groups of its first configuration name", async () => {
    const config = DEFAULT_CONFIG.replace(
      "<application><member>any</member>",
      "<application><member>odd-one</member>",
    ).replace(
      "<address/>",
      `<application-group><entry name="g"><members><member>odd-two</member></members></entry></application-group><address/>`,
    );
    await open({ config });
    expect(await name("odd-one")).to.equal("20");
    expect(await name("odd-two")).to.equal("20");
    expect(await name("odd-three")).to.equal("12");
  });

  it("takes the list of a firewall as it answers it", async () => {
    await open({ applications: { "our-erp": ["tcp/8443"] } });
    for (const xpath of [PREDEFINED, `${PREDEFINED}/entry`]) {
      const { text } = await client.get(xpath);
      const list = parseApplications(text);
      expect(list["our-erp"]).to.deep.equal(["tcp/8443"]);
      expect(list["ping"]).to.deep.equal([]);
    }
    expect(() => parseApplications("<response><result/></response>")).to.throw(/no <entry>/);
    expect(() => parseApplications("<response>")).to.throw(/no XML/);
  });

  it("names of one device are not those of another", async () => {
    await open({ applications: { "our-erp": ["tcp/8443"] } });
    const other = await startSimulator();
    try {
      const reply = await (await Client.login(other)).set(RULES, ruleXml("r", { application: ["our-erp"] }));
      expect(reply.code).to.equal("12");
    } finally {
      await other.stop();
    }
  });

  it("a list of applications that is none is refused by name", async () => {
    await open();
    for (const text of [
      "[]",
      "null",
      "7",
      '{"a": "tcp/80"}',
      '{"a": ["80"]}',
      '{"a": ["tcp/80,"]}',
      '{"a": [80]}',
    ])
      expect(() => parseApplications(text), text).to.throw(/default ports/);
    expect(() => parseApplications("{")).to.throw();
  });
});
