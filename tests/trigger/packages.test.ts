import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import lock from "../../package-lock.json";
import packageJson from "../../package.json";

const ROOT = path.join(__dirname, "../..");

interface Manifest {
  name?: string;
  pulumi?: { resource?: boolean };
}

/**
 * The packages whose plugins the Pulumi CLI wants for the program in a folder: all that lie below it and say so,
 * but for folders that say that they are policy packs (pulumi/pulumi, pulumi-language-nodejs, getPackagesFromDir).
 */
function packagesWithPlugins(folder: string, inPackages = false, seen = new Set<string>()): string[] {
  const place = realpathSync(folder);
  if (seen.has(place)) return [];
  seen.add(place);
  return readdirSync(place).flatMap((name) => {
    const entry = path.join(place, name);
    if (statSync(entry, { throwIfNoEntry: false })?.isDirectory()) {
      if (existsSync(path.join(entry, "PulumiPolicy.yaml"))) return [];
      return packagesWithPlugins(entry, inPackages || path.basename(place) === "node_modules", seen);
    }
    if (!inPackages || name !== "package.json") return [];
    const manifest = JSON.parse(readFileSync(entry, "utf8")) as Manifest;
    return manifest.pulumi?.resource === true ? [manifest.name ?? entry] : [];
  });
}

describe("packages that bring plugins", () => {
  const locked = Object.entries(lock.packages as Record<string, { resolved?: string; link?: boolean }>);

  it("are the trigger's alone, wherever npm puts its packages", () => {
    const pulumis = locked.map(([place]) => place).filter((place) => /node_modules\/@pulumi\//.test(place));
    expect(pulumis).to.have.members([
      "node_modules/@pulumi/pulumi",
      "trigger/node_modules/@pulumi/aws",
      "trigger/node_modules/@pulumi/docker-build",
    ]);
    expect(Object.keys(packageJson.dependencies).filter((name) => name.startsWith("@pulumi/"))).to.deep.equal(
      ["@pulumi/pulumi"],
    );
    expect(packageJson.workspaces).to.deep.equal(["trigger"]);
  });

  it("are locked without an address of a registry", () => {
    const addresses = locked.flatMap(([, { resolved, link }]) => (link === true ? [] : (resolved ?? [])));
    expect(addresses).to.deep.equal([]);
  });

  it("are none that a run of the main program would want", function () {
    // Where packages were put by hand or by an earlier version, this says nothing.
    if (!existsSync(path.join(ROOT, "trigger/node_modules/@pulumi/aws"))) return this.skip();
    expect(packagesWithPlugins(ROOT)).to.deep.equal([]);
    expect(packagesWithPlugins(path.join(ROOT, "trigger"))).to.have.members([
      "@pulumi/aws",
      "@pulumi/docker-build",
    ]);
  }).timeout(60_000);
});
