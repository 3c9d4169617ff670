import { join } from "node:path";
import { expect } from "chai";
import { startPooled } from "../../packages/pulumi/pool";
import type { NodeProcess } from "../../packages/pulumi/processes";

const cwd = join(__dirname, "programs");

interface Said {
  pid: number;
  found: Record<string, unknown>;
}

/** Runs the script that looks for traces. @param ends called once it serves */
async function run(
  how: string,
  code = 0,
  ends: "end" | "stop" = "end",
  nodes: NodeProcess[] = [],
): Promise<Said & { code: number }> {
  const output: string[] = [];
  const script = { nodeargs: [], script: join(cwd, "traces.cjs"), args: [how, String(code)], cwd, env: {} };
  const node = startPooled(script, (stream, text) => {
    if (stream === "stdout") output.push(text);
    if (text === "serving") void node[ends]();
  });
  nodes.push(node);
  const ended = await node.exit;
  return { code: ended, ...(JSON.parse(output[0] ?? "{}") as Said) };
}

const NOTHING = { listeners: 0 };

describe("processes that are used again", () => {
  it("run a script after another, each as in a new one, and end with its exit code", async () => {
    const first = await run("ends", 0);
    for (const code of [3, 0, 32]) {
      expect(await run("ends", code)).to.deep.equal({ code, pid: first.pid, found: NOTHING });
    }
    // Each of them has left something behind that would end the process by now.
    expect(await run("waits")).to.deep.equal({ code: 0, pid: first.pid, found: NOTHING });
  });

  it("end what serves and is asked to, and go on", async () => {
    const first = await run("serves");
    expect(await run("serves")).to.deep.equal({ code: 0, pid: first.pid, found: NOTHING });
  });

  it("are not stopped by who has used them before", async () => {
    const nodes: NodeProcess[] = [];
    const { pid } = await run("ends", 0, "end", nodes);
    await nodes[0]?.stop();
    expect(await run("ends")).to.deep.equal({ code: 0, pid, found: NOTHING });
  });

  it("are not used again after a script that ends the process, fails, or is stopped", async () => {
    const pids = new Set([(await run("ends")).pid]);
    for (const [how, code] of [
      ["exits", 4],
      ["throws", 1],
      ["serves", 1],
    ] as const) {
      const ended = await run(how, 4, "stop");
      expect(ended.code, how).to.equal(code);
      expect(ended.found).to.deep.equal(NOTHING);
      const next = await run("ends");
      expect(pids).not.to.include(next.pid);
      pids.add(next.pid);
    }
  });
});
