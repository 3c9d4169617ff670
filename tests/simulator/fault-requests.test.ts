import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { Effect, Simulator } from "../../packages/simulator/index";
import { connection, failure } from "./fault-support";
import { Client, RULES, ruleXml } from "./stock-client";

const DROP: Effect = { do: "drop" };
const INFO = "<show><system><info></info></system></show>";

describe("simulator: what faults do to requests", () => {
  let simulator: Simulator;
  let client: Client;

  beforeEach(async () => {
    simulator = await startSimulator();
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
