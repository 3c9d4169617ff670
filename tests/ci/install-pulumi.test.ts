import { expect } from "chai";
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROJECT_DIR } from "../support/lab";
import { listen, stop, urlOf } from "../support/local-server";
import { needs } from "../support/programs";

const ARCHIVE = `pulumi-v1.2.3-linux-${process.arch}.tar.gz`;

describe("the step that installs Pulumi", () => {
  if (process.platform !== "linux") return void it("is skipped: it knows Pulumi for Linux alone");
  if (!needs("bash", "curl", "tar", "sha256sum")) return;

  let home: string;
  let server: Server;
  /** What the mirror of Pulumi's releases has, by path. */
  const files = new Map<string, Buffer | string>();
  const asked: string[] = [];

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "aws-panos-install-"));
    files.clear();
    asked.length = 0;
    server = createServer(({ url = "" }, outgoing) => {
      asked.push(url);
      const file = files.get(url.slice(1));
      outgoing.writeHead(file === undefined ? 404 : 200).end(file);
    });
    await listen(server);
    files.set(ARCHIVE, await archive());
  });
  afterEach(async () => {
    await stop(server);
    await rm(home, { recursive: true });
  });

  /** As Pulumi packs it: a folder with the programs. */
  async function archive(): Promise<Buffer> {
    const folder = join(home, "packed", "pulumi");
    await mkdir(folder, { recursive: true });
    for (const name of ["pulumi", "pulumi-language-nodejs"]) {
      await writeFile(join(folder, name), "#!/bin/sh\necho v1.2.3\n");
      await chmod(join(folder, name), 0o755);
    }
    return execFileSync("tar", ["-cz", "-C", join(home, "packed"), "pulumi"]);
  }

  const sumOf = (content: Buffer | string) => createHash("sha256").update(content).digest("hex");

  /** The step, beside checksums of the test's own. */
  const ship = async (...lines: string[]) => {
    await mkdir(join(home, "steps"), { recursive: true });
    const script = join(home, "steps", "install-pulumi.sh");
    await copyFile(join(PROJECT_DIR, "ci/steps/install-pulumi.sh"), script);
    await writeFile(join(home, "steps", "pulumi.sha256"), lines.map((line) => `${line}\n`).join(""));
  };
  const shipSumOf = (content: Buffer | string) =>
    ship(`${"0".repeat(64)}  pulumi-v1.2.3-linux-other.tar.gz`, `${sumOf(content)}  ${ARCHIVE}`);

  function install(more: NodeJS.ProcessEnv = {}): Promise<{ code: number; text: string }> {
    const env = {
      ...{ PATH: process.env["PATH"], HOME: home, ...more },
      ...{ PULUMI_RELEASES: urlOf(server), GITHUB_PATH: join(home, "path"), no_proxy: "127.0.0.1" },
    };
    return new Promise((resolve) => {
      execFile(join(home, "steps", "install-pulumi.sh"), { env }, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), text: `${out}${err}` });
      });
    });
  }

  const installed = () => readdir(join(home, ".pulumi", "bin")).catch(() => []);

  it("takes what its checksum says, puts it on the path, and leaves it where it is there already", async () => {
    await shipSumOf(files.get(ARCHIVE)!);
    expect(await install()).to.deep.equal({ code: 0, text: "Pulumi 1.2.3 was installed.\n" });
    expect(await installed()).to.have.members(["pulumi", "pulumi-language-nodejs"]);
    expect(await readFile(join(home, "path"), "utf8")).to.equal(`${join(home, ".pulumi", "bin")}\n`);
    asked.length = 0;
    expect(await install()).to.deep.equal({ code: 0, text: "Pulumi 1.2.3 is here.\n" });
    expect(asked).to.deep.equal([]);
  });

  it("puts this version in the place of another", async () => {
    const bin = join(home, ".pulumi", "bin");
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, "pulumi"), "#!/bin/sh\necho v1.2.2\n", { mode: 0o755 });
    await shipSumOf(files.get(ARCHIVE)!);
    expect((await install()).text).to.equal("Pulumi 1.2.3 was installed.\n");
    expect(await installed()).to.have.length(2);
  });

  it("installs nothing that is not what its checksum says, though its own host vouches for it", async () => {
    await shipSumOf("another archive");
    files.set("pulumi-1.2.3-checksums.txt", `${sumOf(files.get(ARCHIVE)!)}  ${ARCHIVE}\n`);
    const refused = await install();
    expect(refused.code).to.equal(1);
    expect(refused.text).to.match(
      /^Nothing was installed: pulumi-v1.2.3-linux-\w+.tar.gz of http.* is not what its checksum/,
    );
    expect(asked).to.deep.equal([`/${ARCHIVE}`]);
    files.delete(ARCHIVE);
    expect((await install()).code).to.equal(22);
    expect(await installed()).to.deep.equal([]);
  });

  it("asks nobody where it has no checksum, two, or those of another version", async () => {
    const line = `${sumOf("archive")}  ${ARCHIVE}`;
    for (const lines of [[], [line, line], [line.slice(1)], [`${line}x`]]) {
      await ship(...lines);
      const { code, text } = await install();
      expect([code, text.includes("has not one checksum of Pulumi")], text).to.deep.equal([1, true]);
    }
    await ship(line);
    const { code, text } = await install({ PULUMI_VERSION: "1.2.4" });
    expect(code).to.equal(1);
    expect(text).to.include("PULUMI_VERSION is 1.2.4").and.include("has the checksums of 1.2.3");
    expect(asked).to.deep.equal([]);
  });

  it("ships one checksum for each platform, of one version that the program's SDK runs under", async () => {
    const shipped = await readFile(join(PROJECT_DIR, "ci/steps/pulumi.sha256"), "utf8");
    const found = [...shipped.matchAll(/^[0-9a-f]{64} {2}pulumi-v(\d+\.\d+\.\d+)-(linux-\w+)\.tar\.gz$/gm)];
    expect(found.map(([, , platform]) => platform)).to.have.members(["linux-x64", "linux-arm64"]);
    expect(shipped.trim().split("\n")).to.have.length(2);
    const [version = ""] = new Set(found.map(([, each]) => each));
    const sdk = (await readFile(join(PROJECT_DIR, "package.json"), "utf8")).match(
      /"@pulumi\/pulumi": "(\d+)\.(\d+)/,
    )!;
    expect(version.split(".")[0]).to.equal(sdk[1]);
    expect(Number(version.split(".")[1])).to.be.at.least(Number(sdk[2]));
  });
});
