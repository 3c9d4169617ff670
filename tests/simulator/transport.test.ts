import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import * as http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { Simulator } from "../../packages/simulator/index";
import { Client, RULES, ruleXml, send } from "./stock-client";

const INFO = "<show><system><info></info></system></show>";

describe("simulator: transport and credentials", () => {
  let simulator: Simulator;
  let client: Client;

  before(async () => {
    simulator = await startSimulator({ users: [{ name: "ann", password: "p&w+ö" }], swVersion: "10.2.7" });
    client = await Client.login(simulator, "ann", "p&w+ö");
  });
  after(() => simulator.stop());

  it("takes the key as a parameter, as a header, and basic authentication, with and without the slash", async () => {
    const basic = `Basic ${Buffer.from("ann:p&w+ö").toString("base64")}`;
    const replies = [
      await send(simulator, { type: "op", cmd: INFO, key: client.key }, { method: "GET", path: "/api" }),
      await send(simulator, { type: "op", cmd: INFO }, { key: client.key, path: "/api" }),
      await send(simulator, { type: "op", cmd: INFO }, { headers: { authorization: basic } }),
    ];
    for (const { root } of replies)
      expect(root.at("result", "system")?.value("sw-version")).to.equal("10.2.7");
  });

  it("says Not Authenticated without credentials", async () => {
    const reply = await send(simulator, { type: "op", cmd: INFO });
    expect([reply.httpStatus, reply.lines]).to.deep.equal([403, ["Not Authenticated"]]);
  });

  it("answers 400 to unknown types and actions, with what is permitted, and to missing parameters", async () => {
    const unknownType = await client.send({ type: "conf" });
    expect(unknownType.httpStatus).to.equal(400);
    expect(unknownType.text).to.match(
      /^<response status = 'error' code = '400'><result><msg>.*config.*<\/msg>/,
    );
    const unknownAction = await client.send({ type: "config", action: "put" });
    expect(unknownAction.lines[0]).to.contain("multi-config");
    const noXpath = await client.send({ type: "config", action: "set" });
    expect([noXpath.httpStatus, noXpath.lines]).to.deep.equal([
      400,
      ['Missing value for parameter "xpath".'],
    ]);
  });

  it("refuses a GET of more than 2 KB and a POST of more than 5 MB, and takes one just below", async () => {
    const long = await send(
      simulator,
      { type: "op", cmd: "x".repeat(2100) },
      { key: client.key, method: "GET" },
    );
    expect(long.httpStatus).to.equal(414);
    const huge = await client.send({ type: "op", cmd: "x".repeat(5 * 1024 * 1024) });
    expect(huge.httpStatus).to.equal(413);
    const big = await client.send({ type: "op", cmd: "x".repeat(5 * 1024 * 1024 - 100) });
    expect(big.code).to.equal("17");
  });

  it("refuses an expired key, and a new key ends the old ones when keys have a lifetime", async () => {
    const short = await startSimulator({ keyLifetimeSeconds: 3600 });
    try {
      const first = await Client.login(short);
      expect((await first.op(INFO)).status).to.equal("success");
      const second = await Client.login(short);
      expect((await first.op(INFO)).httpStatus).to.equal(403);
      expect((await second.op(INFO)).status).to.equal("success");
    } finally {
      await short.stop();
    }
    const instant = await startSimulator({ keyLifetimeSeconds: 1e-9 });
    try {
      const client = await Client.login(instant);
      expect((await client.op(INFO)).lines).to.deep.equal(["Key Expired"]);
    } finally {
      await instant.stop();
    }
  });

  it("takes the life of keys from its configuration, in minutes, and shows there what it was started with", async () => {
    const path = "deviceconfig/setting/management/api/key/lifetime";
    const xpath = `/config/devices/entry[@name='localhost.localdomain']/${path}`;
    const lifetime =
      "<deviceconfig><setting><management><api><key><lifetime>2</lifetime></key></api></management></setting></deviceconfig>";
    const config = `<config><devices><entry name="localhost.localdomain">${lifetime}<vsys><entry name="vsys1"/></vsys></entry></devices></config>`;
    const configured = await startSimulator({ config });
    const started = await startSimulator({ config, keyLifetimeSeconds: 7200 });
    try {
      for (const [device, minutes] of [
        [configured, 2],
        [started, 120],
      ] as const) {
        const client = await Client.login(device);
        const shown = await client.send({ type: "config", action: "show", xpath });
        expect(shown.root.at("result")?.value("lifetime")).to.equal(String(minutes));
        device.ageKeys(minutes * 60 - 5);
        expect((await client.op(INFO)).status).to.equal("success");
        device.ageKeys(6);
        expect((await client.op(INFO)).lines).to.deep.equal(["Key Expired"]);
      }
    } finally {
      await configured.stop();
      await started.stop();
    }
  });

  it("refuses XML that declares entities, isn't well formed or isn't XML at all", async () => {
    const bombs = [
      `<!DOCTYPE e [<!ENTITY a "aaaa">]><entry name="x"><description>&a;</description></entry>`,
      `<entry name="x"><description>&undefined;</description></entry>`,
      `<entry name="x">`,
      `<__proto__ name="x"/>`,
    ];
    for (const element of bombs) expect((await client.set(RULES, element)).status, element).to.equal("error");
    expect(simulator.candidateRules()).to.deep.equal(["cleanup"]);
  });

  it("keeps text as it was sent: references, CDATA, every script", async () => {
    const description = "a &lt;b&gt; &amp;amp; &#233;&#x1F600; <![CDATA[<raw> & ]]> “ö”";
    await client.set(RULES, ruleXml("text", {}, `<description>${description}</description>`));
    const reply = await client.get(`${RULES}/entry[@name='text']/description`);
    expect(reply.root.at("result", "description")?.text).to.equal("a <b> &amp; é😀 <raw> &  “ö”");
  });

  it("serves the API over plain HTTP too", async () => {
    const form = new URLSearchParams({ type: "version", key: client.key }).toString();
    const text = await new Promise<string>((resolve, reject) => {
      http
        .get(`${simulator.httpUrl}/api/?${form}`, (response) => {
          response.setEncoding("utf8").on("data", resolve);
        })
        .on("error", reject);
    });
    expect(text).to.contain("<sw-version>10.2.7</sw-version>");
  });

  it("records each request without keys and passwords", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "simulator-")), "record.jsonl");
    const recorded = await startSimulator({
      record: file,
      users: [{ name: "ann", password: "s3cret-pass" }],
    });
    const client = await Client.login(recorded, "ann", "s3cret-pass");
    await client.send({ type: "config", action: "get", xpath: RULES, key: client.key });
    await client.set("/config/mgt-config/users", `<entry name="x"><phash>s3cret-hash</phash></entry>`);
    await recorded.stop();
    const text = readFileSync(file, "utf8");
    for (const secret of ["s3cret-pass", "s3cret-hash", client.key]) expect(text).not.to.contain(secret);
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(
      lines.map(({ admin, type, action, status, code }) => [admin, type, action, status, code]),
    ).to.deep.equal([
      ["ann", "keygen", undefined, "success", undefined],
      ["ann", "config", "get", "success", "19"],
      ["ann", "config", "set", "success", "20"],
    ]);
    expect(lines[1]?.["xpath"]).to.equal(RULES);
  });
});

