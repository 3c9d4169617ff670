import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { PROJECT_DIR } from "../support/lab";

const FOLDER = join(PROJECT_DIR, "node_modules", ".cache", `aws-panos-rules-${userInfo().uid}`);
const PROGRAM = `
  const { isDeclaredBeside, noteDeclared } = require("./provider/session/declared-beside.ts");
  noteDeclared("firewall/vsys1");
  console.log(isDeclaredBeside("firewall/vsys1"));
  setInterval(() => {}, 1000);`;

// What a provider's process notes for another one of its update.
describe("a note of what an update declares", function () {
  this.timeout(60_000);
  const processes: ChildProcess[] = [];
  afterEach(() => processes.splice(0).forEach((each) => each.kill("SIGKILL")));

  /** A provider's process that has noted a firewall for the update of an engine. */
  const noted = async (engine: string): Promise<ChildProcess> => {
    const started = spawn(process.execPath, ["--require", "tsx/cjs", "-e", PROGRAM, engine], {
      cwd: PROJECT_DIR,
      stdio: ["ignore", "pipe", "inherit"],
    });
    processes.push(started);
    const [told] = (await once(started.stdout, "data")) as [Buffer];
    expect(told.toString().trim()).to.equal("true");
    return started;
  };
  const hasNote = ({ pid }: ChildProcess) =>
    existsSync(FOLDER) &&
    readdirSync(FOLDER).some(
      (name) => readFileSync(join(FOLDER, name), "utf8").split(" ")[0] === String(pid),
    );
  const ended = async (each: ChildProcess, signal: NodeJS.Signals) => {
    each.kill(signal);
    const [, by] = (await once(each, "exit")) as [number | null, NodeJS.Signals | null];
    expect(by).to.equal(signal);
  };

  // The CLI interrupts its plugins, and kills those that go on.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`goes with its process that is ended by ${signal}`, async () => {
      const provider = await noted("127.0.0.1:4001");
      expect(hasNote(provider)).to.equal(true);
      await ended(provider, signal);
      expect(hasNote(provider)).to.equal(false);
    });
  }

  it("of a process that was killed goes with the next run, and those of runs that go on stay", async () => {
    const [killed, other] = await Promise.all([noted("127.0.0.1:4001"), noted("127.0.0.1:4002")]);
    await ended(killed, "SIGKILL");
    expect(hasNote(killed)).to.equal(true);
    const next = await noted("127.0.0.1:4003");
    expect(hasNote(killed)).to.equal(false);
    expect(hasNote(other)).to.equal(true);
    expect(hasNote(next)).to.equal(true);
  });
});
