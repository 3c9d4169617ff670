import { expect } from "chai";
import { Workshop, urn } from "./harness";

describe("engine: renaming and reparenting", () => {
  let shop: Workshop;
  before(async () => {
    shop = await Workshop.open();
  });
  after(() => {
    shop.close();
  });

  it("keeps a renamed resource that names its old name, by spec or by URN", async () => {
    await shop.made([{ name: "one" }, { name: "two", dependsOn: ["one"] }]);
    const before = shop.state();
    shop.journal();
    const result = await shop.made([
      { name: "uno", aliases: [{ name: "one" }], props: { name: "one" } },
      { name: "due", aliases: [urn("two")], props: { name: "two" }, dependsOn: ["uno"] },
    ]);
    expect(result.steps).to.deep.equal([]);
    expect(shop.calls("create", "delete")).to.deep.equal([]);
    const state = shop.state();
    expect([state["uno"]?.id, state["due"]?.id]).to.deep.equal([before["one"]?.id, before["two"]?.id]);
    expect(state["due"]?.dependencies).to.deep.equal([urn("uno")]);
    expect(Object.keys(state)).to.have.length(4);
  });

  it("replaces by create and late delete what was renamed without an alias", async () => {
    shop.journal();
    await shop.made([{ name: "tre" }]);
    expect(shop.calls("create", "delete")).to.deep.equal(["create tre", "delete two", "delete one"]);
  });

  it("moves children along with a renamed parent, and under another parent", async () => {
    await shop.made([
      { name: "group", component: true },
      { name: "group-child", parent: "group" },
    ]);
    const before = shop.state();
    shop.journal();
    await shop.made([
      { name: "team", component: true, aliases: [{ name: "group" }] },
      { name: "team-child", parent: "team", props: { name: "group-child" } },
    ]);
    expect(shop.calls("create", "delete")).to.deep.equal([]);
    const moved = shop.state();
    expect(moved["team-child"]?.id).to.equal(before["group-child"]?.id);
    expect(moved["team-child"]?.parent).to.equal(urn("team", "test:index:Group"));
    await shop.made([
      { name: "other", component: true },
      {
        name: "team-child",
        parent: "other",
        aliases: [urn("team-child", "test:index:Group$pulumi-nodejs:dynamic/test:Thing")],
        props: { name: "group-child" },
      },
    ]);
    const reparented = shop.state();
    expect(reparented["team-child"]?.id).to.equal(before["group-child"]?.id);
  });

  it("refuses an alias that two resources claim", async () => {
    await shop.made([{ name: "source" }]);
    const result = await shop.up([
      { name: "first", aliases: [{ name: "source" }] },
      { name: "second", aliases: [{ name: "source" }] },
    ]);
    expect(result.code).to.equal(1);
    expect(result.stdout).to.include(`Duplicate resource alias '${urn("source")}'`);
  });

  it("deletes what goes with another in one, and lets go of what is retained", async () => {
    await shop.made([
      { name: "whole" },
      { name: "part", deletedWith: "whole" },
      { name: "kept", retainOnDelete: true },
    ]);
    shop.journal();
    await shop.made([]);
    expect(shop.calls("delete")).to.deep.equal(["delete whole"]);
    expect(Object.keys(shop.state())).to.have.members(["things-dev"]);
  });
});
