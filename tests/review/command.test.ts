import { expect } from "chai";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { review } from "../../commands/review/review";
import type { Review } from "../../review/change/types";
import { faults, type Schema } from "../support/json-schema";
import { PROJECT_DIR } from "../support/lab";

describe("review --between", () => {
  let out: string;
  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), "review-"));
  });
  afterEach(() => rm(out, { recursive: true, force: true }));

  async function run(args: string[]): Promise<{ code: number; text: string }> {
    const output = new PassThrough();
    const text: string[] = [];
    output.on("data", (chunk: Buffer) => text.push(chunk.toString()));
    const terminal = {
      input: new PassThrough(),
      output,
      errors: output,
      folder: PROJECT_DIR,
      environment: {},
    };
    return { code: await review.run(args, terminal), text: text.join("") };
  }

  const demo = () => [
    "--stack",
    "dev",
    "--between",
    "demo/account.json",
    "demo/account-changed.json",
    "--out",
    out,
  ];

  it("needs no firewall and no account, and shows what docs/review.md shows", async () => {
    const { code, text } = await run(demo());
    expect(code, text).to.equal(0);
    const comment = await readFile(join(out, "review.md"), "utf8");
    expect(text.trim()).to.equal(comment.trim());
    const page = await readFile(join(PROJECT_DIR, "docs/review.md"), "utf8");
    for (const line of comment.split("\n").slice(1)) expect(page).to.include(line);
  });

  it("writes what the schema says", async () => {
    await run(demo());
    const made = JSON.parse(await readFile(join(out, "review.json"), "utf8")) as Review;
    const schema = JSON.parse(await readFile(join(PROJECT_DIR, "docs/review.schema.json"), "utf8")) as Schema;
    expect(faults(made, schema)).to.deep.equal([]);
    expect(faults({ ...made, summary: 1, more: true }, schema)).to.deep.equal([
      "it.summary is no string",
      "it.more is unknown",
    ]);
  });

  it("says what is wrong with its arguments, and leaves nothing of an earlier review when it fails", async () => {
    await run(demo());
    const failed = await run([
      "--stack",
      "dev",
      "--between",
      "demo/account.json",
      "demo/none.json",
      "--out",
      out,
    ]);
    expect(failed.code).to.equal(1);
    expect(failed.text).to.include("there is no such file");
    expect(await readFile(join(out, "review.json"), "utf8").catch(() => "gone")).to.equal("gone");
    for (const [args, problem] of [
      [[], "say whose settings count"],
      [["--stack", "dev", "--between", "demo/account.json"], "give two snapshots"],
      [["--stack", "dev", "account.json"], "what is account.json for?"],
    ] as const) {
      const { code, text } = await run([...args]);
      expect(code).to.equal(64);
      expect(text).to.include(problem);
    }
  });
});
