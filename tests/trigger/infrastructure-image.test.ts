import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { DockerfileParser, type Instruction } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { AWS_PROVIDER } from "../../inventory/data-sources";
import packageJson from "../../package.json";
import triggerPackage from "../../trigger/package.json";
import { IMAGE_CONTENTS, imageTag } from "../../trigger/infrastructure/image-contents";
import { deployed, deployedVariant, MAIN_STACK } from "../support/deployed-trigger";

const ROOT = path.join(__dirname, "../..");
const text = readFileSync(path.join(ROOT, "trigger/Dockerfile"), "utf8");
const dockerfile = DockerfileParser.parse(text);
const instructions = dockerfile.getInstructions();
const named = (keyword: string) => instructions.filter((each) => each.getKeyword() === keyword);
const wordsOf = (instruction: Instruction) => instruction.getArguments().map((each) => each.getValue());
const argument = (name: string) =>
  dockerfile
    .getARGs()
    .map((each) => each.getProperty())
    .find((property) => property?.getName() === name)
    ?.getValue();

/** Instructions by the name of their stage. */
const stages = new Map<string, Instruction[]>();
for (const instruction of instructions) {
  if (instruction.getKeyword() === "FROM") stages.set(wordsOf(instruction)[2] ?? "", []);
  else [...stages.values()].at(-1)?.push(instruction);
}
const stage = (name: string, keyword: string) =>
  (stages.get(name) ?? []).filter((each) => each.getKeyword() === keyword);

/** What the Dockerfile copies out of the repository. */
const copied = named("COPY")
  .map((each) => wordsOf(each))
  .flatMap((words) => (words.some((word) => word.startsWith("/")) ? [] : words.slice(0, -1)));

