import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { Job, Simulator } from "../../packages/simulator/index";
import { Client, RULES, VSYS, ruleXml } from "./stock-client";

const users = ["admin", "bob"].map((name) => ({ name, password: name }));
const byAdmin = (name: string, more = ""): string =>
  `<commit><partial><admin><member>${name}</member></admin>${more}</partial></commit>`;
const pending = async (client: Client): Promise<string> =>
  (await client.op("<check><pending-changes></pending-changes></check>")).root.value("result") ?? "";
const details = (job: {
  at: (...steps: string[]) => { children: { text: string }[] } | undefined;
}): string[] => job.at("details")?.children.map((line) => line.text) ?? [];

describe("simulator: commits", () => {
  let simulator: Simulator;
  let admin: Client;
  let bob: Client;

  beforeEach(async () => {
    simulator = await startSimulator({ users });
    admin = await Client.login(simulator);
    bob = await Client.login(simulator, "bob");
  });
  afterEach(() => simulator.stop());

  it("answers with a job that goes from PEND over ACT to FIN", async () => {
    const seen: string[] = [];
    simulator.on("job", (job: Job) => seen.push(`${job.id} ${job.status} ${job.result}`));
    await admin.set(RULES, ruleXml("r"));
    const reply = await admin.commit("<commit><description>why &amp; what</description></commit>");
    expect(reply.text).to.equal(
      `<response status="success" code="19"><result><msg><line>Commit job enqueued with jobid 2</line></msg><job>2</job></result></response>`,
    );
    const job = await admin.job("2");
    expect(job.children.map((child) => child.tag)).to.include.members([
      "tenq",
      "tdeq",
      "positionInQ",
      "p2done",
    ]);
    for (const [tag, value] of [
      ["user", "admin"],
      ["type", "Commit"],
      ["status", "FIN"],
      ["queued", "NO"],
      ["stoppable", "no"],
      ["result", "OK"],
      ["progress", "100"],
      ["description", "why & what"],
    ] as const) {
      expect(job.value(tag), tag).to.equal(value);
    }
    expect(details(job)).to.deep.equal(["Configuration committed successfully"]);
    expect(seen).to.deep.equal(["2 PEND PEND", "2 ACT PEND", "2 FIN OK"]);
  });

  it("says there is nothing to commit: 19 for everybody's changes, 13 for one administrator's", async () => {
    expect((await admin.commit()).text).to.equal(
      `<response status="success" code="19"><msg>There are no changes to commit.</msg></response>`,
    );
    await bob.set(RULES, ruleXml("bobs"));
    const scoped = await admin.commit(byAdmin("admin"));
    expect([scoped.status, scoped.code, scoped.root.at("result", "job")]).to.deep.equal([
      "success",
      "13",
      undefined,
    ]);
    expect((await admin.commit("<commit><force></force></commit>")).root.at("result", "job")?.text).to.equal(
      "2",
    );
  });

  it("ships with one administrator's commit exactly that administrator's changes, in their order", async () => {
    await bob.set(RULES, ruleXml("bobs"));
    await bob.config("move", `${RULES}/entry[@name='bobs']`, { where: "top" });
    await admin.set(RULES, ruleXml("mine"));
    await admin.config("move", `${RULES}/entry[@name='mine']`, { where: "before", dst: "cleanup" });
    await bob.set(`${RULES}/entry[@name='cleanup']`, "<description>bob was here</description>");
    await admin.set(`${RULES}/entry[@name='cleanup']`, "<log-start>yes</log-start>");
    expect((await admin.commitAndWait(byAdmin("admin"))).value("result")).to.equal("OK");
    expect(simulator.runningRules()).to.deep.equal(["mine", "cleanup"]);
    expect(simulator.running(`${RULES}/entry[@name='cleanup']`))
      .to.contain("log-start")
      .and.not.contain("bob was");
    expect(simulator.candidateRules()).to.deep.equal(["bobs", "mine", "cleanup"]);
    expect(await pending(admin)).to.equal("yes");
    const marked = await admin.get(RULES);
    expect(marked.text).to.contain(`admin="bob"`).and.not.contain(`admin="admin"`);
    await bob.commitAndWait(byAdmin("bob"));
    expect(simulator.runningRules()).to.deep.equal(["bobs", "mine", "cleanup"]);
    expect(await pending(admin)).to.equal("no");
    expect(simulator.running("/config")).to.equal(simulator.candidate("/config"));
  });

  it("ships others' work with an edit one level too high, which took it over", async () => {
    await bob.set(RULES, ruleXml("bobs"));
    const rules = simulator.candidate(RULES);
    await admin.edit(RULES, rules);
    expect((await bob.commit(byAdmin("bob"))).code).to.equal("13");
    await admin.commitAndWait(byAdmin("admin"));
    expect(simulator.runningRules()).to.deep.equal(["cleanup", "bobs"]);
  });

  it("leaves a move to who made it when somebody else edits the rule", async () => {
    await admin.set(RULES, ruleXml("r"));
    await admin.set(RULES, ruleXml("s"));
    await admin.commitAndWait();
    await bob.config("move", `${RULES}/entry[@name='r']`, { where: "top" });
    await admin.edit(`${RULES}/entry[@name='r']`, ruleXml("r", { source: ["10.0.0.1"] }));
    await admin.commitAndWait(byAdmin("admin"));
    expect(simulator.running(`${RULES}/entry[@name='r']/source`)).to.contain("10.0.0.1");
    expect(simulator.runningRules()).to.deep.equal(["cleanup", "r", "s"]);
    await bob.commitAndWait(byAdmin("bob"));
    expect(simulator.runningRules()).to.deep.equal(["r", "cleanup", "s"]);
  });

  it("fails the job of an administrator's commit that would lack somebody else's part", async () => {
    await bob.set(`${VSYS}/address`, `<entry name="bobs"><ip-netmask>10.0.0.1</ip-netmask></entry>`);
    await admin.set(RULES, ruleXml("mine", { source: ["bobs"] }));
    const job = await admin.commitAndWait(byAdmin("admin"));
    expect(job.value("result")).to.equal("FAIL");
    expect(details(job)).to.include(
      " rulebase -> security -> rules -> mine -> source 'bobs' is not a valid reference",
    );
    expect(simulator.runningRules()).to.deep.equal(["cleanup"]);
    expect((await admin.commitAndWait()).value("result")).to.equal("OK");
  });

  it("leaves out the parts that a partial commit excludes", async () => {
    await admin.set("/config/shared/tag", `<entry name="shared-tag"/>`);
    await admin.set(`${VSYS}/tag`, `<entry name="own-tag"/>`);
    await admin.set(`${VSYS}/zone`, `<entry name="dmz"/>`);
    const excluded =
      "<device-and-network>excluded</device-and-network><shared-object>excluded</shared-object>";
    await admin.commitAndWait(`<commit><partial>${excluded}</partial></commit>`);
    expect(simulator.running(`${VSYS}/tag/entry`)).to.equal(`<entry name="own-tag"/>`);
    expect(simulator.running("/config/shared/tag")).to.equal("");
    expect(simulator.running(`${VSYS}/zone/entry[@name='dmz']`)).to.equal("");
    await admin.commitAndWait(byAdmin("admin", "<device-and-network>excluded</device-and-network>"));
    expect(simulator.running("/config/shared/tag/entry")).to.equal(`<entry name="shared-tag"/>`);
  });

  it("fails with details what the write let pass, and leaves the candidate in everybody's way", async () => {
    const faulty: [string, string, string][] = [
      [RULES, ruleXml("nofrom", { from: [] }), "rulebase -> security -> rules -> nofrom is missing 'from'"],
      [RULES, `<entry name="bare"><description>x</description></entry>`, "rules -> bare is missing 'action'"],
      [RULES, ruleXml("z", { to: ["dmz"] }), "rules -> z -> to 'dmz' is not a valid reference"],
      [
        RULES,
        ruleXml("n", {}, "<negate-source>yes</negate-source>"),
        "Negate cannot be enabled for security rule n with source address as 'any'",
      ],
      [
        `${VSYS}/address`,
        `<entry name="a3"><ip-netmask>10.0.0.1</ip-netmask><ip-range>10.0.0.1-10.0.0.2</ip-range></entry>`,
        "address -> a3 Node ip-netmask and ip-range are mutually exclusive",
      ],
      [
        `${VSYS}/service`,
        `<entry name="s"><protocol><tcp/></protocol></entry>`,
        "service -> s -> protocol -> tcp is missing 'port'",
      ],
    ];
    for (const [xpath, element, line] of faulty) {
      expect((await bob.set(xpath, element)).code, element).to.equal("20");
      const job = await admin.commitAndWait();
      expect(job.value("result")).to.equal("FAIL");
      expect(details(job).join("\n"), element).to.contain(line);
      expect(await pending(admin)).to.equal("yes");
      const name = /name="([^"]+)"/.exec(element)?.[1] ?? "";
      await bob.delete(`${xpath}/entry[@name='${name}']`);
    }
    expect((await admin.commitAndWait()).value("result")).to.equal("OK");
    expect(simulator.runningRules()).to.deep.equal(["cleanup"]);
  });

  it("prints a failed validation as PAN-OS does", async () => {
    await admin.set(RULES, `<entry name="r"/>`);
    const job = await admin.commitAndWait();
    expect(details(job)[0]).to.equal("Validation Error:");
    expect(details(job).slice(-5)).to.deep.equal([
      " rules is invalid",
      " security is invalid",
      " rulebase is invalid",
      " vsys is invalid",
      " devices is invalid",
    ]);
    const raw = await admin.op("<show><jobs><id>2</id></jobs></show>");
    expect(raw.text).to.contain(
      `<details><line>Validation Error:</line><line><![CDATA[ rulebase -> security`,
    );
  });

  it("warns of shadowed rules and missing dependencies when it succeeds", async () => {
    await admin.set(
      RULES,
      ruleXml("wide", {
        source: ["10.0.0.0/8"],
        application: ["ssh", "ssl"],
        service: ["application-default"],
      }),
    );
    await admin.set(
      RULES,
      ruleXml("narrow", { source: ["10.1.2.3"], application: ["ssh"], service: ["application-default"] }),
    );
    await admin.set(
      RULES,
      ruleXml("other", { source: ["11.0.0.0/8"], application: ["soap"], service: ["application-default"] }),
    );
    await admin.config("move", `${RULES}/entry[@name='cleanup']`, { where: "bottom" });
    const warnings = (await admin.commitAndWait()).child("warnings")?.children.map((line) => line.text);
    expect(warnings).to.deep.equal([
      "Security Policy: - Rule 'wide' shadows rule 'narrow'",
      "Rule 'other' application dependency warning: Application 'soap' requires 'web-browsing' be allowed",
    ]);
  });

  it("fails the next commit when told to, and only that", async () => {
    simulator.failNextCommit(["Commit failed", "out of <memory>"]);
    await admin.set(RULES, ruleXml("r"));
    const job = await admin.commitAndWait();
    expect([job.value("result"), details(job)]).to.deep.equal(["FAIL", ["Commit failed", "out of <memory>"]]);
    expect((await admin.commitAndWait()).value("result")).to.equal("OK");
  });

  it("validates without committing", async () => {
    await admin.set(RULES, ruleXml("r"));
    for (const reply of [
      await admin.op("<validate><full></full></validate>"),
      await admin.commit("<commit><validate></validate></commit>"),
    ]) {
      expect(reply.lines[0]).to.match(/^Validate job enqueued with jobid \d$/);
      const job = await admin.job(reply.root.at("result", "job")?.text ?? "");
      expect(details(job)).to.deep.equal(["Configuration is valid"]);
    }
    expect(simulator.runningRules()).to.deep.equal(["cleanup"]);
    expect(await pending(admin)).to.equal("yes");
  });

  it("does not know other jobs, and lists all the newest first", async () => {
    expect((await admin.op("<show><jobs><id>4294967295</id></jobs></show>")).text).to.equal(
      `<response status="error"><msg><line>job 4294967295 not found</line></msg></response>`,
    );
    for (const name of ["a", "b"]) {
      await admin.set(RULES, ruleXml(name));
      await admin.commitAndWait();
    }
    const all = await admin.op("<show><jobs><all></all></jobs></show>");
    expect(all.root.child("result")?.children.map((job) => job.value("id"))).to.deep.equal(["3", "2", "1"]);
  });

  it("reverts one administrator's changes, or everybody's", async () => {
    const running = simulator.running("/config");
    await bob.set(RULES, ruleXml("bobs"));
    await admin.set(RULES, ruleXml("mine"));
    await admin.config("move", `${RULES}/entry[@name='cleanup']`, { where: "bottom" });
    await admin.set(`${RULES}/entry[@name='cleanup']`, "<description>mine</description>");
    const partial = "<partial><admin><member>admin</member></admin></partial>";
    expect((await admin.op(`<revert><config>${partial}</config></revert>`)).status).to.equal("success");
    expect(simulator.candidateRules().sort()).to.deep.equal(["bobs", "cleanup"]);
    expect(simulator.candidate(`${RULES}/entry[@name='cleanup']/description`)).to.equal("");
    await admin.op("<load><config><from>running-config.xml</from></config></load>");
    expect(simulator.candidate("/config")).to.equal(running);
    expect(await pending(admin)).to.equal("no");
  });

  it("loads what was saved under a name, which only a full commit can ship", async () => {
    const saved = (action: string, rest: string) =>
      admin.op(`<${action}><config>${rest}</config></${action}>`);
    await admin.set(RULES, ruleXml("kept"));
    await saved("save", "<to>blank.xml</to>");
    await bob.set(RULES, ruleXml("later"));
    expect((await saved("load", "<from>other.xml</from>")).lines).to.deep.equal(["other.xml not found"]);
    expect((await saved("load", "<from>blank.xml</from>")).lines[0]).to.equal("Config loaded from blank.xml");
    expect(simulator.candidateRules().sort()).to.deep.equal(["cleanup", "kept"]);
    expect(await pending(bob)).to.equal("yes");
    const own = "<commit><partial><admin><member>admin</member></admin></partial></commit>";
    expect((await admin.commit(own)).lines[0]).to.match(/Full system commit must be completed/);
    expect((await admin.commitAndWait()).value("result")).to.equal("OK");
    expect(simulator.running(`${RULES}/entry[@name='kept']`)).not.to.equal("");
    expect(await pending(admin)).to.equal("no");
    expect((await saved("show", "<saved>blank.xml</saved>")).text).to.contain(`<entry name="kept"`);
    await saved("delete", "<saved>blank.xml</saved>");
    expect((await saved("show", "<saved>blank.xml</saved>")).lines).to.deep.equal(["No such file"]);
  });

  it("lists the changes by object, owner and action", async () => {
    const list = "<show><config><list><changes></changes></list></config></show>";
    expect((await admin.op(list)).text).to.equal(`<response status="success"><result/></response>`);
    await bob.set(RULES, ruleXml("bobs"));
    await bob.set(`${RULES}/entry[@name='bobs']`, "<description>again</description>");
    await admin.delete(`${RULES}/entry[@name='cleanup']`);
    await admin.set("/config/shared/tag", `<entry name="t"/>`);
    const rows = (reply: {
      root: {
        at: (
          ...steps: string[]
        ) => { children: { value: (tag: string) => string | undefined }[] } | undefined;
      };
    }) =>
      reply.root
        .at("result", "journal")
        ?.children.map((entry) =>
          ["xpath", "owner", "action", "admin-history", "component-type"].map((tag) => entry.value(tag)),
        );
    const bobs = [
      [`${RULES}/entry[@name='bobs']`, "bob", "CREATE", "bob", "vsys"],
      [`${RULES}/entry[@name='bobs']`, "bob", "EDIT", "bob", "vsys"],
    ];
    expect(rows(await admin.op(list))).to.deep.equal([
      ...bobs,
      [`${RULES}/entry[@name='cleanup']`, "admin", "DELETE", "admin", "vsys"],
      ["/config/shared/tag/entry[@name='t']", "admin", "CREATE", "admin", "shared"],
    ]);
    const partial = "<partial><admin><member>bob</member></admin></partial>";
    expect(rows(await admin.op(list.replace("<changes>", `<changes>${partial}`)))).to.deep.equal(bobs);
    const summary = await admin.op(
      "<show><config><list><change-summary></change-summary></list></config></show>",
    );
    expect(summary.root.at("result", "summary")?.members("admin")).to.deep.equal(["bob", "admin"]);
    expect((await admin.op("<show><config><diff></diff></config></show>")).lines).to.deep.equal([
      "invalid client cli",
    ]);
    expect(
      (await admin.op("<check><full-commit-required></full-commit-required></check>")).root.value("result"),
    ).to.equal("no");
  });

  it("counts changes that cancel each other out as pending", async () => {
    await admin.set(RULES, ruleXml("r"));
    await admin.delete(`${RULES}/entry[@name='r']`);
    expect(simulator.candidate("/config")).to.equal(simulator.running("/config"));
    expect(await pending(admin)).to.equal("yes");
    expect((await admin.commitAndWait()).value("result")).to.equal("OK");
    expect(await pending(admin)).to.equal("no");
  });
});

