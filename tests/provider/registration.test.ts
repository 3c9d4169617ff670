import { expect } from "chai";
import { registerResources } from "../../provider/registration";

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
