import { expect } from "chai";
import { adoption } from "../../mapping/adoption";
import { alreadyAllowed, coveredBy } from "../../mapping/coverage";
import type { Rulebase } from "../../panos/policy";
import { rulebaseFrom } from "../../panos/rulebase";
import { child, find, parseXml } from "../../panos/xml";
import { firewallConfig, ruleEntry } from "../support/lab";
import { policyOf } from "./fixtures";

const OPTIONS = { enabled: true, cleanupRule: "cleanup" };
/** ssl on tcp/443 and ssh on tcp/22, both from 203.0.113.0/24 to 10.0.1.10. */
const POLICY = policyOf(
  [443, 22].map((port) => ({ cidrIpv4: "203.0.113.0/24", fromPort: port, toPort: port, id: `sgr-${port}` })),
);
const [SSH, HTTPS] = ["aws-sg-0a1b2c3d-tcp-22", "aws-sg-0a1b2c3d-tcp-443"];

/** The rulebase of a firewall's whole configuration, with these objects in the vsys and in shared. */
function firewall(rules: string[], { vsys = "", shared = "" } = {}): Rulebase {
  const config = parseXml(
    firewallConfig(rules)
      .replace("<shared/>", `<shared>${shared}</shared>`)
      .replace("<zone>", `${vsys}<zone>`),
  );
  const entry = find(config, "devices", "entry", "vsys", "entry");
  return rulebaseFrom(entry, child(config, "shared"));
}

/** In short, what becomes of the two: "443 covered by web-in; 22 needed". */
function verdict(rulebase: Rulebase): string {
  const { covered, shadowed } = alreadyAllowed(POLICY, { candidate: rulebase, running: rulebase }, OPTIONS);
  return [HTTPS, SSH]
    .map((name) => {
      const cover = covered.find(({ rule: { rule } }) => rule.name === name);
      const by = shadowed.filter(({ rule: { rule } }) => rule.name === name).map((each) => each.by);
      const text = cover ? `covered by ${coveredBy(cover)}` : "needed";
      return `${name.split("-").at(-1)} ${text}${by.length > 0 ? `, maybe denied by ${by.join(" and ")}` : ""}`;
    })
    .join("; ");
}

function adopting(rulebase: Rulebase, name: string): string {
  const options = { ...OPTIONS, adopt: [name] };
  const rulebases = { candidate: rulebase, running: rulebase };
  const { needed } = alreadyAllowed(POLICY, rulebases, options);
  const { adopted, refused } = adoption(needed, POLICY, rulebases, options);
  return adopted.map(({ by }) => `adopted by ${by.join(" and ")}`).join() || refused.join();
}

const NEEDED = "443 needed; 22 needed";
const OPEN = "443 covered by open; 22 covered by open";
const open = (fields: Parameters<typeof ruleEntry>[1] = {}) => ruleEntry("open", fields);
const with_ = (rule: string, element: string) => rule.replace("</entry>", `${element}</entry>`);
const entry = (name: string, content: string) => `<entry name="${name}">${content}</entry>`;
const list = (tag: string, ...members: string[]) =>
  `<${tag}>${members.map((member) => `<member>${member}</member>`).join("")}</${tag}>`;
const address = (name: string, value: string) => entry(name, `<ip-netmask>${value}</ip-netmask>`);
const group = (name: string, ...members: string[]) => entry(name, list("static", ...members));
const applications = (name: string, ...members: string[]) =>
  `<application-group>${entry(name, list("members", ...members))}</application-group>`;

describe("administrators' rules: elements beside the known ones", () => {
  for (const element of [
    "<saas-user-list><member>finance-users</member></saas-user-list>",
    "<saas-tenant-list><member>acme</member></saas-tenant-list>",
    "<from-the-future>yes</from-the-future>",
    '<device-posture><entry name="managed"/></device-posture>',
    "<target><devices><entry name='0123'/></devices></target>",
    "<rule-type>extrazone</rule-type>",
  ]) {
    it(`${element} narrows: it covers nothing, can't be taken over, and may deny`, () => {
      expect(verdict(firewall([with_(open(), element)]))).to.equal(NEEDED);
      const exact = {
        source: "203.0.113.0/24",
        destination: "10.0.1.10",
        application: "ssl",
        service: "application-default",
      };
      expect(adopting(firewall([ruleEntry("old", exact)]), "old")).to.equal(`adopted by ${HTTPS}`);
      expect(adopting(firewall([with_(ruleEntry("old", exact), element)]), "old")).to.match(
        /rule old can't be taken over: it has [a-z-]+, which this program doesn't know/,
      );
      const denial = with_(ruleEntry("no", { action: "deny", source: "203.0.113.7" }), element);
      expect(verdict(firewall([denial, open()]))).to.equal(
        "443 covered by open, of which no above may deny a part; 22 covered by open, of which no above may deny a part",
      );
    });
  }

  for (const element of [
    "<saas-user-list><member>any</member></saas-user-list>",
    "<source-imsi>any</source-imsi>",
    "<from-the-future/>",
    "<from-the-future><devices/><users><member>any</member></users></from-the-future>",
    "<target><negate>no</negate></target>",
    "<option><disable-server-response-inspection>yes</disable-server-response-inspection></option>",
    "<qos><marking><ip-dscp>af11</ip-dscp></marking></qos>",
    "<group-tag>web</group-tag>",
  ]) {
    it(`${element} does not`, () => {
      expect(verdict(firewall([with_(open(), element)]))).to.equal(OPEN);
    });
  }
});

