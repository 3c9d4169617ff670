import { expect } from "chai";
import { Workshop } from "./harness";

describe("engine: failures", () => {
  let shop: Workshop;
  beforeEach(async () => {
    shop = await Workshop.open();
  });
  afterEach(() => {
    shop.close();
  });

  it("finishes and saves what is under way, starts and deletes nothing more", async () => {
    await shop.made([{ name: "old" }]);
    shop.journal();
    const held = `${shop.folder}/release`;
    shop.declare([
      { name: "slow", props: { waitFor: held } },
      { name: "bad", props: { fail: { create: "wholly" } } },
      { name: "later", dependsOn: ["slow"] },
    ]);
    const { done } = shop.stack.start("up", { skipPreview: true });
    await shop.journalled("create", "end", "bad");
    shop.release(held);
    const result = await done;
    expect(result.code).to.equal(1);
    expect(Object.keys(shop.state())).to.include("slow").and.include("old").and.not.include("bad");
    const created = shop.calls("create", "delete");
    expect(created).to.have.members(["create slow", "create bad"]);
    const errors = result.diagnostics.filter(({ severity }) => severity === "error");
    expect(errors.map(({ message }) => message.trim())).to.deep.equal([
      "create of bad failed",
      "update failed",
    ]);
    expect(errors[0]?.urn).to.match(/::bad$/);
  });

  it("goes on with --continue-on-error: dependents are left out, the rest is done, deletes run", async () => {
    await shop.made([{ name: "old" }]);
    shop.journal();
    const plan = [
      { name: "bad", props: { fail: { create: "wholly" } } },
      { name: "child", dependsOn: ["bad"] },
      { name: "grandchild", dependsOn: ["child"] },
      { name: "good", props: { value: 1 } },
    ];
    const result = await shop.up(plan, { continueOnError: true });
    expect(result.code).to.equal(1);
    expect(shop.calls("create", "delete")).to.have.members(["create bad", "create good", "delete old"]);
    expect(Object.keys(shop.state())).to.have.members(["things-dev", "default", "good"]);
    await shop.made([
      { name: "good", props: { value: 1 } },
      { name: "bad" },
      { name: "child", dependsOn: ["bad"] },
    ]);
    expect(Object.keys(shop.state())).to.include("child");
  });

  it("saves a partial failure, and updates it next time although diff sees no change", async () => {
    const partly = await shop.up([{ name: "half", props: { value: 1, fail: { create: "partly" } } }]);
    expect(partly.code).to.equal(1);
    expect(partly.stdout).to.include("1 error occurred:\n    \t* half is not ready");
    expect(shop.state()["half"]?.initErrors).to.deep.equal(["half is not ready"]);
    shop.journal();
    await shop.made([{ name: "half", props: { value: 1 } }]);
    expect(shop.calls("create", "update")).to.deep.equal(["update half"]);
    expect(shop.state()["half"]).not.to.have.property("initErrors");
    // A partly failed update keeps the old inputs, so that the next one sees the difference.
    await shop.up([{ name: "half", props: { value: 2, fail: { update: "partly" } } }]);
    const { half } = shop.state();
    expect([half?.inputs?.["value"], half?.outputs?.["value"]]).to.deep.equal([1, 2]);
  });

  it("stops at a failed check, naming the resource and the property", async () => {
    const result = await shop.up([{ name: "odd", props: { value: 7, fail: { check: "partly" } } }], {
      skipPreview: false,
    });
    expect(result.code).to.equal(1);
    expect(result.stdout).to.include("resource 'odd': property value value {7} has a problem: it is refused");
    expect(shop.calls("create")).to.deep.equal([]);
  });

  it("stops when the program fails, deleting nothing", async () => {
    await shop.made([{ name: "old" }]);
    shop.journal();
    const result = await shop.up({ throws: "the program is broken" });
    expect(result.code).to.equal(1);
    expect(result.stdout).to.include("the program is broken");
    expect(shop.calls("delete")).to.deep.equal([]);
    expect(Object.keys(shop.state())).to.include("old");
  });

  it("stops a destroy at the first failure, or with --continue-on-error leaves what that one needs", async () => {
    await shop.made([
      { name: "root" },
      { name: "stuck", props: { fail: { delete: "wholly" } }, dependsOn: ["root"] },
      { name: "free" },
    ]);
    shop.journal();
    const result = await shop.stack.destroy({ skipPreview: true, continueOnError: true });
    expect(result.code).to.equal(1);
    expect(shop.calls("delete")).to.have.members(["delete stuck", "delete free"]);
    expect(Object.keys(shop.state())).to.include.members(["root", "stuck"]).and.not.include("free");
    expect((await shop.stack.destroy({ skipPreview: true })).code).to.equal(1);
  });
});
