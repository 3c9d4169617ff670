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

  it("finds each of several that are one object, and sets that have intervals in common", () => {
    const sets = [[0], [0, 20], [20], [0, 20], [40]].map((firsts) =>
      firsts.map((first) => ({ first: BigInt(first), last: BigInt(first + 4) })),
    );
    const shared = fc.array(fc.nat(sets.length - 1), { maxLength: 40 });
    fc.assert(
      fc.property(shared, set, (places, wanted) => {
        const all = places.map((place) => sets[place]!);
        const expected = all.flatMap((each, item) => (overlaps(each, wanted) ? [item] : []));
        expect(commonNumbers(overlapIndex(all).find(wanted))).to.deep.equal(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
