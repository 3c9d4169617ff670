import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { Workshop } from "./harness";

describe("engine: refresh", () => {
  let shop: Workshop;
  beforeEach(async () => {
    shop = await Workshop.open("config:\n  things:token: first\n");
    await shop.made([
      { name: "a", props: { value: 1 } },
      { name: "b", props: { value: 1 }, dependsOn: ["a"] },
    ]);
    shop.journal();
  });
  afterEach(() => {
    shop.close();
  });

  it("takes over what it reads, inputs included, and shows what changed", async () => {
    const { a, b } = shop.state();
    shop.drift(a?.id ?? "", { value: 999 });
    shop.drift(b?.id ?? "", undefined);
    const result = await shop.stack.refresh({ skipPreview: true });
    expect(result.code).to.equal(0);
    expect(shop.calls("check", "read", "diff")).to.have.members(["read a", "read b", "diff a"]);
    expect(result.steps.map(({ op, name }) => `${op} ${name}`)).to.have.members(["update a", "delete b"]);
    expect(result.changes).to.deep.equal({ same: 1, update: 1, delete: 1 });
    const state = shop.state();
    expect([state["a"]?.inputs?.["value"], state["a"]?.outputs?.["value"]]).to.deep.equal([999, 999]);
    expect(state).not.to.have.property("b");
    const next = await shop.made([{ name: "a", props: { value: 1 } }, { name: "b" }]);
    expect(next.steps.map(({ op, name }) => `${op} ${name}`)).to.have.members(["update a", "create b"]);
  });

  it("moves dependencies and parents away from what is gone", async () => {
    const { a } = shop.state();
    shop.drift(a?.id ?? "", undefined);
    await shop.stack.refresh({ skipPreview: true });
    const state = shop.state();
    expect(Object.keys(state)).to.have.members(["things-dev", "default", "b"]);
    expect(state["b"]).not.to.have.property("dependencies");
  });

  it("refreshes and updates in one provider process with up --refresh", async () => {
    const { a } = shop.state();
    shop.drift(a?.id ?? "", { value: 5 });
    const flags = { refresh: true };
    const plan = [
      { name: "a", props: { value: 1 } },
      { name: "b", props: { value: 1 }, dependsOn: ["a"] },
    ];
    await shop.made(plan, flags);
    const journal = shop.journal();
    expect(new Set(journal.map(({ process }) => process)).size).to.equal(1);
    const calls = journal.filter(({ at }) => at === "start").map(({ call }) => call);
    expect(calls.lastIndexOf("read")).to.be.lessThan(calls.indexOf("check"));
    expect(calls).to.include("update");
    expect(shop.state()["a"]?.inputs?.["value"]).to.equal(1);
  });

  it("configures providers from the state in refresh and destroy, from the stack file in up", async () => {
    writeFileSync(shop.configFile, "config:\n  things:token: second\n");
    await shop.stack.refresh({ skipPreview: true });
    await shop.stack.destroy({ skipPreview: true, targets: ["**::b"] });
    expect(new Set(shop.journal().map(({ secret }) => secret))).to.deep.equal(new Set(["first"]));
    await shop.made([{ name: "a", props: { value: 1 } }]);
    expect(new Set(shop.journal().map(({ secret }) => secret))).to.deep.equal(new Set(["second"]));
    await shop.stack.refresh({ skipPreview: true });
    expect(new Set(shop.journal().map(({ secret }) => secret))).to.deep.equal(new Set(["second"]));
  });

  it("keeps what it cannot read and fails, but reads the rest", async () => {
    await shop.made([
      { name: "a", props: { value: 1, fail: { read: "wholly" } } },
      { name: "b", props: { value: 2 } },
    ]);
    await shop.made([
      { name: "a", props: { value: 2, fail: { read: "wholly" } } },
      { name: "b", props: { value: 2 } },
    ]);
    const { b } = shop.state();
    shop.drift(b?.id ?? "", { value: 7 });
    const result = await shop.stack.refresh({ skipPreview: true });
    expect(result.code).to.equal(1);
    const state = shop.state();
    expect(state["a"]?.inputs?.["value"]).to.equal(2);
    expect(state["b"]?.inputs?.["value"]).to.equal(7);
  });
});
