import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { Simulator, SimulatorOptions } from "../../packages/simulator/index";
import { Client, RULES, ruleXml, send, VSYS, type Reply } from "./stock-client";

const tags = (...names: string[]) => `<tag>${names.map((name) => `<member>${name}</member>`).join("")}</tag>`;

describe("simulator: registered addresses", () => {
  let simulator: Simulator;
  let client: Client;

  const open = async (options: SimulatorOptions = {}) => {
    simulator = await startSimulator(options);
    client = await Client.login(simulator);
  };
  afterEach(() => simulator.stop());

  const message = (payload: string, more: Record<string, string> = {}): Promise<Reply> =>
    client.send({
      type: "user-id",
      cmd: `<uid-message><version>2.0</version><type>update</type><payload>${payload}</payload></uid-message>`,
      ...more,
    });
  const register = (ip: string, ...names: string[]) =>
    message(`<register><entry ip="${ip}" persistent="1">${tags(...names)}</entry></register>`);
  const read = async (inner = "<all/>", vsys?: string) => {
    const { root } = await client.op(
      `<show><object><registered-ip>${inner}</registered-ip></object></show>`,
      vsys,
    );
    return (root.child("result")?.entries() ?? []).map((entry) => [
      entry.attributes["ip"],
      ...entry.members("tag"),
    ]);
  };
  /** The rule that decides about a flow to an address. */
  const decides = async (destination: string) => {
    const { root } = await client.op(
      `<test><security-policy-match><source>192.0.2.1</source><destination>${destination}</destination>` +
        "<protocol>6</protocol><destination-port>443</destination-port></security-policy-match></test>",
    );
    return root.at("result", "rules")?.entries()[0]?.name;
  };

  it("fill a dynamic group of the running policy, with no commit", async () => {
    await open();
    await client.set(
      `${VSYS}/address-group`,
      "<entry name='dag'><dynamic><filter>'web'</filter></dynamic></entry>",
    );
    await client.set(RULES, ruleXml("to-dag", { destination: ["dag"] }));
    await client.config("move", `${RULES}/entry[@name='to-dag']`, { where: "top" });
    expect((await client.commitAndWait()).value("result")).to.equal("OK");
    expect(await decides("10.0.0.1")).to.equal("cleanup");
    await register("10.0.0.1", "web");
    await register("2001:DB8:0::1", "web", "other");
    expect(await decides("10.0.0.1")).to.equal("to-dag");
    expect(await decides("2001:db8::1")).to.equal("to-dag");
    expect(await decides("10.0.0.2")).to.equal("cleanup");
    await message(`<unregister><entry ip="10.0.0.1">${tags("web")}</entry></unregister>`);
    expect(await decides("10.0.0.1")).to.equal("cleanup");
    expect((await client.op("<check><pending-changes></pending-changes></check>")).text).to.contain("no");
  });

  it("give an address the tags of a registered range around it", async () => {
    await open();
    await register("10.1.0.0/16", "lab");
    await register("10.1.2.3", "web");
    await client.set(
      `${VSYS}/address-group`,
      "<entry name='both'><dynamic><filter>'lab' and 'web'</filter></dynamic></entry>",
    );
    await client.commitAndWait();
    const { text } = await client.op(
      "<show><object><dynamic-address-group><all/></dynamic-address-group></object></show>",
    );
    expect(text).to.contain('<entry name="10.1.2.3" type="registered-ip"/>').and.not.to.contain("10.1.0.0");
  });

  it("are addresses, IPv4 ranges and single IPv6 addresses, and nothing else", async () => {
    await open();
    for (const ip of ["10.0.0.1-10.0.0.9", "10.2.0.0/24", "2001:db8::7/128", "10.0.0.3/32"]) {
      expect((await register(ip, "t")).status, ip).to.equal("success");
    }
    for (const ip of ["2001:db8::/64", "somewhere", "10.0.0.300"]) {
      expect((await register(ip, "t")).text, ip).to.contain("is invalid");
    }
    expect((await read()).map(([ip]) => ip)).to.deep.equal([
      "10.0.0.1-10.0.0.9",
      "10.2.0.0/24",
      "2001:db8::7",
      "10.0.0.3",
    ]);
  });

  it("are each vsys's own", async () => {
    await open();
    await register("10.0.0.1", "t");
    const elsewhere = await message("<register/>", { vsys: "vsys9" });
    expect([elsewhere.code, ...elsewhere.lines]).to.deep.equal(["17", "vsys9 is invalid vsys"]);
    expect(await read("<all/>", "vsys1")).to.deep.equal([["10.0.0.1", "t"]]);
  });

  it("are read page by page, by tag and by address", async () => {
    await open();
    const entries = Array.from(
      { length: 7 },
      (_, n) => `<entry ip="10.0.0.${n}">${tags(n % 2 ? "odd" : "even")}</entry>`,
    );
    await message(`<register>${entries.join("")}</register>`);
    const page = (start: number) => `<all/><limit>3</limit><start-point>${start}</start-point>`;
    expect((await read(page(1))).map(([ip]) => ip)).to.deep.equal(["10.0.0.0", "10.0.0.1", "10.0.0.2"]);
    expect(await read(page(7))).to.deep.equal([["10.0.0.6", "even"]]);
    expect(await read(page(8))).to.deep.equal([]);
    expect(await read("<tag><entry name='odd'/></tag>")).to.have.length(3);
    expect(await read("<ip>10.0.0.4</ip>")).to.deep.equal([["10.0.0.4", "even"]]);
  });

  it("refuse what is there already, entry by entry, and take the rest", async () => {
    await open();
    await register("10.0.0.1", "old");
    const reply = await register("10.0.0.1", "old", "new");
    expect([reply.httpStatus, reply.status, reply.code]).to.deep.equal([200, "error", undefined]);
    expect(reply.text).to.equal(
      '<response status="error"><msg><line><uid-response><version>2.0</version><payload><register>' +
        '<entry ip="10.0.0.1" message="tag old already exists, ignore"/></register></payload></uid-response></line></msg></response>',
    );
    expect(await read()).to.deep.equal([["10.0.0.1", "old", "new"]]);
  });

  it("can take what is there already, or lose what stands beside it: sources disagree", async () => {
    await open({ registration: { duplicates: "taken" } });
    await register("10.0.0.1", "old");
    expect((await register("10.0.0.1", "old")).status).to.equal("success");
    await simulator.stop();
    await open({ registration: { besideRefused: "lost" } });
    await register("10.0.0.1", "old");
    expect((await register("10.0.0.1", "old", "new")).text).to.contain("ignore");
    expect(await read()).to.deep.equal([["10.0.0.1", "old"]]);
  });

  it("have room for 32 tags each, and for as many addresses as the model has", async () => {
    await open({ registration: { max: 2 } });
    const names = Array.from({ length: 32 }, (_, n) => `t${n}`);
    expect((await register("10.0.0.1", ...names)).status).to.equal("success");
    expect((await register("10.0.0.1", "t32")).text).to.contain("exceeds the 32 tags");
    expect((await register("10.0.0.2", "t")).status).to.equal("success");
    expect((await register("10.0.0.3", "t")).text).to.contain(
      "max registered-ip for the platform reached (2)",
    );
    expect(await read()).to.have.length(2);
  });

  it("are cleared by a message in full, by the command but for persistent ones, and can be lost by a restart", async () => {
    await open();
    await register("10.0.0.1", "t");
    await message(`<register><entry ip="10.0.0.2" persistent="0">${tags("t")}</entry></register>`);
    await client.op("<clear><registered-ip><all/></registered-ip></clear>");
    expect(await read()).to.deep.equal([["10.0.0.1", "t"]]);
    await message("<clear><registered-ip><all/></registered-ip></clear>");
    expect(await read()).to.deep.equal([]);
    await register("10.0.0.1", "t");
    await simulator.restart({ loseRegistrations: true });
    expect(simulator.registered()).to.deep.equal({});
  });

  it("take an administrator whose role has user-id", async () => {
    const role = (userId: string) =>
      `<entry name="r-${userId}"><role><device><xmlapi><op>enable</op><user-id>${userId}</user-id></xmlapi></device></role></entry>`;
    const user = (name: string, profile: string) =>
      `<entry name="${name}"><phash>sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08</phash>` +
      `<permissions><role-based><custom><profile>${profile}</profile></custom></role-based></permissions></entry>`;
    await open({
      config:
        `<config version="11.1.0"><mgt-config><users>${user("may", "r-enable")}${user("may-not", "r-disable")}</users></mgt-config>` +
        `<shared><admin-role>${role("enable")}${role("disable")}</admin-role></shared>` +
        '<devices><entry name="localhost.localdomain"><vsys><entry name="vsys1"/></vsys></entry></devices></config>',
    });
    const answers = [];
    for (const name of ["may", "may-not"]) {
      const { key } = await Client.login(simulator, name, "test");
      const cmd = `<uid-message><payload><register><entry ip="10.0.0.1">${tags(name)}</entry></register></payload></uid-message>`;
      const reply = await send(simulator, { type: "user-id", cmd }, { key });
      answers.push([reply.httpStatus, ...reply.lines]);
    }
    expect(answers).to.deep.equal([[200], [403, "Type [user-id] not authorized for user role."]]);
  });
});