describe("administrators' rules: names of several things", () => {
  const objects = (...kinds: [kind: string, ...entries: string[]][]) =>
    kinds.map(([kind, ...all]) => `<${kind}>${all.join("")}</${kind}>`).join("");
  const from = (source: string, more: Parameters<typeof firewall>[1]) => {
    const covers = verdict(firewall([open({ source })], more));
    const denies = verdict(firewall([ruleEntry("no", { source, action: "drop" })], more));
    return [covers === OPEN ? "covers" : covers, denies === NEEDED ? "denies nothing" : "may deny"].join(
      ", ",
    );
  };
  const OFFICE = address("office", "203.0.113.0/24");
  const OTHER = address("other", "192.0.2.1");

  for (const code of ["IT", "AD", "EU", "XK", "A1", "GB"]) {
    it(`${code} is a region, whatever object is called so`, () => {
      const inGroup = objects(["address", OFFICE], ["address-group", group(code, "office")]);
      expect(from(code, { vsys: inGroup })).to.equal(`${NEEDED}, may deny`);
      expect(from(code, { shared: objects(["address", address(code, "203.0.113.0/24")]) })).to.equal(
        `${NEEDED}, may deny`,
      );
      const harmless = objects(["address", address(code, "192.0.2.1")]);
      expect(from(code, { vsys: harmless })).to.equal(`${NEEDED}, may deny`);
      expect(
        adopting(
          firewall([ruleEntry("old", { source: code, destination: "10.0.1.10", application: "ssl" })], {
            vsys: inGroup,
          }),
          "old",
        ),
      ).to.include("can't be taken over");
      const nested = objects(
        ["address", address(code, "203.0.113.0/24")],
        ["address-group", group("all", code)],
      );
      expect(from("all", { vsys: nested })).to.equal(`${NEEDED}, may deny`);
    });
  }

  it("two other letters are an object", () => {
    expect(from("HQ", { vsys: objects(["address", address("HQ", "203.0.113.0/24")]) })).to.equal(
      "covers, may deny",
    );
  });

  it("an administrator's region counts by its addresses, and less where an object is called so, too", () => {
    const region = (...addresses: string[]) =>
      objects(["region", entry("campus", list("address", ...addresses))]);
    expect(from("campus", { vsys: region("203.0.113.0-203.0.113.255") })).to.equal("covers, may deny");
    expect(from("campus", { shared: region("192.0.2.0/24") })).to.equal(`${NEEDED}, denies nothing`);
    const object = objects(["address", address("campus", "203.0.113.0/24")]);
    expect(from("campus", { vsys: region("192.0.2.0/24") + object })).to.equal(`${NEEDED}, may deny`);
    const geography = objects([
      "region",
      entry("campus", "<geo-location><latitude>1</latitude></geo-location>"),
    ]);
    expect(from("campus", { vsys: geography })).to.equal(`${NEEDED}, may deny`);
  });

  const office = objects(["address", address("dmz", "203.0.113.0/24")]);
  for (const [what, more] of [
    [
      "a shared group",
      { vsys: office, shared: objects(["address", OTHER], ["address-group", group("dmz", "other")]) },
    ],
    ["a shared address", { vsys: office, shared: objects(["address", address("dmz", "192.0.2.1")]) }],
    [
      "the vsys's own, of another value than the shared one",
      { shared: office, vsys: objects(["address", address("dmz", "192.0.2.1")]) },
    ],
    ["an external list", { vsys: office + objects(["external-list", entry("dmz", "<type/>")]) }],
    [
      "a group in the same vsys",
      {
        vsys:
          office.replace("</address>", `${OTHER}</address>`) +
          objects(["address-group", group("dmz", "other")]),
      },
    ],
  ] as const) {
    it(`an address that shares its name with ${what} covers by what both have, and denies by what either has`, () => {
      expect(from("dmz", more)).to.equal(`${NEEDED}, may deny`);
    });
  }

  it("doubles that say the same, or both cover, cover", () => {
    expect(from("dmz", { vsys: office, shared: office })).to.equal("covers, may deny");
    const wider = objects(["address", address("dmz", "203.0.0.0/16")]);
    expect(from("dmz", { vsys: office, shared: wider })).to.equal("covers, may deny");
  });

  it("services are read alike: groups, shared ones, and the predefined", () => {
    const tcp = (name: string, port: number) =>
      objects(["service", entry(name, `<protocol><tcp><port>${port}</port></tcp></protocol>`)]);
    const on = (service: string, more: Parameters<typeof firewall>[1]) => [
      verdict(firewall([open({ service })], more)),
      verdict(firewall([ruleEntry("no", { service, action: "deny" })], more)),
    ];
    const ssl = "443 covered by open; 22 needed";
    const denied = "443 needed, maybe denied by no; 22 needed";
    expect(on("web", { vsys: tcp("web", 443) })).to.deep.equal([ssl, denied]);
    expect(on("web", { vsys: tcp("web", 443), shared: tcp("web", 8443) })).to.deep.equal([NEEDED, denied]);
    const members = objects(["service-group", entry("web", list("members", "odd"))]);
    expect(on("web", { vsys: tcp("web", 443), shared: members + tcp("odd", 1) })).to.deep.equal([
      NEEDED,
      denied,
    ]);
    expect(on("service-https", { shared: tcp("service-https", 8443) })).to.deep.equal([NEEDED, denied]);
  });
});

