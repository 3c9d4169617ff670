import { expect } from "chai";
import { readFileSync } from "node:fs";
import { unknownValue } from "../../packages/pulumi/values";
import { Workshop, urn } from "./harness";

describe("engine: the life of a resource", () => {
  let shop: Workshop;
  before(async () => {
    shop = await Workshop.open("config:\n  things:colour: blue\n  things:list:\n    - 1\n    - two\n");
  });
  after(() => {
    shop.close();
  });

  const two = [
    { name: "a", props: { value: 1 } },
    { name: "b", props: { value: { $ref: "a.serial" } }, dependsOn: ["a"] },
  ];

  it("previews creation with checks alone, unknown outputs unknown", async () => {
    shop.declare(two);
    const result = await shop.stack.preview();
    expect(result.code).to.equal(0);
    expect(result.stderr).to.equal("engine: stand-in for the Pulumi CLI (demo and tests only)\n");
    expect(result.steps.map(({ op, name }) => `${op} ${name}`)).to.deep.equal(["create a", "create b"]);
    expect(result.changes).to.deep.equal({ create: 3 });
    const journal = shop.journal().filter(({ at }) => at === "start");
    expect(journal.map(({ call, name }) => `${call} ${name}`)).to.deep.equal([
      "configure ",
      "check a",
      "check b",
    ]);
    expect(journal[2]?.news?.["value"]).to.equal(unknownValue);
    expect((await shop.stack.exportState()).resources).to.equal(undefined);
  });

  it("creates in dependency order, after a preview in a process of its own", async () => {
    shop.declare({ resources: two, config: ["colour", "list"] });
    const result = await shop.stack.up();
    expect(result.code).to.equal(0);
    const journal = shop.journal().filter(({ at }) => at === "start");
    expect(journal.map(({ call, name }) => `${call} ${name}`.trimEnd())).to.deep.equal([
      ...["configure", "check a", "check b"],
      ...["configure", "check a", "create a", "check b", "create b"],
    ]);
    expect(new Set(journal.slice(0, 3).map(({ process }) => process)).size).to.equal(1);
    expect(new Set(journal.map(({ process }) => process)).size).to.equal(2);
    expect(journal.at(-1)?.news?.["value"]).to.equal(`serial of ${journal[5]?.id ?? ""}`);
  });

  it("writes the state as Pulumi does", () => {
    const state = shop.state();
    const { a, b, default: provider, "things-dev": stack } = state;
    expect(Object.keys(state)).to.deep.equal(["things-dev", "default", "a", "b"]);
    expect(stack).to.deep.include({ type: "pulumi:pulumi:Stack", custom: false });
    expect(stack?.outputs).to.include({ colour: "blue", list: '[1,"two"]' });
    expect(stack?.outputs?.["nodeArguments"]).to.deep.equal(["--require", "../../../../typescript.cjs"]);
    expect(provider?.inputs).to.deep.equal({ "things:colour": "blue", "things:list": '[1,"two"]' });
    expect(provider?.type).to.equal("pulumi:providers:pulumi-nodejs");
    expect(a).to.include({
      custom: true,
      parent: stack?.urn,
      provider: `${provider?.urn ?? ""}::${provider?.id ?? ""}`,
    });
    expect(a?.id).to.match(/^a-/);
    expect(a?.outputs?.["serial"]).to.equal(`serial of ${a?.id ?? ""}`);
    expect(
      a?.stackTrace?.some(({ sourcePosition }) => sourcePosition?.startsWith("project:///index.ts#")),
    ).to.equal(true);
    expect(b?.dependencies).to.deep.equal([a?.urn]);
    expect(b?.propertyDependencies?.["value"]).to.deep.equal([a?.urn]);
    const file = JSON.parse(readFileSync(shop.stateFile, "utf8")) as {
      version: number;
      checkpoint: { stack: string };
    };
    expect(file.version).to.equal(3);
    expect(file.checkpoint.stack).to.equal("organization/things/dev");
  });

  it("asks check and diff of an unchanged resource, and calls nothing else", async () => {
    const result = await shop.made(two);
    expect(result.steps).to.deep.equal([]);
    expect(result.changes).to.deep.equal({ same: 3 });
    expect(shop.calls()).to.deep.equal(["configure", "check a", "diff a", "check b", "diff b"]);
  });

  it("gives diff the state's outputs and the checked inputs", async () => {
    const before = shop.state();
    const result = await shop.made([{ name: "a", props: { value: 2 } }, two[1]!]);
    const diff = shop.journal().find(({ call }) => call === "diff");
    expect(diff?.olds).to.include({ value: 1, serial: before["a"]?.outputs?.["serial"] });
    expect(diff?.news).to.include({ value: 2 }).and.not.have.property("serial");
    expect(result.steps).to.have.length(1);
    expect(result.steps[0]).to.deep.include({ op: "update", name: "a", urn: urn("a") });
    expect([result.steps[0]?.old?.["value"], result.steps[0]?.new?.["value"]]).to.deep.equal([1, 2]);
    const after = shop.state();
    expect(after["a"]).to.include({ id: before["a"]?.id, created: before["a"]?.created });
    expect(after["a"]?.modified).not.to.equal(before["a"]?.modified);
  });

  it("keeps outputs and takes new inputs where diff sees no change", async () => {
    await shop.made([{ name: "a", props: { value: 2, remark: "new" } }, two[1]!]);
    const { a } = shop.state();
    expect(a?.inputs?.["remark"]).to.equal("new");
    expect(a?.outputs).not.to.have.property("remark");
  });

  it("compares inputs itself where diff leaves it open, __provider included", async () => {
    await shop.made([{ name: "a", props: { value: 2, noDiff: true } }]);
    shop.journal();
    const same = await shop.made([{ name: "a", props: { value: 2, noDiff: true } }]);
    expect(same.changes["same"]).to.equal(2);
    const changed = await shop.made([{ name: "a", props: { value: [3], noDiff: true } }]);
    expect(changed.steps[0]?.diffs).to.deep.equal(["value"]);
  });

  it("leaves alone what ignoreChanges names", async () => {
    const result = await shop.made([
      { name: "a", props: { value: 9, noDiff: true }, ignoreChanges: ["value"] },
    ]);
    expect(result.steps).to.deep.equal([]);
    expect(shop.state()["a"]?.inputs?.["value"]).to.deep.equal([3]);
  });

  it("deletes what is no longer declared last, dependents first", async () => {
    const chain = [{ name: "x" }, { name: "y", dependsOn: ["x"] }, { name: "z", dependsOn: ["y"] }];
    await shop.made(chain);
    shop.journal();
    await shop.made([{ name: "late" }]);
    expect(shop.calls("create", "delete")).to.deep.equal(["create late", "delete z", "delete y", "delete x"]);
  });

  it("destroys from the state alone, without running the program", async () => {
    shop.declare({ throws: "the program must not run" });
    const result = await shop.stack.destroy();
    expect(result.code).to.equal(0);
    expect(shop.calls("check", "diff", "delete")).to.deep.equal(["delete late"]);
    expect((await shop.stack.exportState()).resources).to.equal(undefined);
  });
});

