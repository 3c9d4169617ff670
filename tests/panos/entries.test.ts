import { expect } from "chai";
import { canonicalAddress, ruleFrom, ruleXml } from "../../panos/entries";
import type { Application, SecurityRule } from "../../panos/policy";
import { parseXml } from "../../panos/xml";
import { KINDS } from "../../declaration/kinds";

const rule: SecurityRule = {
  name: "aws-sg-0123-tcp-443",
  description: `web "<shop>" & 'co'`,
  tag: ["aws-panos-k3v9x2ab"],
  from: ["untrust"],
  to: ["trust"],
  source: ["0.0.0.0/0", "2001:db8::/32"],
  destination: ["10.20.1.10", "2001:db8:12::a"],
  application: ["ssl"],
  service: ["application-default"],
  action: "allow",
  profileGroup: "inbound",
  logSetting: "to-siem",
};

const parsed = (xml: string) => ruleFrom(parseXml(xml));

describe("rule entries", () => {
  it("are read as they were written", () => {
    expect(parsed(ruleXml(rule))).to.deep.equal({ ...rule, extras: [] });
  });

  it("ignore what means the default, and what the device adds", () => {
    const device = ruleXml(rule)
      .replace("<entry ", `<entry uuid="1-2" admin="a" dirtyId="3" time="t" `)
      .replace(
        "</entry>",
        "<disabled>no</disabled><rule-type>universal</rule-type><log-end>yes</log-end></entry>",
      );
    expect(parsed(device).extras).to.deep.equal([]);
  });

  for (const [change, extra] of [
    ["<disabled>yes</disabled>", "disabled: yes"],
    ["<negate-source>yes</negate-source>", "negate-source: yes"],
    ["<schedule>nights</schedule>", "schedule: nights"],
    ["<log-end>no</log-end>", "log-end: no"],
    [
      "<option><disable-server-response-inspection>yes</disable-server-response-inspection></option>",
      "option: set",
    ],
    ['<target><devices><entry name="0123"/></devices><negate>no</negate></target>', "target: set"],
    [
      '<target><devices><entry name="0123"><vsys><entry name="vsys1"/></vsys></entry></devices></target>',
      "target: set",
    ],
  ] as const) {
    it(`show ${extra} as something that ours never have: ${change}`, () => {
      expect(parsed(ruleXml(rule).replace("</entry>", `${change}</entry>`)).extras).to.deep.equal([extra]);
    });
  }

  it("ignore any in whatever element: it says what the element's absence says", () => {
    for (const element of [
      "<source-imsi><member>any</member></source-imsi>",
      "<source-nw-slice>any</source-nw-slice>",
      "<saas-user-list><member>any</member></saas-user-list>",
      "<from-the-future><users><member>any</member></users></from-the-future>",
      "<target><negate>no</negate></target>",
      "<target><devices/><negate>no</negate></target>",
    ]) {
      expect(parsed(ruleXml(rule).replace("</entry>", `${element}</entry>`)).extras, element).to.deep.equal(
        [],
      );
    }
  });

  it("show a source-user as something that ours never have", () => {
    const xml = ruleXml(rule).replace("<source-user><member>any<", "<source-user><member>corp\\ann<");
    expect(parsed(xml).extras).to.deep.equal(["source-user: corp\\ann"]);
  });
});

describe("service entries", () => {
  it("are read as they were written", () => {
    const service = {
      name: "aws-k3v9x2ab-tcp-8000-8100",
      protocol: "tcp",
      port: "8000-8100",
      tag: ["t"],
    } as const;
    const found = KINDS.services.from(parseXml(KINDS.services.xml({ ...service, tag: ["t"] })));
    expect(found).to.include({ name: service.name, protocol: "tcp", port: "8000-8100" });
  });

  it("show a source port, which narrows what they mean", () => {
    const xml = `<entry name="s"><protocol><tcp><port>80</port><source-port>1024</source-port></tcp></protocol></entry>`;
    expect(KINDS.services.from(parseXml(xml)).port).to.equal("80 with source-port");
  });
});

