import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect } from "chai";
import { PROJECT_DIR } from "../support/lab";
import { descendants, Orphans } from "../support/orphans";

/** Starts the demo and waits until Pulumi runs for it. */
async function started() {
  const args = [join(PROJECT_DIR, "commands", "aws-panos.cjs"), "demo", "--engine", "--fast"];
  const demo = spawn(process.execPath, args, { cwd: PROJECT_DIR, stdio: ["ignore", "pipe", "pipe"] });
  demo.stderr.resume();
  let said = "";
  for await (const text of demo.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    said += String(text);
    // The preview is done, and the update is on its way.
    if (said.includes("2. Up")) break;
  }
  return demo;
}

describe("the demo that nobody looks at any more", function () {
  this.timeout(120_000);

  it("ends when what reads it has read enough, and leaves no process", async () => {
    const demo = await started();
    const orphans = new Orphans(await descendants(demo.pid ?? -1));
    demo.stdout.destroy();
    const [code] = (await once(demo, "exit")) as [number];
    expect(code).to.equal(130);
    expect(await orphans.left(10_000)).to.deep.equal([]);
  });

  it("ends when its terminal is closed, and leaves no process", async () => {
    const demo = await started();
    const orphans = new Orphans(await descendants(demo.pid ?? -1));
    demo.kill("SIGHUP");
    demo.stdout.resume();
    const [code] = (await once(demo, "exit")) as [number];
    expect(code).to.equal(130);
    expect(await orphans.left(10_000)).to.deep.equal([]);
  });
});
