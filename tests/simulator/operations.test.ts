import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { Simulator } from "../../packages/simulator/index";
import { Client, RULES, VSYS, ruleXml } from "./stock-client";

describe("simulator: operational commands", () => {
  let simulator: Simulator;
  let client: Client;

  before(async () => {
    simulator = await startSimulator({ users: ["admin", "bob"].map((name) => ({ name, password: name })) });
    client = await Client.login(simulator, "bob");
  });
  after(() => simulator.stop());

  it("tells what it is", async () => {
    const system = (await client.op("<show><system><info></info></system></show>")).root.at(
      "result",
      "system",
    );
    expect(
      ["model", "sw-version", "hostname", "multi-vsys", "family"].map((tag) => system?.value(tag)),
    ).to.deep.equal(["PA-VM", "11.1.2", "PA-VM", "off", "vm"]);
    const version = (await client.send({ type: "version" })).root.child("result");
    expect(version?.value("sw-version")).to.equal("11.1.2");
    const state = await client.op("<show><high-availability><state></state></high-availability></show>");
    expect(state.root.at("result")?.value("enabled")).to.equal("no");
  });

  it("shows its resources as the text that top prints, which is what clients search", async () => {
    const { status, root } = await client.op("<show><system><resources/></system></show>");
    const text = root.value("result") ?? "";
    expect(status).to.equal("success");
    expect(text).to.match(/^top - \d\d:\d\d:\d\d up \d+ days, .* load average: 0\.00, /);
    expect(text).to.match(/^%Cpu\(s\): .*,100\.0 id,/m);
    expect(text).to.match(/^MiB Mem : 16000\.0 total, 16000\.0 free, 0\.0 used, 0\.0 buff\/cache$/m);
  });

  it("has started, forwards nothing, and counts sessions by vsys", async () => {
    const ready = await client.op("<show><chassis-ready></chassis-ready></show>");
    expect(ready.root.value("result")).to.equal("yes");
    const routes = await client.op("<show><routing><route></route></routing></show>");
    expect([routes.status, routes.root.child("result")?.children]).to.deep.equal(["success", []]);
    const meter = await client.op("<show><session><meter></meter></session></show>");
    const [entry] = meter.root.child("result")?.children ?? [];
    expect(["vsys", "current"].map((tag) => entry?.value(tag))).to.deep.equal(["1", "0"]);
  });

  it("takes a configuration as an uploaded file, to load it", async () => {
    const own = (await client.send({ type: "export", category: "configuration" })).text;
    const upload = async (category: string, text: string) => {
      const form = new FormData();
      form.append("type", "import");
      form.append("category", category);
      form.append("file", new Blob([text]), "mine.xml");
      const headers = { "X-PAN-KEY": client.key };
      return (await fetch(`${simulator.httpUrl}/api/`, { method: "POST", body: form, headers })).text();
    };
    const load = () => client.op("<load><config><from>mine.xml</from></config></load>");
    expect(await upload("certificate", own)).to.contain("import of category certificate is not simulated");
    expect(await upload("configuration", "<config/>")).to.contain(
      "mine.xml is no configuration of this device",
    );
    expect(await upload("configuration", "<config>")).to.contain("Malformed Request");
    expect((await load()).lines).to.deep.equal(["mine.xml not found"]);
    expect(
      await upload("configuration", own.replace(/name="cleanup" uuid="[^"]*"/, `name="other"`)),
    ).to.contain("saved");
    expect((await load()).status).to.equal("success");
    expect(simulator.candidateRules()).to.deep.equal(["other"]);
    expect(simulator.candidate(RULES)).to.match(/<entry name="other" uuid="/);
    await client.op("<load><config><from>running-config.xml</from></config></load>");
    await client.commit("<commit><force></force></commit>");
  });

  it("makes another hash of a password each time, and lets in by each", async () => {
    const hash = async () => {
      const cmd = "<request><password-hash><password>secret</password></password-hash></request>";
      return (await client.op(cmd)).root.at("result")?.value("phash") ?? "";
    };
    const hashes = [await hash(), await hash()];
    expect(hashes[0]).not.to.equal(hashes[1]);
    const rights = "<permissions><role-based><superuser>yes</superuser></role-based></permissions>";
    for (const [at, phash] of hashes.entries())
      await client.set(
        "/config/mgt-config/users",
        `<entry name="new${at}"><phash>${phash}</phash>${rights}</entry>`,
      );
    await client.commitAndWait();
    for (const at of hashes.keys()) await Client.login(simulator, `new${at}`, "secret");
    const wrong = await Client.login(simulator, "new0", "Secret").catch((error: Error) => error.message);
    expect(wrong).to.be.a("string");
    for (const at of hashes.keys()) await client.delete(`/config/mgt-config/users/entry[@name='new${at}']`);
    await client.commitAndWait();
  });

  for (const step of ["info", "check"]) {
    it(`knows of no PAN-OS but its own: software ${step}`, async () => {
      const { root } = await client.op(`<request><system><software><${step}/></software></system></request>`);
      const versions = root.at("result", "sw-updates", "versions")?.children ?? [];
      expect(versions.map((entry) => [entry.tag, entry.value("version")])).to.deep.equal([
        ["entry", "11.1.2"],
      ]);
      expect(
        ["filename", "downloaded", "current", "latest", "size", "released-on"].map((tag) =>
          versions[0]?.value(tag),
        ),
      ).to.deep.equal(["PanOS_vm-11.1.2", "yes", "yes", "yes", "", ""]);
    });

    it(`knows of no content but its own: content upgrade ${step}`, async () => {
      const { root } = await client.op(`<request><content><upgrade><${step}/></upgrade></content></request>`);
      const info = (await client.op("<show><system><info></info></system></show>")).root;
      const installed = info.at("result", "system")?.value("app-version");
      const entries = root.at("result", "content-updates")?.children ?? [];
      expect(
        entries.map((entry) => ["version", "app-version", "current"].map((tag) => entry.value(tag))),
      ).to.deep.equal([[installed, installed, "yes"]]);
    });
  }

  it("goes on refusing other steps of an upgrade", async () => {
    const reply = await client.op(
      "<request><system><software><install><version>11.1.3</version></install></software></system></request>",
    );
    expect([reply.status, reply.code]).to.deep.equal(["error", "17"]);
  });

  it("shows who is logged in, and which of them asks", async () => {
    const entries = (await client.op("<show><admins></admins></show>")).root
      .at("result", "admins")
      ?.entries();
    expect(entries?.map((entry) => [entry.value("admin"), entry.child("self") !== undefined])).to.deep.equal([
      ["admin", false],
      ["bob", true],
    ]);
  });

  it("refuses what it doesn't know with 17, and an unknown vsys", async () => {
    for (const cmd of ["<show><nonsense/></show>", "show system info", "<show/>", ""]) {
      const reply = await client.op(cmd);
      expect(reply.status, cmd).to.equal("error");
      if (cmd !== "") expect([reply.code, reply.lines]).to.deep.equal(["17", ["invalid client cli"]]);
    }
    const vsys = await client.op("<show><config-locks></config-locks></show>", "vsys99");
    expect([vsys.code, vsys.lines]).to.deep.equal(["17", ["vsys99 is invalid vsys"]]);
  });

  it("keeps an audit comment until the commit", async () => {
    const xpath = `${RULES}/entry[@name='cleanup']`;
    await client.op(
      `<set><audit-comment><xpath>${xpath}</xpath><comment>because</comment></audit-comment></set>`,
    );
    const read = `<show><config><list><audit-comments><xpath>${xpath}</xpath></audit-comments></list></config></show>`;
    const comment = async (): Promise<string | undefined> =>
      (await client.op(read)).root.at("result", "entry")?.value("comment");
    expect(await comment()).to.equal("because");
    await client.set(RULES, ruleXml("r"));
    await client.commitAndWait();
    expect(await comment()).to.equal(undefined);
  });

  it("counts no hits, for all rules or some, the default ones included", async () => {
    const ask = (rules: string): string =>
      `<show><rule-hit-count><vsys><vsys-name><entry name='vsys1'><rule-base><entry name='security'><rules>${rules}</rules></entry></rule-base></entry></vsys-name></vsys></rule-hit-count></show>`;
    const entries = async (rules: string) =>
      (await client.op(ask(rules))).root
        .at("result", "rule-hit-count", "vsys", "entry:vsys1", "rule-base", "entry:security", "rules")
        ?.entries()
        .map((entry) => [entry.name, entry.value("hit-count")]);
    expect(await entries("<all/>")).to.deep.include(["interzone-default", "0"]);
    expect(await entries("<list><member>cleanup</member></list>")).to.deep.equal([["cleanup", "0"]]);
  });

  it("registers addresses with tags, which fill dynamic groups without a commit", async () => {
    const message = (inner: string) =>
      client.send({
        type: "user-id",
        cmd: `<uid-message><version>2.0</version><type>update</type><payload>${inner}</payload></uid-message>`,
      });
    const register = `<register><entry ip="10.0.0.1" persistent="1"><tag><member>web</member><member>prod</member></tag></entry></register>`;
    expect((await message(register)).status).to.equal("success");
    const again = await message(register);
    expect(again.text).to.contain(`<entry ip="10.0.0.1" message="tag web already exists, ignore"/>`);
    const all = await client.op("<show><object><registered-ip><all></all></registered-ip></object></show>");
    expect(all.text).to.contain(
      `<entry ip="10.0.0.1" from_agent="0" persistent="1"><tag><member>web</member>`,
    );
    expect(all.root.at("result")?.value("count")).to.equal("1");
    await client.set(
      `${VSYS}/address-group`,
      `<entry name="dag"><dynamic><filter>'web' and 'prod'</filter></dynamic></entry>`,
    );
    await client.commitAndWait();
    const group = await client.op(
      "<show><object><dynamic-address-group><name>dag</name></dynamic-address-group></object></show>",
    );
    expect(group.text).to.contain(`<entry name="10.0.0.1" type="registered-ip"/>`);
    await message(`<unregister><entry ip="10.0.0.1"/></unregister>`);
    expect((await message(`<unregister><entry ip="10.0.0.1"/></unregister>`)).text).to.contain(
      "ignore unreg",
    );
  });
});

describe("simulator: holding requests", () => {
  it("holds before it acts and after, lets go, and can drop the connection", async () => {
    const simulator = await startSimulator();
    try {
      const client = await Client.login(simulator);
      const isSet = ({ action }: { action?: string }): boolean => action === "set";

      const before = simulator.hold(isSet);
      const held = client.set(RULES, ruleXml("held"));
      await before.reached;
      expect(simulator.candidateRules()).to.deep.equal(["cleanup"]);
      before.release();
      expect((await held).code).to.equal("20");

      const after = simulator.hold(isSet, "after");
      const lost = client.set(RULES, ruleXml("lost")).then(
        () => "answered",
        () => "no answer",
      );
      await after.reached;
      expect(simulator.candidateRules()).to.deep.equal(["cleanup", "held", "lost"]);
      after.drop();
      expect(await lost).to.equal("no answer");

      const never = simulator.hold(isSet);
      const dropped = client.set(RULES, ruleXml("never")).catch(() => "no answer");
      await never.reached;
      never.drop();
      expect(await dropped).to.equal("no answer");
      expect(simulator.candidateRules()).to.deep.equal(["cleanup", "held", "lost"]);
      expect(simulator.requests.filter(isSet)).to.have.length(2);
    } finally {
      await simulator.stop();
    }
  });
});
