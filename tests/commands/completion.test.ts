import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
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
    for (const name of [
      ...["Pulumi.yaml", "Pulumi.prod.yaml", "Pulumi.test-2.yaml", "account 1.json"],
      // What a shell would run or expand.
      ...["Pulumi.$(touch ran).yaml", "Pulumi.`touch ran`.yaml", "Pulumi.${PWD}.yaml", "Pulumi.p*.yaml"],
      ...["x*", "x$(touch ran)", "x.json"],
    ])
      await writeFile(join(folder, name), "");
    await mkdir(join(folder, "reviews"));
  });
  afterEach("nothing ran", async () => expect(await readdir(folder)).not.to.include("ran"));
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
      [
        ["review", "--inventory", "x"],
        ["x$(touch ran)", "x*", "x.json"],
      ],
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

    it("quotes paths itself where bash 3.2 doesn't", async () => {
      const script = `enable -n compopt; source script.bash; COMP_WORDS=("$@") COMP_CWORD=3; _aws_panos
        eval "printf '%s\\n' \${COMPREPLY[*]}"`;
      const words = ["aws-panos", "review", "--inventory", "x"];
      const { stdout } = await run("bash", ["--norc", "-c", script, "bash", ...words], { cwd: folder });
      expect(stdout.trim().split("\n").sort()).to.deep.equal(["x$(touch ran)", "x*", "x.json"]);
    });

    it("offers every command", async () => {
      expect(await offered("")).to.have.members([...tables.map(({ name }) => name), "--help"]);
    });
  });

  for (const [shell, check, stacks] of [
    [
      ...(["zsh", ["-n"]] as const),
      // It completes on a terminal alone.
      ["-f", "-c", "compdef() {}; compadd() { print -l ${(P)2} }; source ./script.zsh; _aws_panos_stacks"],
    ],
    [
      ...(["fish", ["--no-execute"]] as const),
      ["-c", "source script.fish; complete -C 'aws-panos review --stack '"],
    ],
  ] as const) {
    it(`is a script that ${shell} can read, and offers stacks`, async function () {
      const program = findProgram(shell);
      if (program === undefined) {
        console.log(`      (${shell} is not installed: its completion is skipped)`);
        return this.skip();
      }
      await run(program, [...check, join(folder, `script.${shell}`)]);
      const { stdout } = await run(program, stacks, { cwd: folder });
      const offers = stdout.trim().split("\n");
      expect(offers.map((line) => line.split("\t")[0])).to.deep.equal(["prod", "test-2"]);
    });
  }

  it("knows no other shell", async () => {
    const { code, errors } = await runIn(".", awsPanos, ["completion", "csh"], {}, "no secret");
    expect(code).to.equal(EXIT.usage);
    expect(errors).to.include("there is no completion for csh: say bash, zsh or fish");
  });
});