describe("custom application entries", () => {
  const common = { name: "aws-k3v9x2ab-i4-3-1", description: "aws-panos-k3v9x2ab: ICMP type 3 code 1" };
  const typed: Application = { ...common, identifiedBy: "icmp-type", number: 3, code: 1 };
  for (const [what, application] of [
    ["a type and code", typed],
    ["code 0", { ...typed, code: 0 }],
    ["a type", { ...common, identifiedBy: "icmp-type", number: 0 }],
    ["an ICMPv6 type", { ...typed, identifiedBy: "icmp6-type" }],
    ["a protocol", { ...common, identifiedBy: "ip-protocol", number: 47 }],
  ] as [string, Application][]) {
    it(`are read as they were written: ${what}`, () => {
      const found = KINDS.applications.from(parseXml(KINDS.applications.xml(application)));
      expect(found).to.deep.equal({ ...application, extras: [] });
      expect(KINDS.applications.hash(found)).to.equal(KINDS.applications.hash(application));
    });
  }

  it("class themselves as PAN-OS asks of every application", () => {
    expect(KINDS.applications.xml(typed)).to.equal(
      '<entry name="aws-k3v9x2ab-i4-3-1">' +
        "<default><ident-by-icmp-type><type>3</type><code>1</code></ident-by-icmp-type></default>" +
        "<category>networking</category><subcategory>ip-protocol</subcategory>" +
        "<technology>network-protocol</technology><risk>1</risk>" +
        "<description>aws-panos-k3v9x2ab: ICMP type 3 code 1</description></entry>",
    );
  });

  for (const change of [
    "<signature><entry name='s'/></signature>",
    "<parent-app>icmp</parent-app>",
    "<tcp-timeout>5</tcp-timeout>",
  ]) {
    it(`are others with ${change}`, () => {
      const changed = KINDS.applications.from(
        parseXml(KINDS.applications.xml(typed).replace("</entry>", `${change}</entry>`)),
      );
      expect(changed.extras).to.have.length(1);
      expect(KINDS.applications.hash(changed)).to.not.equal(KINDS.applications.hash(typed));
    });
  }

  it("are others by another code, another type, or none", () => {
    const hashes = [
      typed,
      { ...typed, code: 0 },
      { ...typed, number: 4 },
      { ...typed, identifiedBy: "icmp6-type" as const },
    ];
    const anyCode: Application = { ...common, identifiedBy: "icmp-type", number: 3 };
    expect(new Set([...hashes, anyCode].map((each) => KINDS.applications.hash(each))).size).to.equal(5);
  });
});

describe("a rule's content", () => {
  const same = (change: Partial<SecurityRule>) =>
    KINDS.rules.hash({ ...rule, ...change }) === KINDS.rules.hash(rule);

  it("is the same whatever the order, case and duplicates that PAN-OS doesn't mind", () => {
    expect(same({ source: ["2001:DB8:0::/32", "0.0.0.0/0", "0.0.0.0/0"] })).to.equal(true);
    expect(same({ destination: ["2001:db8:12:0::a/128", "10.20.1.10/32"] })).to.equal(true);
    expect(same({ description: ` web "<shop>" &  'co' ` })).to.equal(true);
  });

  it("differs with any field that means something", () => {
    expect(same({ source: ["0.0.0.0/0"] })).to.equal(false);
    expect(same({ service: ["any"] })).to.equal(false);
    expect(same({ profileGroup: "other" })).to.equal(false);
    expect(same({ tag: [] })).to.equal(false);
  });

  it("knows one spelling of an address, and leaves names alone", () => {
    expect(canonicalAddress("10.0.0.1/32")).to.equal("10.0.0.1");
    expect(canonicalAddress("2001:DB8::0/64")).to.equal("2001:db8::/64");
    expect(canonicalAddress("Web-Servers")).to.equal("Web-Servers");
    expect(canonicalAddress("10.0.0.1-10.0.0.9")).to.equal("10.0.0.1-10.0.0.9");
  });
});

describe("address entries", () => {
  const address = { name: "aws-x-192.0.2.7-32", value: "192.0.2.7/32", tag: ["aws-panos-x"] };
  const read = (xml: string) => KINDS.addresses.from(parseXml(xml));

  it("are read as they were written, in whichever spelling", () => {
    expect(read(KINDS.addresses.xml(address))).to.deep.equal({ ...address, extras: [] });
    expect(KINDS.addresses.hash(read(KINDS.addresses.xml({ ...address, value: "192.0.2.7" })))).to.equal(
      KINDS.addresses.hash(address),
    );
  });

  it("differ in everything that a person can make of them", () => {
    const entry = KINDS.addresses.xml(address);
    for (const changed of [
      entry.replace("192.0.2.7/32", "192.0.2.8/32"),
      entry.replace(/ip-netmask/g, "fqdn"),
      entry.replace("<tag>", "<description>ours</description><tag>"),
      entry.replace("<tag>", "<tag><member>more</member>"),
    ]) {
      expect(KINDS.addresses.hash(read(changed)), changed).not.to.equal(KINDS.addresses.hash(address));
    }
  });
});

describe("address group entries", () => {
  const [fixed, dynamic] = [
    { name: "aws-x-pl-0a", members: ["b", "a"], tag: ["aws-panos-x"] },
    { name: "aws-x-sg-0a", filter: "'aws-panos-x-sg-0a'", tag: ["aws-panos-x"] },
  ];
  const read = (xml: string) => KINDS.addressGroups.from(parseXml(xml));

  it("are read as they were written, static or dynamic", () => {
    expect(read(KINDS.addressGroups.xml(fixed))).to.deep.equal({ ...fixed, filter: "", extras: [] });
    expect(read(KINDS.addressGroups.xml(dynamic))).to.deep.equal({ ...dynamic, members: [], extras: [] });
    for (const group of [fixed, dynamic]) {
      expect(KINDS.addressGroups.hash(read(KINDS.addressGroups.xml(group)))).to.equal(
        KINDS.addressGroups.hash(group),
      );
    }
  });

  it("differ with a member, and not with the members' order", () => {
    const hash = (members: string[]) => KINDS.addressGroups.hash({ ...fixed, members });
    expect(hash(["a", "b"])).to.equal(hash(fixed.members));
    expect(hash(["a"])).not.to.equal(hash(fixed.members));
    expect(hash([...fixed.members, "c"])).not.to.equal(hash(fixed.members));
  });
});
