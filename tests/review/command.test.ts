import { expect } from "chai";
import { EventEmitter, once } from "node:events";
import { watch } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { review } from "../../commands/review/review";
import type { Review } from "../../review/change/types";
import { faults, type Schema } from "../support/json-schema";
import { PROJECT_DIR } from "../support/lab";

/** What a file says once it is there, and whole. The folder is watched before the first look: nothing is missed. */
async function contentOf(file: string): Promise<string> {
  const changed = new EventEmitter();
  const watcher = watch(dirname(file), () => changed.emit("change"));
  try {
    for (;;) {
      const next = once(changed, "change", { signal: AbortSignal.timeout(30_000) });
      const content = await readFile(file, "utf8").catch(() => "");
      if (content !== "") {
        next.catch(() => undefined);
        return content;
      }
      await next;
    }
  } finally {
    watcher.close();
  }
}

describe("review --between", () => {
  let out: string;
  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), "review-"));
  });
  afterEach(() => rm(out, { recursive: true, force: true }));

  async function run(
    args: string[],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<{ code: number; text: string }> {
    const output = new PassThrough();
    const text: string[] = [];
    output.on("data", (chunk: Buffer) => text.push(chunk.toString()));
    const terminal = {
      input: new PassThrough(),
      output,
      errors: output,
      folder: PROJECT_DIR,
      environment,
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
    const { code, text } = await run([...demo(), "--format", "markdown"]);
    expect(code, text).to.equal(0);
    const comment = await readFile(join(out, "review.md"), "utf8");
    expect(text.trim()).to.equal(
      `${comment.trim()}\n\nThe page: ${out}/review.html (--open shows it in a browser)`,
    );
    const page = await readFile(join(PROJECT_DIR, "docs/review.md"), "utf8");
    for (const line of comment.split("\n").slice(1)) expect(page).to.include(line);
  });

  it("shows the worst first, in a terminal's width, and opens the page that it names", async () => {
    const browser = join(out, "browser.sh");
    await writeFile(browser, `#!/bin/sh\nprintf %s "$1" > "${out}/opened"\n`, { mode: 0o755 });
    const { code, text } = await run([...demo(), "--open"], { BROWSER: browser });
    expect(code, text).to.equal(0);
    expect(text).to.match(/^⚠ Opens RDP \(tcp\/3389\) to the whole internet \(aws-sg-\S+-tcp-3389\)\n/);
    expect(text).to.match(/^⚠ {2}0\.0\.0\.0\/0 +web-1 .* tcp\/3389 +ms-rdp/m);
    expect(text).to.include("was revoked").and.not.include("|").and.not.include("\u001b");
    for (const line of text.split("\n").slice(0, -2)) expect(line.length, line).to.be.at.most(80);
    expect(text).to.include(`The page: ${out}/review.html`);
    expect(await contentOf(join(out, "opened"))).to.equal(join(out, "review.html"));
    expect((await run(demo(), { FORCE_COLOR: "1" })).text).to.include("\u001b[1m");
    expect((await run([...demo(), "--open"], { BROWSER: join(out, "none") })).text).to.include("No browser");
    expect((await run([...demo(), "--format", "html"])).code).to.equal(64);
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
