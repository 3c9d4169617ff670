import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { Simulator } from "../../packages/simulator/index";
import { Client, RULES, VSYS, ruleXml } from "./stock-client";

interface Question {
  from?: string;
  to?: string;
  source?: string;
  destination?: string;
  protocol?: number;
  port?: number;
  application?: string;
  all?: boolean;
}

describe("simulator: test security-policy-match", () => {
  let simulator: Simulator;
  let client: Client;

  const set = async (xpath: string, element: string): Promise<void> => {
    expect((await client.set(xpath, element)).lines).to.deep.equal(["command succeeded"]);
  };

  before(async () => {
    simulator = await startSimulator();
    client = await Client.login(simulator);
    await set(`${VSYS}/tag`, `<entry name="web"/>`);
    await set(
      `${VSYS}/address`,
      `<entry name="net"><ip-netmask>10.1.0.0/16</ip-netmask></entry><entry name="range"><ip-range>10.2.0.5-10.2.0.9</ip-range></entry>` +
        `<entry name="tagged"><ip-netmask>10.3.0.1</ip-netmask><tag><member>web</member></tag></entry>`,
    );
    await set(
      `${VSYS}/address-group`,
      `<entry name="inner"><static><member>range</member></static></entry>` +
        `<entry name="outer"><static><member>net</member><member>inner</member></static></entry>` +
        `<entry name="dynamic"><dynamic><filter>'web' and 'web'</filter></dynamic></entry>`,
    );
    await set(
      `${VSYS}/service`,
      `<entry name="odd"><protocol><tcp><port>8000-8100,9000</port></tcp></protocol></entry>` +
        `<entry name="dns-udp"><protocol><udp><port>53</port></udp></protocol></entry>`,
    );
    await set(
      `${VSYS}/service-group`,
      `<entry name="both"><members><member>odd</member><member>dns-udp</member></members></entry>`,
    );
    await set(
      `${VSYS}/application-group`,
      `<entry name="names"><members><member>dns</member></members></entry>` +
        `<entry name="nested"><members><member>names</member><member>ssl</member></members></entry>`,
    );
    await set(`${VSYS}/application-filter`, `<entry name="risky"><risk><member>5</member></risk></entry>`);
    await set(
      `${VSYS}/address`,
      `<entry name="AD"><ip-netmask>192.0.2.20</ip-netmask></entry>` +
        `<entry name="dmz"><ip-netmask>192.0.2.21</ip-netmask></entry>`,
    );
    await set(
      `${VSYS}/region`,
      `<entry name="campus"><address><member>192.0.2.22-192.0.2.23</member></address></entry>`,
    );
    await set("/config/shared/address", `<entry name="h1"><ip-netmask>192.0.2.25</ip-netmask></entry>`);
    await set(
      "/config/shared/address-group",
      `<entry name="dmz"><static><member>h1</member></static></entry>`,
    );
    const rules = [
      ruleXml("off", {}, "<disabled>yes</disabled>"),
      ruleXml("group", { source: ["outer"], service: ["both"] }),
      ruleXml("default-ports", {
        destination: ["192.0.2.1"],
        application: ["ssh", "dns"],
        service: ["application-default"],
      }),
      ruleXml(
        "not",
        { source: ["192.0.2.0/24"], destination: ["192.0.2.7"], service: ["odd"] },
        "<negate-source>yes</negate-source>",
      ),
      ruleXml("v6", {
        source: ["2001:db8::/32"],
        destination: ["2001:db8:1::1-2001:db8:1::9"],
        service: ["service-https"],
      }),
      ruleXml("by-tag", { destination: ["dynamic"] }),
      ruleXml("ping", {
        destination: ["192.0.2.8"],
        application: ["ping"],
        service: ["application-default"],
      }),
      ruleXml(
        "inside",
        { from: ["any"], to: ["any"], destination: ["192.0.2.9"] },
        "<rule-type>intrazone</rule-type>",
      ),
      ruleXml("deny", { destination: ["192.0.2.10"] }).replace("allow", "deny"),
      ruleXml("after-deny", { destination: ["192.0.2.10"] }),
      ruleXml("applications", {
        destination: ["192.0.2.30"],
        application: ["nested"],
        service: ["application-default"],
      }),
      ruleXml("filtered", { destination: ["192.0.2.30"], application: ["risky"] }),
      ruleXml("no-applications", { destination: ["192.0.2.31"], application: ["nested"] }).replace(
        "allow",
        "deny",
      ),
      ruleXml("country", { destination: ["AD"] }),
      ruleXml("precedence", { destination: ["dmz"] }),
      ruleXml("region", { destination: ["campus"] }),
      ruleXml("blocked", { source: ["panw-highrisk-ip-list"] }),
    ];
    await set(RULES, rules.join(""));
    await client.delete(`${RULES}/entry[@name='cleanup']`);
    const job = await client.commitAndWait();
    expect(
      job.value("result"),
      job
        .child("details")
        ?.children.map((line) => line.text)
        .join("\n"),
    ).to.equal("OK");
    await set(RULES, ruleXml("uncommitted"));
    await client.config("move", `${RULES}/entry[@name='uncommitted']`, { where: "top" });
  });
  after(() => simulator.stop());

  async function match(question: Question): Promise<string[]> {
    const {
      from = "untrust",
      to = "trust",
      source = "203.0.113.1",
      destination = "198.51.100.1",
      protocol = 6,
      port = 80,
      application,
      all,
    } = question;
    const cmd =
      `<test><security-policy-match><from>${from}</from><to>${to}</to><source>${source}</source>` +
      `<destination>${destination}</destination><protocol>${protocol}</protocol><destination-port>${port}</destination-port>` +
      `${application ? `<application>${application}</application>` : ""}${all ? "<show-all>yes</show-all>" : ""}</security-policy-match></test>`;
    const reply = await client.op(cmd, "vsys1");
    if (reply.status !== "success") return reply.lines;
    return (
      reply.root
        .at("result", "rules")
        ?.entries()
        .map((entry) => `${entry.name}: ${entry.value("action")}`) ?? []
    );
  }

  const cases: [string, Question, string][] = [
    ["a network in a group", { source: "10.1.255.255", port: 8050 }, "group: allow"],
    ["a range in a group in a group", { source: "10.2.0.9", port: 9000 }, "group: allow"],
    [
      "one beyond the range",
      { source: "10.2.0.10", port: 9000, destination: "198.51.100.2" },
      "interzone-default: deny",
    ],
    ["a service group, UDP", { source: "10.1.0.1", protocol: 17, port: 53 }, "group: allow"],
    [
      "the right port of the wrong protocol",
      { source: "10.1.0.1", protocol: 17, port: 8050 },
      "interzone-default: deny",
    ],
    ["a default port", { destination: "192.0.2.1", port: 22 }, "default-ports: allow"],
    [
      "a default port of a named application",
      { destination: "192.0.2.1", port: 53, protocol: 17, application: "dns" },
      "default-ports: allow",
    ],
    [
      "another application's default port",
      { destination: "192.0.2.1", port: 22, application: "dns" },
      "interzone-default: deny",
    ],
    [
      "an application that the rule lacks",
      { destination: "192.0.2.1", port: 25, application: "smtp" },
      "interzone-default: deny",
    ],
    ["a negated source outside", { destination: "192.0.2.7", port: 8000 }, "not: allow"],
    [
      "a negated source inside",
      { source: "192.0.2.50", destination: "192.0.2.7", port: 8000 },
      "interzone-default: deny",
    ],
    ["IPv6 in a range", { source: "2001:db8:ffff::1", destination: "2001:db8:1::9", port: 443 }, "v6: allow"],
    [
      "IPv6 outside",
      { source: "2001:db9::1", destination: "2001:db8:1::9", port: 443 },
      "interzone-default: deny",
    ],
    ["a dynamic group's tagged object", { destination: "10.3.0.1" }, "by-tag: allow"],
    ["ICMP for an ICMP application", { destination: "192.0.2.8", protocol: 1, port: 0 }, "ping: allow"],
    ["TCP for an ICMP application", { destination: "192.0.2.8" }, "interzone-default: deny"],
    ["an intrazone rule within a zone", { from: "trust", destination: "192.0.2.9" }, "inside: allow"],
    ["an intrazone rule between zones", { destination: "192.0.2.9" }, "interzone-default: deny"],
    ["nothing, within a zone", { from: "trust" }, "intrazone-default: allow"],
    [
      "the other direction",
      { from: "trust", to: "untrust", source: "10.1.0.1", port: 8050 },
      "interzone-default: deny",
    ],
    [
      "an application of a group in a group",
      { destination: "192.0.2.30", port: 53, application: "dns" },
      "applications: allow",
    ],
    [
      "one on a port that isn't its default",
      { destination: "192.0.2.30", port: 8443, application: "ssl" },
      "interzone-default: deny",
    ],
    [
      "one that neither the group nor, as far as is known, a filter has",
      { destination: "192.0.2.30", port: 22, application: "ssh" },
      "interzone-default: deny",
    ],
    [
      "a denial by a group of applications",
      { destination: "192.0.2.31", application: "ssl" },
      "no-applications: deny",
    ],
    ["an address whose name is a country's", { destination: "192.0.2.20" }, "interzone-default: deny"],
    [
      "an address of the vsys whose name a shared group has",
      { destination: "192.0.2.21" },
      "interzone-default: deny",
    ],
    ["that group's member", { destination: "192.0.2.25" }, "precedence: allow"],
    ["an address of an administrator's region", { destination: "192.0.2.23" }, "region: allow"],
    ["a deny above an allow", { destination: "192.0.2.10" }, "deny: deny"],
  ];
  for (const [what, question, expected] of cases) {
    it(`${what}: ${expected}`, async () => expect(await match(question)).to.deep.equal([expected]));
  }

  it("shows all up to the first allow when asked to", async () => {
    expect(await match({ destination: "192.0.2.10", all: true })).to.deep.equal([
      "deny: deny",
      "after-deny: allow",
    ]);
  });

  it("refuses zones that aren't, any among them, and protocols by name", async () => {
    expect((await match({ from: "any" }))[0]).to.contain("'any' is not a valid reference");
    expect((await match({ to: "dmz" }))[0]).to.contain("'dmz' is not a valid reference");
    const byName = await client.op(
      `<test><security-policy-match><protocol>tcp</protocol></security-policy-match></test>`,
    );
    expect(byName.status).to.equal("error");
  });

  it("gives index and action of the rule in running", async () => {
    const reply = await client.op(
      `<test><security-policy-match><from>untrust</from><to>trust</to><source>10.1.0.1</source><destination>10.9.9.9</destination><protocol>6</protocol><destination-port>8000</destination-port></security-policy-match></test>`,
    );
    const entry = reply.root.at("result", "rules")?.entry("group");
    expect([entry?.value("index"), entry?.value("action"), entry?.value("terminal")]).to.deep.equal([
      "2",
      "allow",
      "yes",
    ]);
  });

  it("prints a rule as the device has compiled it: one value as text, several as members", async () => {
    const ask = async (name: string, question: string): Promise<string> => {
      const { text } = await client.op(
        `<test><security-policy-match><from>untrust</from><to>trust</to>${question}</security-policy-match></test>`,
      );
      expect(text).to.match(/^<response cmd="status" status="success"><result><rules>/);
      return new RegExp(`<entry name="${name}">.*?</entry>`).exec(text)?.[0] ?? text;
    };
    const common =
      "<user>any</user><source-device>any</source-device><destinataion-device>any</destinataion-device>";
    expect(
      await ask(
        "group",
        "<source>10.1.0.1</source><destination>10.9.9.9</destination><protocol>6</protocol><destination-port>8000</destination-port>",
      ),
    ).to.equal(
      `<entry name="group"><index>2</index><from>untrust</from>` +
        `<source><member>10.1.0.0/16</member><member>10.2.0.5-10.2.0.9</member></source><source-region>none</source-region>` +
        `<to>trust</to><destination>any</destination><destination-region>none</destination-region>${common}<category>any</category>` +
        `<application_service><member>0:any/tcp/any/8000-8100</member><member>1:any/tcp/any/9000</member>` +
        `<member>2:any/udp/any/53</member></application_service>` +
        `<action>allow</action><icmp-unreachable>no</icmp-unreachable><terminal>yes</terminal></entry>`,
    );
    const byDefault = await ask(
      "default-ports",
      "<source>10.9.0.1</source><destination>192.0.2.1</destination><protocol>6</protocol><destination-port>22</destination-port>",
    );
    expect(byDefault).to.contain(
      "<application_service><member>0:ssh/tcp/any/22</member><member>1:dns/tcp/any/53</member><member>2:dns/udp/any/53</member></application_service>",
    );
    const ping = await ask(
      "ping",
      "<source>10.9.0.1</source><destination>192.0.2.8</destination><protocol>1</protocol><application>ping</application>",
    );
    expect(ping).to.contain("<destination>192.0.2.8</destination>");
    expect(ping).to.contain("<application_service>0:ping/icmp/any/any</application_service>");
    const v6 = await ask(
      "v6",
      "<source>2001:db8::1</source><destination>2001:db8:1::1</destination><protocol>6</protocol><destination-port>443</destination-port>",
    );
    expect(v6).to.contain("<source>2001:db8::/32</source>");
    expect(v6).to.contain("<destination>2001:db8:1::1-2001:db8:1::9</destination>");
  });
});
