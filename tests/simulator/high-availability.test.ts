import { once } from "node:events";
import { expect } from "chai";
import { startHaPair, startSimulator } from "../../packages/simulator/index";
import type { HaPair, HaPairOptions, Simulator } from "../../packages/simulator/index";
import { Client, RULES, ruleXml } from "./stock-client";

const STATE = "<show><high-availability><state></state></high-availability></show>";

describe("simulator: an HA pair", () => {
  let pair: HaPair;

  const open = async (options: HaPairOptions = {}): Promise<HaPair> => (pair = await startHaPair(options));
  afterEach(() => pair.stop());

  const state = async (simulator: Simulator) => {
    const root = (await (await Client.login(simulator)).op(STATE)).root.child("result");
    const group = root?.child("group");
    return {
      enabled: root?.value("enabled"),
      mode: group?.value("mode"),
      local: group?.child("local-info")?.value("state"),
      peer: group?.child("peer-info")?.value("state"),
      connection: group?.child("peer-info")?.value("conn-status"),
      sync: group?.value("running-sync"),
      syncEnabled: group?.value("running-sync-enabled"),
    };
  };

  it("says who is active, what the peer is, and that both have the same", async () => {
    await open({ swVersion: "10.2.9" });
    const common = {
      enabled: "yes",
      mode: "Active-Passive",
      connection: "up",
      sync: "synchronized",
      syncEnabled: "yes",
    };
    expect(await state(pair.first)).to.deep.equal({ ...common, local: "active", peer: "passive" });
    expect(await state(pair.second)).to.deep.equal({ ...common, local: "passive", peer: "active" });
    const client = await Client.login(pair.second);
    const local = (await client.op(STATE)).root.at("result", "group", "local-info");
    expect(["mgmt-ip", "build-rel", "priority", "mode"].map((tag) => local?.value(tag))).to.deep.equal([
      "127.0.0.1/8",
      "10.2.9",
      "100",
      "Active-Passive",
    ]);
  });

  it("a firewall alone has HA off, and no peer to take over", async () => {
    await open();
    const alone = await startSimulator();
    try {
      expect((await state(alone)).enabled).to.equal("no");
      expect(() => alone.addFault({ effect: { do: "fail-over" } })).to.throw(/not in an HA pair/);
    } finally {
      await alone.stop();
    }
  });

  it("brings only what is committed on the active one to the other, which keeps its own name", async () => {
    await open();
    const client = await Client.login(pair.active);
    await client.set(RULES, ruleXml("staged"));
    expect(pair.passive.candidateRules()).to.deep.equal(["cleanup"]);
    await client.commitAndWait();
    expect(pair.passive.runningRules()).to.deep.equal(["cleanup", "staged"]);
    expect(pair.passive.candidateRules()).to.deep.equal(["cleanup", "staged"]);
    const rule = `${RULES}/entry[@name='staged']`;
    expect(pair.passive.running(rule)).to.equal(pair.active.running(rule)).and.match(/uuid=/);
    expect(pair.passive.running("/config/devices/entry/deviceconfig/system/hostname")).to.contain("PA-VM-2");
  });

  it("one key opens both: they share administrators and master key", async () => {
    await open();
    const { key } = await Client.login(pair.first);
    const reply = await (await fetch(`${pair.second.httpUrl}/api/?type=version&key=${key}`)).text();
    expect(reply).to.contain("<sw-version>");
  });

  it("says while it synchronises, and what a failover cuts off stays behind", async () => {
    await open({ syncSeconds: 3600 });
    const client = await Client.login(pair.active);
    await client.set(RULES, ruleXml("r"));
    await client.commitAndWait();
    expect((await state(pair.first)).sync).to.equal("synchronization in progress");
    pair.failOver();
    expect(await state(pair.second)).to.include({
      local: "active",
      peer: "passive",
      sync: "not synchronized",
    });
    expect(pair.active).to.equal(pair.second);
    expect(pair.active.runningRules()).to.deep.equal(["cleanup"]);
  });

  it("ends synchronising after its time", async () => {
    await open({ syncSeconds: 0.05 });
    const client = await Client.login(pair.active);
    await client.set(RULES, ruleXml("r"));
    await client.commitAndWait();
    expect(pair.runningSync).to.equal("synchronization in progress");
    while ((await state(pair.first)).sync !== "synchronized");
    expect(pair.passive.runningRules()).to.deep.equal(["cleanup", "r"]);
  });

  it("the passive one refuses changes with code 15, the active one of the moment takes them", async () => {
    await open();
    const { key } = await Client.login(pair.first);
    const post = async (simulator: Simulator, body: Record<string, string>) =>
      (
        await fetch(`${simulator.httpUrl}/api/`, {
          method: "POST",
          body: new URLSearchParams({ key, ...body }),
        })
      ).text();
    const writes: Record<string, string>[] = [
      { action: "set", xpath: RULES, element: ruleXml("r") },
      { action: "edit", xpath: `${RULES}/entry[@name='r']`, element: ruleXml("r") },
      { action: "delete", xpath: `${RULES}/entry[@name='cleanup']` },
      { action: "move", xpath: `${RULES}/entry[@name='cleanup']`, where: "top" },
      { action: "rename", xpath: `${RULES}/entry[@name='cleanup']`, newname: "c" },
      { action: "clone", xpath: RULES, from: "cleanup", newname: "c" },
      {
        action: "multi-config",
        element: `<multi-config><set id="1" xpath="${RULES}">${ruleXml("r")}</set></multi-config>`,
      },
    ];
    const before = pair.passive.candidate("/config");
    for (const write of writes) {
      expect(await post(pair.passive, { type: "config", ...write }), write["action"]).to.match(
        /^<response status="error" code="15"><msg><line>Configuration changes are not allowed on the passive/,
      );
    }
    expect(pair.passive.candidate("/config")).to.equal(before);
    expect(await post(pair.passive, { type: "config", action: "get", xpath: RULES })).to.contain('code="19"');
    pair.failOver();
    const [first] = writes;
    if (first) expect(await post(pair.second, { type: "config", ...first })).to.contain('code="20"');
    expect(pair.second.candidateRules()).to.include("r");
  });

  it("can take writes on the passive one: the two differ, until the active one overwrites it", async () => {
    await open({ passiveWrites: true });
    const passive = await Client.login(pair.passive);
    expect((await passive.set(RULES, ruleXml("lost"))).code).to.equal("20");
    expect((await passive.commitAndWait()).value("result")).to.equal("OK");
    expect(pair.passive.runningRules()).to.deep.equal(["cleanup", "lost"]);
    expect(pair.active.runningRules()).to.deep.equal(["cleanup"]);
    expect((await state(pair.first)).sync).to.equal("not synchronized");
    const active = await Client.login(pair.active);
    await active.op(
      "<request><high-availability><sync-to-remote><running-config></running-config></sync-to-remote></high-availability></request>",
    );
    expect(pair.passive.candidateRules()).to.deep.equal(["cleanup"]);
    expect(pair.runningSync).to.equal("synchronized");
  });

  it("with synchronisation off a commit leaves the two apart", async () => {
    await open({ syncEnabled: false });
    const client = await Client.login(pair.active);
    await client.set(RULES, ruleXml("r"));
    await client.commitAndWait();
    expect(await state(pair.first)).to.include({ sync: "not synchronized", syncEnabled: "no" });
    expect(pair.passive.runningRules()).to.deep.equal(["cleanup"]);
  });

  it("plays active/active, and every other state", async () => {
    await open({ mode: "active-active" });
    expect(await state(pair.first)).to.include({
      mode: "Active-Active",
      local: "active-primary",
      peer: "active-secondary",
    });
    pair.failOver();
    expect((await state(pair.first)).local).to.equal("active-secondary");
    for (const wanted of ["initial", "non-functional", "suspended"] as const) {
      pair.setState(pair.first, wanted);
      expect((await state(pair.second)).peer).to.equal(wanted);
      expect(() => pair.failOver()).to.throw(`the peer is ${wanted}`);
    }
    expect(() => pair.passive).to.throw("suspended and active-primary");
  });

  it("hands over when the active one is suspended by command, and back", async () => {
    await open();
    const first = await Client.login(pair.first);
    const request = (what: string): string =>
      `<request><high-availability><state><${what}></${what}></state></high-availability></request>`;
    await first.op(request("suspend"));
    expect(await state(pair.first)).to.include({ local: "suspended", peer: "active" });
    await first.op(request("functional"));
    expect(await state(pair.first)).to.include({ local: "passive", peer: "active" });
  });

  it("sees a peer that is gone, and doesn't synchronise with it", async () => {
    await open();
    await pair.second.stop();
    expect(await state(pair.first)).to.include({ local: "active", connection: "down", peer: "unknown" });
    const client = await Client.login(pair.first);
    await client.set(RULES, ruleXml("r"));
    await client.commitAndWait();
    expect((await state(pair.first)).sync).to.equal("not synchronized");
  });

  it("fails over by a fault, after a request acted", async () => {
    await open();
    const client = await Client.login(pair.active);
    pair.first.addFault({
      match: { type: "commit" },
      effect: { do: "fail-over", to: "suspended", when: "after" },
    });
    const told = once(pair.first, "fault");
    await client.set(RULES, ruleXml("r"));
    await client.commitAndWait();
    await told;
    expect(await state(pair.first)).to.include({ local: "suspended", peer: "active" });
    // It committed when it was active no more, so nothing went over.
    expect(pair.second.runningRules()).to.deep.equal(["cleanup"]);
  });
});
