import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { EXIT } from "../../commands/framework";
import { awsPanos, tables } from "../../commands/main";
import { findProgram } from "../support/programs";
import { runIn } from "../support/terminal";

const run = promisify(execFile);

describe("aws-panos completion", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "completion-"));
    for (const shell of ["bash", "zsh", "fish"]) {
      const { code, output, errors } = await runIn(".", awsPanos, ["completion", shell], {}, "no secret");
      expect([code, errors]).to.deep.equal([EXIT.fine, ""]);
      await writeFile(join(folder, `script.${shell}`), output);
    }
    for (const name of ["Pulumi.yaml", "Pulumi.prod.yaml", "Pulumi.test-2.yaml", "account 1.json"])
      await writeFile(join(folder, name), "");
    await mkdir(join(folder, "reviews"));
  });
  after(() => rm(folder, { recursive: true }));

  /** What bash offers for the last of some words, split as it splits a line. */
  async function offered(...words: string[]): Promise<string[]> {
    const script = `source script.bash
      function=$(complete -p aws-panos) function=\${function#*-F } function=\${function% aws-panos}
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      $function
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = await run("bash", ["--norc", "-c", script, "bash", "aws-panos", ...words], {
      cwd: folder,
    });
    expect(stderr).to.equal("");
    return stdout.split("\n").filter((each) => each !== "");
  }

  describe("in bash", function () {
    if (findProgram("bash") === undefined) {
      console.log("    (bash is not installed: its completion is skipped)");
      return;
    }
    for (const [words, offers] of [
      [["re"], ["replay", "review"]],
      [["--"], ["--help"]],
      [["review", "--in"], ["--inventory"]],
      [
        ["review", "--stack", ""],
        ["prod", "test-2"],
      ],
      [["review", "--stack", "=", "p"], ["prod"]],
      [["simulator", "--ha", "=", "active-p"], ["active-passive"]],
      [["review", "--inventory", "acc"], ["account 1.json"]],
      [["review", "--out", ""], ["reviews"]],
      [
        ["completion", ""],
        ["bash", "fish", "zsh"],
      ],
      [["approve", "--ticket", ""], []],
      [["nonsense", "--"], []],
    ] as const) {
      it(`aws-panos ${words.join(" ")}: ${offers.join(", ") || "nothing"}`, async () => {
        expect((await offered(...words)).sort()).to.deep.equal([...offers]);
      });
    }

    it("offers every command", async () => {
      expect(await offered("")).to.have.members([...tables.map(({ name }) => name), "--help"]);
    });
  });

  for (const [shell, check] of [
    ["zsh", ["-n"]],
    ["fish", ["--no-execute"]],
  ] as const) {
    it(`is a script that ${shell} can read`, async function () {
      const program = findProgram(shell);
      if (program === undefined) {
        console.log(`      (${shell} is not installed: its completion is skipped)`);
        return this.skip();
      }
      await run(program, [...check, join(folder, `script.${shell}`)]);
    });
  }

  it("knows no other shell", async () => {
    const { code, errors } = await runIn(".", awsPanos, ["completion", "csh"], {}, "no secret");
    expect(code).to.equal(EXIT.usage);
    expect(errors).to.include("there is no completion for csh: say bash, zsh or fish");
  });
});
