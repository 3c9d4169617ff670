import { expect } from "chai";
import { connectionFrom } from "../../panos/connection";

const config = (values: Record<string, string>) => (key: string) => values[key];

describe("connection settings", () => {
  it("have defaults for everything but the host and the credentials", () => {
    const { connection, problems } = connectionFrom(config({ hostname: "fw1", apiKey: "k" }), {});
    expect(problems).to.deep.equal([]);
    expect(connection).to.deep.equal({
      hostname: "fw1",
      port: 443,
      protocol: "https",
      vsys: "vsys1",
      skipVerifyCertificate: false,
      apiKey: "k",
    });
  });

  it("are overridden by the environment, under the names that the Terraform provider uses", () => {
    const environment = {
      PANOS_HOSTNAME: "10.0.0.9",
      PANOS_API_KEY: "new",
      PANOS_SKIP_VERIFY_CERTIFICATE: "true",
    };
    const { connection } = connectionFrom(config({ hostname: "fw1", apiKey: "old" }), environment);
    expect(connection).to.include({ hostname: "10.0.0.9", apiKey: "new", skipVerifyCertificate: true });
  });

  it("report every problem at once, by key and environment variable, and never a secret", () => {
    const { connection, problems } = connectionFrom(
      config({ hostname: "https://fw1/", port: "65536", protocol: "ftp", password: "s3cret" }),
      {},
    );
    expect(connection).to.equal(undefined);
    expect(problems.map(({ key }) => key)).to.deep.equal([
      "panos:hostname (or PANOS_HOSTNAME)",
      "panos:protocol (or PANOS_PROTOCOL)",
      "panos:port (or PANOS_PORT)",
      "panos:username (or PANOS_USERNAME)",
    ]);
    expect(JSON.stringify(problems)).not.to.contain("s3cret");
  });

  it("take no device for its own HA peer", () => {
    const { problems } = connectionFrom(config({ hostname: "fw1", peerHostname: "FW1", apiKey: "k" }), {});
    expect(problems.map(({ key, problem }) => `${key} ${problem}`)).to.deep.equal([
      "panos:peerHostname (or PANOS_PEER_HOSTNAME) is what panos:hostname is: it takes the other one of an HA pair",
    ]);
  });

  it("show no URL that may have a password in it, and take no key that can't be one", () => {
    const { problems } = connectionFrom(
      config({ hostname: "https://admin:s3cret@fw1/", apiKey: "k e y" }),
      {},
    );
    expect(problems.map(({ key }) => key)).to.deep.equal([
      "panos:hostname (or PANOS_HOSTNAME)",
      "panos:apiKey (or PANOS_API_KEY)",
    ]);
    expect(JSON.stringify(problems)).not.to.contain("s3cret").and.not.to.contain("k e y");
    expect(connectionFrom(config({ hostname: "fw1", apiKey: "key\n" }), {}).connection?.apiKey).to.equal(
      "key",
    );
  });

  it("take no value that is far too long, and show nothing of it", () => {
    const secret = "s3cret".repeat(2_000);
    for (const from of [{ config: secret }, { environment: secret }]) {
      const { connection, problems } = connectionFrom(
        config({ hostname: "fw1", apiKey: from.config ?? "key" }),
        from.environment === undefined ? {} : { PANOS_API_KEY: from.environment },
      );
      expect(connection).to.equal(undefined);
      expect(problems.map(({ key, problem }) => `${key} ${problem}`)).to.deep.equal([
        "panos:apiKey (or PANOS_API_KEY) has 12000 characters, more than 8192",
      ]);
    }
  });

  it("name the secret that keeps the key; whatever the environment says of the key wins", () => {
    const of = (values: Record<string, string>, environment: NodeJS.ProcessEnv) => {
      const { connection, problems } = connectionFrom(config({ hostname: "fw1", ...values }), environment);
      if (connection === undefined) return problems.map(({ key, problem }) => `${key} ${problem}`);
      return [connection.apiKey, connection.apiKeySecret];
    };
    expect(of({ apiKeySecret: "prod/fw" }, {})).to.deep.equal([undefined, "prod/fw"]);
    expect(of({ apiKeySecret: "prod/fw" }, { PANOS_API_KEY: "k" })).to.deep.equal(["k", undefined]);
    expect(of({ apiKey: "k" }, { PANOS_API_KEY_SECRET: "prod/fw" })).to.deep.equal([undefined, "prod/fw"]);
    expect(of({ apiKey: "k", apiKeySecret: "prod/fw" }, {}).join()).to.contain("only one of them");
    expect(of({ apiKeySecret: "a secret" }, {}).join()).to.contain("is not the name or ARN");
  });
});