describe("administrators' rules: groups and filters of applications", () => {
  const default_ = { service: "application-default" };

  it("a group covers, denies and is taken over as its members are, in groups too and from shared", () => {
    const vsys = applications("web-apps", "ssl", "web-browsing");
    const web = open({ application: "web-apps", ...default_ });
    expect(verdict(firewall([web], { vsys }))).to.equal("443 covered by open; 22 needed");
    expect(verdict(firewall([web], { shared: vsys }))).to.equal("443 covered by open; 22 needed");
    const nested = applications("outer", "web-apps", "dns");
    expect(verdict(firewall([open({ application: "outer" })], { vsys: nested, shared: vsys }))).to.equal(
      "443 covered by open; 22 needed",
    );
    const no = ruleEntry("no", { application: "web-apps", action: "deny" });
    expect(verdict(firewall([no], { vsys }))).to.equal("443 needed, maybe denied by no; 22 needed");
  });

  it("one whose every application is declared can be taken over, one with any other not", () => {
    const old = { source: "203.0.113.0/24", destination: "10.0.1.10", application: "web", ...default_ };
    const rule = ruleEntry("old", old);
    expect(adopting(firewall([rule], { vsys: applications("web", "ssl") }), "old")).to.equal(
      `adopted by ${HTTPS}`,
    );
    expect(adopting(firewall([rule], { vsys: applications("web", "ssl", "ssh") }), "old")).to.equal(
      `adopted by ${HTTPS} and ${SSH}`,
    );
    expect(adopting(firewall([rule], { vsys: applications("web", "ssl", "ftp") }), "old")).to.include(
      "for example ftp",
    );
    const filter = `<application-filter>${entry("web", list("category", "networking"))}</application-filter>`;
    expect(adopting(firewall([rule], { vsys: filter }), "old")).to.include("can't be taken over");
    expect(adopting(firewall([rule], { vsys: applications("web", "web") }), "old")).to.include(
      "can't be taken over",
    );
  });

  it("a filter covers nothing and may deny everything", () => {
    const vsys = `<application-filter>${entry("risky", list("risk", "5"))}</application-filter>`;
    expect(verdict(firewall([open({ application: "risky" })], { vsys }))).to.equal(NEEDED);
    expect(verdict(firewall([ruleEntry("no", { application: "risky", action: "deny" })], { vsys }))).to.equal(
      "443 needed, maybe denied by no; 22 needed, maybe denied by no",
    );
    const mixed = applications("mixed", "ssl", "risky") + vsys;
    expect(verdict(firewall([open({ application: "mixed" })], { vsys: mixed }))).to.equal(
      "443 covered by open; 22 needed",
    );
  });

  it("a group called like an application counts as what both are", () => {
    const vsys = applications("ssl", "web-browsing");
    expect(verdict(firewall([open({ application: "ssl" })], { vsys }))).to.equal(NEEDED);
    const no = ruleEntry("no", { application: "ssl", action: "deny" });
    expect(verdict(firewall([no], { vsys }))).to.equal("443 needed, maybe denied by no; 22 needed");
  });

  it("an application of an administrator's own is no other", () => {
    const vsys = `<application>${entry("inhouse", "<category>x</category>")}</application>`;
    expect(
      verdict(firewall([ruleEntry("no", { application: "inhouse", action: "deny" })], { vsys })),
    ).to.equal(NEEDED);
    expect(verdict(firewall([open({ application: "inhouse" })], { vsys }))).to.equal(NEEDED);
  });
});

describe("administrators' rules: denials above an allow", () => {
  const part = "covered by open, of which no above may deny a part";
  for (const [what, no] of [
    ["one host", { source: "203.0.113.77", action: "drop" }],
    ["a predefined block list", { source: "panw-highrisk-ip-list", action: "deny" }],
    ["a country", { source: "KP", action: "reset-both" }],
    ["everything", { action: "deny" }],
  ] as const) {
    it(`${what}: ours would be below both, so it is left out and both are named`, () => {
      expect(verdict(firewall([ruleEntry("no", no), open()]))).to.equal(`443 ${part}; 22 ${part}`);
    });
  }

  it("a denial of the other direction isn't named", () => {
    const out = ruleEntry("out", { destination: "198.51.100.0/24", action: "deny" });
    expect(verdict(firewall([out, open()]))).to.equal(OPEN);
  });
});
