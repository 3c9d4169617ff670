/**
 * What every command says of itself, in golden/*.txt. `GOLDEN=write` writes the texts anew; whoever does that reads
 * what has changed.
 */
import { join } from "node:path";
import { expect } from "chai";
import { EXIT } from "../../commands/framework";
import { awsPanos, tables } from "../../commands/main";
import { expectGolden } from "../support/golden";
import { runIn } from "../support/terminal";

const FOLDER = join(__dirname, "golden");

function run(...args: string[]) {
  return runIn(FOLDER, awsPanos, args, {}, "no secret is here");
}

function expectHelp(name: string, text: string): void {
  expectGolden(join(FOLDER, `${name}.txt`), text);
  for (const line of text.split("\n")) expect(line.length, line).to.be.at.most(80);
}

describe("aws-panos", () => {
  it("lists its commands by the job they do", async () => {
    const { code, output, errors } = await run("--help");
    expect([code, errors]).to.deep.equal([EXIT.fine, ""]);
    expectHelp("aws-panos", output);
  });

  for (const { name } of tables) {
    it(`${name} says how it is used, within 80 columns`, async () => {
      for (const flag of ["--help", "-h"]) {
        const { code, output, errors } = await run(name, flag);
        expect([code, errors]).to.deep.equal([EXIT.fine, ""]);
        expectHelp(name, output);
      }
      // Whatever else stands beside it.
      expect(await run(name, "--nonsense", "--help")).to.include({ code: EXIT.fine });
    });

    it(`${name} refuses a flag that it doesn't know with 64, on stderr`, async () => {
      const { code, output, errors } = await run(name, "--nonsense");
      expect([code, output]).to.deep.equal([EXIT.usage, ""]);
      expect(errors).to.include("there is no --nonsense").and.to.include(`npx aws-panos ${name} --help`);
      expect(errors).not.to.match(/positional|argument|\n\s+at /);
    });
  }

  it("names the command that may have been meant", async () => {
    expect(await run("revew")).to.deep.include({ code: EXIT.usage, output: "" });
    expect((await run("revew")).errors).to.include("there is no command revew: did you mean review?");
    expect((await run("frobnicate")).errors).not.to.include("did you mean");
    expect((await run()).code).to.equal(EXIT.usage);
  });

  it("gives the same flag the same meaning in every command", () => {
    const takes = new Map<string, string | undefined>();
    for (const { name, options } of tables)
      for (const [flag, option] of Object.entries(options)) {
        // A packet's port has a protocol, an approval's tag a value, and the demo's Panorama a number of firewalls.
        if (["port", "tag", "panorama"].includes(flag)) continue;
        if (takes.has(flag)) expect(option.takes, `${name} ${flag}`).to.equal(takes.get(flag));
        takes.set(flag, option.takes);
      }
  });
});
