import { expect } from "chai";
import { Workshop, urn } from "./harness";

describe("engine: --target", () => {
  let shop: Workshop;
  before(async () => {
    shop = await Workshop.open();
    await shop.made([
      { name: "base", props: { value: 1 } },
      { name: "leaf", props: { value: 1 }, dependsOn: ["base"] },
    ]);
    shop.journal();
  });
  after(() => {
    shop.close();
  });

  const changed = [
    { name: "base", props: { value: 2 } },
    { name: "leaf", props: { value: 2 }, dependsOn: ["base"] },
    { name: "extra" },
  ];

  it("works on the targets only: others are neither checked, changed, created nor deleted", async () => {
    await shop.made(changed, { targets: [urn("leaf")] });
    expect(shop.calls("check", "diff", "create", "update", "delete")).to.deep.equal([
      ...["check leaf", "diff leaf", "update leaf"],
    ]);
    const state = shop.state();
    expect(Object.keys(state)).to.have.members(["things-dev", "default", "base", "leaf"]);
    expect(state["base"]?.inputs?.["value"]).to.equal(1);
  });

  it("takes patterns and, with --target-dependents, what depends on the targets", async () => {
    await shop.made(changed, { targets: ["**::base"], targetDependents: true });
    expect(shop.calls("update", "check")).to.deep.equal(["check base", "update base", "check leaf"]);
  });

  it("refuses to make what depends on an untargeted resource that does not exist", async () => {
    const plan = [...changed, { name: "needy", dependsOn: ["extra"] }];
    const result = await shop.up(plan, { targets: [urn("needy")] });
    expect(result.code).to.equal(1);
    expect(result.stdout).to.include(
      `Resource '${urn("needy")}' depends on '${urn("extra")}' which was was not`,
    );
    expect(shop.calls("create")).to.deep.equal([]);
  });

  it("refuses a target that nothing is called", async () => {
    const result = await shop.up(changed, { targets: [urn("nobody")] });
    expect(result.code).to.equal(1);
    expect(result.stdout).to.include(`Target '${urn("nobody")}' could not be found in the stack.`);
  });

  it("destroys a target with its dependents only when told to", async () => {
    shop.journal();
    const refused = await shop.stack.destroy({ targets: [urn("base")], skipPreview: true });
    expect(refused.code).to.equal(1);
    expect(refused.stdout).to.include(`Resource '${urn("leaf")}' will be destroyed but was not specified`);
    expect(shop.calls("delete")).to.deep.equal([]);
    const leaf = await shop.stack.destroy({ targets: [urn("leaf")], skipPreview: true });
    expect(leaf.code).to.equal(0);
    expect(Object.keys(shop.state())).to.have.members(["things-dev", "default", "base"]);
    await shop.made(changed);
    shop.journal();
    await shop.stack.destroy({ targets: [urn("base")], targetDependents: true, skipPreview: true });
    expect(shop.calls("delete")).to.deep.equal(["delete leaf", "delete base"]);
    expect(Object.keys(shop.state())).to.have.members(["things-dev", "default", "extra"]);
  });
});
