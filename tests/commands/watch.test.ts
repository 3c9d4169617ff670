import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, PASSPHRASE, PASSWORDS, PROJECT_DIR, succeeded } from "../support/lab";

/** A command that goes on until Ctrl-C, and what it has said. */
class Running {
  private said = "";
  private seen = 0;
  private readonly child: ChildProcessWithoutNullStreams;

  constructor(args: string[], environment: NodeJS.ProcessEnv = {}) {
    const { PATH, HOME } = process.env;
    const options = { cwd: PROJECT_DIR, env: { PATH, HOME, ...environment } };
    this.child = spawn(process.execPath, ["commands/aws-panos.cjs", ...args], options);
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.on("data", (chunk: Buffer) => {
        this.said += chunk.toString();
        this.child.emit("said");
      });
  }

  /** Waits until it has said something since the last time. */
  async says(text: string): Promise<void> {
    for (;;) {
      const place = this.said.indexOf(text, this.seen);
      if (place >= 0) {
        this.seen = place + text.length;
        return;
      }
      if (this.child.exitCode !== null) throw new Error(`it ended without ${text}: ${this.said}`);
      await Promise.race([once(this.child, "said"), once(this.child, "exit")]);
    }
  }

  /** Ctrl-C. @returns its exit code */
  async interrupt(): Promise<number | null> {
    const ended = once(this.child, "exit");
    this.child.kill("SIGINT");
    await ended;
    return this.child.exitCode;
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }
}

describe("--watch", function () {
  this.timeout(120_000);
  let running: Running | undefined;
  afterEach(() => running?.kill());

  it("makes a review of two snapshots again when one changes, also after one that is no snapshot", async () => {
    const folder = await mkdtemp(join(tmpdir(), "watch-"));
    try {
      const [before, after] = [join(folder, "before.json"), join(folder, "after.json")];
      const demo = (name: string) => join(PROJECT_DIR, "demo", name);
      for (const file of [before, after]) await copyFile(demo("account.json"), file);
      const page = () => readFile(join(folder, "review.html"), "utf8").catch(() => "none");
      running = new Running([
        ...["review", "--stack", "dev", "--between", before, after, "--out", folder, "--watch"],
      ]);
      await running.says("Kept current until Ctrl-C: made again when a file changes");
      expect(await page()).not.to.include("3389");

      await copyFile(demo("account-changed.json"), after);
      await running.says("Opens RDP (tcp/3389) to the whole internet");
      expect(await page()).to.include("3389");

      await writeFile(after, "{");
      await running.says("There is no page until this is mended.");
      expect(await page()).to.equal("none");
      await copyFile(demo("account-changed.json"), after);
      await running.says("The page is there again.");
      expect(await page()).to.include("3389");
      expect(await running.interrupt()).to.equal(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("looks for drift again after some time", async () => {
    const WEB: Permission = { group: 1, port: 443 };
    const lab = await Lab.open();
    try {
      await lab.setAccount(account([WEB]));
      const stack = await lab.stack();
      succeeded(await stack.up());
      running = new Running(
        [
          ...["drift", "--stack", "dev", "--config-file", await lab.configure(), "--engine"],
          ...["--out", join(lab.directory, "drift"), "--watch", "--every", "1"],
        ],
        {
          ...{ PULUMI_BACKEND_URL: `file://${lab.directory}`, PULUMI_CONFIG_PASSPHRASE: PASSPHRASE },
          ...{ PANOS_PORT: String(lab.firewall.port), PANOS_PASSWORD: PASSWORDS["aws-panos"] },
        },
      );
      await running.says("No drift");
      await lab.person().edit(ruleOf(WEB), "source", "<source><member>any</member></source>");
      await running.says("Drift: 1 edited");
      expect(await running.interrupt()).to.equal(0);
    } finally {
      await lab.close();
    }
  });
});
