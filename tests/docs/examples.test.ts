import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "chai";
import { PROJECT_DIR } from "../support/lab";
import { codeBlocks, documentation } from "./support/pages";

const run = promisify(execFile);
/** What a line of shell says; it fails unless it ends with 0. Without the keys and accounts of whoever tests. */
async function said(line: string): Promise<string> {
  const { PATH, HOME } = process.env;
  const options = { cwd: PROJECT_DIR, env: { PATH, HOME, NO_UPDATE_NOTIFIER: "1" } };
  const { stdout, stderr } = await run("sh", ["-c", line], options);
  return stdout + stderr;
}

describe("examples in the documentation", function () {
  this.timeout(120_000);

  const examples = documentation().flatMap((page) =>
    codeBlocks(page)
      .filter(({ runs }) => runs)
      .flatMap(({ code }) => code.split("\n"))
      .filter((line) => line.trim() !== "")
      .map((line) => ({ page: page.path, line })),
  );

  for (const { page, line } of examples) {
    it(`in ${page} runs: ${line}`, async () => {
      expect(await said(line)).not.to.equal("");
    });
  }

  it("run where the pages say so", () => {
    expect(examples.length).to.be.at.least(3);
  });
});
