import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

/** How many schedules; many thousands find what is rare. */
const SCHEDULES = Number(process.env["FAULT_SCHEDULES"] ?? 1_000);
/** How many of them on a device group: each has a Panorama and two firewalls. */
const FLEET_SCHEDULES = Number(process.env["FAULT_FLEET_SCHEDULES"] ?? 64);
/** Another seed makes other schedules; each one that fails is told with its own, and made small. */
const SEED = Number(process.env["FAULT_SEED"] ?? 1);
const SCRIPT = join(__dirname, "support", "streams.ts");
const PROCESSES = Math.min(4, availableParallelism());

/** What breaks in a number of schedules; "": nothing. */
function broken(seed: number, count: number, ...kind: string[]): Promise<string> {
  return new Promise((resolve) => {
    const parameters = ["--require", "./typescript.cjs", SCRIPT, String(seed), String(count), ...kind];
    execFile(process.execPath, parameters, { maxBuffer: 1e8 }, (error, _stdout, stderr) => {
      resolve(error === null ? "" : `${stderr}\n${error.message.slice(0, 200)}`);
    });
  });
}

/** What breaks in so many, in some processes. */
async function brokenIn(schedules: number, ...kind: string[]): Promise<string> {
  const share = Math.ceil(schedules / PROCESSES);
  const parts = Array.from({ length: PROCESSES }, (_, part) =>
    broken((SEED * PROCESSES + part) * 100, share, ...kind),
  );
  return (await Promise.all(parts)).join("");
}

describe(`faults: ${SCHEDULES} schedules of faults, others' edits and runs`, function () {
  this.timeout(0);

  it("leave what is others' alone, never half a revision in force, and a firewall that the next run puts right", async () => {
    expect(await brokenIn(SCHEDULES)).to.equal("");
  });

  it(`on a device group, ${FLEET_SCHEDULES} of them with others' pushes and firewalls that come and go: never half a revision on a firewall, nothing of others pushed, and the next run mends`, async () => {
    expect(await brokenIn(FLEET_SCHEDULES, "fleet")).to.equal("");
  });
});