describe("simulator: administrators of the configuration", () => {
  const user = (name: string, role: string, hash: string): string =>
    `<entry name="${name}"><phash>${hash}</phash><permissions><role-based>${role}</role-based></permissions></entry>`;

  const TYPES: Record<string, Record<string, string>> = {
    config: { action: "get", xpath: RULES },
    op: { cmd: INFO },
    commit: { cmd: "<commit></commit>" },
    "user-id": { cmd: "<uid-message><payload></payload></uid-message>" },
    log: { "log-type": "config" },
    export: { category: "configuration" },
    import: { category: "configuration" },
    report: { reporttype: "dynamic" },
  };
  /** Which types of requests an administrator with a role may send. */
  const allowed = async (role: string, xmlapi = "", where = "device") => {
    const hash = `sha256:${createHash("sha256").update("ops").digest("hex")}`;
    const simulator = await startSimulator({
      config: `<config><mgt-config><users>${user("ops", role, hash)}</users></mgt-config>
        <shared><admin-role><entry name="api"><role><${where}><xmlapi>${xmlapi}</xmlapi></${where}></role></entry></admin-role></shared>
        <devices><entry name="localhost.localdomain"><vsys><entry name="vsys1"/></vsys></entry></devices></config>`,
    });
    try {
      const ops = await Client.login(simulator, "ops", "ops");
      const may: string[] = [];
      for (const [type, parameters] of Object.entries(TYPES)) {
        const { httpStatus, lines } = await ops.send({ type, ...parameters });
        if (httpStatus !== 403) may.push(type);
        else expect(lines).to.deep.equal([`Type [${type}] not authorized for user role.`]);
      }
      return may;
    } finally {
      await simulator.stop();
    }
  };

  it("may send the types of requests that their custom role enables, each by itself, and no others", async () => {
    const custom = "<custom><profile>api</profile></custom>";
    for (const type of Object.keys(TYPES)) {
      expect(await allowed(custom, `<${type}>enable</${type}>`)).to.deep.equal([type]);
    }
    expect(await allowed(custom, "<op>enable</op><config>disable</config>", "vsys")).to.deep.equal(["op"]);
    expect(await allowed("<custom><profile>gone</profile></custom>", "<op>enable</op>")).to.deep.equal([]);
    expect(await allowed("", "<op>enable</op>")).to.deep.equal([]);
  });

  it("may do everything as an administrator, and read as a reader, by the built-in roles", async () => {
    expect(await allowed("<superuser>yes</superuser>")).to.deep.equal(Object.keys(TYPES));
    expect(await allowed("<deviceadmin/>")).to.deep.equal(Object.keys(TYPES));
    expect(await allowed("<superreader>yes</superreader>")).to.deep.equal([
      "config",
      "op",
      "log",
      "export",
      "report",
    ]);
  });

  it("lose their keys when their password changes", async () => {
    const users = (password: string) =>
      user(
        "ops",
        "<superuser>yes</superuser>",
        `sha256:${createHash("sha256").update(password).digest("hex")}`,
      );
    const simulator = await startSimulator({
      config: `<config><mgt-config><users>${users("old")}</users></mgt-config>
        <devices><entry name="localhost.localdomain"><vsys><entry name="vsys1"/></vsys></entry></devices></config>`,
    });
    try {
      const ops = await Client.login(simulator, "ops", "old");
      await ops.send({
        ...{ type: "config", action: "edit", xpath: "/config/mgt-config/users/entry[@name='ops']" },
        element: users("new"),
      });
      await ops.commit();
      expect((await ops.op(INFO)).lines).to.deep.equal(["Invalid Credential"]);
      expect((await (await Client.login(simulator, "ops", "new")).op(INFO)).status).to.equal("success");
    } finally {
      await simulator.stop();
    }
  });

  it("log in with their own password and may do what their role says", async () => {
    const hash = `sha256:${createHash("sha256").update("ops").digest("hex")}`;
    const simulator = await startSimulator({
      config: `<config><mgt-config><users>${user("ops", "<custom><profile>api</profile></custom>", hash)}${user("eve", "<superreader>yes</superreader>", hash)}</users></mgt-config>
        <shared><admin-role><entry name="api"><role><device><xmlapi><config>enable</config><op>enable</op><commit>disable</commit></xmlapi></device></role></entry></admin-role></shared>
        <devices><entry name="localhost.localdomain"><vsys><entry name="vsys1"/></vsys></entry></devices></config>`,
    });
    try {
      const ops = await Client.login(simulator, "ops", "ops");
      expect((await ops.set(RULES, `<entry name="r"/>`)).code).to.equal("20");
      const denied = await ops.commit();
      expect([denied.httpStatus, denied.text]).to.deep.equal([
        403,
        "<response status = 'error' code = '403'><result><msg>Type [commit] not authorized for user role.</msg></result></response>",
      ]);
      const reader = await Client.login(simulator, "eve", "ops");
      expect((await reader.get(RULES)).code).to.equal("19");
      expect((await reader.delete(RULES)).httpStatus).to.equal(403);
    } finally {
      await simulator.stop();
    }
  });
});
