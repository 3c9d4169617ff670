import { expect } from "chai";
import { FaultError, readFaults, startSimulator } from "../../simulator/index";
import type { Effect, Fault, Simulator } from "../../simulator/index";
import { connection, failure } from "./fault-support";
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

describe("simulator: what faults do to requests", () => {
  let simulator: Simulator;
  let client: Client;

  beforeEach(async () => {
    simulator = await startSimulator({ users });
    client = await Client.login(simulator);
  });
  afterEach(() => simulator.stop());

  const hit = (effect: Effect): string => simulator.addFault({ match: { action: "set" }, effect });
  const set = () => client.set(RULES, ruleXml("r"));
  const acted = (): boolean => simulator.candidateRules().includes("r");

  it("drop before or after acting", async () => {
    hit(DROP);
    expect([await failure(set()), acted()]).to.deep.equal(["ECONNRESET", false]);
    hit({ do: "drop", when: "after" });
    expect([await failure(set()), acted()]).to.deep.equal(["ECONNRESET", true]);
  });

  it("delay, and a stop in the middle of it ends it", async () => {
    hit({ do: "delay", ms: 30 });
    const began = process.hrtime.bigint();
    await set();
    expect(Number(process.hrtime.bigint() - began) / 1e6).to.be.at.least(29);
    simulator.addFault({ match: { type: "op" }, effect: { do: "delay", ms: 3_600_000 } });
    const reply = failure(client.op(INFO));
    while (simulator.firedFaults.length < 2) await new Promise(setImmediate);
    await simulator.stop();
    expect(await reply).to.equal("ECONNRESET");
  });

  const raw = async (): Promise<Response> =>
    fetch(`${simulator.httpUrl}/api/`, {
      method: "POST",
      body: new URLSearchParams({
        type: "config",
        action: "set",
        xpath: RULES,
        element: ruleXml("r"),
        key: client.key,
      }),
    });

  it("HTTP 5xx before acting, or after", async () => {
    hit({ do: "http-error", status: 502 });
    expect([(await raw()).status, acted()]).to.deep.equal([502, false]);
    expect(simulator.requests.at(-1)).to.include({ status: "error", code: "502" });
    hit({ do: "http-error", when: "after" });
    expect([(await raw()).status, acted()]).to.deep.equal([503, true]);
    expect(simulator.requests.at(-1)?.status).to.equal("success");
  });

  it("a page instead of XML, after acting unless it says before", async () => {
    hit({ do: "not-xml", when: "before" });
    const before = await raw();
    expect([before.status, before.headers.get("content-type"), acted()]).to.deep.equal([
      200,
      "text/html",
      false,
    ]);
    hit({ do: "not-xml", body: "busy" });
    expect([await (await raw()).text(), acted()]).to.deep.equal(["busy", true]);
  });

  it("an answer that ends early, with its length kept or adjusted", async () => {
    const whole = await (await raw()).text();
    hit({ do: "truncate" });
    const cut = await raw();
    expect(cut.headers.get("content-length")).to.equal(String(whole.length));
    expect(await failure(cut.text())).not.to.equal("answered");
    hit({ do: "truncate", bytes: 10, announced: true });
    expect(await (await raw()).text()).to.equal(whole.slice(0, 10));
    hit({ do: "truncate" });
    expect(await failure(set())).to.equal("ECONNRESET");
  });

  it("keys that end while the request is on its way, too old or unknown; new ones are good", async () => {
    hit({ do: "expire-keys" });
    const expired = await set();
    expect([expired.httpStatus, expired.lines, acted()]).to.deep.equal([400, ["Key Expired"], false]);
    expect((await client.op(INFO)).lines).to.deep.equal(["Key Expired"]);
    client = await Client.login(simulator);
    hit({ do: "expire-keys", why: "revoked", when: "after" });
    expect((await set()).code).to.equal("20");
    expect((await set()).lines).to.deep.equal(["Invalid Credential"]);
    client = await Client.login(simulator);
    expect((await set()).code).to.equal("20");
  });

  it("a restart: no answer, refused for a while, and back on the same port with what was running", async () => {
    const { port } = simulator;
    await set();
    simulator.addFault({ match: { type: "op" }, effect: { do: "restart", downMs: 3_600_000 } });
    expect(await failure(client.op(INFO))).to.equal("ECONNRESET");
    expect(await connection(simulator)).to.equal("ECONNREFUSED");
    const restarted = new Promise((resolve) => simulator.once("restarted", resolve));
    // Another one, with nothing to wait for, ends the first.
    await simulator.restart({ downMs: 1 });
    await restarted;
    expect([await connection(simulator), simulator.port]).to.deep.equal(["connected", port]);
    expect(simulator.candidateRules()).to.deep.equal(["cleanup"]);
    expect((await set()).lines).to.deep.equal(["Invalid Credential"]);
    client = await Client.login(simulator);
    const pending = await client.op("<check><pending-changes></pending-changes></check>");
    expect(pending.root.value("result")).to.equal("no");
    expect((await set()).code).to.equal("20");
  });

  it("a request that waits over a restart is lost", async () => {
    const hold = simulator.hold(({ action }) => action === "set");
    const reply = failure(set());
    await hold.reached;
    await simulator.restart();
    hold.release();
    expect([await reply, acted()]).to.deep.equal(["ECONNRESET", false]);
    expect(simulator.runningRules()).to.deep.equal(["cleanup"]);
  });

  it("stops while it is down", async () => {
    simulator.addFault({ effect: { do: "restart", downMs: 3_600_000 } });
    await failure(set());
    await simulator.stop();
    expect(await connection(simulator)).to.equal("ECONNREFUSED");
  });
});
