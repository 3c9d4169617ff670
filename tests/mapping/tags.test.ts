import { expect } from "chai";
import { decidingKeys } from "../../guard/scope";
import { denyOnMarked } from "../../guard/isolate";
import { hasTag, mayHaveTag, readingsOf } from "../../mapping/tags";

describe("a tag that a setting names", () => {
  it("is had by its key and value, or by its key alone", () => {
    for (const has of [hasTag, mayHaveTag]) {
      expect(has({ open: "yes" }, "open=yes")).to.equal(true);
      expect(has({ open: "yes" }, "open")).to.equal(true);
      expect(has({ open: "no" }, "open=yes")).to.equal(false);
      expect(has(undefined, "open")).to.equal(false);
    }
  });

  // Whoever may not set the key "open" may set this one.
  it("is not had by another key that only reads like it, where it opens something", () => {
    expect(hasTag({ "open=yes": "" }, "open=yes")).to.equal(false);
    expect(mayHaveTag({ "open=yes": "" }, "open=yes")).to.equal(true);
  });

  it("is looked for, and kept from people, by every key that it may have, where it closes something", () => {
    expect(readingsOf("team")).to.deep.equal([{ key: "team" }]);
    expect(readingsOf("a=b=c")).to.deep.equal([
      { key: "a", value: "b=c" },
      { key: "a=b", value: "c" },
    ]);
    for (const { key, value = "anything" } of readingsOf("a=b=c"))
      expect(mayHaveTag({ [key]: value }, "a=b=c")).to.equal(true);
    expect(decidingKeys({ scope: { tags: ["a=b=c"], vpcs: [] }, rules: [] })).to.deep.equal(["a", "a=b"]);
    expect(JSON.stringify(denyOnMarked(["a=b=c"], []))).to.include('"aws:ResourceTag/a=b":"c"');
  });
});
