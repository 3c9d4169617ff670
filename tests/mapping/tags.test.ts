import { expect } from "chai";
import { hasTag, mayHaveTag } from "../../mapping/tags";

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
});
