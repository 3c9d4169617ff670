import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { Effect, Simulator } from "../../packages/simulator/index";
import { Client, RULES, ruleXml } from "./stock-client";

const users = ["admin", "bob"].map((name) => ({ name, password: name }));
const COMMIT = { type: "commit" };
const JOBS = "<show><jobs><all></all></jobs></show>";
const LOCKS = "<show><commit-locks><vsys>all</vsys></commit-locks></show>";
const own = (name: string): string =>
  `<commit><partial><admin><member>${name}</member></admin></partial></commit>`;

describe("simulator: what faults do to the firewall", () => {
  let simulator: Simulator;
  let client: Client;

  beforeEach(async () => {
    simulator = await startSimulator({ users });
    client = await Client.login(simulator);
    await client.set(RULES, ruleXml("r"));
  });
  afterEach(() => simulator.stop());

  const on = (match: object, effect: Effect): string => simulator.addFault({ match, effect });
  const jobStates = async (): Promise<string[]> =>
    (await client.op(JOBS)).root.child("result")?.children.map((job) => job.value("status") ?? "") ?? [];

  it("a job that is stuck stays ACT, what comes behind it waits, and it ends when it is released", async () => {
    const name = on(COMMIT, { do: "stick-job" });
    await client.commit();
    await client.set(RULES, ruleXml("s"));
    await client.commit();
    expect(await jobStates()).to.deep.equal(["PEND", "ACT", "FIN"]);
    simulator.releaseFaults("another");
    expect(await jobStates()).to.deep.equal(["PEND", "ACT", "FIN"]);
    simulator.releaseFaults(name);
    expect((await client.job("3")).value("result")).to.equal("OK");
    expect(simulator.runningRules()).to.deep.equal(["cleanup", "r", "s"]);
  });

  it("a stuck job ends by itself after a number of requests", async () => {
    on(COMMIT, { do: "stick-job", requests: 2 });
    await client.commit();
    expect((await jobStates())[0]).to.equal("ACT");
    expect((await jobStates())[0]).to.equal("ACT");
    const ended = new Promise((resolve) => simulator.once("job", resolve));
    await client.op(JOBS);
    await ended;
    expect((await jobStates())[0]).to.equal("FIN");
  });

  it("a job that fails has the details it was given, and the candidate stays", async () => {
    on(COMMIT, { do: "fail-job", details: ["Commit failed", "client device phase 1 failure"] });
    const job = await client.commitAndWait();
    expect(job.value("result")).to.equal("FAIL");
    expect(job.child("details")?.children.map((line) => line.text)).to.deep.equal([
      "Commit failed",
      "client device phase 1 failure",
    ]);
    expect(simulator.candidateRules()).to.include("r");
    expect((await client.commitAndWait()).value("result")).to.equal("OK");
  });

  it("another administrator's commit lock appears with its comment, and goes after a number of requests", async () => {
    on(COMMIT, { do: "lock", kind: "commit", admin: "bob", comment: "maintenance", requests: 2 });
    expect((await client.commit()).lines[0]).to.match(/holding device wide commit locks/);
    const lock = (await client.op(LOCKS)).root.at("result", "commit-locks")?.entry("bob");
    expect(lock?.value("comment")).to.equal("maintenance");
    expect((await client.commit()).status).to.equal("error");
    expect((await client.commit()).code).to.equal("19");
  });

  it("a config lock of one vsys appears and goes when it is released", async () => {
    const name = on({ action: "set" }, { do: "lock", kind: "config", admin: "bob", scope: "vsys1" });
    expect((await client.set(RULES, ruleXml("s"))).lines).to.deep.equal(["Configuration is locked by bob"]);
    simulator.releaseFaults(name);
    expect((await client.set(RULES, ruleXml("s"))).code).to.equal("20");
    // One that its owner has removed meanwhile is gone already.
    on({ action: "set" }, { do: "lock", kind: "config", admin: "bob" });
    await client.set(RULES, ruleXml("s"));
    await (
      await Client.login(simulator, "bob")
    ).op("<request><config-lock><remove></remove></config-lock></request>");
    simulator.clearFaults();
    expect((await client.set(RULES, ruleXml("s"))).code).to.equal("20");
  });

  it("a lock that somebody holds already is not taken, and the list says so", async () => {
    await client.op("<request><commit-lock><add></add></commit-lock></request>");
    on(COMMIT, { do: "lock", kind: "commit", admin: "bob" });
    expect((await client.commit()).code).to.equal("19");
    expect(simulator.firedFaults[0]?.note).to.equal("Commit lock is already held by admin");
  });

  const edit = `<set xpath="${RULES}">${ruleXml("bobs")}</set>`;

  it("another administrator edits in between, and leaves it pending", async () => {
    on(COMMIT, { do: "edit", admin: "bob", operations: edit });
    await client.commitAndWait(own("admin"));
    expect(simulator.runningRules()).to.deep.equal(["cleanup", "r"]);
    expect(simulator.candidateRules()).to.deep.equal(["cleanup", "r", "bobs"]);
    const changes = await client.op("<show><config><list><changes></changes></list></config></show>");
    const entries = changes.root.at("result", "journal")?.children ?? [];
    expect(entries.map((entry) => entry.value("owner"))).to.deep.equal(["bob"]);
  });

  it("another administrator commits in between: what is theirs, or everything", async () => {
    on({ action: "get" }, { do: "edit", admin: "bob", operations: edit, commit: "own" });
    await client.get(RULES);
    expect(simulator.runningRules()).to.deep.equal(["cleanup", "bobs"]);
    on({ action: "get" }, { do: "edit", admin: "bob", commit: "all" });
    await client.get(RULES);
    expect(simulator.runningRules()).to.deep.equal(["cleanup", "r", "bobs"]);
    expect(simulator.jobs.map(({ user, status }) => [user, status])).to.deep.equal([
      ["bob", "FIN"],
      ["bob", "FIN"],
    ]);
    expect((await client.commit()).lines).to.deep.equal(["There are no changes to commit."]);
  });

  it("locks hold for that administrator too, and a stuck job in front isn't waited for", async () => {
    await client.op("<request><config-lock><add></add></config-lock></request>");
    on({ action: "get" }, { do: "edit", admin: "bob", operations: edit });
    await client.get(RULES);
    expect(simulator.firedFaults[0]?.note).to.equal("the edit was refused: Configuration is locked by admin");
    on(COMMIT, { do: "stick-job" });
    await client.commit();
    await client.set(RULES, ruleXml("s"));
    on({ action: "get" }, { do: "edit", admin: "bob", commit: "all" });
    await client.get(RULES);
    expect(simulator.firedFaults.at(-1)?.note).to.equal("the commit's job 3 is PEND PEND");
  });

  it("only a full commit is possible, until one went through", async () => {
    const required = async (): Promise<string | undefined> =>
      (await client.op("<check><full-commit-required></full-commit-required></check>")).root.value("result");
    expect(await required()).to.equal("no");
    on(COMMIT, { do: "full-commit-required" });
    expect((await client.commit(own("admin"))).lines).to.deep.equal([
      "Partial commit is not allowed. Full system commit must be completed.",
    ]);
    expect(await required()).to.equal("yes");
    const revert = await client.op(
      "<revert><config><partial><admin><member>admin</member></admin></partial></config></revert>",
    );
    expect(revert.lines).to.deep.equal([
      "Partial revert is not allowed. Full system commit must be completed.",
    ]);
    expect((await client.commitAndWait()).value("result")).to.equal("OK");
    expect(await required()).to.equal("no");
    simulator.requireFullCommit();
    expect(await required()).to.equal("yes");
  });

  it("a restart in the middle of a commit loses it, or finishes what nobody hears of; job numbers begin anew", async () => {
    on(COMMIT, { do: "stick-job" });
    await client.commit();
    await simulator.restart();
    expect(simulator.runningRules()).to.deep.equal(["cleanup"]);
    client = await Client.login(simulator);
    expect((await client.op("<show><jobs><id>2</id></jobs></show>")).lines).to.deep.equal([
      "job 2 not found",
    ]);
    await client.set(RULES, ruleXml("r"));
    simulator.clearFaults();
    on(COMMIT, { do: "stick-job" });
    expect((await client.commit()).root.at("result", "job")?.text).to.equal("2");
    await simulator.restart({ finishJob: true });
    expect([simulator.runningRules(), simulator.jobs]).to.deep.equal([["cleanup", "r"], []]);
  });

  it("a restart drops locks unless it keeps them, and addresses that were not registered for good", async () => {
    const register = (ip: string, persistent: string): string =>
      `<entry ip="${ip}" persistent="${persistent}"><tag><member>t</member></tag></entry>`;
    await client.send({
      type: "user-id",
      cmd: `<uid-message><payload><register>${register("10.0.0.1", "1")}${register("10.0.0.2", "0")}</register></payload></uid-message>`,
    });
    const add = "<request><commit-lock><add></add></commit-lock></request>";
    const held = async (): Promise<number | undefined> =>
      (await client.op(LOCKS)).root.at("result", "commit-locks")?.children.length;
    await client.op(add);
    await simulator.restart({ keepLocks: true });
    client = await Client.login(simulator);
    expect(await held()).to.equal(1);
    await simulator.restart();
    client = await Client.login(simulator);
    expect(await held()).to.equal(0);
    const shown = await client.op("<show><object><registered-ip><all></all></registered-ip></object></show>");
    expect(
      shown.root
        .child("result")
        ?.entries()
        .map((entry) => entry.attributes["ip"]),
    ).to.deep.equal(["10.0.0.1"]);
  });
});
