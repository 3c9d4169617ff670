import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { MOST_WAITING, Registering } from "../../provider/resource/registration";
import { Lab, said, succeeded } from "../support/lab";

describe("a component's resources", () => {
  /** An engine that answers when it is let. */
  class Engine {
    private readonly waiting: (() => void)[] = [];
    readonly registered: string[] = [];

    async use(): Promise<void> {
      await pulumi.runtime.setMocks({
        call: () => ({}),
        newResource: async ({ name }) => {
          if (name === "refused") throw new Error("it may not be");
          if (name.startsWith("thing")) {
            this.registered.push(name);
            await new Promise<void>((resolve) => this.waiting.push(resolve));
          }
          return { id: name, state: {} };
        },
      });
    }

    answer(count = Infinity): void {
      for (const answer of this.waiting.splice(0, count)) answer();
    }

    /** When so many have come, and nothing more comes while whatever can go on does. */
    async until(registered: number): Promise<void> {
      while (this.registered.length < registered) await new Promise(setImmediate);
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    }
  }

  const engine = new Engine();
  const thing = (name: string) => ({ type: "test:index:Thing", name, inputs: {}, dependsOn: [] });
  let registering: Registering;
  beforeEach(async () => {
    engine.registered.length = 0;
    await engine.use();
    registering = new Registering(new pulumi.ComponentResource("test:index:Parent", "parent"));
  });

  it("wait for the engine a few at a time", async () => {
    const all = MOST_WAITING * 2 + 10;
    const create = async () => {
      for (let number = 0; number < all; number++) await registering.create(thing(`thing${number}`));
      await registering.all();
    };
    const done = create();
    for (const [answered, registered] of [
      [0, MOST_WAITING],
      [5, MOST_WAITING + 5],
      [Infinity, 2 * MOST_WAITING + 5],
      [Infinity, all],
    ] as const) {
      engine.answer(answered);
      await engine.until(registered);
      expect(engine.registered).to.have.length(registered);
    }
    engine.answer();
    await done;
  });

  it("wait for what they depend on", async () => {
    const first = await registering.create(thing("thing1"));
    await registering.create({ ...thing("thing2"), dependsOn: [first] });
    await engine.until(1);
    expect(engine.registered).to.deep.equal(["thing1"]);
    engine.answer();
    await engine.until(2);
    engine.answer();
    await registering.all();
  });

  it("fail with what the engine says of one, which nothing that depends on it outlives", async () => {
    const refused = await registering.create(thing("refused"));
    await registering.create({ ...thing("thing1"), dependsOn: [refused] });
    await registering.create(thing("thing2"));
    await engine.until(1);
    engine.answer();
    const error = await registering.all().catch((reason: Error) => reason.message);
    expect(error).to.equal("resource refused could not be registered: it may not be");
    expect(engine.registered).to.deep.equal(["thing2"]);
  });
});

describe("what the engine knows of a resource", function () {
  this.timeout(60_000);

  // Two tags, which the provider makes likewise: one declared in the SDK's own way, with all that ours ever has.
  const program = (renamed: boolean) => `
    const pulumi = require("@pulumi/pulumi");
    const { Registering, urnOf } = require("./provider/resource/registration");
    const { Firewall, objectResource } = require("./provider/resources");
    const parent = new pulumi.ComponentResource("test:index:Policy", "policy");
    const [name, vsys, ownerId, stack] = ["firewall", "vsys1", "test1234", "test/dev"];
    const firewall = name + "/" + vsys;
    const needed = new Firewall("firewall",
      { name, vsys, hostname: "127.0.0.1", ownerId, cleanupRule: "cleanup", stack }, { parent });
    const registrationOf = (name) => objectResource("tags", name + ${renamed ? '"-renamed"' : '""'},
      { firewall, name: "aws-panos-" + name, comments: stack, acceptRename: false });
    const aliases = (name) => ${renamed ? "[name]" : "[]"};
    const { type, name: called, inputs } = registrationOf("theirs111");
    new pulumi.CustomResource(type, called, inputs,
      { parent, dependsOn: needed, aliases: aliases("theirs111").map((name) => ({ name })) });
    const registering = new Registering(parent);
    void registering.create(
      { ...registrationOf("ours22222"), dependsOn: [{ urn: urnOf(needed) }], aliases: aliases("ours22222") });
  `;

  it("is what the SDK's own registration tells, also of one that was renamed", async () => {
    const lab = await Lab.open();
    try {
      for (const renamed of [false, true]) {
        const stack = await lab.stack({ projectDir: await lab.programDir(program(renamed)) });
        const result = succeeded(await stack.up());
        if (renamed) expect(result.steps).to.deep.equal([]);
        const { resources = [] } = await stack.exportState();
        const [ours, theirs] = ["ours22222", "theirs111"].map((name) => {
          const state = resources.find(({ urn }) => urn.includes(name));
          // Its own names and times; and where the SDK noted that the program declared it.
          const { sourcePosition, stackTrace, created, modified, ...known } = { ...state } as Record<
            string,
            unknown
          >;
          expect([sourcePosition, stackTrace, created, modified]).to.have.length(4);
          const text = JSON.stringify(known).replaceAll(name, "NAME");
          const { outputs, ...rest } = JSON.parse(text) as { outputs: { hash: string } };
          return { ...rest, outputs: { ...outputs, hash: typeof outputs.hash } };
        });
        expect(ours).to.deep.equal(theirs);
        expect(said(result)).to.not.include("error");
      }
    } finally {
      await lab.close();
    }
  });
});
