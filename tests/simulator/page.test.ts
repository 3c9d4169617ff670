import { once } from "node:events";
import * as http from "node:http";
import { expect } from "chai";
import { startPanorama, startSimulator } from "../../packages/simulator/index";
import type { Simulator } from "../../packages/simulator/index";
import type { PageState } from "../../packages/simulator/page/types";
import { Client, RULES, ruleXml } from "./stock-client";

function get(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; type: string; text: string; policy: string }> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { headers, agent: false }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers["content-type"] ?? "",
            text,
            policy: String(response.headers["content-security-policy"] ?? ""),
          }),
        );
      })
      .on("error", reject);
  });
}

describe("simulator: the page", () => {
  let simulator: Simulator;
  let client: Client;

  before(async () => {
    simulator = await startSimulator({ users: [{ name: "ann", password: "s3cret-pass" }] });
    client = await Client.login(simulator, "ann", "s3cret-pass");
  });
  after(() => simulator.stop());

  const state = async (): Promise<PageState> =>
    JSON.parse((await get(`${simulator.httpUrl}/state`)).text) as PageState;

  it("is one document without anything from elsewhere, and its script parses", async () => {
    const { status, type, text, policy } = await get(`${simulator.httpUrl}/`);
    expect([status, type]).to.deep.equal([200, "text/html; charset=UTF-8"]);
    expect(policy).to.contain("default-src 'none'");
    expect(text).not.to.match(/https?:\/\//);
    expect(text).not.to.contain("innerHTML");
    const script = /<script type="module" nonce="[^"]+">([\s\S]*)<\/script>/.exec(text)?.[1] ?? "";
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    expect(() => new Function(script)).not.to.throw();
    expect(script).to.contain("EventSource");
  });

  it("shows candidate beside running, with what differs", async () => {
    await client.set(RULES, ruleXml("keep") + ruleXml("gone"));
    await client.commitAndWait();
    await client.delete(`${RULES}/entry[@name='gone']`);
    await client.set(RULES, ruleXml("fresh", {}, "<description>&lt;script&gt;</description>"));
    await client.set(`${RULES}/entry[@name='keep']`, "<description>changed</description>");
    const [vsys] = (await state()).vsys;
    expect(vsys?.candidate.map(({ name, mark }) => [name, mark])).to.deep.equal([
      ["cleanup", ""],
      ["keep", "changed"],
      ["fresh", "new"],
    ]);
    expect(vsys?.candidate[1]?.differs).to.deep.equal(["description"]);
    expect(vsys?.running.map(({ name, mark }) => [name, mark])).to.deep.equal([
      ["cleanup", ""],
      ["keep", "changed"],
      ["gone", "removed"],
    ]);
  });

  it("shows pending changes, jobs, locks and requests, and no key or password", async () => {
    await client.op("<request><commit-lock><add><comment>mine</comment></add></commit-lock></request>");
    const shown = await state();
    expect(shown.pending.map(({ admin }) => admin)).to.include("ann");
    expect(shown.jobs[0]).to.include({ id: 2, status: "FIN", result: "OK", progress: 100 });
    expect(shown.locks).to.deep.equal([{ kind: "commit", admin: "ann", scope: "shared", comment: "mine" }]);
    expect(shown.requests.length).to.be.greaterThan(3);
    const text = JSON.stringify(shown);
    for (const secret of [client.key, "s3cret-pass"]) expect(text).not.to.contain(secret);
  });

  it("tells open pages at once when something happened", async () => {
    const messages: string[] = [];
    const stream = http.get(`${simulator.httpUrl}/events`, { agent: false });
    const arrived = new Promise<void>((resolve) => {
      stream.on("response", (response) => {
        response.setEncoding("utf8").on("data", (chunk: string) => {
          messages.push(chunk);
          if (messages.length === 1) void client.get(RULES);
          else resolve();
        });
      });
    });
    await arrived;
    stream.destroy();
    expect(messages[1]).to.equal("data: changed\n\n");
  });

  it("is for this machine under its own name only", async () => {
    expect((await get(`${simulator.httpUrl}/state`, { host: "attacker.example" })).status).to.equal(403);
    expect((await get(`${simulator.httpUrl}/elsewhere`)).status).to.equal(404);
  });

  it("shows what one of a pair of Panoramas is, and that a failover made it another, at once", async () => {
    const { panorama, pair } = await startPanorama({ firewalls: 0, ha: {} });
    try {
      const shown = async () => JSON.parse((await get(`${panorama.httpUrl}/state`)).text) as PageState;
      const peer = { hostname: "panorama-2", state: "secondary-passive", reachable: true };
      expect((await shown()).pair).to.deep.equal({ state: "primary-active", peer, sync: "synchronized" });
      const told = once(panorama, "pair");
      pair!.failOver();
      await told;
      expect((await shown()).pair).to.deep.include({
        state: "primary-passive",
        peer: { ...peer, state: "secondary-active" },
      });
    } finally {
      await pair!.stop();
    }
  });
});
