import { expect } from "chai";
import type { HaPair, PanoramaOptions, Simulator } from "../../packages/simulator";
import { CLOUD, Manager, ownCommit, PRE, startManaged } from "./panorama-support";
import type { PanoramaLab } from "../../packages/simulator";
import { ruleXml } from "./stock-client";

const STATE = "<show><high-availability><state></state></high-availability></show>";
const OWN = "<admin><member>admin</member></admin>";

describe("simulator: an HA pair of Panoramas", () => {
  let lab: PanoramaLab;
  let pair: HaPair;
  let first: Manager;
  let second: Manager;
  afterEach(() => lab.stop());

  async function open(ha: PanoramaOptions["ha"] = {}, options: PanoramaOptions = {}): Promise<void> {
    ({ lab, admin: first } = await startManaged({ ha, ...options }));
    pair = lab.pair!;
    second = await Manager.login(lab, "admin", pair.second);
  }

  const state = async (manager: Manager) => {
    const root = (await manager.ask(STATE)).root.child("result");
    return [root?.at("local-info", "state")?.text, root?.at("peer-info", "state")?.text];
  };
  const rules = (simulator: Simulator) =>
    [...simulator.running(PRE).matchAll(/<entry name="([^"]*)"/g)].map(([, name]) => name);
  const commit = (manager: Manager) => manager.client.commitAndWait(ownCommit("admin"));

  it("calls itself by its place and its state, without a group, and so after a failover", async () => {
    await open();
    const { root } = await first.ask(STATE);
    expect(root.child("result")?.child("group")).to.equal(undefined);
    expect(root.at("result", "local-info", "priority")?.text).to.equal("primary");
    expect(await state(first)).to.deep.equal(["primary-active", "secondary-passive"]);
    pair.failOver();
    expect(await state(second)).to.deep.equal(["secondary-active", "primary-passive"]);
    pair.failOver("suspended");
    expect(await state(first)).to.deep.equal(["primary-active", "secondary-suspended"]);
    expect(pair.active).to.equal(lab.panorama);
  });

  it("brings what is committed to the other one, and what is staged and its jobs to nobody", async () => {
    await open();
    await first.client.set(PRE, ruleXml("committed"));
    await commit(first);
    await first.client.set(PRE, ruleXml("staged"));
    expect(rules(pair.second)).to.deep.equal(["committed"]);
    pair.failOver();
    expect(pair.active.candidate(PRE)).to.contain("committed").and.not.contain("staged");
    expect(pair.second.jobs).to.deep.equal([]);
    // What waits for a push is known there, too, and whose it is.
    expect((await second.pushed(OWN)).value("result")).to.equal("OK");
    for (const serial of lab.serials)
      expect(lab.pushedRules(serial, "pre-rulebase")).to.deep.equal(["committed"]);
    expect(await first.states()).to.deep.equal(["yes In Sync", "yes In Sync"]);
  });

  it("the passive one takes no changes, commits and pushes, unless told to", async () => {
    await open();
    const push = () => second.push('<entry name="cloud"/>');
    expect((await second.client.set(PRE, ruleXml("r"))).text).to.contain("passive Panorama");
    expect((await second.client.send({ type: "commit", cmd: ownCommit("admin") })).code).to.equal("15");
    expect((await push()).text).to.contain("Push is not allowed on the passive Panorama");
    await lab.stop();
    await open({ passiveWrites: true, passivePushes: true });
    expect((await second.client.set(PRE, ruleXml("r"))).code).to.equal("20");
    await commit(second);
    expect([rules(pair.second), rules(pair.first)]).to.deep.equal([["r"], []]);
    expect((await push()).root.at("result", "job")?.text).not.to.equal(undefined);
  });

  it("may bring what is staged along when it fails over, with who made it", async () => {
    await open({ candidateFollows: true });
    await first.client.set(PRE, ruleXml("staged"));
    pair.failOver();
    expect(pair.second.candidate(PRE)).to.contain("staged");
    await commit(second);
    expect(rules(pair.first)).to.deep.equal(["staged"]);
  });

  it("what was not synchronized stays behind, and the firewalls that have it are out of sync", async () => {
    await open({ syncSeconds: 3600 });
    await first.client.set(PRE, ruleXml("late"));
    await commit(first);
    await first.pushed(OWN);
    expect(await first.states()).to.deep.equal(["yes In Sync", "yes In Sync"]);
    pair.failOver();
    expect(rules(pair.second)).to.deep.equal([]);
    expect(await second.states()).to.deep.equal(["yes Out of Sync", "yes Out of Sync"]);
  });

  it("may know whose changes wait for a push only of those that were committed on it", async () => {
    await open({}, { unknowns: { whoseWaits: "own" } });
    await first.client.set(PRE, ruleXml("r"));
    await commit(first);
    pair.failOver();
    const [serial = ""] = lab.serials;
    await second.pushed(OWN);
    expect(lab.pushedRules(serial, "pre-rulebase")).to.deep.equal([]);
    await second.pushed();
    expect(lab.pushedRules(serial, "pre-rulebase")).to.deep.equal(["r"]);
  });

  it("hands on to firewalls from both, and one of them being gone leaves the other its firewalls", async () => {
    await open();
    const [serial = ""] = lab.serials;
    expect((await second.ask("<show><system><info></info></system></show>", serial)).text).to.contain("fw1");
    await pair.first.stop();
    expect(await state(second)).to.deep.equal(["secondary-passive", "unknown"]);
    expect(await second.states()).to.deep.equal(["yes In Sync", "yes In Sync"]);
    expect(pair.second.running(CLOUD)).to.contain("cleanup");
  });
});
