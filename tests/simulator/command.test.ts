import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { announce } from "../../commands/simulator/announce";
import { prose } from "../../commands/framework";
import { startPanorama } from "../../packages/simulator";
import { expectReadableRun } from "../support/golden";

function run(...args: string[]) {
  const child = spawn(process.execPath, ["commands/aws-panos.cjs", "simulator", ...args]);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  return {
    child,
    output: () => output,
    ended: once(child, "exit") as Promise<[number | null, string | null]>,
  };
}

describe("simulator: the command", () => {
  it("says where it listens, answers there, and stops cleanly on SIGTERM", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "simulator-")), "config.xml");
    writeFileSync(
      file,
      `<?xml version="1.0"?>\n<config><shared/><devices><entry name="localhost.localdomain"><deviceconfig><system><hostname>edge-1</hostname></system></deviceconfig><vsys><entry name="vsys1"/></vsys></entry></devices></config>`,
    );
    const { child, output, ended } = run(
      "--port",
      "0",
      "--http-port",
      "0",
      "--config",
      file,
      "--user",
      "ann",
      "--password",
      "one",
      "--user",
      "bob",
      "--password",
      "two",
    );
    while (!output().includes("look at")) await once(child.stdout, "data");
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output())?.[0] ?? "";
    const reply = await fetch(`${url}/api/?type=keygen&user=bob&password=two`);
    expect(await reply.text()).to.contain("<key>");
    const state = (await (await fetch(`${url}/state`)).json()) as { hostname: string };
    expect(state.hostname).to.equal("edge-1");
    child.kill("SIGTERM");
    expect(await ended).to.deep.equal([0, null]);
  });

  it("stops when the npm that started it is ended", async () => {
    const npm = spawn("npm", ["run", "simulator", "--", "--port", "0", "--http-port", "0"]);
    let output = "";
    npm.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    while (!output.includes("look at")) await once(npm.stdout, "data");
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? "";
    const events = await fetch(`${url}/events`);
    npm.kill("SIGTERM");
    // The stream ends when the server does.
    const ended = await events.text().then(
      () => "ended",
      () => "ended",
    );
    expect(ended).to.equal("ended");
  });

  it("starts an HA pair with faults from a file", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "simulator-")), "faults.json");
    writeFileSync(file, JSON.stringify([{ match: { type: "version" }, effect: { do: "http-error" } }]));
    const ports = ["--port", "0", "--http-port", "0", "--second-port", "0", "--second-http-port", "0"];
    const { child, output, ended } = run(...ports, "--ha", "active-passive", "--faults", file);
    while (output().split("look at").length < 3) await once(child.stdout, "data");
    const urls = [...output().matchAll(/look at: (\S+)\//g)].map(([, url]) => url ?? "");
    const statuses = await Promise.all(
      urls.flatMap(async (url) => {
        const { status } = await fetch(`${url}/api/?type=version`);
        return [status, (await fetch(`${url}/api/?type=version`)).status];
      }),
    );
    expect(statuses).to.deep.equal([
      [503, 403],
      [503, 403],
    ]);
    child.kill("SIGTERM");
    expect(await ended).to.deep.equal([0, null]);
  });

  it("says on a terminal where Panoramas and their firewalls listen, within its width", async () => {
    const lab = await startPanorama({ firewalls: 1, ha: {} });
    // Of a running server's place only the number differs, and all have five digits here.
    const masked = (text: string) =>
      text.replace(/:\d{5}\//g, ":12345/").replace(/(firewall )[^:]+/, "$1SERIAL");
    await expectReadableRun(join(__dirname, "golden"), "panorama", ({ output, environment }) => {
      const say = prose(output, environment ?? {});
      announce(lab, (text) => say(masked(text)));
      return Promise.resolve();
    });
    await lab.stop();
  });

  it("names what is wrong with an option or a configuration", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "simulator-")), "bad.xml");
    writeFileSync(file, "<policy/>");
    const faults = join(mkdtempSync(join(tmpdir(), "simulator-")), "faults.json");
    writeFileSync(faults, '[{"effect": {"do": "delay", "seconds": 1}}]');
    const runs = [
      run("--port", "many"),
      run("--nonsense"),
      run("--port", "0", "--http-port", "0", "--config", file),
      run("--faults", faults),
      run("--ha", "yes"),
      run("--panorama", "1", "--panorama-does", "ownLoc=maybe"),
      run("--panorama", "1", "--panorama-does", "nonsense=yes"),
      run("--refuse", "nonsense"),
      run("--panorama", "1", "--refuse", "reordering=many"),
    ];
    const codes = await Promise.all(runs.map(async ({ ended }) => (await ended)[0]));
    expect(codes).to.deep.equal([64, 64, 1, 1, 64, 64, 64, 64, 64]);
    expect(runs[0]?.output()).to.contain("--port");
    expect(runs[1]?.output()).to.contain("--nonsense");
    expect(runs[2]?.output()).to.contain("<policy>");
    expect(runs[3]?.output()).to.contain(
      'faults[0].effect: "seconds" is unknown here; there are do, when, ms',
    );
    expect(runs[4]?.output()).to.contain('--ha: "yes"');
    expect(runs[5]?.output()).to.contain('ownLoc is yes or no, not "maybe"');
    expect(runs[6]?.output()).to.contain('--panorama-does: "nonsense" is none of');
    expect(runs[7]?.output()).to.contain('--refuse: "nonsense" is none of');
  });
});
