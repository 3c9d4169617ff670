import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";

const ROOT = join(__dirname, "..", "..");

/** What a provider's process sees that a command of this line has started; the shell is not replaced by it. */
function under(line: readonly string[], code: string): string {
  const script = `require(${JSON.stringify(join(ROOT, "typescript.cjs"))}); ${code}`;
  return execFileSync("sh", ["-c", '"$NODE" -e "$SCRIPT"; true', "pulumi", ...line], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, NODE: process.execPath, SCRIPT: script },
  });
}

describe("a destroy that leaves out what is protected", () => {
  it("is about some resources only", () => {
    const code =
      'const { isTargeted } = require("./provider/session/engine-command").engineCommand(); console.log(isTargeted)';
    expect(under(["destroy", "--exclude-protected"], code)).to.equal("true\n");
    expect(under(["destroy", "--exclude-protected=false"], code)).to.equal("false\n");
    expect(under(["destroy"], code)).to.equal("false\n");
  });

  it("stages no removal, because what is protected keeps the commit from coming", () => {
    const code =
      'require("./provider/service").provider.delete("aws-test1234-tcp-8443", { firewall: "edge/vsys1" })' +
      '.then(() => console.log("done"), (error) => console.log(error.code, error.message))';
    expect(under(["destroy", "--exclude-protected"], code))
      .to.include("EXCLUDES_PROTECTED")
      .and.include("nothing of edge/vsys1 was removed");
    expect(under(["up"], code)).to.equal("done\n");
  });
});