describe("engine: many resources at once", () => {
  let shop: Workshop;
  before(async () => {
    shop = await Workshop.open();
  });
  after(() => {
    shop.close();
  });

  it("checks one at a time and creates up to --parallel at once", async () => {
    const held = `${shop.folder}/release`;
    const names = ["a", "b", "c", "d", "e"];
    shop.declare(names.map((name) => ({ name, props: { waitFor: held } })));
    const { done } = shop.stack.start("up", { skipPreview: true, parallel: 3 });
    await shop.journalled("create", "start");
    // The fourth check is made while three creates wait; a fourth create is not begun.
    await shop.until(
      (entries) => entries.filter(({ call, at }) => call === "check" && at === "end").length === 4,
    );
    const begun = shop.peek().filter(({ call, at }) => call === "create" && at === "start");
    expect(begun).to.have.length(3);
    shop.release(held);
    expect((await done).code).to.equal(0);
    let open = 0;
    let most = 0;
    for (const { call, at } of shop.journal()) {
      if (call !== "check") continue;
      open += at === "start" ? 1 : -1;
      most = Math.max(most, open);
    }
    expect(most).to.equal(1);
  });

  it("refuses two resources of one URN", async () => {
    const result = await shop.up([{ name: "twin" }, { name: "twin" }]);
    expect(result.code).to.equal(1);
    expect(result.stdout).to.include(`Duplicate resource URN '${urn("twin")}'; try giving it a unique name`);
  });

  it("writes the state only at the end with PULUMI_SKIP_CHECKPOINTS", async () => {
    for (const skip of ["true", "false"]) {
      const held = `${shop.folder}/held-${skip}`;
      const resources = [
        { name: `quick-${skip}` },
        { name: `slow-${skip}`, props: { waitFor: held }, dependsOn: [`quick-${skip}`] },
      ];
      shop.declare(resources);
      const flags = { skipPreview: true, env: { PULUMI_SKIP_CHECKPOINTS: skip } };
      const { done } = shop.stack.start("up", flags);
      await shop.journalled("create", "start", `slow-${skip}`);
      const text = readFileSync(shop.stateFile, "utf8");
      expect(text.includes(`Thing::quick-${skip}`), skip).to.equal(skip === "false");
      shop.release(held);
      expect((await done).code).to.equal(0);
      expect(Object.keys(shop.state())).to.include(`slow-${skip}`);
    }
  });
});
