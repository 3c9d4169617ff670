import { expect } from "chai";
import { Workshop, urn } from "./harness";
import type { PlannedResource } from "./programs/things/plan";

describe("engine: replacements", () => {
  let shop: Workshop;
  before(async () => {
    shop = await Workshop.open();
  });
  after(() => {
    shop.close();
  });

  it("creates the new one first and deletes the old one at the end", async () => {
    const user = { name: "user", props: { value: { $ref: "a.serial" } }, dependsOn: ["a"] };
    await shop.made([{ name: "a", props: { key: "k1" } }, user]);
    const before = shop.state();
    shop.journal();
    const result = await shop.made([{ name: "a", props: { key: "k2" } }, user]);
    const journal = shop.journal().filter(({ at, call }) => at === "start" && call !== "configure");
    expect(journal.map(({ call, name }) => `${call} ${name}`)).to.deep.equal([
      // The second check sees no old inputs.
      ...["check a", "diff a", "check a", "create a"],
      ...["check user", "diff user", "update user"],
      "delete a",
    ]);
    expect(journal[0]?.olds).to.include({ key: "k1" });
    expect(journal[2]?.olds).to.deep.equal({});
    expect(journal.at(-1)?.id).to.equal(before["a"]?.id);
    const ops = ["create-replacement a", "replace a", "update user", "delete-replaced a"];
    expect(result.steps.map(({ op, name }) => `${op} ${name}`)).to.deep.equal(ops);
    expect(result.changes).to.deep.equal({ same: 1, replace: 1, update: 1 });
    expect(shop.state()["a"]?.id).not.to.equal(before["a"]?.id);
  });

  it("deletes first where the provider or the program says so, and the dependents that must follow", async () => {
    const plan = (key: string): PlannedResource[] => [
      { name: "base", props: { key, deleteFirst: true } },
      {
        name: "leaf",
        props: { key: { $ref: "base.serial" }, value: 1, deleteFirst: true },
        dependsOn: ["base"],
      },
      { name: "bystander", dependsOn: ["base"] },
    ];
    await shop.made(plan("k1"));
    shop.journal();
    const result = await shop.made(plan("k2"));
    expect(shop.calls("create", "delete")).to.deep.equal([
      "delete leaf",
      "delete base",
      "create base",
      "create leaf",
    ]);
    expect(result.changes["replace"]).to.equal(2);
    const option = [{ name: "opt", props: { key: "k1" }, deleteBeforeReplace: true }];
    await shop.made(option);
    shop.journal();
    await shop.made([{ ...option[0]!, props: { key: "k2" } }]);
    expect(shop.calls("create", "delete")).to.deep.equal(["delete opt", "create opt"]);
  });

  it("remembers what it deleted first when the create fails, and creates it next time", async () => {
    await shop.made([{ name: "gap", props: { key: "k1", deleteFirst: true } }]);
    const failing = { key: "k2", deleteFirst: true, fail: { create: "wholly" } };
    expect((await shop.up([{ name: "gap", props: failing }])).code).to.equal(1);
    expect(shop.state()["gap"]).to.include({ pendingReplacement: true });
    shop.journal();
    await shop.made([{ name: "gap", props: { key: "k2", deleteFirst: true } }]);
    expect(shop.calls("create", "delete", "update")).to.deep.equal(["create gap"]);
    expect(shop.state()["gap"]).not.to.have.property("pendingReplacement");
  });

  it("keeps an old one whose delete failed, and deletes it next time", async () => {
    await shop.made([{ name: "sticky", props: { key: "k1", fail: { delete: "wholly" } } }]);
    const id = shop.state()["sticky"]?.id ?? "";
    expect((await shop.up([{ name: "sticky", props: { key: "k2" } }])).code).to.equal(1);
    const { resources = [] } = shop.deployment();
    const both = resources.filter((state) => state.urn === urn("sticky"));
    expect(both.map((state) => [state.id === id, state.delete === true])).to.deep.equal([
      [false, false],
      [true, true],
    ]);
    shop.journal();
    await shop.up([{ name: "sticky", props: { key: "k2" } }]);
    expect(shop.journal().find(({ call }) => call === "delete")?.id).to.equal(id);
  });

  it("replaces on changes that replaceOnChanges names", async () => {
    const plan = (value: number) => [
      { name: "roc", props: { value, noDiff: true }, replaceOnChanges: ["value"] },
    ];
    // The thing that cannot be deleted is gone with its folder; it must not disturb here.
    const other = await Workshop.open();
    try {
      await other.made(plan(1));
      const result = await other.made(plan(2));
      expect(result.changes["replace"]).to.equal(1);
      const kept = await other.up([{ name: "roc", props: { value: 2, noDiff: true }, protect: true }]);
      expect(kept.code).to.equal(0);
      const refused = await other.up([]);
      expect(refused.code).to.equal(1);
      expect(refused.stdout).to.include("cannot be deleted\n    because it is protected");
      expect(Object.keys(other.state())).to.include("roc");
    } finally {
      other.close();
    }
  });
});
