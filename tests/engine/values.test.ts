import { expect } from "chai";
import { DependencyGraph, deletionOrder } from "../../packages/pulumi/graph";
import type { ResourceState } from "../../packages/pulumi/state";
import { Targets } from "../../packages/pulumi/targets";
import { createUrn, nameOf, qualifiedType, stackType, typeOf } from "../../packages/pulumi/urn";
import {
  annotateSecrets,
  differences,
  equalValues,
  forProvider,
  makeSecret,
  pathContains,
  resetPath,
  resourceSignature,
  signatureKey,
  unknownValue,
} from "../../packages/pulumi/values";

describe("engine: values, URNs, targets", () => {
  it("compares values by what they say, whatever the order of keys", () => {
    expect(equalValues({ a: [1, { b: 2 }], c: null }, { c: null, a: [1, { b: 2 }] })).to.equal(true);
    expect(equalValues({ a: 1 }, { a: 1, b: undefined })).to.equal(false);
    expect(equalValues([1, 2], [2, 1])).to.equal(false);
  });

  it("names differences by path, seeing through secrets", () => {
    const olds = { same: makeSecret("x"), ports: [1, 2], deep: { a: 1, b: 2 }, gone: 1 };
    const news = { same: "x", ports: [1, 3, 4], deep: { a: 1, b: 3 }, fresh: 1 };
    expect([...differences(olds, news)]).to.have.deep.members([
      ["ports[1]", "update"],
      ["ports[2]", "add"],
      ["deep.b", "update"],
      ["gone", "delete"],
      ["fresh", "add"],
    ]);
  });

  it("gives a provider plain values, and ids in place of resources", () => {
    const reference = { [signatureKey]: resourceSignature, urn: "urn:x", id: "i-1" };
    const component = { [signatureKey]: resourceSignature, urn: "urn:x" };
    const pending = { ...reference, id: "" };
    expect(
      forProvider({ a: makeSecret([makeSecret("s")]), b: [reference, component], c: pending }),
    ).to.deep.equal({
      a: ["s"],
      b: ["i-1", "urn:x"],
      c: unknownValue,
    });
  });

  it("makes secret what a provider returns under the name of a secret", () => {
    const outputs: Record<string, unknown> = { key: "k", nested: { key: "k", other: 1 }, copy: "k" };
    annotateSecrets(outputs, { key: makeSecret("k"), nested: { key: makeSecret("k") } });
    expect(outputs).to.deep.equal({
      key: makeSecret("k"),
      nested: { key: makeSecret("k"), other: 1 },
      copy: "k",
    });
  });

  it("sets ignored paths back, and knows which path covers which", () => {
    const inputs = { a: { b: 2, c: 3 }, d: 4 };
    expect(resetPath(inputs, { a: { b: 1 } }, "a.b")).to.equal(true);
    expect(resetPath(inputs, { a: { b: 1 } }, "d")).to.equal(true);
    expect(resetPath(inputs, {}, "x.y")).to.equal(false);
    expect(inputs).to.deep.equal({ a: { b: 1, c: 3 } });
    expect(pathContains("ports[*].from", "ports[3].from")).to.equal(true);
    expect(pathContains("ports", "ports[3].from")).to.equal(true);
    expect(pathContains("ports[0]", "ports")).to.equal(false);
  });

  it("makes URNs as Pulumi does: no stack in the type, any text in the name", () => {
    const stack = createUrn("dev", "proj", undefined, stackType, "proj-dev");
    const group = createUrn("dev", "proj", stack, "my:index:Group", "g");
    const child = createUrn("dev", "proj", group, "my:index:Thing", "a::b");
    expect(child).to.equal("urn:pulumi:dev::proj::my:index:Group$my:index:Thing::a::b");
    expect([qualifiedType(child), typeOf(child), nameOf(child)]).to.deep.equal([
      ...["my:index:Group$my:index:Thing", "my:index:Thing", "a::b"],
    ]);
  });

  it("matches targets literally, within a segment (*) or across (**)", () => {
    const urn = "urn:pulumi:dev::proj::my:index:Thing::name";
    const matches = (target: string): boolean => new Targets([target]).contains(urn);
    expect([urn, "**", "**Thing::*", "urn:pulumi:dev::*::**::name"].map(matches)).to.deep.equal([
      ...[true, true, true, true],
    ]);
    expect(["*", "**::nam", "urn:pulumi:dev::proj::*::name"].map(matches)).to.deep.equal([
      false,
      false,
      false,
    ]);
    expect(new Targets([]).contains(urn)).to.equal(true);
  });
});

describe("engine: the order of deletes", () => {
  const state = (name: string, more: Partial<ResourceState> = {}): ResourceState => ({
    ...{ urn: `urn:pulumi:s::p::t:i:T::${name}`, type: "t:i:T", custom: true },
    ...more,
  });

  it("puts dependents, children of components and users of a provider before what they need", () => {
    const provider = state("provider");
    const group = state("group", { custom: false });
    const child = state("child", { parent: group.urn, provider: `${provider.urn}::id` });
    const user = state("user", { dependencies: [group.urn] });
    const free = state("free");
    const graph = new DependencyGraph([provider, group, child, user, free]);
    const names = deletionOrder(graph, new Set([provider, group, child, user, free])).map((batch) =>
      batch.map(({ urn }) => nameOf(urn)),
    );
    expect(names).to.deep.equal([["user"], ["child"], ["provider", "group", "free"]]);
  });

  it("stays fast with a thousand resources that all depend on one", () => {
    const hub = state("hub");
    const spokes = Array.from({ length: 2000 }, (_, at) =>
      state(`spoke-${String(at)}`, { dependencies: [hub.urn] }),
    );
    const graph = new DependencyGraph([hub, ...spokes]);
    expect(deletionOrder(graph, new Set([hub, ...spokes])).map(({ length }) => length)).to.deep.equal([
      2000, 1,
    ]);
  });
});
