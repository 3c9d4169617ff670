import { expect } from "chai";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { drift } from "../../commands/drift/drift";
import type { RunResult, Stack } from "../../packages/pulumi/stack";
import { PanosClient } from "../../panos/client";
import { review } from "../../commands/review/review";
import type { Command } from "../support/terminal";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, PASSPHRASE, PASSWORDS, PROJECT_DIR, said, succeeded, type StackChoices } from "../support/lab";
import { onTargets } from "../support/targets";

const GROUPS: Permission[] = [1, 2, 3, 4, 5, 6].map((group) => ({ group, port: 443 }));
/** What the simulator says of a key that it doesn't know. */
const REFUSED = /Invalid Credential/g;

onTargets("e2e: a key that was replaced in the stack file", (target) => {
  let lab: Lab;
  beforeEach(async () => {
    // With a life of keys, each login ends the administrator's older keys.
    lab = await Lab.open({ target, keyLifetimeSeconds: 3600 });
    await lab.setAccount(account(GROUPS));
  });
  afterEach(() => lab.close());

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
  const choices = (key: string): StackChoices => ({
    settings: { "panos:username": undefined },
    env: { PANOS_PASSWORD: "" },
    secrets: { "panos:apiKey": key },
  });
  /** Ends the key that there is, and puts a new one into the stack file. */
  const keys: string[] = [];
  const rotate = async () => {
    keys.push(await newKey());
    await lab.configure(choices(keys.at(-1)!));
  };
  const hidden = async (stack: Stack, results: RunResult[]) => {
    const texts = [JSON.stringify(await stack.exportState()), ...results.map(said)];
    for (const text of texts) for (const key of keys) expect(text.includes(key)).to.equal(false);
  };

  /** One of the project's own commands, as a person runs it. */
  async function command(tool: Command) {
    const output = new PassThrough();
    let text = "";
    output.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const configFile = join(lab.directory, "Pulumi.dev.yaml");
    const engine = process.env["TEST_EXECUTABLE"] === "--cli" ? [] : ["--engine"];
    const args = [
      "--stack",
      "dev",
      "--out",
      join(lab.directory, "out"),
      "--config-file",
      configFile,
      ...engine,
    ];
    const environment = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${lab.directory}`,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      PANOS_PORT: String(lab.firewall.port),
    };
    const code = await tool.run(args, {
      input: new PassThrough(),
      output,
      errors: output,
      folder: PROJECT_DIR,
      environment,
    });
    return { code, text };
  }

  it("works in every command", async () => {
    await rotate();
    const stack = await lab.stack({ ...choices(keys.at(-1)!), hasOwnProcesses: true });
    const results = [succeeded(await stack.up())];
    for (const run of [
      () => stack.preview(),
      () => stack.preview({ refresh: true }),
      () => stack.refresh(),
      () => stack.up({ refresh: true }),
      () => stack.up(),
    ]) {
      await rotate();
      const result = succeeded(await run());
      expect(result.changes["update"] ?? 0).to.equal(0);
      results.push(result);
    }
    await rotate();
    const drifted = await command(drift);
    expect(drifted.code, drifted.text).to.equal(0);
    await rotate();
    const reviewed = await command(review);
    expect(reviewed.code, reviewed.text).to.equal(0);

    // An update that finds something to write, with a key that no update has had before.
    await rotate();
    await lab.setAccount(account([...GROUPS, { group: 7, port: 8443 }]));
    results.push(succeeded(await stack.up({ refresh: true })));
    expect(lab.ours()).to.include(ruleOf({ group: 7, port: 8443 }));
    await rotate();
    results.push(succeeded(await stack.destroy()));
    expect(lab.running()).to.deep.equal(["cleanup"]);
    await hidden(stack, results);
  });

  it("works for one of a list of firewalls, and so does a password", async () => {
    const entry = (key: string) => ({ name: "edge", hostname: "127.0.0.1", apiKey: key });
    const listed = (key: string): StackChoices => ({
      env: { PANOS_PASSWORD: "" },
      settings: {
        ...{ "panos:hostname": undefined, "panos:username": undefined },
        "panos:port": lab.firewall.port,
      },
      secrets: { "aws-panos-rules:firewalls": JSON.stringify([entry(key)]) },
    });
    const stack = await lab.stack({ ...listed(await newKey()), hasOwnProcesses: true });
    succeeded(await stack.up());
    await lab.configure(listed(await newKey()));
    succeeded(await stack.refresh());

    // A password that the environment overrode in the last update: what its state has is good for nothing.
    const mark = { name: "other", ownerId: "test5678" };
    const withPassword = (password: string): StackChoices => ({
      ...{ ...mark, env: { PANOS_PASSWORD: "" }, secrets: { "panos:password": password } },
    });
    await lab.setAccount(account([{ group: 8, port: 443 }]), "other");
    const other = await lab.stack({ ...withPassword("outdated"), hasOwnProcesses: true });
    const env = { PANOS_PASSWORD: PASSWORDS["aws-panos"] };
    succeeded(await other.up({ env }));
    expect((await other.refresh()).code).not.to.equal(0);
    await lab.configure(withPassword(PASSWORDS["aws-panos"]));
    succeeded(await other.refresh());
    succeeded(await other.destroy());
  });

  it("that can't be read is told once, with why and what to do, and so is a key that is no good", async () => {
    await rotate();
    const stack = await lab.stack({ ...choices(keys.at(-1)!), hasOwnProcesses: true });
    succeeded(await stack.up());
    const rules = lab.ours();

    // Nobody has put the new one anywhere: whatever is tried, the firewall's words come once.
    keys.push(await newKey());
    const once = [
      await stack.refresh(),
      await stack.up({ refresh: true }),
      await stack.preview(),
      await stack.destroy(),
      await stack.destroy({ continueOnError: true }),
    ];
    for (const result of once) {
      expect(result.code).not.to.equal(0);
      const errors = result.diagnostics.filter(({ severity }) => severity === "error");
      const whole = errors.filter(({ message }) => message.match(REFUSED));
      expect(whole, said(result)).to.have.length(1);
      expect(said(result)).to.contain("npm run keygen");
    }
    // Of a resource that isn't asked about, nothing is lost.
    expect(lab.ours()).to.deep.equal(rules);

    // The file of another stack in this one's place: it isn't this stack's key, whatever it is.
    await lab.configure({ ...choices(await newKey()), ownerId: "another1" });
    const foreign = await stack.refresh();
    expect(foreign.code).not.to.equal(0);
    expect(said(foreign)).to.contain("is another stack's").and.contain("PANOS_API_KEY");

    await rotate();
    succeeded(await stack.destroy());
    expect(lab.running()).to.deep.equal(["cleanup"]);
    await hidden(stack, [...once, foreign]);
  });
});
