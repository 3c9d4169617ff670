import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { KINDS } from "../../declaration/kinds/index";

const ROOT = join(__dirname, "..", "..");
const run = promisify(execFile);

/** The files that a process has loaded once it has these, from the project's folder, without those of packages. */
async function loadedBy(...modules: string[]): Promise<{ own: string[]; packages: string[] }> {
  const script =
    'require("./typescript.cjs");' +
    modules.map((module) => `require("./${module}");`).join("") +
    "console.log(JSON.stringify(Object.keys(require.cache)))";
  const { stdout } = await run(process.execPath, ["-e", script], { cwd: ROOT });
  const files = (JSON.parse(stdout) as string[]).map((file) => relative(ROOT, file).split(sep).join("/"));
  const packages = files.flatMap((file) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  return { own: files.filter((file) => !file.includes("node_modules")), packages: [...new Set(packages)] };
}

const roomsOf = (files: readonly string[]) =>
  [...new Set(files.filter((file) => file.includes("/")).map((file) => file.split("/")[0]))].sort();

describe("what is loaded", () => {
  it("by the process of the providers is what talks to a firewall: nothing that works out rules, or reads stack files", async () => {
    const kinds = Object.values(KINDS).map(({ resource }) => resource.module);
    const modules = [...new Set([...kinds, "firewall", "registered-addresses", "commit"])];
    const files = readdirSync(join(ROOT, "provider"));
    for (const module of modules) expect(files).to.include(`${module}.ts`);
    const { own, packages } = await loadedBy(...modules.map((module) => `provider/${module}.ts`));
    expect(own).to.include("provider/rule.ts");
    expect(roomsOf(own)).to.deep.equal(["aws", "declaration", "lib", "panos", "provider", "settings"]);
    expect(packages).not.to.include("yaml");
    expect(packages.filter((name) => name.startsWith("@aws-sdk"))).to.deep.equal([]);
  });

  it("by the program is nothing of the guard's, the trigger's, reviews or drift", async () => {
    const { own, packages } = await loadedBy("index.ts");
    expect(own).to.include("mapping/index.ts");
    for (const room of ["guard", "trigger", "review", "commands", "ci", "demo", "packages"])
      expect(roomsOf(own)).not.to.include(room);
    expect(packages.filter((name) => name.startsWith("@aws-sdk"))).to.deep.equal([]);
  });
});
