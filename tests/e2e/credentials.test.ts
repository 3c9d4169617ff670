import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import { PanosClient } from "../../panos/client";
import { account } from "../support/account";
import { Lab, PASSWORDS, said, succeeded, type StackChoices } from "../support/lab";
import { onTargets } from "../support/targets";
import { SecretsManager } from "../support/secrets-manager";

const SECRET = "prod/firewall";

onTargets("e2e: API keys", (target) => {
  let lab: Lab;
  beforeEach(async () => {
    // With a life of keys, each login ends the administrator's older keys.
    lab = await Lab.open({ target, keyLifetimeSeconds: 3600 });
    await lab.setAccount(account([{ group: 1, port: 443 }]));
  });
  afterEach(() => lab.close());

  /** A new key; every older one is good no more. */
  async function newKey(): Promise<string> {
    const client = new PanosClient({
      ...{ hostname: "127.0.0.1", port: lab.firewall.port, protocol: "https", ...target.location },
      ...{ username: "aws-panos", password: PASSWORDS["aws-panos"], skipVerifyCertificate: true },
    });
    try {
      return (await client.logIn()).value;
    } finally {
      await client.close();
    }
  }
  const stackOf = (choices: StackChoices) =>
    lab.stack({
      ...choices,
      settings: { "panos:username": undefined, ...choices.settings },
      env: { PANOS_PASSWORD: "", ...choices.env },
    });
  const change = (port: number) => lab.setAccount(account([{ group: 1, port }]));
  const hidden = async (stack: Stack, keys: string[], outputs: string[]) => {
    const state = JSON.stringify(await stack.exportState());
    for (const text of [state, ...outputs, JSON.stringify(lab.firewall.requests)]) {
      for (const key of keys) expect(text.includes(key)).to.equal(false);
    }
  };

  it("that were rotated work from the environment in up, refresh and destroy; the old one says why it doesn't", async () => {
    const old = await newKey();
    const stack = await stackOf({ secrets: { "panos:apiKey": old } });
    succeeded(await stack.up());

    lab.firewall.ageKeys(3601);
    const expired = await stack.refresh();
    expect(expired.code).not.to.equal(0);
    expect(said(expired))
      .to.contain("Key Expired")
      .and.contain("end of the life")
      .and.contain("npm run keygen");

    const env = { PANOS_API_KEY: await newKey() };
    await change(8443);
    const refused = [await stack.up(), await stack.refresh(), await stack.destroy()];
    for (const result of refused) {
      expect(result.code).not.to.equal(0);
      expect(said(result)).to.contain("Invalid Credential").and.contain("replaced by a newer one");
      expect(said(result), "a trace of the code").not.to.match(/ at \S+ \(?\//);
    }
    expect(lab.ours()).to.deep.equal(["aws-sg-0a0001-tcp-443"]);

    const results = [succeeded(await stack.up({ env }))];
    expect(lab.ours()).to.deep.equal(["aws-sg-0a0001-tcp-8443"]);
    results.push(succeeded(await stack.refresh({ env })));
    results.push(succeeded(await stack.destroy({ env })));
    expect(lab.running()).to.deep.equal(["cleanup"]);
    await hidden(stack, [old, env.PANOS_API_KEY], [expired, ...refused, ...results].map(said));
  });

  it("in Secrets Manager are read by each run: a rotated one works in up, refresh and destroy, with nothing set", async () => {
    const manager = await SecretsManager.start();
    try {
      const keys: string[] = [];
      const rotate = async () => {
        keys.push(await newKey());
        manager.set(SECRET, ...keys);
      };
      await rotate();
      const stack = await stackOf({
        settings: { "panos:apiKeySecret": SECRET, "aws:region": "eu-west-3" },
        env: manager.env,
      });
      const results = [succeeded(await stack.up())];
      await rotate();
      await change(8443);
      results.push(succeeded(await stack.up()));
      expect(lab.ours()).to.deep.equal(["aws-sg-0a0001-tcp-8443"]);
      await rotate();
      results.push(succeeded(await stack.refresh()));
      await rotate();
      results.push(succeeded(await stack.destroy()));
      expect(lab.running()).to.deep.equal(["cleanup"]);
      expect(new Set(manager.requests.map(({ region }) => region))).to.deep.equal(new Set(["eu-west-3"]));
      await hidden(stack, keys, results.map(said));

      manager.secrets.clear();
      const missing = await stack.preview();
      expect(missing.code).not.to.equal(0);
      expect(said(missing)).to.contain("the secret prod/firewall can't be read").and.contain("aws:region");
    } finally {
      await manager.stop();
    }
  });

  it("of user and password are renewed during a run that outlives them, and nobody notices", async () => {
    const stack = await lab.stack();
    // What the commit's job waits for: the key that began the run is too old when it is asked for next.
    const hold = lab.firewall.hold(({ type, admin }) => type === "commit" && admin === "aws-panos");
    const run = stack.up();
    await hold.reached;
    lab.firewall.ageKeys(3601);
    hold.release();
    succeeded(await run);
    expect(lab.ours()).to.deep.equal(["aws-sg-0a0001-tcp-443"]);
    expect(lab.history).to.have.length(1);
  });
});
