import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable, Writable } from "node:stream";
import { expect } from "chai";
import { parse } from "yaml";
import { init } from "../../commands/init/init";
import { OWNER_ID } from "../../declaration/names";
import { settingsFrom } from "../../settings/index";

const ALL_FLAGS = [
  ...["--stack", "production", "--hostname", "fw1.example.com", "--region", "eu-central-1"],
  ...["--firewall-instance", "i-0123456789abcdef0", "--firewall-interface", "eni-0123456789abcdef0"],
  ...["--firewall-interface", "eni-1123456789abcdef0", "--firewall-endpoint", "vpce-0123456789abcdef0"],
  ...["--cleanup-rule", "cleanup-deny"],
];

describe("init", () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "init-"));
    file = join(folder, "Pulumi.production.yaml");
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function run(args: string[], answers: string[] = [], environment: NodeJS.ProcessEnv = {}) {
    let said = "";
    const output = new Writable({
      write(chunk: Buffer, _, done) {
        said += chunk.toString();
        done();
      },
    });
    const input = Readable.from(answers.map((answer) => `${answer}\n`));
    return { code: await init.run(args, { input, output, errors: output, folder, environment }), said };
  }

  async function written(): Promise<Record<string, unknown>> {
    return (parse(await readFile(file, "utf8")) as { config: Record<string, unknown> }).config;
  }

  it("writes a file that the settings accept", async () => {
    expect((await run([...ALL_FLAGS, "--yes"])).code).to.equal(0);
    const config = await written();
    const texts = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
    const { firewalls } = settingsFrom(texts, () => true, "organization/aws-panos-rules/production", {
      PANOS_API_KEY: "key",
    });
    const settings = firewalls[0]!;
    expect(settings.connection.hostname).to.equal("fw1.example.com");
    expect(settings.mapping.firewall).to.deep.equal({
      instanceIds: ["i-0123456789abcdef0"],
      networkInterfaceIds: ["eni-0123456789abcdef0", "eni-1123456789abcdef0"],
      vpcEndpointIds: ["vpce-0123456789abcdef0"],
    });
    expect([settings.mapping.untrustZone, settings.mapping.trustZone]).to.deep.equal(["untrust", "trust"]);
    expect(settings.cleanupRule).to.equal("cleanup-deny");
    expect(settings.mapping).to.not.have.any.keys("profileGroup", "logSetting");
    expect(config["aws:region"]).to.equal("eu-central-1");
  });

  it("mentions every other setting in comments that hold when they are uncommented", async () => {
    await run([...ALL_FLAGS, "--yes"]);
    const text = await readFile(file, "utf8");
    const uncommented = text.replace(/^ {2}# (( {2})?(panos|aws-panos-rules|tcp)[:/][^ ]+:.*)$/gm, "  $1");
    const { config } = parse(uncommented) as { config: Record<string, unknown> };
    const texts = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
    const settings = settingsFrom(texts, () => true, "o/p/s", { PANOS_API_KEY: "key" }).firewalls[0]!;
    expect(Object.keys(config).length).to.be.above(15);
    expect(settings.mapping.applications).to.deep.equal({ "tcp/8443": "ssl" });
    expect(settings.mapping.profileGroup).to.equal("inbound");
  });

  it("takes no address that a URL would read as another one, or as none, and asks nobody there", async () => {
    for (const hostname of ["10.0.0.256", "10.0.0.010", ":::", "[::1", "xn--a"]) {
      const flags = ALL_FLAGS.map((flag) => (flag === "fw1.example.com" ? hostname : flag));
      const { code, said } = await run([...flags, "--yes"], [], { PANOS_API_KEY: "key" });
      expect(code).to.equal(64);
      expect(said).to.include(`--hostname: ${JSON.stringify(hostname)} is not a host name or an address`);
      expect(said).not.to.include("Invalid URL");
    }
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it("leads editors to the schema where the program is, below the stack files", async () => {
    const headed = async () => (await readFile(file, "utf8")).split("\n")[0];
    await writeFile(join(folder, "Pulumi.yaml"), "name: aws-panos-rules\nmain: rules/index.ts\n");
    await run([...ALL_FLAGS, "--yes"]);
    const schema = "# yaml-language-server: $schema=rules/docs/stack.schema.json";
    expect(await headed()).to.equal(schema);
    await writeFile(file, (await readFile(file, "utf8")).replace(`${schema}\n`, ""));
    await run(["--stack", "production", "--mend", "--offline"]);
    expect(await headed()).to.equal(schema);
  });

  it("makes another ownerId each time, of eight letters and digits", async () => {
    const ids = new Set<unknown>();
    for (let round = 0; round < 20; round += 1) {
      await run([...ALL_FLAGS, "--yes"]);
      const ownerId = String((await written())["aws-panos-rules:ownerId"]);
      expect(ownerId).to.match(OWNER_ID).and.have.length(8);
      ids.add(ownerId);
      await rm(file);
    }
    expect(ids.size).to.equal(20);
  });

  it("asks for what the flags leave open, and again where an answer won't do", async () => {
    const answers = ["pro duction", "production", "fw 1", "fw1.example.com", "", "sg-1", "eni-0 i-1"];
    const { code, said } = await run(
      ["--region", "eu-central-1", "--log-setting", "to-siem"],
      [...answers, "cleanup-deny", "outside", "", "inbound"],
    );
    expect(code).to.equal(0);
    expect(said).to.include('"fw 1" is not a host name').and.include('"sg-1" won\'t do');
    const config = await written();
    expect(config).to.include({
      "panos:hostname": "fw1.example.com",
      "panos:vsys": "vsys1",
      "aws-panos-rules:untrustZone": "outside",
      "aws-panos-rules:trustZone": "trust",
      "aws-panos-rules:profileGroup": "inbound",
      "aws-panos-rules:logSetting": "to-siem",
    });
    expect(config["aws-panos-rules:firewall"]).to.deep.equal({
      networkInterfaceIds: ["eni-0"],
      instanceIds: ["i-1"],
    });
  });

  it("says in the question's own words what is wrong with no answer, and with one that won't do", async () => {
    const { code, said } = await run(
      [],
      ["", "production", "", "fw1.example.com", "", "", "eu-central-1", "", "eni-X"],
    );
    expect(code).to.equal(1);
    const told = said.split("\n").flatMap((line) => /: {2,}(.*)$/.exec(line)?.[1] ?? []);
    expect(told).to.deep.equal([
      "an answer is needed; e.g. production",
      "an answer is needed; e.g. fw1.example.com",
      "an answer is needed; e.g. eu-central-1",
      "an answer is needed; e.g. eni-0123456789abcdef0 vpce-0123456789abcdef0",
      told[4],
    ]);
    expect(told[4]).to.include("; e.g. eni-0123456789abcdef0 vpce-0123456789abcdef0");
    expect(said).to.match(/\nnothing was written: no answer to: Firewall in AWS/);
  });

  it("names the steps that come next in an order that works", async () => {
    const { said } = await run([...ALL_FLAGS, "--yes"]);
    const steps = [
      "pulumi login",
      "PULUMI_CONFIG_PASSPHRASE",
      "pulumi stack init",
      "keygen",
      "pulumi preview",
    ];
    const places = steps.map((step) => said.indexOf(step));
    expect(places).to.not.include(-1);
    expect(places).to.deep.equal([...places].sort((a, b) => a - b));
  });

  it("offers the region of the environment", async () => {
    const flags = ALL_FLAGS.filter((flag) => flag !== "--region" && flag !== "eu-central-1");
    await run([...flags, "--yes"], [], { AWS_REGION: "us-gov-west-1" });
    expect((await written())["aws:region"]).to.equal("us-gov-west-1");
  });

  it("never asks for a secret, but says how to give it", async () => {
    const { said } = await run(ALL_FLAGS, ["", "", "", "", ""]);
    expect(said).to.include("pulumi config set --stack production --secret panos:apiKey");
    expect(said.split("is written")[0]).to.not.match(/password|key|secret/i);
    expect(await readFile(file, "utf8")).to.not.match(/^ {2}panos:(apiKey|password)/m);
  });

  it("says everything that is wrong with flags, and writes nothing", async () => {
    const { code, said } = await run([
      "--yes",
      "--hostname",
      "fw 1",
      "--region",
      "Frankfurt",
      "--trust-zone",
      "a/b",
    ]);
    expect(code).to.equal(64);
    for (const flag of [
      "--stack",
      "--hostname",
      "--region",
      "--trust-zone",
      "--firewall-interface",
      "--cleanup-rule",
    ]) {
      expect(said).to.include(`${flag}`);
    }
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it("writes nothing when the answers end too soon", async () => {
    const { code, said } = await run([], ["production", "fw1.example.com"]);
    expect(code).to.equal(1);
    expect(said).to.include("no answer to: Firewall: virtual system");
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it("leaves an existing file and its ownerId as they are", async () => {
    await run([...ALL_FLAGS, "--yes"]);
    const before = await readFile(file, "utf8");
    const { code, said } = await run([...ALL_FLAGS, "--yes"]);
    expect(code).to.equal(64);
    expect(said).to.include(String((await written())["aws-panos-rules:ownerId"]));
    expect(await readFile(file, "utf8")).to.equal(before);
  });

  it("offers an ownerId for a file that was made without one", async () => {
    await writeFile(file, "encryptionsalt: v1:abc\n");
    const { said } = await run([...ALL_FLAGS, "--yes"]);
    expect(said).to.match(/add to its config: aws-panos-rules:ownerId: [a-z0-9]{8}/);
    expect(await readFile(file, "utf8")).to.equal("encryptionsalt: v1:abc\n");
  });

  it("explains itself, and refuses unknown flags", async () => {
    const help = await run(["--help"]);
    expect(help.code).to.equal(0);
    for (const flag of ALL_FLAGS.filter((each) => each.startsWith("--"))) expect(help.said).to.include(flag);
    const unknown = await run(["--hostnme", "x"]);
    expect(unknown.code).to.equal(64);
    expect(unknown.said).to.include("--hostnme");
  });

  it("runs as a program, with answers on its standard input", async () => {
    const child = spawn(process.execPath, [resolve("commands/aws-panos.cjs"), "init", ...ALL_FLAGS], {
      cwd: folder,
      stdio: ["pipe", "ignore", "inherit"],
    });
    child.stdin.end("\n\n\n\n\n");
    const [code] = (await once(child, "exit")) as [number];
    expect(code).to.equal(0);
    expect(await readdir(folder)).to.deep.equal(["Pulumi.production.yaml"]);
  });
});
