import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { digestIn, digestOf, picturedPage, withDigest } from "../../docs/picture";
import { PROJECT_DIR } from "../support/lab";

describe("the picture of a review", () => {
  it("is of the page as it is now; otherwise: npm run review:picture", async () => {
    const png = await readFile(join(PROJECT_DIR, "docs/review.png"));
    expect(digestIn(png)).to.equal(digestOf(await picturedPage()));
  });

  it("says of which page it is, in a chunk that leaves the picture whole", async () => {
    const png = await readFile(join(PROJECT_DIR, "docs/review.png"));
    expect(png.subarray(1, 4).toString()).to.equal("PNG");
    const marked = withDigest(png, digestOf("another page"));
    expect(digestIn(marked)).to.equal(digestOf("another page"));
    expect(marked.indexOf("IHDR")).to.be.below(marked.indexOf("tEXt"));
    expect(digestIn(Buffer.from("no picture"))).to.equal(undefined);
  });
});
