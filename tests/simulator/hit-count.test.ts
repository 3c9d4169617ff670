import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { Simulator } from "../../packages/simulator/index";
import { Client, RULES, ruleXml } from "./stock-client";

const about = (verb: string, rules: string): string =>
  `<${verb}><rule-hit-count><vsys><vsys-name><entry name="vsys1"><rule-base><entry name="security"><rules>${rules}</rules></entry></rule-base></entry></vsys-name></vsys></rule-hit-count></${verb}>`;

describe("simulator: hit counts", () => {
  let simulator: Simulator;
  let client: Client;

  beforeEach(async () => {
    simulator = await startSimulator();
    client = await Client.login(simulator);
    await client.set(RULES, ruleXml("a") + ruleXml("b"));
    await client.commitAndWait();
  });
  afterEach(() => simulator.stop());

  const counts = async (rules = "<all/>"): Promise<Record<string, (string | undefined)[]>> => {
    const { root } = await client.op(about("show", rules));
    const entries = root
      .at("result", "rule-hit-count", "vsys", "entry:vsys1", "rule-base", "entry:security", "rules")
      ?.entries();
    const values = ["hit-count", "first-hit-timestamp", "last-hit-timestamp"];
    return Object.fromEntries<(string | undefined)[]>(
      (entries ?? []).map((entry) => [entry.name ?? "", values.map((tag) => entry.value(tag))]),
    );
  };
  const ZERO = ["0", "0", "0"];

  it("are zero until somebody says otherwise, the default rules last", async () => {
    expect(Object.entries(await counts())).to.deep.equal(
      ["cleanup", "a", "b", "intrazone-default", "interzone-default"].map((name) => [name, ZERO]),
    );
    simulator.setHitCount("a", 3, { lastHit: 1000 });
    simulator.setHitCount("a", 5, { lastHit: 2000 });
    expect(await counts("<list><member>a</member><member>b</member></list>")).to.deep.equal({
      a: ["5", "1000", "2000"],
      b: ZERO,
    });
    expect(() => simulator.setHitCount("nobody", 1)).to.throw(
      "no running security rule of vsys1 is called nobody",
    );
  });

  it("come with the moments at which a rule was committed and last changed", async () => {
    const times = async (): Promise<Record<string, [number, number]>> => {
      const { root } = await client.op(about("show", "<all/>"));
      const entries = root
        .at("result", "rule-hit-count", "vsys", "entry:vsys1", "rule-base", "entry:security", "rules")
        ?.entries();
      const values = ["rule-creation-timestamp", "rule-modification-timestamp"] as const;
      return Object.fromEntries(
        (entries ?? []).map((rule) => [
          rule.name ?? "",
          values.map((tag) => Number(rule.value(tag))) as [number, number],
        ]),
      );
    };
    const HOUR = 3600;
    const afterAnHour = async (change: () => Promise<unknown>) => {
      simulator.ageRules(HOUR);
      const before = await times();
      await change();
      await client.commitAndWait();
      return { before, after: await times() };
    };
    const now = Math.floor(Date.now() / 1000);
    const isNow = (moment = 0): boolean => Math.abs(moment - now) < HOUR / 2;

    const edited = await afterAnHour(() =>
      client.set(`${RULES}/entry[@name='a']`, "<description>x</description>"),
    );
    expect(edited.after["a"]?.[0]).to.equal(edited.before["a"]?.[0]);
    expect([isNow(edited.before["a"]?.[1]), isNow(edited.after["a"]?.[1])]).to.deep.equal([false, true]);
    expect(edited.after["b"]).to.deep.equal(edited.before["b"]);

    const moved = await afterAnHour(() =>
      client.config("move", `${RULES}/entry[@name='b']`, { where: "top" }),
    );
    expect(moved.after).to.deep.equal(moved.before);

    const renamed = await afterAnHour(() =>
      client.config("rename", `${RULES}/entry[@name='b']`, { newname: "c" }),
    );
    expect(renamed.after["c"]?.[0]).to.equal(renamed.before["b"]?.[0]);
    expect(isNow(renamed.after["c"]?.[1])).to.equal(true);

    const anew = await afterAnHour(async () => {
      await client.delete(`${RULES}/entry[@name='a']`);
      await client.set(RULES, ruleXml("a") + ruleXml("d"));
    });
    expect([...(anew.after["a"] ?? []), ...(anew.after["d"] ?? [])].map(isNow)).to.deep.equal([
      true,
      true,
      true,
      true,
    ]);
    expect(anew.after["cleanup"]).to.deep.equal(anew.before["cleanup"]);

    await simulator.restart();
    client = await Client.login(simulator);
    expect(await times()).to.deep.equal(anew.after);
  });

  it("go along when a rule is renamed, begin anew when it is made anew, and can be reset", async () => {
    simulator.setHitCount("a", 3);
    simulator.setHitCount("b", 4);
    await client.config("rename", `${RULES}/entry[@name='a']`, { newname: "c" });
    await client.delete(`${RULES}/entry[@name='b']`);
    await client.set(RULES, ruleXml("b"));
    await client.commitAndWait();
    const now = await counts();
    expect([now["c"]?.[0], now["b"]?.[0]]).to.deep.equal(["3", "0"]);
    await client.op(about("clear", "<list><member>c</member></list>"));
    expect((await counts())["c"]).to.deep.equal(ZERO);
  });
});
