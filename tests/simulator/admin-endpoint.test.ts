import * as http from "node:http";
import * as https from "node:https";
import { expect } from "chai";
import { startHaPair } from "../../packages/simulator/index";
import type { HaPair } from "../../packages/simulator/index";
import { failure } from "./fault-support";
import { Client, RULES, ruleXml } from "./stock-client";

describe("simulator: the admin endpoint", () => {
  let pair: HaPair;
  let client: Client;

  beforeEach(async () => {
    pair = await startHaPair();
    client = await Client.login(pair.first);
  });
  afterEach(() => pair.stop());

  const call = async (
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = { "content-type": "application/json" },
  ): Promise<[number, unknown]> => {
    const reply = await fetch(`${pair.first.httpUrl}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body }),
    });
    return [reply.status, await reply.json()];
  };

  it("adds faults, shows them and what fired, and takes them back", async () => {
    const faults = [
      { name: "lost", match: { action: "set" }, effect: { do: "drop" } },
      { match: { type: "commit" }, effect: { do: "lock", kind: "commit", admin: "bob" } },
    ];
    expect(await call("POST", "/admin/faults", JSON.stringify(faults))).to.deep.equal([
      200,
      { added: ["lost", "fault-1"] },
    ]);
    expect(await failure(client.set(RULES, ruleXml("r")))).to.equal("ECONNRESET");
    const [status, shown] = await call("GET", "/admin/faults");
    const { faults: armed, fired } = shown as { faults: object[]; fired: object[] };
    expect([status, armed]).to.deep.equal([
      200,
      [
        { ...faults[0], seen: 1, fired: 1 },
        { name: "fault-1", ...faults[1], seen: 0, fired: 0 },
      ],
    ]);
    expect(fired.length).to.equal(1);
    expect((await client.commit()).status).to.equal("error");
    expect(await call("POST", "/admin/release?fault=fault-1")).to.deep.equal([200, {}]);
    expect((await client.commit()).status).to.equal("success");
    expect(await call("DELETE", "/admin/faults")).to.deep.equal([200, {}]);
    expect((await client.set(RULES, ruleXml("r"))).code).to.equal("20");
  });

  it("names what is wrong with a fault, and adds none of a list that has one", async () => {
    expect(await call("POST", "/admin/faults", "{")).to.satisfy(
      ([status, { error }]: [number, { error: string }]) =>
        status === 400 && error.startsWith("request body: not JSON"),
    );
    const list = JSON.stringify([{ effect: { do: "drop" } }, { effect: { do: "delay" } }]);
    expect(await call("POST", "/admin/faults", list)).to.deep.equal([
      400,
      { error: 'faults[1].effect: "ms" is missing' },
    ]);
    const same = JSON.stringify(Array(2).fill({ name: "twice", effect: { do: "drop" } }));
    expect((await call("POST", "/admin/faults", same))[0]).to.equal(400);
    expect((await call("GET", "/admin/faults"))[1]).to.deep.equal({ faults: [], fired: [] });
    expect((await call("GET", "/admin/nothing"))[0]).to.equal(404);
  });

  it("makes the peer take over", async () => {
    expect(await call("POST", "/admin/fail-over")).to.deep.equal([200, { states: ["passive", "active"] }]);
    pair.setState(pair.first, "suspended");
    expect(await call("POST", "/admin/fail-over")).to.deep.equal([
      400,
      { error: "/admin/fail-over: the peer is suspended and can't take over" },
    ]);
  });

  it("opens sessions and shows them, and says why it doesn't", async () => {
    await client.set(RULES, ruleXml("r"));
    await client.delete(`${RULES}/entry[@name='cleanup']`);
    await client.commitAndWait();
    const request = {
      from: "untrust",
      to: "trust",
      source: "203.0.113.5",
      destination: "10.0.0.1",
      port: 443,
    };
    const open = (changes: object) =>
      call("POST", "/admin/sessions", JSON.stringify({ ...request, ...changes }));
    const [status, session] = await open({ application: "ssl" });
    expect([status, (session as { rule: string }).rule]).to.deep.equal([200, "r"]);
    expect((await call("GET", "/admin/sessions"))[1])
      .to.have.property("sessions")
      .with.length(1);
    expect(await open({ from: "trust", to: "untrust" })).to.deep.equal([
      400,
      { error: "/admin/sessions: rule interzone-default denies it" },
    ]);
    expect(await open({ port: undefined })).to.deep.equal([
      400,
      { error: "/admin/sessions: port is missing" },
    ]);
    expect((await open({ port: "443" }))[0]).to.equal(400);
  });

  it("is only for this machine, by its own name, and not for other pages", async () => {
    const refused = await new Promise<number | undefined>((resolve, reject) => {
      http
        .get(`${pair.first.httpUrl}/admin/faults`, { headers: { host: "example.com" } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
        .on("error", reject);
    });
    expect(refused).to.equal(403);
    const plain = await call("POST", "/admin/faults", "[]", { "content-type": "text/plain" });
    expect(plain[0]).to.equal(415);
  });

  it("is not on the HTTPS port", async () => {
    const { url } = pair.first;
    const status = await new Promise((resolve, reject) => {
      https
        .get(`${url}/admin/faults`, { ca: pair.first.certificate, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
        .on("error", reject);
    });
    expect(status).to.equal(404);
  });
});
