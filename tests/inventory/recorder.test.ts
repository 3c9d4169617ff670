import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { InventoryError, readSnapshot } from "../../inventory";
import { awsSettingsOf, record } from "../../commands/snapshot/recorder/record";
import { readLookups } from "../../inventory/lookups";
import type { Engines } from "../../lib/pulumi/engine";
import { standIn } from "../../packages/pulumi/engine";
import { snapshot } from "../../commands/snapshot/snapshot";
import { Ec2Server } from "../support/ec2-server";
import { withEnvironment } from "../support/environment";
import { expectReadableRun } from "../support/golden";
import { FakeTerminal } from "../support/terminal";
import { Account, TestClock } from "./account";

const RECORDER = "commands/snapshot/recorder";
const through: Engines = {
  isStandIn: true,
  at: (place) => standIn(place, { invokes: resolve(__dirname, "fixtures/invokes.ts") }),
};

describe("recording a snapshot", () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "record-"));
    file = join(folder, "account.json");
  });
  afterEach(async () => {
    delete process.env["TEST_DENY"];
    await rm(folder, { recursive: true });
  });

  it("writes what the lookups read in a program of its own, and leaves nothing else behind", async () => {
    const before = await readdir(RECORDER);
    const inventory = await record(through, file, { region: "us-east-1" });
    const clock = new TestClock();
    await new Account(clock).use();
    expect(inventory).to.deep.equal(await readLookups({}, clock));
    expect(await readSnapshot(file)).to.deep.equal(inventory);
    expect(await readdir(RECORDER)).to.deep.equal(before);
  });

  it("says what AWS denies, and keeps an older snapshot", async () => {
    await writeFile(file, "older");
    process.env["TEST_DENY"] = "getSecurityGroupRule";
    const error: unknown = await record(through, file, {}).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(InventoryError);
    expect((error as InventoryError).message).to.include("Allow ec2:DescribeSecurityGroupRules");
    expect((error as InventoryError).message).to.not.match(/\n\s+at /);
    expect(await readFile(file, "utf8")).to.equal("older");
  });

  it("takes the AWS settings of a stack, and names those that are secret", async () => {
    const stackFile = join(folder, "Pulumi.production.yaml");
    await writeFile(
      stackFile,
      "config:\n  aws:region: eu-central-1\n  aws:assumeRoles: [{roleArn: arn:x}]\n" +
        "  aws:secretKey: {secure: v1:abc}\n  panos:hostname: fw1\n",
    );
    expect(await awsSettingsOf(stackFile)).to.deep.equal({
      aws: { region: "eu-central-1", assumeRoles: [{ roleArn: "arn:x" }] },
      secret: ["aws:secretKey"],
    });
  });

  it("asks EC2's own API where told so, without a Pulumi CLI", async () => {
    const server = await Ec2Server.start();
    try {
      server.lists.set("DescribeVpcs", [
        { vpcId: "vpc-1", ownerId: "123456789012", cidrBlock: "10.0.0.0/8" },
      ]);
      const stackFile = join(folder, "Pulumi.prod.yaml");
      const { ec2, sts } = server.access.endpoints;
      const config = `config:\n  aws:region: us-east-1\n  aws:endpoints: [{ec2: "${ec2}", sts: "${sts}"}]\n`;
      await writeFile(stackFile, config);
      const credentials = { AWS_ACCESS_KEY_ID: "AKIATEST", AWS_SECRET_ACCESS_KEY: "secret" };
      const env = { PATH: folder, PULUMI_HOME: folder, HOME: folder, ...credentials };
      const { code, said } = await recorder([file, "--ec2", "--stack", "prod"], env, folder);
      expect([code, said]).to.deep.equal([
        0,
        `${file}: 1 VPC, 0 running or pending instances, 0 network interfaces, 0 security groups\n`,
      ]);
      expect((await readSnapshot(file)).vpcs[0]?.id).to.equal("vpc-1");
      await writeFile(stackFile, `${config}  aws-panos-rules:inventory: ec2\n`);
      expect(await recorder([file, "--stack", "prod"], env, folder)).to.deep.equal({ code, said });

      const restore = withEnvironment(credentials);
      await expectReadableRun(join(__dirname, "golden"), "recorded", async ({ output, environment }) => {
        const args = ["account.json", "--stack", "prod"];
        const { input } = new FakeTerminal();
        const ended = await snapshot.run(args, { input, output, errors: output, folder, environment });
        expect(ended).to.equal(0);
      }).finally(restore);
    } finally {
      await server.close();
    }
  });

  it("says what is needed where there is no Pulumi CLI, and how it is called", async () => {
    const empty = { PATH: folder, PULUMI_HOME: folder, HOME: folder };
    const none = await recorder([file], empty);
    expect(none.code).to.equal(1);
    expect(none.said).to.include("Install it");
    expect((await recorder(["--help"], empty)).said).to.include("aws-panos snapshot FILE");
    expect((await recorder([], empty)).code).to.equal(64);
    expect((await recorder(["a", "--stak", "b"], empty)).said)
      .to.include("--stak")
      .and.not.match(/\n\s+at /);
  });
});

function recorder(
  args: string[],
  env: NodeJS.ProcessEnv,
  cwd = ".",
): Promise<{ code: number; said: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [resolve("commands/aws-panos.cjs"), "snapshot", ...args],
      { env, cwd },
      (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), said: stdout + stderr }),
    );
  });
}
