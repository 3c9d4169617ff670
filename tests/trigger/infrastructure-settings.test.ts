import { expect } from "chai";
import { SettingsError } from "../../settings/problems";
import { HUB, MAIN_STACK, REGION, settingsOf } from "../support/deployed-trigger";

async function problemsWith(values: Record<string, unknown>, mainStack?: object): Promise<string[]> {
  try {
    await settingsOf(values, mainStack);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map(({ key, problem }) => `${key.replace("aws-panos-trigger:", "")} ${problem}`);
  }
  return [];
}

describe("the trigger's settings", () => {
  it("are all right with none but the stack file", async () => {
    expect(await settingsOf()).to.deep.include({
      stack: "prod",
      ...{ runner: "lambda", mode: "up", backend: { kind: "own" }, regions: undefined },
      ...{ batchSeconds: 10, secondLookSeconds: 90, scheduleMinutes: 15, logRetentionDays: 90 },
      secrets: [{ variable: "PULUMI_CONFIG_PASSPHRASE", arn: undefined }],
      managementCidrs: ["10.0.0.10/32"],
    });
  });

  it("take an organization's stack by the file of its bare name", async () => {
    expect((await settingsOf({ stack: "acme/prod" })).stack).to.equal("acme/prod");
    expect(await problemsWith({ stack: "acme/other" })).to.deep.equal([
      "stack can't be used: there is no stack other (Pulumi.other.yaml) here; there is prod. npm run init makes a new one",
    ]);
  });

  it("report every problem at once, by key", async () => {
    const problems = await problemsWith({
      batchseconds: "5",
      ...{ runner: "ecs", mode: "apply", memory: "64", batchSeconds: "900", reservedConcurrency: "2" },
      ...{ regions: ["Frankfurt"], subnetIds: "subnet-0a", emails: ["nobody"], logRetentionDays: "42" },
      ...{ imageUri: "docker.io/panos", kmsKeyArn: "alias/state", architecture: "riscv" },
    });
    expect(problems).to.have.members([
      "batchseconds is not a setting; it is spelled batchSeconds",
      'runner "ecs" is none of lambda, codebuild',
      'mode "apply" is none of up, preview',
      'memory "64" is not a whole number from 512',
      "batchSeconds 900 is more than 300",
      "reservedConcurrency is less than 5, while the two queues may run 2 each at a time",
      'regions "Frankfurt" is not a valid value',
      "subnetIds is not a list",
      'emails "nobody" is not a valid value',
      'logRetentionDays "42" is none of 90, 1, 3, 5, 7, 14, 30, 60, 120, 180, 365, 400, 731',
      'imageUri "docker.io/panos" is not a valid value',
      'kmsKeyArn "alias/state" is not a valid value',
      'architecture "riscv" is none of x86_64, arm64',
    ]);
  });

  it("leave other namespaces' keys alone", async () => {
    expect(await problemsWith({ "aws:region": REGION, "pulumi:tags": { team: "network" } })).to.deep.equal(
      [],
    );
  });

  for (const [backend, expected] of Object.entries({
    "s3://state": { kind: "bucket", bucket: "state", prefix: "", url: "s3://state" },
    "s3://state/a/b/?region=eu-west-1": {
      ...{ kind: "bucket", bucket: "state", prefix: "a/b/", url: "s3://state/a/b/?region=eu-west-1" },
    },
    "https://api.pulumi.com": { kind: "service", url: "https://api.pulumi.com" },
  })) {
    it(`take ${backend} as a backend`, async () => {
      expect((await settingsOf({ backend })).backend).to.deep.equal(expected);
    });
  }

  for (const backend of ["file:///tmp", "s3://", "gs://state", "https://token@api.pulumi.com", "state"]) {
    it(`refuse ${backend} as a backend`, async () => {
      expect((await problemsWith({ backend })).join()).to.match(
        /^backend .* is neither a bucket nor Pulumi Cloud/,
      );
    });
  }

  it("refuse a backend that only works on somebody's own machine", async () => {
    expect(await problemsWith({ backend: "s3://state?profile=me&endpoint=localhost" })).to.deep.equal([
      "backend has ?profile=, which is not used here",
      "backend has ?endpoint=, which is not used here",
    ]);
  });

  it("never repeat what stands where a secret's ARN should", async () => {
    const problems = await problemsWith({
      secrets: { PANOS_API_KEY: "LUFRPT1-the-key-itself", PATH: "new", AWS_SECRET_ACCESS_KEY: "new" },
    });
    expect(problems).to.deep.equal([
      "secrets.PANOS_API_KEY is neither new nor the ARN of a secret",
      "secrets.PATH is not a variable that a run may be given",
      "secrets.AWS_SECRET_ACCESS_KEY is not a variable that a run may be given",
    ]);
  });

  it("want the key with which the stack's secrets are encrypted", async () => {
    const mainStack = { ...MAIN_STACK, encryptionsalt: undefined, secretsprovider: "awskms://alias/state" };
    expect(await problemsWith({}, mainStack)).to.deep.equal([
      "kmsKeyArn is missing: the secrets of prod are encrypted with AWS KMS",
    ]);
    const settings = await settingsOf({ kmsKeyArn: `arn:aws:kms:${REGION}:${HUB}:key/12ab` }, mainStack);
    expect(settings.secrets).to.deep.equal([]);
  });

  it("add the passphrase wherever the stack's state is in a bucket, and never with Pulumi Cloud's own keys", async () => {
    const mainStack = { config: MAIN_STACK.config };
    const secretsWith = async (values: object) =>
      (await settingsOf({ ...values }, mainStack)).secrets.map(({ variable }) => variable);
    expect(await secretsWith({})).to.deep.equal(["PULUMI_CONFIG_PASSPHRASE"]);
    expect(await secretsWith({ backend: "s3://state" })).to.deep.equal(["PULUMI_CONFIG_PASSPHRASE"]);
    expect(await secretsWith({ backend: "https://api.pulumi.com" })).to.deep.equal(["PULUMI_ACCESS_TOKEN"]);
  });

  it("want the firewall's address where it is given by name and the runner is in a VPC", async () => {
    const mainStack = { config: { "panos:hostname": "fw.example.com", "aws-panos-rules:inventory": "ec2" } };
    expect(await problemsWith({ subnetIds: ["subnet-0a"] }, mainStack)).to.deep.equal([
      "managementCidrs is missing: the firewall's management is given by name, and the security group needs its address",
    ]);
    expect(await problemsWith({}, mainStack)).to.deep.equal([]);
  });

  it("want the checksum of the AWS plugin where the image gets one, and where it is built here", async () => {
    const sum = "0a".repeat(32);
    for (const inventory of ["auto", "lookups", undefined]) {
      const mainStack = { config: { ...MAIN_STACK.config, "aws-panos-rules:inventory": inventory } };
      expect((await problemsWith({}, mainStack)).join()).to.match(
        /^awsPluginSha256 is missing: with inventory: /,
      );
      expect(await problemsWith({ awsPluginSha256: sum }, mainStack)).to.deep.equal([]);
      const imageUri = `${HUB}.dkr.ecr.${REGION}.amazonaws.com/panos:1`;
      expect(await problemsWith({ imageUri }, mainStack)).to.deep.equal([]);
    }
    expect((await problemsWith({ awsPluginSha256: "0A" })).join()).to.include("awsPluginSha256");
  });

  it("know every firewall of a list, and its port", async () => {
    const { main } = await settingsOf(
      {},
      {
        config: {
          "panos:port": 8443,
          "aws-panos-rules:inventory": "ec2",
          "aws-panos-rules:firewalls": [
            { name: "a", hostname: "10.0.0.1", peerHostname: "10.0.0.2" },
            { name: "b", hostname: "2001:db8::1", port: 443, apiKeySecret: "fw/b" },
          ],
        },
      },
    );
    expect(main.managementCidrs).to.deep.equal(["10.0.0.1/32", "2001:db8::1/128", "10.0.0.2/32"]);
    expect(main.managementPorts).to.deep.equal([8443, 443]);
    expect(main.keySecrets).to.deep.equal(["fw/b"]);
  });

  it("refuse to run a stack that reads a recorded account", async () => {
    const problems = await problemsWith({}, { config: { "aws-panos-rules:inventory": "snapshot" } });
    expect(problems.join()).to.match(/^stack is a stack that reads a recorded account/);
  });

  it("want members to be a list or an organization, and not both", async () => {
    expect(await problemsWith({ members: {} })).to.deep.equal([
      "members names neither accounts nor an organization",
    ]);
    expect(
      await problemsWith({
        members: { accounts: [123456789012, "12"], organization: "o-a1b2c3d4e5", externalID: "x" },
      }),
    ).to.have.members([
      "members.externalID is not a setting; it is spelled externalId",
      'members.accounts "12" is not a valid value',
      "members names accounts and an organization: one of them",
      "members.organizationalUnits is missing: the root means all accounts",
    ]);
    const named = (length: number) =>
      problemsWith({ members: { accounts: ["111122223333"], roleName: "r".repeat(length) } });
    expect(await named(58)).to.deep.equal([]);
    expect((await named(59)).join()).to.include("members.roleName");
  });

  it("want a trail with source: s3, and none without", async () => {
    expect(await problemsWith({ source: "s3" })).to.deep.equal([
      "trail is missing",
      "trail.bucket is missing",
      "trail.accounts is missing: whose files may be read",
    ]);
    expect(await problemsWith({ trail: { bucket: "b" } })).to.deep.equal([
      "trail is only read with source: s3",
    ]);
    // No wildcard gets into a policy.
    const wide = await problemsWith({
      source: "s3",
      trail: { bucket: "tra*l", prefix: "*", accounts: ["*"] },
    });
    expect(wide).to.include('trail.prefix "*" is not a valid value');
    expect(wide).to.include('trail.accounts "*" is not a valid value');
    expect(wide).to.include('trail.bucket "tra*l" is not a valid value');
  });
});
