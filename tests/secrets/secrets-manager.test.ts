import { inspect } from "node:util";
import { expect } from "chai";
import { SecretError } from "../../aws/secrets/error";
import { withKeyReader } from "../../aws/secrets/key-reader";
import { readKey, requireKeyPlace, writeKey } from "../../aws/secrets/secrets-manager";
import { failure as panosFailure } from "../panos/scripted";
import { SecretsManager } from "../support/secrets-manager";

const ID = "prod/firewall";
const address = { id: ID, region: "eu-west-1" };

describe("API keys in AWS Secrets Manager", () => {
  let manager: SecretsManager;
  const previous: NodeJS.ProcessEnv = {};
  before(async () => {
    manager = await SecretsManager.start();
    for (const [name, value] of Object.entries({ ...manager.env, AWS_PROFILE: "" })) {
      previous[name] = process.env[name];
      process.env[name] = value;
    }
    delete process.env["AWS_PROFILE"];
  });
  after(async () => {
    for (const [name, value] of Object.entries(previous)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await manager.stop();
  });
  beforeEach(() => {
    manager.secrets.clear();
    manager.requests.length = 0;
  });

  const failure = async (work: Promise<unknown>): Promise<SecretError> => {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof SecretError)) throw new Error(`expected a SecretError, got ${String(error)}`);
    return error;
  };

  it("are the whole value, or apiKey of a JSON object; line ends around them don't count", async () => {
    for (const value of ["LUFRPT1k==", "LUFRPT1k==\n", '{"apiKey":"LUFRPT1k==","user":"x"}']) {
      manager.set(ID, value);
      expect(await readKey(address), value).to.equal("LUFRPT1k==");
    }
  });

  it("are read in the region of the setting, of the ARN, or of AWS's own settings", async () => {
    const arn = "arn:aws:secretsmanager:us-gov-west-1:123456789012:secret:fw-AbCdEf";
    manager.set(ID, "k");
    manager.set(arn, "k");
    await readKey(address);
    await readKey({ id: arn });
    await readKey({ id: ID });
    expect(manager.requests.map(({ region }) => region)).to.deep.equal([
      "eu-west-1",
      "us-gov-west-1",
      "eu-central-1",
    ]);
  });

  it("are stored as a new version, in the form that the secret has", async () => {
    manager.set(ID);
    await writeKey(address, "k1");
    expect(manager.secrets.get(ID)?.versions).to.deep.equal(["k1"]);
    await writeKey(address, "k2");
    expect(manager.secrets.get(ID)?.versions).to.deep.equal(["k1", "k2"]);
    manager.set(ID, '{"user":"x","apiKey":"old"}');
    await writeKey(address, "k3");
    expect(JSON.parse(manager.current(ID) ?? "")).to.deep.equal({ user: "x", apiKey: "k3" });
    expect(await readKey(address)).to.equal("k3");
  });

  it("never take the place of something else", async () => {
    manager.set(ID, '{"databasePassword":"hunter2"}');
    for (const work of [requireKeyPlace(address), writeKey(address, "k"), readKey(address)]) {
      const error = await failure(work);
      expect([error.code, error.message.includes(ID)]).to.deep.equal(["NOT_A_KEY", true]);
      expect(inspect(error, { depth: 9, showHidden: true })).not.to.contain("hunter2");
    }
    expect(manager.secrets.get(ID)?.versions).to.have.length(1);
  });

  it("that aren't there, or that AWS gives to somebody else only, say what to do", async () => {
    const absent = await failure(requireKeyPlace(address));
    expect(absent.code).to.equal("NOT_FOUND");
    expect(absent.message).to.contain(ID).and.contain("create-secret");
    manager.secrets.set(ID, { versions: ["k"], refuse: "GetSecretValue" });
    const denied = await failure(readKey(address));
    expect(denied.code).to.equal("DENIED");
    expect(denied.message).to.contain("secretsmanager:GetSecretValue");
    manager.secrets.set(ID, { versions: ["k"], refuse: "PutSecretValue" });
    const unwritten = await failure(writeKey(address, "LUFRPT1secret"));
    expect(unwritten.message).to.contain("secretsmanager:PutSecretValue");
    expect(inspect(unwritten, { depth: 9, showHidden: true })).not.to.contain("LUFRPT1secret");
  });

  it("that hold no key at all are refused", async () => {
    for (const value of ["", "two words", "{broken", '{"apiKey":5}']) {
      manager.set(ID, value);
      expect((await failure(readKey(address))).code, value).to.equal("NOT_A_KEY");
    }
  });

  it("are read lazily for a connection, in the stack's region, and every failure is the firewall client's", async () => {
    const connection = {
      ...{
        hostname: "fw",
        port: 443,
        protocol: "https" as const,
        vsys: "vsys1",
        skipVerifyCertificate: false,
      },
      apiKeySecret: ID,
    };
    const settings: Record<string, string> = { "aws:region": "ap-south-1" };
    const { readApiKey } = withKeyReader(connection, (key) => settings[key]);
    expect(manager.requests).to.deep.equal([]);
    manager.set(ID, "k1");
    expect(await readApiKey?.()).to.equal("k1");
    manager.set(ID, "k1", "k2");
    expect(await readApiKey?.()).to.equal("k2");
    expect(manager.requests[0]).to.deep.equal({ action: "GetSecretValue", region: "ap-south-1" });
    manager.secrets.clear();
    const error = await panosFailure(readApiKey?.() ?? Promise.resolve());
    expect(error.code).to.equal("KEY_MISSING");
    expect(error.message).to.contain(ID);
  });
});
