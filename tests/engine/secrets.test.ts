import { expect } from "chai";
import { readFileSync } from "node:fs";
import { crypterFrom, newCrypter } from "../../packages/pulumi/secrets";
import { Workshop, passphrase } from "./harness";

describe("engine: secrets", () => {
  let shop: Workshop;
  before(async () => {
    const crypter = newCrypter(passphrase);
    shop = await Workshop.open(
      `encryptionsalt: ${crypter.salt}\nconfig:\n  things:token:\n    secure: ${crypter.encrypt("hush-from-config")}\n`,
    );
  });
  after(() => {
    shop.close();
  });

  const plan = {
    resources: [
      {
        name: "safe",
        props: { value: { $secret: "hush-from-program" } },
        additionalSecretOutputs: ["token"],
      },
      { name: "reader", props: { value: { $ref: "safe.value" } }, additionalSecretOutputs: ["token"] },
    ],
    config: ["token"],
  };

  it("gives providers plain values and keeps them out of state, output and events", async () => {
    const result = await shop.made(plan, { diff: true, skipPreview: false });
    const creates = shop.journal().filter(({ call, at }) => call === "create" && at === "start");
    expect(creates.map(({ news }) => news?.["value"])).to.deep.equal([
      "hush-from-program",
      "hush-from-program",
    ]);
    expect(creates[0]?.secret).to.equal("hush-from-config");
    const { safe, default: provider, "things-dev": stack } = shop.state();
    const signature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
    for (const value of [
      safe?.inputs?.["value"],
      safe?.outputs?.["value"],
      safe?.outputs?.["token"],
      provider?.inputs?.["things:token"],
    ]) {
      expect(value).to.include(signature).and.have.property("ciphertext");
    }
    // The program showed the token as plain text: only the state holds that, as the program said.
    expect(stack?.outputs?.["token"]).to.equal("hush-from-config");
    const file = readFileSync(shop.stateFile, "utf8").replace('"token":"hush-from-config"', "");
    const seen = [file, result.stdout, result.stderr, JSON.stringify(result.events)].join("\n");
    expect(seen).not.to.include("hush-from-program");
    expect(seen).not.to.include("hush-from-config");
  });

  it("leaves ciphertexts alone where nothing changed, and can read them back", async () => {
    const before = shop.state();
    const result = await shop.made(plan);
    expect(result.steps).to.deep.equal([]);
    const after = shop.state();
    expect(after["safe"]?.outputs).to.deep.equal(before["safe"]?.outputs);
    const deployment = shop.deployment();
    const crypter = crypterFrom(passphrase, deployment.secrets_providers?.state.salt ?? "");
    const sealed = after["safe"]?.inputs?.["value"] as { ciphertext: string };
    expect(crypter.decrypt(sealed.ciphertext)).to.equal('"hush-from-program"');
  });

  it("refuses another passphrase", async () => {
    const result = await shop.up(plan, { env: { PULUMI_CONFIG_PASSPHRASE: "wrong" } });
    expect(result.code).to.equal(1);
    expect(result.stderr).to.include("incorrect passphrase");
  });
});
