import { expect } from "chai";
import fc from "fast-check";
import { difference, intersection, overlaps, setOf } from "../../lib/net/intervals";
import type { IntervalSet } from "../../lib/net/intervals";

const UNIVERSE = Array.from({ length: 24 }, (_, value) => value);

/** Sets over a universe small enough to compare member by member. */
const sets = fc
  .array(fc.tuple(fc.nat(23), fc.nat(5)), { maxLength: 6 })
  .map((pairs) =>
    pairs.map(([first, length]) => ({ first: BigInt(first), last: BigInt(Math.min(first + length, 23)) })),
  );

const members = (intervals: IntervalSet) =>
  UNIVERSE.filter((value) => intervals.some(({ first, last }) => first <= value && value <= last));

describe("interval sets", () => {
  it("merge what overlaps or touches", () => {
    const set = setOf([
      { first: 5n, last: 6n },
      { first: 1n, last: 2n },
      { first: 3n, last: 3n },
      { first: 5n, last: 9n },
    ]);
    expect(set).to.deep.equal([
      { first: 1n, last: 3n },
      { first: 5n, last: 9n },
    ]);
  });

  it("agree with sets of single numbers", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const [left, right] = [setOf(a), setOf(b)];
        expect(members(left)).to.deep.equal(members(a));
        const both = members(a).filter((value) => members(b).includes(value));
        expect(members(intersection(left, right))).to.deep.equal(both);
        expect(members(difference(left, right))).to.deep.equal(
          members(a).filter((value) => !both.includes(value)),
        );
        expect(overlaps(left, right)).to.equal(both.length > 0);
      }),
      { numRuns: 1000 },
    );
  });
});
