import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { Simulator } from "../../packages/simulator/index";
import { Client, RULES, VSYS, ruleXml } from "./stock-client";

const entry = (name: string): string => `${RULES}/entry[@name='${name}']`;

describe("simulator: writes", () => {
  let simulator: Simulator;
  let client: Client;

  beforeEach(async () => {
    simulator = await startSimulator();
    client = await Client.login(simulator);
  });
  afterEach(() => simulator.stop());

  it("set merges: lists grow, values are replaced, nothing goes, and the parents are made", async () => {
    await client.set(RULES, ruleXml("r", { source: ["10.0.0.1"] }, "<description>one</description>"));
    await client.set(
      RULES,
      `<entry name="r"><source><member>10.0.0.2</member></source><description>two</description></entry>`,
    );
    await client.set(`${entry("r")}/source`, "<member>10.0.0.3</member><member>10.0.0.2</member>");
    expect(simulator.candidate(`${entry("r")}/source`)).to.equal(
      "<source><member>10.0.0.1</member><member>10.0.0.2</member><member>10.0.0.3</member></source>",
    );
    expect(simulator.candidate(`${entry("r")}/description`)).to.equal("<description>two</description>");
    expect((await client.set(`${VSYS}/schedule/entry[@name='s']`, "<schedule-type/>")).code).to.equal("20");
    expect(simulator.candidate(`${VSYS}/schedule/entry/@name`)).to.equal("");
    expect(simulator.candidate(`${VSYS}/schedule`)).to.contain(`<entry name="s">`);
  });

  it("edit replaces the node, creates an absent one, and refuses an element that isn't the node", async () => {
    await client.edit(entry("r"), ruleXml("r", {}, "<disabled>no</disabled><description>x</description>"));
    const uuid = /uuid="([^"]+)"/.exec(simulator.candidate(entry("r")))?.[1];
    expect(simulator.candidate(`${entry("r")}/disabled`)).to.equal("<disabled>no</disabled>");
    await client.edit(entry("r"), ruleXml("r"));
    expect(simulator.candidate(entry("r")))
      .to.contain(uuid)
      .and.not.contain("description");
    for (const element of [ruleXml("other"), "<rules/>", ""]) {
      expect((await client.edit(entry("r"), element)).status).to.equal("error");
    }
  });

  it("keeps a rule's uuid through edit, rename, move and commit, and clones get one of their own", async () => {
    const uuid = (name: string): string | undefined =>
      /uuid="([^"]+)"/.exec(simulator.candidate(entry(name)))?.[1];
    await client.set(RULES, ruleXml("r"));
    const first = uuid("r");
    expect(first).to.match(/^[0-9a-f-]{36}$/);
    await client.config("rename", entry("r"), { newname: "s" });
    await client.config("move", entry("s"), { where: "top" });
    await client.commitAndWait();
    expect(uuid("s")).to.equal(first);
    await client.config("clone", RULES, { from: "s", newname: "t" });
    expect(uuid("t"))
      .to.match(/^[0-9a-f-]{36}$/)
      .and.not.equal(first);
  });

  it("delete takes a node or a member, and calls an absent one a success of code 7", async () => {
    await client.set(RULES, ruleXml("r", { source: ["10.0.0.1", "10.0.0.2"] }));
    await client.delete(`${entry("r")}/source/member[text()='10.0.0.1']`);
    expect(simulator.candidate(`${entry("r")}/source`)).to.equal(
      "<source><member>10.0.0.2</member></source>",
    );
    await client.delete(`${RULES}/entry[@name='r' or @name='cleanup']`);
    expect(simulator.candidateRules()).to.deep.equal([]);
    const absent = await client.delete(entry("r"));
    expect([absent.status, absent.code, absent.lines]).to.deep.equal([
      "success",
      "7",
      ["Object doesn't exist"],
    ]);
  });

  it("move knows before, after, top and bottom, and refuses what makes no sense", async () => {
    for (const name of ["a", "b"]) await client.set(RULES, ruleXml(name));
    const move = (name: string, more: Record<string, string>) => client.config("move", entry(name), more);
    await move("a", { where: "before", dst: "cleanup" });
    await move("b", { where: "after", dst: "a" });
    expect(simulator.candidateRules()).to.deep.equal(["a", "b", "cleanup"]);
    await move("a", { where: "bottom" });
    await move("cleanup", { where: "top" });
    expect(simulator.candidateRules()).to.deep.equal(["cleanup", "b", "a"]);
    expect((await move("cleanup", { where: "top" })).code).to.equal("14");
    expect((await move("a", { where: "before", dst: "nobody" })).status).to.equal("error");
    expect((await move("nobody", { where: "top" })).status).to.equal("error");
    expect((await move("a", { where: "sideways" })).httpStatus).to.equal(400);
    expect(simulator.candidateRules()).to.deep.equal(["cleanup", "b", "a"]);
  });

  it("rename carries the references along and refuses a taken name", async () => {
    await client.set(`${VSYS}/address`, `<entry name="a"><ip-netmask>10.0.0.1</ip-netmask></entry>`);
    await client.set(`${VSYS}/address`, `<entry name="b"><fqdn>example.com</fqdn></entry>`);
    await client.set(RULES, ruleXml("r", { source: ["a"] }));
    expect(
      (await client.config("rename", `${VSYS}/address/entry[@name='a']`, { newname: "c" })).code,
    ).to.equal("20");
    expect(simulator.candidate(`${entry("r")}/source`)).to.equal("<source><member>c</member></source>");
    const taken = await client.config("rename", `${VSYS}/address/entry[@name='c']`, { newname: "b" });
    expect(taken.lines[0]).to.contain("is already in use");
  });

  it("refuses references that mean nothing, with PAN-OS's lines", async () => {
    const reply = await client.set(RULES, ruleXml("Test1", { source: ["FOO"] }));
    expect(reply.text).to.equal(
      `<response status="error" code="12"><msg>` +
        `<line><![CDATA[ Test1 -> source 'FOO' is not an allowed keyword]]></line>` +
        `<line><![CDATA[ Test1 -> source FOO is an invalid ipv4/v6 address]]></line>` +
        `<line><![CDATA[ Test1 -> source 'FOO' is not a valid reference]]></line>` +
        `<line><![CDATA[ Test1 -> source FOO range separator('-') not found]]></line>` +
        `<line><![CDATA[ Test1 -> source is invalid]]></line></msg></response>`,
    );
    const more = [
      ruleXml("r", { application: ["no-such-application"] }),
      ruleXml("r", { service: ["tcp-99"] }),
      ruleXml("r", {}, "<tag><member>no-tag</member></tag>"),
      ruleXml("r", {}, "<log-setting>no-profile</log-setting>"),
      ruleXml("r", {}, "<profile-setting><group><member>no-group</member></group></profile-setting>"),
      ruleXml(
        "r",
        {},
        "<profile-setting><profiles><virus><member>X</member></virus></profiles></profile-setting>",
      ),
      ruleXml("r").replace("allow", "permit"),
      ruleXml("r", { source: ["10.0.0.256"] }),
      ruleXml("r", { source: ["10.0.0.9-10.0.0.1"] }),
    ];
    for (const element of more) expect((await client.set(RULES, element)).code, element).to.equal("12");
    expect((await client.set(RULES, more[5] ?? "")).lines).to.include(
      " r -> profile-setting -> profiles -> virus 'X' is not a valid reference",
    );
    expect(simulator.candidateRules()).to.deep.equal(["cleanup"]);
  });

  it("takes every form of address, and objects of shared", async () => {
    await client.set(
      "/config/shared/address",
      `<entry name="everywhere"><ip-range>10.0.0.1-10.0.0.9</ip-range></entry>`,
    );
    const source = [
      "10.0.0.0/8",
      "10.0.0.5",
      "10.0.0.1-10.0.0.9",
      "2001:db8::/32",
      "2001:db8::1",
      "0.0.0.0/0",
      "everywhere",
      "US",
    ];
    expect((await client.set(RULES, ruleXml("r", { source }))).code).to.equal("20");
  });

  it("refuses nodes that the schema doesn't have, by their place", async () => {
    const inRule = await client.set(
      RULES,
      ruleXml("TEST", {}, "<hip-profiles><member>any</member></hip-profiles>"),
    );
    expect([inRule.code, inRule.lines[0]]).to.deep.equal(["12", " TEST -> hip-profiles unexpected here"]);
    expect(
      (await client.set(RULES, ruleXml("TEST", {}, "<target><negate>no</negate></target>"))).code,
    ).to.equal("12");
    const path = await client.set("/config/shared/rulebase/security/rules", ruleXml("r"));
    expect(path.lines[0]).to.match(/^Could not find schema node for xpath \/config\/shared\/rulebase/);
    const vsys = await client.set(RULES.replace("vsys1", "vsys99"), ruleXml("r"));
    expect([vsys.code, vsys.lines]).to.deep.equal(["17", ["vsys99 is invalid vsys"]]);
  });

  it("refuses names over 63 characters with the exact text, and counts characters, not bytes", async () => {
    const long = "n".repeat(64);
    const reply = await client.set(
      `${VSYS}/address`,
      `<entry name="${long}"><ip-netmask>10.0.0.1</ip-netmask></entry>`,
    );
    expect([reply.code, reply.lines]).to.deep.equal([
      "12",
      [` ${long} can be at most 63 characters, but current length: 64`],
    ]);
    expect((await client.set(RULES, ruleXml("r".repeat(63)))).code).to.equal("20");
    expect((await client.set(`${VSYS}/tag`, `<entry name="${"ä".repeat(127)}"/>`)).code).to.equal("20");
    const renamed = await client.config("rename", entry("r".repeat(63)), { newname: "r".repeat(64) });
    expect(renamed.lines[0]).to.contain("can be at most 63 characters, but current length: 64");
  });

  it("holds rule names to the characters that the web interface takes, however they come", async () => {
    await client.set(RULES, ruleXml("plain Name_1.a-b"));
    expect(simulator.candidateRules()).to.include("plain Name_1.a-b");
    for (const name of ["a@b", "(a)", "a&apos;b", "ä", "-a", ".a", " a", "a+b", "a/b", "a&#9;b"]) {
      expect((await client.set(RULES, ruleXml(name))).code, name).to.equal("12");
      const xpath = `${RULES}/entry[@name="${name}"]`;
      expect((await client.edit(xpath, ruleXml(name))).code, name).to.equal("12");
    }
    for (const action of ["rename", "clone"]) {
      const from = action === "clone" ? { from: "plain Name_1.a-b" } : {};
      const xpath = action === "clone" ? RULES : entry("plain Name_1.a-b");
      expect((await client.config(action, xpath, { newname: "a@b", ...from })).code).to.equal("12");
    }
    expect(simulator.candidateRules().filter((name) => /[^ \w.-]/.test(name))).to.deep.equal([]);
  });

  it("takes 64 tags on a rule and on an object, and refuses one more, however it comes", async () => {
    const names = Array.from({ length: 65 }, (_, index) => `tag${index}`);
    await client.set(`${VSYS}/tag`, names.map((name) => `<entry name="${name}"/>`).join(""));
    const tags = (count: number) =>
      `<tag>${names
        .slice(0, count)
        .map((name) => `<member>${name}</member>`)
        .join("")}</tag>`;
    expect((await client.set(RULES, ruleXml("r", {}, tags(64)))).code).to.equal("20");
    const grown = await client.set(`${entry("r")}/tag`, "<member>tag64</member>");
    expect([grown.code, grown.lines[0]]).to.deep.equal([
      "12",
      " r -> tag can have at most 64 members, but has 65",
    ]);
    expect((await client.set(RULES, ruleXml("s", {}, tags(65)))).code).to.equal("12");
    expect((await client.edit(`${entry("r")}/tag`, tags(65))).code).to.equal("12");
    const object = `<entry name="a"><ip-netmask>10.0.0.1</ip-netmask>${tags(65)}</entry>`;
    expect((await client.set(`${VSYS}/address`, object)).code).to.equal("12");
    // What is there already is no new member.
    expect((await client.set(`${entry("r")}/tag`, "<member>tag63</member>")).code).to.equal("20");
  });

  it("refuses any beside others, also when a set makes it so", async () => {
    expect((await client.set(RULES, ruleXml("r", { source: ["any", "10.0.0.1"] }))).code).to.equal("12");
    await client.set(RULES, ruleXml("r"));
    const grown = await client.set(`${entry("r")}/source`, "<member>10.0.0.1</member>");
    expect(grown.lines[0]).to.match(/^ r -> source 'any' should not be used with another/);
    expect(simulator.candidate(`${entry("r")}/source`)).to.equal("<source><member>any</member></source>");
    expect(
      (await client.set(RULES, ruleXml("s", { service: ["application-default", "service-http"] }))).code,
    ).to.equal("12");
  });

  it("keeps objects that something refers to, and says where", async () => {
    await client.set(`${VSYS}/address`, `<entry name="a"><ip-netmask>10.0.0.1</ip-netmask></entry>`);
    await client.set(`${VSYS}/address-group`, `<entry name="g"><static><member>a</member></static></entry>`);
    await client.set(RULES, ruleXml("r", { destination: ["a"] }));
    const reply = await client.delete(`${VSYS}/address/entry[@name='a']`);
    expect(reply.code).to.equal("10");
    expect(reply.lines).to.deep.equal([
      " a cannot be deleted because of references from: address-group -> g -> static",
      " rulebase -> security -> rules -> r -> destination",
    ]);
    expect((await client.delete(`${VSYS}/address`)).code).to.equal("10");
    expect((await client.edit(`${VSYS}/address`, "<address/>")).code).to.equal("10");
    await client.delete(`${VSYS}/address-group/entry[@name='g']`);
    await client.delete(entry("r"));
    expect((await client.delete(`${VSYS}/address/entry[@name='a']`)).code).to.equal("20");
  });

  it("has one set of names for address objects and groups, and takes no group of what isn't there", async () => {
    const address = (name: string) => `<entry name="${name}"><ip-netmask>10.0.0.0/24</ip-netmask></entry>`;
    const group = (name: string, member: string) =>
      `<entry name="${name}"><static><member>${member}</member></static></entry>`;
    await client.set(`${VSYS}/address`, address("a"));
    const twice = await client.set(`${VSYS}/address-group`, group("a", "a"));
    expect([twice.code, twice.lines[0]]).to.deep.equal(["12", " address-group -> a 'a' is already in use"]);
    expect((await client.set(`${VSYS}/address-group`, group("g", "a"))).code).to.equal("20");
    expect((await client.set(`${VSYS}/address`, address("g"))).code).to.equal("12");
    const dangling = await client.set(`${VSYS}/address-group`, group("h", "b"));
    expect([dangling.code, dangling.lines[0]]).to.deep.equal([
      "12",
      " h -> static 'b' is not a valid reference",
    ]);
    expect((await client.set(`${VSYS}/address-group`, group("h", "10.0.0.0/24"))).code).to.equal("12");
    expect((await client.set(`${VSYS}/address`, address("2001:db8::-32"))).code).to.equal("12");
  });

  it("overrides nothing, for nothing is pushed to it", async () => {
    const reply = await client.config("override", RULES, { element: ruleXml("r") });
    expect(reply.lines[0]?.trim()).to.equal("Object cannot be overridden");
  });
});
