import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { account, ruleOf, type Permission } from "../../support/account";
import { Lab } from "../../support/lab";
import { request, runnerFor } from "../../support/runner";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };

describe("the runner and the stack's lock", function () {
  this.timeout(120_000);
  let lab: Lab;
  let locks: string;
  before(async () => {
    lab = await Lab.open();
    await lab.setAccount(account([WEB]));
    await lab.stack();
    locks = join(lab.directory, ".pulumi", "locks", "organization", "aws-panos-rules", "dev");
  });
  after(() => lab.close());

  /** As the Pulumi CLI writes one. */
  const writeLock = async (name: string, username: string, host = "laptop") => {
    await mkdir(locks, { recursive: true });
    const lock = {
      pid: process.pid,
      username,
      hostname: host,
      timestamp: "2026-11-20T10:00:00.123456789+01:00",
    };
    await writeFile(join(locks, name), JSON.stringify(lock));
  };
  const stateFile = () => join(lab.directory, ".pulumi", "stacks", "aws-panos-rules", "dev.json");

  it("is busy while somebody else holds it, and names them", async () => {
    await writeLock("anna.json", "anna", hostname());
    const { runner } = runnerFor(lab, { spare: { interrupt: 1000, kill: 500 } });
    const outcome = await runner.start(request({ deadline: Date.now() + 2500 }));
    expect(outcome.result).to.equal("busy");
    expect(outcome).to.have.property("reason").that.includes(`anna@${hostname()}`);
    expect(outcome).to.have.property("reason").that.includes("since 2026-11-20T10:00:00+01:00");
    expect(existsSync(join(locks, "anna.json"))).to.equal(true);
    await rm(join(locks, "anna.json"));
  });

  it("removes the lock of its own dead run alone, waits for others, and clears what was pending", async () => {
    await runnerFor(lab).runner.start(request());
    const state = JSON.parse(await readFile(stateFile(), "utf8")) as {
      checkpoint: { latest: { resources: { urn: string; type: string }[]; pending_operations?: unknown[] } };
    };
    const { latest } = state.checkpoint;
    const rule = latest.resources.find(({ type }) => type.endsWith("SecurityRule"));
    const resource = { ...rule, urn: `${rule?.urn}-9` };
    latest.pending_operations = [{ resource, type: "creating" }];
    await writeFile(stateFile(), JSON.stringify(state));
    await lab.setAccount(account([SSH]));
    await writeLock("own.json", "aws-panos", hostname());
    await writeLock("foreign.json", "aws-panos", hostname());
    const record = {
      runId: "dead",
      report: join(lab.directory, "dead.jsonl"),
      locks: ["own.json", "gone.json"],
    };
    await writeFile(join(lab.directory, "automation", "run.json"), JSON.stringify(record));

    const heard: string[] = [];
    const { runner } = runnerFor(lab, {
      write: (line) => {
        heard.push(line);
        if (!line.includes("waiting for the stack's lock")) return;
        // Whoever holds it is done.
        expect(existsSync(join(locks, "own.json"))).to.equal(false);
        void rm(join(locks, "foreign.json"));
      },
    });
    expect(await runner.start(request())).to.include({ result: "applied", changed: true });
    expect(lab.ours()).to.deep.equal([ruleOf(SSH)]);
    const said = heard.join("\n");
    expect(said).to.include("run dead has died").and.include("removing its lock own.json");
    expect(said).to.include("held by aws-panos@").and.include("cleared 1 pending operation");
    expect(await readFile(stateFile(), "utf8")).not.to.include("pending_operations");
    expect(existsSync(join(lab.directory, "automation", "run.json"))).to.equal(false);
  });
});