describe("simulator: the job queue", () => {
  it("runs one job after the other, each with what was there when it was asked for", async () => {
    const simulator = await startSimulator({ users, commitSeconds: 0.2 });
    try {
      const admin = await Client.login(simulator);
      await admin.set(RULES, ruleXml("first"));
      await admin.commit();
      await admin.set(RULES, ruleXml("second"));
      await admin.commit();
      await admin.set(RULES, ruleXml("third"));
      const waiting = (await admin.op("<show><jobs><id>3</id></jobs></show>")).root.at("result", "job");
      expect(
        ["status", "queued", "positionInQ", "result", "progress", "tfin"].map((tag) => waiting?.value(tag)),
      ).to.deep.equal(["PEND", "YES", "1", "PEND", "0", "Still Active"]);
      const active = (await admin.op("<show><jobs><id>2</id></jobs></show>")).root.at("result", "job");
      expect([active?.value("status"), active?.value("stoppable")]).to.deep.equal(["ACT", "yes"]);
      expect((await admin.op("<revert><config></config></revert>")).lines).to.deep.equal([
        "Local commit jobs are queued. Revert operation is not allowed.",
      ]);
      await admin.job("2");
      expect(simulator.runningRules()).to.deep.equal(["cleanup", "first"]);
      await admin.job("3");
      expect(simulator.runningRules()).to.deep.equal(["cleanup", "first", "second"]);
      expect(await pending(admin)).to.equal("yes");
    } finally {
      await simulator.stop();
    }
  });
});
