import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { leanNodeOptions } from "../../lib/lean-sdk";

const ROOT = join(__dirname, "..", "..");
const run = promisify(execFile);

/** What a script prints, in a process with NODE_OPTIONS of its own. */
async function printed(script: string, options: string): Promise<unknown> {
  const env = { ...process.env, NODE_OPTIONS: options };
  const { stdout } = await run(process.execPath, ["-e", script], { cwd: ROOT, env });
  return JSON.parse(stdout);
}

const LOADED = `Object.keys(require.cache).filter((file) =>
  /node_modules.(typescript|@npmcli.arborist|@pulumi.pulumi.automation|@opentelemetry.sdk).*\\.js$/.test(file)).length`;

describe("Pulumi's SDK in our processes", () => {
  it("starts without what serialises functions, sends traces, or automates", async () => {
    const script = `require("@pulumi/pulumi"); require("@pulumi/pulumi/cmd/run/tracing"); console.log(${LOADED})`;
    expect(await printed(script, leanNodeOptions())).to.equal(0);
    expect(await printed(script, "")).to.be.greaterThan(0);
  });

  it("has both where somebody uses them", async () => {
    const script = `
      const { automation, runtime } = require("@pulumi/pulumi");
      runtime.serializeFunction(() => 41 + 1).then(({ text }) =>
        console.log(JSON.stringify([text.includes("41 + 1"), typeof automation.LocalWorkspace.create])));`;
    expect(await printed(script, leanNodeOptions("--no-warnings"))).to.deep.equal([true, "function"]);
  });

  it("loads TypeScript as the program does where a line in the state asks for tsx", async () => {
    const script = `require("tsx/cjs");
      const { compareTexts } = require("./lib/order.ts");
      const loads = (part) => Object.keys(require.cache).some((file) => file.includes(part));
      console.log(JSON.stringify([compareTexts("a", "b"), loads("tsx"), loads("typescript.cjs")]))`;
    expect(await printed(script, leanNodeOptions())).to.deep.equal([-1, false, true]);
    expect(await printed(script, "")).to.deep.equal([-1, true, false]);
  });

  it("takes TypeScript before JSON of the same name", async () => {
    const script = `require("./typescript.cjs"); console.log(JSON.stringify(typeof require("./demo/account").DemoAccount))`;
    expect(await printed(script, "")).to.equal("function");
  });

  it("leaves the options that are there, and is among them once", () => {
    const once = leanNodeOptions("--max-old-space-size=300");
    expect(once).to.match(/^--max-old-space-size=300 --require="\/.+lean-sdk\.cjs"$/);
    expect(leanNodeOptions(once)).to.equal(once);
  });
});
