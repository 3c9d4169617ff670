import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { Simulator, SimulatorOptions } from "../../packages/simulator/index";
import { Client, RULES, VSYS, ruleXml } from "./stock-client";

describe("simulator: capacity", () => {
  let simulator: Simulator;
  let client: Client;

  const open = async (options: SimulatorOptions): Promise<void> => {
    simulator = await startSimulator(options);
    client = await Client.login(simulator);
  };
  afterEach(() => simulator.stop());

  const rules = (count: number, from = 0): string =>
    Array.from({ length: count }, (_, index) => ruleXml(`r${from + index}`)).join("");

  const outcome = async (): Promise<[string | undefined, string[]]> => {
    const job = await client.commitAndWait();
    return [job.value("result"), job.child("details")?.children.map(({ text }) => text) ?? []];
  };

  it("is enforced at the commit as it is reported, and leaves what was running", async () => {
    await open({ maxRules: 4 });
    const state = await client.op(
      "<show><system><state><filter>cfg.general.max*</filter></state></system></show>",
    );
    expect(state.text).to.contain("cfg.general.max-policy-rule: 0x4\n");
    await client.set(RULES, rules(3));
    expect((await outcome())[0]).to.equal("OK");
    await client.set(RULES, rules(1, 3));
    expect(await outcome()).to.deep.equal([
      "FAIL",
      ["Validation Error:", "Number of security rules (5) exceeds the maximum of this platform (4)"],
    ]);
    expect(simulator.runningRules()).to.have.length(4);
    await client.delete(`${RULES}/entry[@name='r0']`);
    expect((await outcome())[0]).to.equal("OK");
  });

  const kinds: [keyof SimulatorOptions, home: string, entry: (name: string) => string, what: string][] = [
    [
      "maxAddresses",
      "address",
      (name) => `<entry name="${name}"><ip-netmask>10.0.0.1</ip-netmask></entry>`,
      "address objects",
    ],
    [
      "maxAddressGroups",
      "address-group",
      (name) => `<entry name="${name}"><dynamic><filter>'x'</filter></dynamic></entry>`,
      "address groups",
    ],
    [
      "maxServices",
      "service",
      (name) => `<entry name="${name}"><protocol><tcp><port>80</port></tcp></protocol></entry>`,
      "service objects",
    ],
  ];
  for (const [option, home, entry, what] of kinds) {
    it(`counts ${what} of the vsys and of shared together`, async () => {
      await open({ [option]: 2 });
      await client.set(`/config/shared/${home}`, entry("a"));
      await client.set(`${VSYS}/${home}`, entry("b"));
      expect((await outcome())[0]).to.equal("OK");
      await client.set(`${VSYS}/${home}`, entry("c"));
      expect(await outcome()).to.deep.equal([
        "FAIL",
        ["Validation Error:", `Number of ${what} (3) exceeds the maximum of this platform (2)`],
      ]);
    });
  }

  it("counts what Panorama has pushed, before and behind", async () => {
    const side = (name: string, from: number) =>
      `<${name}><security><rules>${rules(1, from)}</rules></security></${name}>`;
    await open({ maxRules: 3 });
    simulator.setPushed("vsys1", side("pre-rulebase", 10) + side("post-rulebase", 20));
    await client.set(RULES, rules(1, 1));
    const [result, details] = await outcome();
    expect([result, details[1]]).to.deep.equal([
      "FAIL",
      "Number of security rules (4) exceeds the maximum of this platform (3)",
    ]);
  });

  it("a device that is over its number already may change and remove, and add nothing", async () => {
    await open({});
    await client.set(RULES, rules(5));
    await client.commitAndWait();
    const config = simulator.running("/config");
    await simulator.stop();
    await open({ config, maxRules: 3 });
    await client.set(`${RULES}/entry[@name='r1']`, "<description>changed</description>");
    await client.delete(`${RULES}/entry[@name='r0']`);
    expect((await outcome())[0]).to.equal("OK");
    await client.set(RULES, rules(1, 7));
    expect((await outcome())[0]).to.equal("FAIL");
  });

  it("counts at a validation too", async () => {
    await open({ maxRules: 1 });
    await client.set(RULES, rules(1));
    const reply = await client.op("<validate><full></full></validate>");
    const job = await client.job(reply.root.at("result", "job")?.text ?? "");
    expect(job.value("result")).to.equal("FAIL");
  });
});
