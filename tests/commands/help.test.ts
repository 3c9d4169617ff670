/**
 * What every command says of itself, in golden/*.txt, and what it ends with where its arguments are wrong.
 * `GOLDEN=write` writes the texts anew; whoever does that reads what has changed.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { PROJECT_DIR } from "../support/lab";

const FOLDER = join(__dirname, "golden");
const { scripts } = JSON.parse(readFileSync(join(PROJECT_DIR, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** Runs an npm script as npm does, without npm's own second. */
function run(script: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const [, ...command] = (scripts[script] ?? "").split(" ");
  return new Promise((resolve) => {
    execFile(process.execPath, [...command, ...args], { cwd: PROJECT_DIR }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), text: `${out}${err}` });
    });
  });
}

describe("commands", () => {
  for (const [script, wrong] of Object.entries({
    ...{ init: 2, keygen: 2, snapshot: 1, explain: 2, approve: 2, review: 1, drift: 1, replay: 2 },
    ...{ simulator: 1, demo: 2, bench: 2 },
  })) {
    it(`${script} says how it is used`, async () => {
      const { code, text } = await run(script, "--help");
      const file = join(FOLDER, `${script}.txt`);
      if (process.env["GOLDEN"] === "write") await writeFile(file, text);
      expect([code, text]).to.deep.equal([0, await readFile(file, "utf8")]);
    });

    it(`${script} refuses a flag that it doesn't know`, async () => {
      const { code, text } = await run(script, "--nonsense");
      expect(code, text).to.equal(wrong);
    });
  }
});
