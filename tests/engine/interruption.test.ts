import { expect } from "chai";
import { existsSync } from "node:fs";
import { Workshop } from "./harness";

describe("engine: interruption", () => {
  let shop: Workshop;
  let held: string;
  beforeEach(async () => {
    shop = await Workshop.open();
    held = `${shop.folder}/release`;
  });
  afterEach(() => {
    shop.close();
  });

  it("leaves an orphaned provider, a lock and a pending operation when it is killed", async () => {
    shop.declare([{ name: "done" }, { name: "slow", props: { waitFor: held }, dependsOn: ["done"] }]);
    const { child, done } = shop.stack.start("up", { skipPreview: true });
    const { pid } = await shop.journalled("create", "start", "slow");
    child.kill("SIGKILL");
    expect((await done).code).to.equal(1);
    shop.release(held);
    await shop.journalled("create", "end", "slow");
    expect(() => process.kill(pid, 0)).not.to.throw();
    process.kill(pid, "SIGKILL");
    const deployment = shop.deployment();
    expect(
      deployment.pending_operations?.map(({ type, resource }) => [type, resource.urn.split("::").at(-1)]),
    ).to.deep.equal([["creating", "slow"]]);
    expect(Object.keys(shop.state())).to.include("done").and.not.include("slow");

    const locked = await shop.up([{ name: "done" }]);
    expect(locked.code).to.equal(1);
    expect(locked.stderr).to.match(
      /error: the stack is currently locked by 1 lock\(s\)\. Either wait .* `pulumi cancel`\.\n {2}file:\/\/.*: created by .*@.* \(pid \d+\) at /,
    );
    await shop.stack.cancel();
    const next = await shop.made([{ name: "done" }, { name: "slow", dependsOn: ["done"] }]);
    expect(next.stdout).to.include("with 1 pending operations from previous deployment.");
    expect(next.stdout).to.include("slow, interrupted while creating");
    expect(next.steps.map(({ op, name }) => `${op} ${name}`)).to.deep.equal(["create slow"]);
  });

  it("keeps only the last checkpoint's word when checkpoints are skipped", async () => {
    await shop.made([{ name: "old" }]);
    shop.declare([
      { name: "old" },
      { name: "new" },
      { name: "slow", props: { waitFor: held }, dependsOn: ["new"] },
    ]);
    const flags = { skipPreview: true, env: { PULUMI_SKIP_CHECKPOINTS: "true" } };
    const { child, done } = shop.stack.start("up", flags);
    const { pid } = await shop.journalled("create", "start", "slow");
    child.kill("SIGKILL");
    await done;
    process.kill(pid, "SIGKILL");
    const deployment = shop.deployment();
    expect(deployment).not.to.have.property("pending_operations");
    expect(Object.keys(shop.state())).to.have.members(["things-dev", "default", "old"]);
  });

  it("on SIGINT finishes what is under way, saves it, and starts nothing more", async () => {
    shop.declare([
      { name: "slow", props: { waitFor: held } },
      { name: "later", dependsOn: ["slow"] },
    ]);
    const { child, done } = shop.stack.start("up", { skipPreview: true });
    await shop.journalled("create", "start", "slow");
    child.kill("SIGINT");
    shop.release(held);
    const result = await done;
    expect(result.code).to.equal(1);
    expect(result.diagnostics.map(({ message }) => message.trim())).to.deep.equal(["update canceled"]);
    expect(shop.calls("create", "delete")).to.deep.equal(["create slow"]);
    expect(Object.keys(shop.state())).to.include("slow").and.not.include("later");
    expect(existsSync(`${shop.folder}/backend/.pulumi/locks/organization/things/dev`)).to.equal(true);
    expect((await shop.made([{ name: "slow" }])).code).to.equal(0);
  });
});
