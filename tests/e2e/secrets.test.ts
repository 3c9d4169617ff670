import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { RunResult } from "../../packages/pulumi/stack";
import { account } from "../support/account";
import { Lab, PASSPHRASE, PASSWORDS, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";

/** How every key of the simulator begins. */
const KEY = "LUFRPT1";

onTargets("e2e: secrets", (target) => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account([{ group: 1, port: 443 }]));
  });
  afterEach(() => lab.close());

  const hides = (where: string, text: string) => {
    for (const secret of [PASSWORDS["aws-panos"], PASSPHRASE, KEY]) {
      for (const spelled of [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")]) {
        expect(text.includes(spelled), `${where} holds a secret`).to.equal(false);
      }
    }
  };
  const hidesAll = async (results: RunResult[], state: unknown) => {
    for (const { stdout, stderr, events } of results)
      hides("the output", stdout + stderr + JSON.stringify(events));
    hides("the exported state", JSON.stringify(state));
    const files = await readdir(lab.directory, { recursive: true, withFileTypes: true });
    const texts = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
    expect(texts.some((file) => file.includes(join(".pulumi", "stacks")))).to.equal(true);
    expect(texts.some((file) => file.endsWith("requests.jsonl"))).to.equal(true);
    for (const file of texts) hides(file, await readFile(file, "utf8"));
    hides("the firewall's record", JSON.stringify(lab.firewall.requests));
  };

  it("in the environment are in no output, event, state, backup or record", async () => {
    const stack = await lab.stack();
    const results = [
      await stack.preview({ diff: true }),
      succeeded(await stack.up({ diff: true })),
      succeeded(await stack.refresh()),
    ];
    await hidesAll(results, await stack.exportState());
  });

  it("in the stack configuration are in the state only encrypted, and work in refresh and destroy", async () => {
    const stack = await lab.stack({
      env: { PANOS_PASSWORD: "" },
      secrets: { "panos:password": PASSWORDS["aws-panos"] },
    });
    const results = [
      succeeded(await stack.up({ diff: true })),
      succeeded(await stack.refresh()),
      succeeded(await stack.destroy({ diff: true })),
    ];
    await hidesAll(results, await stack.exportState());
    expect(lab.running()).to.deep.equal(["cleanup"]);
  });

  it("are in no error, of the program or of the provider", async () => {
    const stack = await lab.stack();
    const results = [succeeded(await stack.up())];
    lab.firewall.failNextCommit(["out of memory"]);
    await lab.setAccount(account([{ group: 1, port: 8443 }]));
    results.push(await stack.up());
    // In refresh only the provider speaks to the firewall.
    const key = `${KEY}-a-wrong-one`;
    results.push(await stack.refresh({ env: { PANOS_API_KEY: key, PANOS_PASSWORD: "" } }));
    results.push(await stack.preview({ env: { PANOS_API_KEY: key, PANOS_PASSWORD: "" } }));
    expect(results.map(({ code }) => code === 0)).to.deep.equal([true, false, false, false]);
    await hidesAll(results, await stack.exportState());
  });

  it("that were rotated work in refresh and destroy, whatever the state holds", async () => {
    const stack = await lab.stack({ env: { PANOS_PASSWORD: "" }, secrets: { "panos:password": "outdated" } });
    const env = { PANOS_PASSWORD: PASSWORDS["aws-panos"] };
    succeeded(await stack.up({ env }));
    succeeded(await stack.refresh({ env }));
    expect((await stack.refresh()).code).not.to.equal(0);
    succeeded(await stack.destroy({ env }));
    expect(lab.running()).to.deep.equal(["cleanup"]);
  });
});
