import { expect } from "chai";
import { RunError } from "@pulumi/pulumi/errors";
import { PanosError } from "../../panos/error";
import { failureOf } from "../../plan/say";

describe("the error of a program that failed", () => {
  it("is one sentence where a person can mend it", () => {
    const failure = failureOf(new PanosError("SETTINGS", "panos:port is no port"));
    expect(RunError.isInstance(failure)).to.equal(true);
    expect(failure.message).to.equal("panos:port is no port");
  });

  it("says where it comes from where nobody expects it", () => {
    const { message } = failureOf(new TypeError("nothing is not a function"));
    expect(message)
      .to.include("report it")
      .and.include("TypeError: nothing is not a function\n")
      .and.include("say.test.ts");
    expect(failureOf("a text").message).to.include("a text");
  });

  for (const error of [new PanosError("SETTINGS", "no"), new TypeError("no")]) {
    it(`gives Pulumi nothing to inspect, of a ${error.name} either`, () => {
      // It inspects whatever has a stack, the cause and every property included.
      const failure = failureOf(Object.assign(error, { cause: new Array(3) }));
      expect(failure.stack).to.equal("");
      expect(Object.keys(failure)).not.to.include("cause");
    });
  }
});
