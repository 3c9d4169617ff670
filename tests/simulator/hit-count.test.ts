import { expect } from "chai";
import { startSimulator } from "../../simulator/index";
import type { Simulator } from "../../simulator/index";
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
