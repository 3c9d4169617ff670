import { expect } from "chai";
import fc from "fast-check";
import { commonNumbers } from "../../lib/net/bits";
import { overlaps, setOf } from "../../lib/net/intervals";
import { overlapIndex } from "../../lib/net/overlap-index";

const set = fc
  .array(
    fc.tuple(fc.bigInt(0n, 40n), fc.bigInt(0n, 5n)).map(([first, more]) => ({ first, last: first + more })),
    { maxLength: 4 },
  )
  .map(setOf);

describe("the index of overlaps", () => {
  it("finds what looking at every set finds", () => {
    fc.assert(
      fc.property(fc.array(set, { maxLength: 12 }), set, (sets, wanted) => {
        const expected = sets.flatMap((each, item) => (overlaps(each, wanted) ? [item] : []));
        expect(commonNumbers(overlapIndex(sets).find(wanted))).to.deep.equal(expected);
      }),
      { numRuns: 2000 },
    );
  });
});