describe("the image", () => {
  it("has a Dockerfile without a fault", () => {
    expect(validate(text, {})).to.deep.equal([]);
  });

  it("has the AWS plugin that the program's package asks for, and a CLI that its SDK runs under", () => {
    expect(argument("AWS_PLUGIN_VERSION")).to.equal(AWS_PROVIDER);
    expect(triggerPackage.dependencies["@pulumi/aws"]).to.equal(AWS_PROVIDER);
    const least = Number(/\d+/.exec(packageJson.engines.node)?.[0]);
    const [, node] = /\/nodejs:(\d+)@/.exec(argument("NODE_IMAGE") ?? "") ?? [];
    expect(Number(node)).to.be.at.least(least);
  });

  it("is built by the command that is written down, which gives it all that it asks for", () => {
    const docs = readFileSync(path.join(ROOT, "docs/trigger.md"), "utf8");
    const commands = [...`${text}\n${docs}`.matchAll(/docker build [^`\n]*\s\.(?=[`\n])/g)].map(
      ([all]) => all,
    );
    expect(commands).to.have.length(2);
    for (const command of commands) {
      const given = [...command.matchAll(/--build-arg (\w+)=(\S+)/g)].map(([, name, value]) => [name, value]);
      expect(Object.fromEntries(given)).to.deep.equal({ STACK: "prod", INVENTORY: "ec2" });
    }
    // What else `pulumi up` may give.
    for (const name of ["AWS_PLUGIN_SHA256", "GUARD_POLICY", "CA_FILE"]) expect(docs).to.include(name);
  });

  it("pins what it is made from", () => {
    const bases = named("FROM").map((each) => wordsOf(each)[0] ?? "");
    const others = bases.filter((each) => !stages.has(each));
    expect(new Set(others)).to.deep.equal(new Set(["${NODE_IMAGE}"]));
    expect(argument("NODE_IMAGE")).to.match(/^public\.ecr\.aws\/lambda\/nodejs:\d+@sha256:[0-9a-f]{64}$/);
    // The CLI comes by the step that checks it against the checksums of this repository.
    const installs = stage("pulumi", "RUN").map((each) => each.getArgumentsContent() ?? "");
    expect(installs.join("\n")).to.match(/PULUMI_BIN=\/opt\/pulumi\/bin bash \/tmp\/install-pulumi\.sh/);
    expect(installs.join("\n")).not.to.match(/curl|wget|https?:/);
  });

  it("leaves the AWS plugin out with `ec2` alone", async () => {
    const install = stage("pulumi", "RUN").at(-1)?.getArgumentsContent() ?? "";
    expect(install).to.match(
      /if \[ "\$\{INVENTORY\}" != ec2 \]; then\s+\\?\s*pulumi plugin install resource aws/,
    );
    // Without a checksum the build ends.
    expect(install).to.match(/--checksum "\$\{AWS_PLUGIN_SHA256:\?/);
    expect(argument("INVENTORY")).to.equal("lookups");
    const AWS_PLUGIN_SHA256 = "0a".repeat(32);
    const built = async (inventory?: string, values: Record<string, unknown> = {}) => {
      const config = { ...MAIN_STACK.config, "aws-panos-rules:inventory": inventory };
      const { one } = await deployed(values, {}, { ...MAIN_STACK, config });
      return one("Image").inputs["buildArgs"];
    };
    expect(await built("ec2")).to.deep.equal({ STACK: "prod", INVENTORY: "ec2" });
    for (const inventory of ["lookups", undefined]) {
      expect(await built(inventory, { awsPluginSha256: AWS_PLUGIN_SHA256 })).to.deep.equal({
        ...{ STACK: "prod", INVENTORY: "lookups", AWS_PLUGIN_SHA256 },
      });
      const refused = await built(inventory).catch((error: Error) => error.message);
      expect(refused).to.include("aws-panos-trigger:awsPluginSha256 is missing");
    }
  });

  it("has only the packages that run, and runs none of their scripts", () => {
    const [install = ""] = stage("program", "RUN").map((each) => each.getArgumentsContent() ?? "");
    expect(install).to.match(/^npm ci --workspaces=false --omit=dev --ignore-scripts/);
  });

  it("copies only what is there", () => {
    for (const source of copied.filter((each) => !each.includes("$"))) {
      expect(existsSync(path.join(ROOT, source)), source).to.equal(true);
    }
    expect(copied.filter((each) => !each.includes("$"))).to.have.members(IMAGE_CONTENTS);
    expect(copied.filter((each) => each.includes("$"))).to.have.members([
      "Pulumi.${STACK}.yaml",
      "${CA_FILE}",
      "${GUARD_POLICY}",
    ]);
  });

  it("has every file that its entry points load, and every package", () => {
    const entry = wordsOf(stage("build", "CMD")[0] as Instruction).join("");
    const [, module = ""] = /\["([^".]+)\.handler"\]/.exec(entry) ?? [];
    const handler = fileOf(path.join(ROOT, module)) ?? "";
    expect(handler).to.match(/^trigger\/handler\/.+\.c?js$/);
    // The provider's process loads its modules by names that are put together.
    const starts = [handler, "index.ts", "trigger/runner/build.ts", ...filesBelow("provider")];
    const { files, packages } = loadedFrom(starts);
    const isIn = (file: string) =>
      IMAGE_CONTENTS.some((place) => file === place || file.startsWith(`${place}/`));
    expect([...files].filter((file) => !isIn(file))).to.deep.equal([]);
    expect([...packages].filter((name) => !(name in packageJson.dependencies))).to.deep.equal([]);
  });

  it("has all of its TypeScript made into JavaScript, before nobody may write there any more", async () => {
    const runs = stage("program", "RUN").map((each) => each.getArgumentsContent() ?? "");
    const ahead = runs.findIndex((each) => each.startsWith("node typescript.cjs "));
    expect(ahead).to.be.within(0, runs.findIndex((each) => each.startsWith("chmod")) - 1);
    const places = runs[ahead]!.split(" ").slice(2);
    const sources = IMAGE_CONTENTS.flatMap((place) =>
      statSync(path.join(ROOT, place)).isDirectory() ? filesBelow(place) : [place],
    ).filter((file) => file.endsWith(".ts"));
    const isMade = (file: string) => places.some((place) => `${file}/`.startsWith(`${place}/`));
    expect(sources.filter((file) => !isMade(file))).to.deep.equal([]);

    const folder = await mkdtemp(path.join(tmpdir(), "image-"));
    try {
      for (const file of ["typescript.cjs", "lean-sdk.cjs", "lib"]) {
        await cp(path.join(ROOT, file), path.join(folder, file), { recursive: true });
      }
      await mkdir(path.join(folder, "node_modules"));
      for (const name of ["esbuild", "ipaddr.js"]) {
        await symlink(path.join(ROOT, "node_modules", name), path.join(folder, "node_modules", name));
      }
      const node = (...words: string[]) => execFileSync(process.execPath, words, { cwd: folder });
      const made = () => readdirSync(path.join(folder, "node_modules/.cache/typescript")).sort();
      node("typescript.cjs", "lib");
      const once = made();
      expect(once).to.have.length(filesBelow("lib").length);
      node("--require", "./typescript.cjs", "lib/text.ts");
      expect(made()).to.deep.equal(once);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("lets the builder see nothing else", () => {
    const lines = readFileSync(path.join(ROOT, "trigger/Dockerfile.dockerignore"), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(lines[0]).to.equal("*");
    const isLetIn = (file: string) => {
      let ignored = false;
      for (const line of lines) {
        const pattern = line.replace(/^!/, "");
        if (matches(pattern, file)) ignored = !line.startsWith("!");
      }
      return !ignored;
    };
    for (const file of [
      ...[".git/config", "tests/support/lab.ts", ".pulumi/stacks/prod.json", "Pulumi.prod.local.yaml"],
      ...["node_modules/undici/package.json", "trigger/Pulumi.prod.yaml", "trigger/infrastructure/index.ts"],
      ...[
        "credentials",
        ".env",
        "README.md",
        "settings/private.key",
        "trigger/x.local.yaml",
        "demo/firewall.xml",
      ],
    ]) {
      expect(isLetIn(file), file).to.equal(false);
    }
    for (const place of [
      ...IMAGE_CONTENTS,
      "ci/steps/pulumi.sha256",
      "Pulumi.prod.yaml",
      "certificates/ca.pem",
    ]) {
      const full = path.join(ROOT, place);
      const files = existsSync(full) && statSync(full).isDirectory() ? filesBelow(place) : [place];
      for (const file of files) expect(isLetIn(file), file).to.equal(true);
    }
  });

  it("holds nothing secret", () => {
    for (const instruction of [...named("ENV"), ...named("ARG")]) {
      expect(instruction.getArgumentsContent() ?? "").not.to.match(/pass|secret|token|key/i);
    }
    expect(copied.filter((each) => /credential|\.env|\.local|\.git$|\.pem|\.key/.test(each))).to.deep.equal(
      [],
    );
  });

  it("runs nothing of ours as root, and lets nobody who runs there write there", () => {
    // The last stage is the default one, and starts from the build's.
    expect([...stages.keys()].at(-1)).to.equal("function");
    expect(stage("function", "USER").map((each) => wordsOf(each))).to.deep.equal([["1000:1000"]]);
    expect(stage("build", "RUN").map((each) => each.getArgumentsContent())[0]).to.include(
      "panos:x:1000:1000:",
    );
    expect(named("USER")).to.have.length(1);
    const modes = ["program", "pulumi"].map((name) => stage(name, "RUN").at(-1)?.getArgumentsContent() ?? "");
    for (const mode of modes) expect(mode).to.match(/chmod -R a\+rX,go-w \/(var\/task|opt\/pulumi)$/);
    // Nothing is copied from the repository after that.
    expect(stages.get("program")?.at(-1)?.getKeyword()).to.equal("RUN");
  });

  it("is one for function and build, of the stage that the runner takes", async () => {
    const lambda = await deployedVariant("the smallest configuration");
    expect(lambda.one("Image").inputs).to.deep.include({ target: "function", push: true });
    const build = await deployedVariant("CodeBuild");
    const image = build.one("Image").inputs;
    expect(image["target"]).to.equal("build");
    const { image: ofProject } = build.one("Project").inputs["environment"] as { image: string };
    expect(ofProject).to.equal(build.one("Function").inputs["imageUri"]);
    expect(ofProject).to.match(/@sha256:/);
    const given = await deployedVariant("an image of somebody else's");
    expect([...given.of("Image"), ...given.of("Repository")]).to.deep.equal([]);
    expect(given.statements.find(({ Sid }) => Sid === "PullTheImage")?.Resource).to.equal(
      "arn:aws:ecr:eu-central-1:123456789012:repository/panos",
    );
  });

  it("is kept in a repository whose images don't change, are scanned, and end", async () => {
    const { one } = await deployedVariant("the smallest configuration");
    expect(one("Repository").inputs).to.deep.include({
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
    });
    expect(String(one("LifecyclePolicy").inputs["policy"])).to.include('"countNumber":10');
  });

  it("has a tag that changes with what is in it, and only then", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "image-"));
    try {
      for (const file of ["index.ts", "Pulumi.prod.yaml"]) await writeFile(path.join(folder, file), "one");
      for (const place of ["trigger", "ci/steps"]) {
        await cp(path.join(ROOT, place), path.join(folder, place), { recursive: true });
      }
      const tag = (build = { target: "function" }) => imageTag(folder, ["Pulumi.prod.yaml"], build);
      const first = tag();
      expect(first).to.match(/^[0-9a-f]{32}$/);
      await writeFile(path.join(folder, "README.md"), "not in it");
      expect(tag()).to.equal(first);
      expect(tag({ target: "build" })).not.to.equal(first);
      await writeFile(path.join(folder, "Pulumi.prod.yaml"), "two");
      const second = tag();
      expect(second).not.to.equal(first);
      await writeFile(path.join(folder, "trigger/events/more.ts"), "");
      expect(tag()).not.to.equal(second);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** As .dockerignore files are read: `**` any folders, `*` within one, and a folder with all that is in it. */
function matches(pattern: string, file: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("**/", "<any>")
    .replaceAll("*", "[^/]*")
    .replaceAll("<any>", "(.*/)?");
  return new RegExp(`^${expression}(/.*)?$`).test(file);
}

function filesBelow(place: string): string[] {
  return readdirSync(path.join(ROOT, place), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(`${place}/${entry.name}`) : [`${place}/${entry.name}`],
  );
}

function fileOf(full: string): string | undefined {
  const found = [".js", ".cjs", ".ts", "/index.ts", ".json", ""].find(
    (end) => existsSync(full + end) && statSync(full + end).isFile(),
  );
  return found === undefined ? undefined : path.relative(ROOT, full + found);
}

/** The files and packages that a file loads, and what these load. */
function loadedFrom(starts: string[]): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const queue = [...starts];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    if (!/\.[cm]?[jt]s$/.test(file)) continue;
    const content = readFileSync(path.join(ROOT, file), "utf8");
    for (const name of importsOf(content).filter((each) => !each.includes("${"))) {
      if (name.startsWith(".")) {
        const next = fileOf(path.join(ROOT, path.dirname(file), name));
        if (next === undefined) throw new Error(`${file} loads ${name}, which isn't there`);
        queue.push(next);
      } else if (!name.startsWith("node:") && !builtinModules.includes(name)) {
        packages.add(
          name
            .split("/")
            .slice(0, name.startsWith("@") ? 2 : 1)
            .join("/"),
        );
      }
    }
  }
  return { files, packages };
}

/** What a module loads at run time: imports of types alone are gone by then. */
function importsOf(content: string): string[] {
  const statements = /^(?:import|export)\s+(?!type\b)(?:[\w*${},\s]+?\s+from\s+)?"([^"]+)";/gm;
  const calls = /(?<!typeof )\b(?:require|import)\(\s*["'`]([^"'`]+)["'`]\s*\)/g;
  return [...content.matchAll(statements), ...content.matchAll(calls)].flatMap(([, name]) => name ?? []);
}
