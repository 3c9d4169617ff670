import { expect } from "chai";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drift } from "../../commands/drift/drift";
import { evidence } from "../../commands/evidence/evidence";
import { review } from "../../commands/review/review";
import { snapshot } from "../../commands/snapshot/snapshot";
import { writeAtOnce } from "../../lib/atomic-file";
import { makeFolder, makePlaceFor } from "../../lib/saving";
import { PROJECT_DIR } from "../support/lab";
import { runIn, type Command } from "../support/terminal";

const BETWEEN = ["--between", "demo/account.json", "demo/account-changed.json"];

/** Each with what it is given besides, and the option that says where it saves. */
const SAVING: [name: string, command: Command, args: string[], option: string][] = [
  ["evidence", evidence, ["--stack", "dev", "--logs", "logs", "--save"], "--save"],
  ["review", review, ["--stack", "dev", ...BETWEEN, "--out"], "--out"],
  ["drift", drift, ["--stack", "dev", "--out"], "--out"],
  ["snapshot", snapshot, ["--stack", "dev", "--rulebase"], "--rulebase"],
  ["snapshot", snapshot, ["--ec2"], "FILE"],
];

describe("commands that save", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "saving-"));
    await writeFile(join(folder, "file"), "");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  for (const [name, command, args, option] of SAVING) {
    it(`name ${option} where nothing can be saved there, before they ask anybody: ${name}`, async function () {
      if (!existsSync("/proc/self")) this.skip();
      const places = {
        "/proc/x/y": "no folder can be made in /proc",
        [join(folder, "file/x/y")]: "no folder",
      };
      for (const [place, why] of Object.entries(places)) {
        const { code, errors } = await runIn(PROJECT_DIR, command, [...args, place], {}, "secret");
        const words = errors.replace(/\s+/g, " ");
        expect(words).to.include(`${option} can't be saved to: `).and.include(why);
        expect(code).to.equal(1);
      }
    });
  }

  it("make no folder for a stack that isn't there, and say of a file that it is no folder", async () => {
    const file = join(folder, "file");
    expect(await makeFolder(file).catch(({ message }: Error) => message)).to.equal("it is no folder");
    const { code } = await runIn(folder, review, ["--stack", "nowhere", ...BETWEEN], {}, "secret");
    expect(code).to.equal(1);
    expect(existsSync(join(folder, "reviews"))).to.equal(false);
  });

  it("make the folders that aren't there, and take no folder for a file", async () => {
    await makeFolder(join(folder, "a/b/c"));
    await makeFolder(join(folder, "a/b/c"));
    await makePlaceFor(join(folder, "d/e/file"));
    expect(existsSync(join(folder, "d/e"))).to.equal(true);
    expect(await makePlaceFor(folder).catch((error: { code: string }) => error.code)).to.equal("EISDIR");
  });

  it("write what a link leads to, and leave the link", async () => {
    await symlink("file", join(folder, "link"));
    await writeAtOnce(join(folder, "link"), "text");
    expect(await readFile(join(folder, "file"), "utf8")).to.equal("text");
    expect(await readlink(join(folder, "link"))).to.equal("file");
  });

  it("leave a device what it is", async function () {
    if (!existsSync("/dev/null")) this.skip();
    // A link to it, for a test that fails must not take it away.
    await symlink("/dev/null", join(folder, "null"));
    await writeAtOnce(join(folder, "null"), "text");
    expect(await readFile(join(folder, "null"), "utf8")).to.equal("");
  });
});
