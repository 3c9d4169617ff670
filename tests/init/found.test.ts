import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { expect } from "chai";
import { parse } from "yaml";
import { init } from "../../commands/init/init";
import { pathForSetting } from "../../settings/program-folder";
import { startPanorama, startSimulator, type PanoramaLab, type Simulator } from "../../packages/simulator";
import { FIREWALL_INTERFACE } from "../support/account";
import { regionLists } from "../support/ec2-account";
import { Ec2Server } from "../support/ec2-server";
import { groupRules } from "../support/rules";
import { expectReadableRun } from "../support/golden";
import { FakeTerminal } from "../support/terminal";
import { firewallConfig, PASSWORDS, ruleEntry } from "../support/lab";

const ALLOWING = ["mail", "web"].map((name) =>
  ruleEntry(name).replace(
    "</action>",
    "</action><profile-setting><group><member>strict</member></group></profile-setting>",
  ),
);
const CONFIG = firewallConfig([...ALLOWING, ruleEntry("dns")])
  .replace(
    "<shared/>",
    '<shared><profile-group><entry name="strict"/><entry name="loose"/></profile-group></shared>',
  )
  .replace('<entry name="trust"/>', '<entry name="trust"/><entry name="dmz"/>');

describe("what init finds out", () => {
  let folder: string;
  let firewall: Simulator;
  let aws: Ec2Server;
  before(async () => {
    const users = Object.entries(PASSWORDS).map(([name, password]) => ({ name, password }));
    firewall = await startSimulator({ config: CONFIG, users });
    aws = await Ec2Server.start();
  });
  after(() => Promise.all([firewall.stop(), aws.close()]));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "init-found-"));
    aws.listsFor = () => regionLists("123456789012", [{ id: "sg-0a1", port: 443, address: "10.0.0.1" }]);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const environment = () => ({
    ...{ AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "AKIATEST", AWS_SECRET_ACCESS_KEY: "secret" },
    ...{ AWS_ENDPOINT_URL_EC2: aws.url, AWS_ENDPOINT_URL_STS: aws.url },
    ...{ PANOS_PORT: String(firewall.port), PANOS_SKIP_VERIFY_CERTIFICATE: "true" },
    ...{ PANOS_USERNAME: "aws-panos", PANOS_PASSWORD: PASSWORDS["aws-panos"] },
  });

  async function run(args: string[], answers: string[] = [], env: NodeJS.ProcessEnv = environment()) {
    let said = "";
    const output = new PassThrough().on("data", (chunk: Buffer) => (said += chunk.toString()));
    const input = Readable.from(answers.map((answer) => `${answer}\n`));
    const code = await init.run(args, { input, output, errors: output, folder, environment: env });
    return { code, said };
  }

  async function written(): Promise<Record<string, unknown>> {
    const text = await readFile(join(folder, "Pulumi.prod.yaml"), "utf8");
    return (parse(text) as { config: Record<string, unknown> }).config;
  }

  const FLAGS = ["--stack", "prod", "--hostname", "127.0.0.1"];
  const FOUND = {
    "aws:region": "us-east-1",
    "aws-panos-rules:firewall": { networkInterfaceIds: [FIREWALL_INTERFACE] },
    "aws-panos-rules:cleanupRule": "cleanup",
    "aws-panos-rules:untrustZone": "untrust",
    "aws-panos-rules:trustZone": "trust",
    "aws-panos-rules:profileGroup": "strict",
  };

  it("is offered with its reason, and an empty answer takes it", async () => {
    const { code, said } = await run(FLAGS, ["", "", "", "", "", "", "", ""]);
    expect(code, said).to.equal(0);
    expect(await written()).to.deep.include(FOUND);
    const text = said.replace(/\s+/g, " ");
    for (const shown of [
      "Looked at AWS account 123456789012, us-east-1",
      `${FIREWALL_INTERFACE} takes the default route of 1 subnet, with 1 instance's interface behind it`,
      "cleanup is the last rule, and denies everything",
      "the zones are untrust, trust, dmz",
      "2 of 3 allowing rules carry strict; there are strict, loose",
      "Your last rule, above which new rules go, or interzone-default [cleanup]:",
    ])
      expect(text).to.include(shown);
    // What follows a question's colon is not echoed by a pipe.
    for (const line of said.split(/: |\n/)) expect(line.length, line).to.be.at.most(80);
    expect(said).not.to.include(PASSWORDS["aws-panos"]);
  });

  it("is the same by a default route as by its two halves, and one half alone is none", async () => {
    const lists = regionLists("123456789012", [{ id: "sg-0a1", port: 443, address: "10.0.0.1" }]);
    const [table] = lists.get("DescribeRouteTables") as [{ routeSet: { destinationCidrBlock: string }[] }];
    const [route] = table.routeSet as [(typeof table.routeSet)[number]];
    const halves = ["0.0.0.0/1", "128.0.0.0/1"].map((half) => ({ ...route, destinationCidrBlock: half }));
    aws.listsFor = () => lists;
    table.routeSet = halves;
    const { said } = await run([...FLAGS, "--yes"]);
    expect(said).to.include(`${FIREWALL_INTERFACE} takes the default route of 1 subnet, with 1 instance's`);
    expect(await written()).to.deep.include(FOUND);
    await rm(join(folder, "Pulumi.prod.yaml"));
    table.routeSet = halves.slice(1);
    expect((await run(FLAGS, ["", "", "", "", "", "", "", ""])).said).to.include("no route table sends");
  });

  it("is shown within the terminal's width, as are the file's faults", async () => {
    const { output: errors } = new FakeTerminal();
    const terminal = (output: NodeJS.WritableStream, env: NodeJS.ProcessEnv, answers: string[] = []) => ({
      ...{ input: Readable.from(answers.map((answer) => `${answer}\n`)), output, errors, folder },
      environment: { ...environment(), ...env },
    });
    const golden = join(__dirname, "golden");
    const shownOn = (output: NodeJS.WritableStream) => {
      const { columns } = output as { columns?: number };
      const shown = Object.assign(new PassThrough(), { isTTY: true, columns });
      // What is typed ends the question's line, which an input that is no terminal doesn't show.
      const asTyped = (text: string) => text.replace(/: $/, ":\n").replace(String(firewall.port), "8443");
      return shown.on("data", (chunk: Buffer) => output.write(asTyped(String(chunk))));
    };
    await expectReadableRun(golden, "questions", async ({ output, environment: env }) => {
      await rm(join(folder, "Pulumi.prod.yaml"), { force: true });
      const answers = ["", "", "", "cleanp", "", "", "", ""];
      expect(await init.run(FLAGS, terminal(shownOn(output), env, answers))).to.equal(0);
    });
    await expectReadableRun(golden, "taken", async ({ output, environment: env }) => {
      await rm(join(folder, "Pulumi.prod.yaml"));
      expect(await init.run([...FLAGS, "--yes"], terminal(shownOn(output), env))).to.equal(0);
    });
    await writeFile(
      join(folder, "Pulumi.prod.yaml"),
      "config:\n  panos:hostname: fw 1\n  aws-panos-rules:trustZon: trust\n  aws-panos-rules:cleanupRule: [a]\n",
    );
    await expectReadableRun(golden, "faults", async ({ output, environment: env }) => {
      expect(await init.run(["--check", "--stack", "prod"], terminal(output, env))).to.equal(2);
    });
  });

  it("keeps how the firewall was reached, which another shell's environment doesn't say", async () => {
    await writeFile(join(folder, "Pulumi.yaml"), "name: aws-panos-rules\nmain: program/index.ts\n");
    await writeFile(join(folder, "ca.pem"), firewall.certificate);
    const env = { ...environment(), PANOS_CA_FILE: join(folder, "ca.pem") };
    expect((await run([...FLAGS, "--yes"], [], env)).code).to.equal(0);
    expect(await written()).to.deep.include({
      "panos:port": String(firewall.port),
      "panos:caFile": join(folder, "ca.pem"),
    });
    expect(await pathForSetting(folder, "ca.pem")).to.equal(join("..", "ca.pem"));
  });

  it("is taken with --yes, and said with its reason", async () => {
    const { code, said } = await run([...FLAGS, "--yes"]);
    expect(code, said).to.equal(0);
    expect(await written()).to.deep.include(FOUND);
    expect(said).to.include(
      "aws-panos-rules:cleanupRule: cleanup (cleanup is the last rule, and denies everything)",
    );
  });

  it("gives way to what a flag says, and an answer that isn't there is said to be none", async () => {
    const { code, said } = await run([...FLAGS, "--yes", "--cleanup-rule", "web"], []);
    expect(code, said).to.equal(0);
    expect((await written())["aws-panos-rules:cleanupRule"]).to.equal("web");
    await rm(join(folder, "Pulumi.prod.yaml"));
    const typed = await run(FLAGS, ["", "", "", "cleanp", "", "", "", ""]);
    expect(typed.said).to.include('The firewall has no "cleanp" for aws-panos-rules:cleanupRule now');
  });

  describe("of a device group", () => {
    let panorama: PanoramaLab;
    before(async () => {
      const users = Object.entries(PASSWORDS).map(([name, password]) => ({ name, password }));
      panorama = await startPanorama({
        users,
        firewall: { config: firewallConfig() },
        groups: (serials) => [
          { name: "cloud", serials: [...serials], content: groupRules([ruleEntry("web")]) },
        ],
      });
    });
    after(() => panorama.stop());
    const at = () => ({ ...environment(), PANOS_PORT: String(panorama.panorama.port) });

    it("makes a file for it, whose settings are valid, and asks for no vsys", async () => {
      const { code, said } = await run([...FLAGS, "--device-group", "cloud", "--yes"], [], at());
      expect(code, said).to.equal(0);
      expect(said).to.match(/Looked at device group cloud of Panorama 127\.0\.0\.1 \(.*, 3 firewalls\)/);
      const config = await written();
      expect(config).to.deep.include({
        "panos:panorama": { deviceGroup: "cloud", rulebase: "pre-rulebase" },
        "aws-panos-rules:cleanupRule": "cleanup",
        "aws-panos-rules:untrustZone": "untrust",
        "aws-panos-rules:trustZone": "trust",
      });
      expect(config).not.to.have.property("panos:vsys");
      const checked = await run(["--check", "--stack", "prod"], [], { PANOS_API_KEY: "key" });
      expect(checked.said).to.equal("Pulumi.prod.yaml: nothing is wrong\n");
    });

    it("mends a file that lacks it", async () => {
      const lacking = "config:\n  aws:region: us-east-1\n  panos:hostname: 127.0.0.1\n";
      await writeFile(join(folder, "Pulumi.prod.yaml"), lacking);
      const { code, said } = await run(
        ["--mend", "--stack", "prod", "--device-group", "cloud", "--yes"],
        [],
        at(),
      );
      expect(code, said).to.equal(0);
      expect(await written()).to.deep.include({
        "panos:panorama": { deviceGroup: "cloud", rulebase: "pre-rulebase" },
        "aws-panos-rules:cleanupRule": "cleanup",
      });
    });

    it("says which there are where none is given, or none of that name, and writes nothing", async () => {
      const none = await run([...FLAGS, "--yes"], [], at());
      expect([none.code, none.said.includes("give --device-group, one of: cloud")], none.said).to.deep.equal([
        64,
        true,
      ]);
      const other = await run([...FLAGS, "--device-group", "west", "--yes"], [], at());
      expect(other.said).to.include('there is no device group "west"').and.to.include("it has cloud");
      expect(await readdir(folder)).to.deep.equal([]);
      const wrong = await run([...FLAGS, "--device-group", "a/b", "--yes"], [], at());
      expect([wrong.code, wrong.said.includes("--device-group: ")], wrong.said).to.deep.equal([64, true]);
    });
  });

  it("is nothing where nobody can be asked, and --yes then doesn't guess", async () => {
    const none = await run([...FLAGS, "--yes"], [], { AWS_REGION: "us-east-1" });
    expect(none.code).to.equal(64);
    expect(none.said)
      .to.include("(AWS is not asked: no credentials")
      .and.to.include("--firewall-interface is missing");
    expect(none.said)
      .to.include("(127.0.0.1 is not asked: no login")
      .and.to.include("--cleanup-rule is missing");
    const before = aws.asked.length;
    expect((await run([...FLAGS, "--yes", "--offline"])).code).to.equal(64);
    expect(aws.asked.length).to.equal(before);
    aws.listsFor = () => new Map();
    const empty = await run([...FLAGS, "--yes"]);
    expect(empty.said).to.match(/--firewall-interface is missing; .* \(no route table sends 0\.0\.0\.0\/0/);
  });

  it("is nothing where AWS or the firewall refuses, with the reason, and the questions go on", async () => {
    const wrong = { ...environment(), PANOS_PASSWORD: "wrong" };
    const { code, said } = await run(FLAGS, ["", "", "", "cleanup", "", "", "", ""], wrong);
    expect(code, said).to.equal(0);
    expect(said).to.include("(127.0.0.1 is not asked: ").and.to.include("password");
    expect(await written()).to.deep.include({ "aws-panos-rules:cleanupRule": "cleanup" });
  });

  it("takes the firewall's login from a file that only its owner can read", async () => {
    const file = join(folder, "login.env");
    await writeFile(file, `PANOS_USERNAME=aws-panos\nPANOS_PASSWORD=${PASSWORDS["aws-panos"]}\n`, {
      mode: 0o600,
    });
    const others = { ...environment(), PANOS_USERNAME: "", PANOS_PASSWORD: "" };
    const { code } = await run([...FLAGS, "--yes", "--credentials", file], [], others);
    expect(code).to.equal(0);
    expect(await written()).to.deep.include(FOUND);
  });

  describe("of a file that is there", () => {
    const LACKING = `# Ours.
config:
  aws:region: us-east-1   # where
  panos:hostname: 127.0.0.1
  aws-panos-rules:untrustZone: "outside"
  aws-panos-rules:ownerId: k3v9x2ab

  # last
encryptionsalt: v1:abc
`;
    const put = (text: string) => writeFile(join(folder, "Pulumi.prod.yaml"), text);
    const there = () => readFile(join(folder, "Pulumi.prod.yaml"), "utf8");

    it("adds what is missing, and changes nothing else", async () => {
      await put(LACKING);
      const { code, said } = await run(["--mend", "--stack", "prod", "--yes"]);
      expect(code, said).to.equal(0);
      expect(said).to.include(
        "added aws-panos-rules:firewall, aws-panos-rules:cleanupRule, aws-panos-rules:trustZone",
      );
      const text = await there();
      expect(text).to.match(/^# yaml-language-server: \$schema=/);
      for (const line of LACKING.split("\n")) expect(text.split("\n")).to.include(line);
      const config = await written();
      expect(config["aws-panos-rules:untrustZone"]).to.equal("outside");
      expect(config).to.deep.include({
        "aws-panos-rules:cleanupRule": "cleanup",
        "aws-panos-rules:trustZone": "trust",
      });
      expect(await run(["--mend", "--stack", "prod", "--yes"])).to.deep.include({ code: 0 });
      expect(await there()).to.equal(text);
    });

    it("refuses a flag that says something else than the file", async () => {
      await put(LACKING);
      const { code, said } = await run(["--mend", "--stack", "prod", "--yes", "--untrust-zone", "dmz"]);
      expect(code).to.equal(64);
      expect(said).to.include("--untrust-zone: Pulumi.prod.yaml says outside already");
      expect(await there()).to.equal(LACKING);
    });

    for (const text of [
      "",
      "config:\n",
      "config: {}\n",
      "encryptionsalt: v1:abc\n",
      "config:\n    panos:port: 443",
    ]) {
      it(`makes a whole one of ${JSON.stringify(text)}`, async () => {
        await put(text);
        const { code, said } = await run(["--mend", ...FLAGS, "--yes"]);
        expect(code, said).to.equal(0);
        expect(await written()).to.deep.include({
          "panos:hostname": "127.0.0.1",
          "aws-panos-rules:trustZone": "trust",
        });
        expect((await written())["aws-panos-rules:ownerId"]).to.match(/^[a-z0-9]{8}$/);
        if (text.includes("salt")) expect(await there()).to.include(text);
      });
    }

    it("leaves one alone that it can't add to, and says what to add", async () => {
      const flow = 'config: {"panos:hostname": 127.0.0.1}\n';
      await put(flow);
      const { code, said } = await run(["--mend", "--stack", "prod", "--yes"]);
      expect(code).to.equal(1);
      expect(said).to.include("add by hand").and.to.include("aws-panos-rules:cleanupRule: cleanup");
      expect(await there()).to.equal(flow);
    });

    it("names each fault with line and column, and ends with 2", async () => {
      await put(`${LACKING}confg:\n  a: 1\n`);
      await writeFile(join(folder, "Pulumi.dev.yaml"), "config:\n  a: [\n");
      await writeFile(join(folder, "Pulumi.yaml"), "name: aws-panos-rules\n");
      const { code, said } = await run(["--check"], [], {});
      expect(code).to.equal(2);
      for (const fault of [
        /^Pulumi\.dev\.yaml:\d+:\d+: /m,
        /^Pulumi\.prod\.yaml:10:1: confg is nothing that Pulumi knows here: did you mean config\?$/m,
        /^Pulumi\.prod\.yaml:2:1: aws-panos-rules:trustZone is missing\. Example: trust$/m,
        /^\d faults\. /m,
      ])
        expect(said).to.match(fault);
      const plain = LACKING.replace("  panos:hostname", "  panos:apiKey: LUFRPT1\n  panos:hostname");
      await put(plain);
      const one = await run(["--check", "--stack", "prod"], [], {});
      expect(one.said).to.include("Pulumi.prod.yaml:4:3: panos:apiKey is in the stack file in plain text");
      expect(one.said).not.to.include("LUFRPT1").and.not.to.include("Pulumi.dev.yaml");
      expect(await there()).to.equal(plain);
    });

    it("finds nothing wrong with one that init made, nor with an encrypted key", async () => {
      await run([...FLAGS, "--yes"]);
      const file = join(folder, "Pulumi.prod.yaml");
      await writeFile(file, (await readFile(file, "utf8")) + "  panos:apiKey:\n    secure: v1:abc\n");
      expect(await run(["--check"], [], {})).to.deep.equal({
        code: 0,
        said: "Pulumi.prod.yaml: nothing is wrong\n",
      });
    });

    it("is told from a stack that doesn't exist", async () => {
      await put(LACKING);
      for (const how of ["--check", "--mend"]) {
        const { code, said } = await run([how, "--stack", "prd"]);
        expect(code).to.equal(1);
        expect(said).to.include("there is no stack prd (Pulumi.prd.yaml) here: did you mean prod?");
      }
    });
  });
});
