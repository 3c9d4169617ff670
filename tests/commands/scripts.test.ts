import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { EXIT } from "../../commands/framework";

const PROJECT = join(__dirname, "..", "..");
const { scripts } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** Starts a script as npm does. */
function run(words: readonly string[]): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, words, { cwd: PROJECT }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, said: stdout + stderr });
    });
  });
}

describe("what npm run starts beside the commands", function () {
  this.timeout(60_000);
  it("shows what the guard does as it is written: a group by its name, and no blanks at the end of lines", async () => {
    const { code, said } = await run((scripts["guard:demo"] ?? "").split(" ").slice(1));
    expect(code, said).to.equal(EXIT.fine);
    expect(said).to.include("of security group web (sg-0a1b2c3d4e5f60718). It was undone.");
    expect(said).to.not.match(/ $/m);
  });

  for (const [name, line] of Object.entries(scripts)) {
    const [program, ...words] = line.split(" ");
    if (program !== "node" || words[0] !== "--require") continue;
    it(`${name} says how it is used, and does nothing where the command line is wrong`, async () => {
      const help = await run([...words, "--help"]);
      expect(help.code, help.said).to.equal(EXIT.fine);
      expect(help.said).to.include(`Usage\n  npm run ${name}`).and.not.match(/ --$/m);
      for (const wrong of ["nonsense", "--nonsense"]) {
        const { code, said } = await run([...words, wrong]);
        expect([code, said], wrong).to.deep.equal([EXIT.usage, said]);
        expect(said).to.include(`npm run ${name} -- --help`);
      }
    });
  }
});
