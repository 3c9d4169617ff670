import { join } from "node:path";
import { expect } from "chai";
import { ProviderHost } from "../../packages/pulumi/host";
import { startNode, type NodeProcess } from "../../packages/pulumi/processes";
import { readProject } from "../../packages/pulumi/project";

const project = readProject(join(__dirname, "programs", "things"));

describe("the provider's process", () => {
  it("may die before anybody asks it anything: it is said to who asks", async () => {
    let node: NodeProcess | undefined;
    const said: string[] = [];
    const host = ProviderHost.start({
      project,
      engineAddress: "127.0.0.1:1",
      // Node itself ends at this, before the SDK's script.
      env: { ...process.env, NODE_OPTIONS: "--require ./is-not-there.cjs" },
      log: (_, text) => said.push(text),
      startNode: (...args) => (node = startNode(...args)),
    });
    const unhandled: unknown[] = [];
    const take = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", take);
    await node?.exit;
    await new Promise(setImmediate);
    process.off("unhandledRejection", take);
    expect(unhandled).to.deep.equal([]);
    let problem: unknown;
    await host
      .check("urn:pulumi:dev::things::test::one", {}, {})
      .catch((error: unknown) => (problem = error));
    expect(problem)
      .to.be.an("error")
      .with.property("message", "the dynamic provider's process ended with exit code 1");
    expect(said.join("\n")).to.include("is-not-there.cjs");
    await host.close(false);
  });
});
