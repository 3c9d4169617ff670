import { expect } from "chai";
import { FaultError, readFaults, startSimulator } from "../../packages/simulator/index";
import type { Effect, Fault, Simulator } from "../../packages/simulator/index";
import { failure } from "./fault-support";
import { Client, RULES, VSYS, ruleXml } from "./stock-client";

const DROP: Effect = { do: "drop" };
const users = ["admin", "bob"].map((name) => ({ name, password: name }));
const INFO = "<show><system><info></info></system></show>";

describe("simulator: which requests a fault hits", () => {
  let simulator: Simulator;
  let client: Client;

  beforeEach(async () => {
    simulator = await startSimulator({ users });
    client = await Client.login(simulator);
  });
  afterEach(() => simulator.stop());

  const hits = async (...requests: (() => Promise<unknown>)[]): Promise<boolean[]> => {
    const ended: boolean[] = [];
    for (const request of requests) ended.push((await failure(request())) !== "answered");
    return ended;
  };
  const times = (count: number, request: () => Promise<unknown>) =>
    Array.from({ length: count }, () => request);

  it("type, action, administrator and parts of xpath, command and element, all together", async () => {
    const bob = await Client.login(simulator, "bob");
    simulator.addFault({
      match: {
        type: "config",
        action: ["set", "edit"],
        admin: "admin",
        xpath: "security/rules",
        element: "<action>",
      },
      count: 10,
      effect: DROP,
    });
    simulator.addFault({ match: { cmd: "<system>" }, effect: DROP });
    expect(
      await hits(
        () => client.set(RULES, ruleXml("a")),
        () => client.set(RULES, `<entry name="b"/>`),
        () => bob.set(RULES, ruleXml("c")),
        () => client.get(RULES),
        () => client.set(`${VSYS}/tag`, `<entry name="t"/>`),
        () => client.op("<show><jobs><all></all></jobs></show>"),
        () => client.op(INFO),
      ),
    ).to.deep.equal([true, false, false, false, false, false, true]);
    expect(simulator.candidateRules()).to.deep.equal(["cleanup", "b", "c"]);
  });

  it("once, the first time, unless it says which and how often", async () => {
    simulator.addFault({ match: { type: "op" }, effect: DROP });
    simulator.addFault({ match: { action: "get" }, nth: 3, count: 2, effect: DROP });
    expect(await hits(...times(3, () => client.op(INFO)))).to.deep.equal([true, false, false]);
    expect(await hits(...times(6, () => client.get(RULES)))).to.deep.equal([
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(simulator.firedFaults.map(({ fault, occurrence }) => [fault, occurrence])).to.deep.equal([
      ["fault-1", 1],
      ["fault-2", 3],
      ["fault-2", 4],
    ]);
  });

  it("by chance, but the same seed hits the same requests", async () => {
    const run = async (seed: number, other?: Fault): Promise<boolean[]> => {
      simulator.clearFaults();
      simulator.addFault({ match: { type: "op" }, probability: 0.5, seed, effect: DROP });
      if (other) simulator.addFault(other);
      return hits(...times(24, () => client.op(INFO)));
    };
    const first = await run(7);
    expect(first).to.include(true).and.include(false);
    expect(await run(7, { match: { type: "op" }, nth: 3, effect: { do: "delay", ms: 0 } })).to.deep.equal(
      first,
    );
    expect(await run(8)).not.to.deep.equal(first);
    simulator.clearFaults();
    simulator.addFault({ probability: 1, count: 2, effect: DROP });
    expect(await hits(...times(4, () => client.op(INFO)))).to.deep.equal([true, true, false, false]);
  });

  it("by a function, in tests", async () => {
    simulator.addFault({ match: ({ xpath }) => xpath?.length === RULES.length, effect: DROP });
    expect(
      await hits(
        () => client.get(VSYS),
        () => client.get(RULES),
      ),
    ).to.deep.equal([false, true]);
  });

  it("none after they are taken back", async () => {
    simulator.addFault({ effect: DROP });
    simulator.clearFaults();
    expect(await hits(() => client.op(INFO))).to.deep.equal([false]);
  });

  it("says in the record and in the list what hit what, without secrets", async () => {
    simulator.addFault({ name: "lost", match: { type: "keygen" }, effect: { do: "drop", when: "after" } });
    simulator.addFault({ name: "early", match: { action: "set" }, effect: DROP });
    expect(
      await hits(
        () => Client.login(simulator, "bob"),
        () => client.set(RULES, ruleXml("r")),
      ),
    ).to.deep.equal([true, true]);
    const [keygen, set] = simulator.requests.slice(-2);
    expect([keygen?.type, keygen?.status, keygen?.faults]).to.deep.equal(["keygen", "success", ["lost"]]);
    expect([set?.action, set?.status, set?.faults]).to.deep.equal(["set", "none", ["early"]]);
    expect(
      simulator.firedFaults.map(({ fault, effect, when, request }) => [fault, effect, when, request]),
    ).to.deep.equal([
      ["lost", "drop", "after", { admin: "bob", type: "keygen" }],
      ["early", "drop", "before", { admin: "admin", type: "config", action: "set", xpath: RULES }],
    ]);
    expect(JSON.stringify([simulator.firedFaults, simulator.requests])).not.to.contain(client.key);
  });
});

describe("simulator: a fault that makes no sense is refused, and named", () => {
  const bad: [unknown, RegExp][] = [
    [
      [{ effect: { do: "drop" } }, { effect: { do: "explode" } }],
      /^faults\[1\]\.effect\.do: one of drop, delay.* not "explode"$/,
    ],
    [{ effect: { do: "delay" } }, /^fault\.effect: "ms" is missing$/],
    [{ effect: { do: "delay", ms: -1 } }, /^fault\.effect\.ms: a whole number from 0/],
    [
      { effect: { do: "delay", ms: 1, sec: 1 } },
      /^fault\.effect: "sec" is unknown here; there are do, when, ms$/,
    ],
    [
      { effect: { do: "http-error", status: 404 } },
      /status: a whole number from 500 to 599 expected, not 404/,
    ],
    [{ effect: { do: "truncate", when: "before" } }, /effect\.when: one of after/],
    [{ effect: { do: "edit", admin: "bob" } }, /neither what to write/],
    [{ effect: { do: "edit", admin: "bob", operations: "<set" } }, /^fault\.effect\.operations: /],
    [{ effect: { do: "edit", admin: "bob", operations: "<put xpath='/'/>" } }, /<put> is no operation/],
    [{ effect: { do: "fail-job", details: [] } }, /details: a list of texts/],
    [
      { match: { tpye: "op" }, effect: { do: "drop" } },
      /^fault\.match: "tpye" is unknown here; there are type, action/,
    ],
    [{ match: "op", effect: { do: "drop" } }, /^fault\.match: an object expected, not "op"/],
    [{ nth: 0, effect: { do: "drop" } }, /^fault\.nth/],
    [{ probability: 2, effect: { do: "drop" } }, /^fault\.probability: a number from 0 to 1/],
    [{ match: {} }, /^fault: "effect" is missing/],
    ["drop", /^fault: an object expected, not "drop"/],
  ];

  for (const [value, message] of bad) {
    it(JSON.stringify(value), () => {
      expect(() => readFaults(value)).to.throw(FaultError, message);
    });
  }
});
