import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { Simulator } from "../../packages/simulator/index";
import type { XmlElement } from "../../packages/simulator/xml/element";
import { Client, RULES, ruleXml } from "./stock-client";

const at = (rule: string): string => `${RULES}/entry[@name='${rule}']`;
const users = ["admin", "bob"].map((name) => ({ name, password: name }));

describe("simulator: audit comments", () => {
  let simulator: Simulator;
  let admin: Client;
  let bob: Client;

  beforeEach(async () => {
    simulator = await startSimulator({ users });
    admin = await Client.login(simulator);
    bob = await Client.login(simulator, "bob");
    await admin.set(RULES, ruleXml("a") + ruleXml("b"));
  });
  afterEach(() => simulator.stop());

  const comment = (client: Client, rule: string, text: string) =>
    client.op(
      `<set><audit-comment><xpath>${at(rule)}</xpath><comment>${text}</comment></audit-comment></set>`,
    );
  const waiting = async (xpath: string): Promise<string | undefined> => {
    const cmd = `<show><config><list><audit-comments><xpath>${xpath}</xpath></audit-comments></list></config></show>`;
    return (await admin.op(cmd)).root.at("result", "entry")?.value("comment");
  };
  /** As pango asks: the names in quotes that are quoted themselves. */
  const history = async (rule: string, more: Record<string, string> = {}): Promise<XmlElement[]> => {
    const query = `(subtype eq audit-comment) and (path contains '\\'${rule}\\'') and (path contains 'security') and (path contains rulebase) and (path contains '\\'vsys1\\'')`;
    const asked = await admin.send({ type: "log", "log-type": "config", query, uniq: "yes", ...more });
    const id = asked.root.at("result", "job")?.text ?? "";
    expect(asked.lines).to.deep.equal([`query job enqueued with jobid ${id}`]);
    const reply = await admin.send({ type: "log", action: "get", "job-id": id });
    expect(reply.root.at("result", "job")?.value("status")).to.equal("FIN");
    return reply.root.at("result", "log", "logs")?.entries() ?? [];
  };

  it("wait for the commit, one for each rule, however its xpath is quoted", async () => {
    await comment(admin, "a", "first");
    await comment(admin, "a", "PR 12 &amp; more");
    expect(await waiting(at("a"))).to.equal("PR 12 & more");
    expect(await waiting(at("a").replaceAll("'", '"'))).to.equal("PR 12 & more");
    expect(await waiting(at("b"))).to.equal(undefined);
    expect(await history("a")).to.deep.equal([]);
  });

  it("are archived by the commit, in the configuration log, the newest first", async () => {
    await comment(admin, "a", "one");
    await comment(admin, "b", "other");
    await admin.commitAndWait();
    expect(await waiting(at("a"))).to.equal(undefined);
    await admin.set(at("a"), "<description>x</description>");
    await comment(admin, "a", "two");
    await admin.commitAndWait();
    const entries = await history("a");
    expect(
      entries.map((entry) => ["comment", "admin", "config_ver"].map((tag) => entry.value(tag))),
    ).to.deep.equal([
      ["two", "admin", "2"],
      ["one", "admin", "1"],
    ]);
    expect(entries[0]?.value("time_generated")).to.match(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d$/);
    expect(
      (await history("a", { nlogs: "1", skip: "1" })).map((entry) => entry.value("comment")),
    ).to.deep.equal(["one"]);
    expect((await history("a", { dir: "forward" }))[0]?.value("comment")).to.equal("one");
  });

  it("stay when the commit fails or is another administrator's alone", async () => {
    await comment(admin, "a", "mine");
    simulator.failNextCommit(["Commit failed"]);
    await admin.commitAndWait();
    await bob.set("/config/shared/tag", `<entry name="t"/>`);
    await comment(bob, "b", "his");
    await bob.commitAndWait("<commit><partial><admin><member>bob</member></admin></partial></commit>");
    expect([await waiting(at("a")), await waiting(at("b"))]).to.deep.equal(["mine", undefined]);
    expect(await history("a")).to.deep.equal([]);
    expect((await history("b")).length).to.equal(1);
  });

  it("are required of rules that are made or changed, where the settings say so", async () => {
    const settings = "/config/devices/entry[@name='localhost.localdomain']/deviceconfig/setting/management";
    await admin.commitAndWait();
    await admin.set(settings, "<rule-require-audit-comment>yes</rule-require-audit-comment>");
    await admin.commitAndWait();
    await admin.set(at("a"), "<description>x</description>");
    await admin.set(RULES, ruleXml("c"));
    await admin.delete(at("b"));
    await comment(admin, "a", "why");
    const refused = await admin.commitAndWait();
    expect(refused.value("result")).to.equal("FAIL");
    expect(refused.child("details")?.children.map(({ text }) => text.trim())).to.deep.equal([
      "Validation Error:",
      "rulebase -> security -> rules -> c audit comment is required",
    ]);
    await comment(admin, "c", "why");
    expect((await admin.commitAndWait()).value("result")).to.equal("OK");
  });

  it("answers only what the log has", async () => {
    expect((await admin.send({ type: "log", "log-type": "traffic" })).httpStatus).to.equal(400);
    expect((await admin.send({ type: "log", "log-type": "config", query: "(a b c)" })).code).to.equal("17");
    expect((await admin.send({ type: "log", action: "get", "job-id": "9" })).lines).to.deep.equal([
      "job 9 not found",
    ]);
  });
});
