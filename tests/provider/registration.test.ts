import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { MOST_WAITING, Registering, registerResources } from "../../provider/resource/registration";

describe("a component's resources", () => {
  class Thing extends pulumi.CustomResource {}

  /** An engine that answers when it is let. */
  class Engine {
    private readonly waiting: (() => void)[] = [];
    registered = 0;

    async use(): Promise<void> {
      await pulumi.runtime.setMocks({
        call: () => ({}),
        newResource: async ({ name }) => {
          if (name.startsWith("thing")) {
            this.registered++;
            await new Promise<void>((resolve) => this.waiting.push(resolve));
          }
          return { id: name, state: {} };
        },
      });
    }

    answer(count = Infinity): void {
      for (const answer of this.waiting.splice(0, count)) answer();
    }

    /** When so many wait, and nothing more comes while whatever can go on does. */
    async until(registered: number): Promise<void> {
      while (this.registered < registered) await new Promise(setImmediate);
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    }
  }

  it("wait for the engine a few at a time, and are not kept when they are registered", async () => {
    const engine = new Engine();
    await engine.use();
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
    const children = () => (parent as unknown as { __childResources: Set<unknown> }).__childResources;
    const registering = new Registering(parent);
    const all = MOST_WAITING * 2 + 10;
    const create = async () => {
      for (let number = 0; number < all; number++) {
        const name = `thing${number}`;
        await registering.create(() => new Thing("test:index:Thing", name, {}, { parent }));
      }
      await registering.all();
    };
    const done = create();
    await engine.until(MOST_WAITING);
    expect([engine.registered, children().size]).to.deep.equal([MOST_WAITING, MOST_WAITING]);
    engine.answer(5);
    await engine.until(MOST_WAITING + 5);
    expect([engine.registered, children().size]).to.deep.equal([MOST_WAITING + 5, MOST_WAITING]);
    engine.answer();
    await engine.until(2 * MOST_WAITING + 5);
    engine.answer();
    await engine.until(all);
    engine.answer();
    await done;
    expect([engine.registered, children().size]).to.deep.equal([all, 0]);
  });

  it("fail with what made one fail, and the others are still waited for", async () => {
    const parent = new pulumi.ComponentResource("test:index:Things", "failing");
    const registering = new Registering(parent);
    const failing = registering.create(() => {
      throw new Error("refused");
    });
    expect(await failing.catch((error: Error) => error.message)).to.equal("refused");
    expect(await registering.all().catch((error: Error) => error.message)).to.equal("refused");
  });
});

describe("registering resources", () => {
  const hasTrace = () => new Error("somewhere").stack !== undefined;

  /** What the SDK does for each source position. */
  const withEveryFrame = () => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = Infinity;
    const { stack } = new Error("somewhere");
    Error.stackTraceLimit = limit;
    return stack;
  };

  it("captures no stack traces until all is registered, and then again", async () => {
    const limit = Error.stackTraceLimit;
    let registered = () => {};
    const end = registerResources(() => new Promise<void>((resolve) => (registered = resolve)));
    expect(hasTrace()).to.equal(false);
    expect(withEveryFrame()).to.equal(undefined);
    registered();
    await end;
    expect(hasTrace()).to.equal(true);
    expect(Error.stackTraceLimit).to.equal(limit);
  });

  it("goes on without them while another registration is under way", async () => {
    let registered = () => {};
    const slow = registerResources(() => new Promise<void>((resolve) => (registered = resolve)));
    await registerResources(() => Promise.resolve());
    expect(hasTrace()).to.equal(false);
    registered();
    await slow;
    expect(hasTrace()).to.equal(true);
  });

  it("says where a creation that threw was called from", () => {
    const fails = () => registerResources(() => Promise.resolve((undefined as unknown as string).length));
    let stack: string | undefined;
    try {
      void fails();
    } catch (error) {
      ({ stack } = error as Error);
    }
    expect(stack).to.include("Cannot read properties of undefined").and.to.include("registration.test");
    expect(hasTrace()).to.equal(true);
  });

  it("captures them again after a registration that failed", async () => {
    const end = registerResources(() => Promise.reject(new Error("refused")));
    expect(await end.catch((error: Error) => error.message)).to.equal("refused");
    expect(hasTrace()).to.equal(true);
  });
});
