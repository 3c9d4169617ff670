/** Sets of whole numbers as sorted, disjoint intervals: addresses of a family, or ports. */
import type { Interval } from "./cidr";

/** Sorted by `first`, no two overlapping or touching. */
export type IntervalSet = readonly Interval[];

export const EMPTY: IntervalSet = [];

/** The set of everything that lies in any of these intervals. */
export function setOf(intervals: Iterable<Interval>): IntervalSet {
  const sorted = [...intervals].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const merged: Interval[] = [];
  for (const { first, last } of sorted) {
    const previous = merged.at(-1);
    if (previous && first <= previous.last + 1n) {
      if (last > previous.last) previous.last = last;
    } else {
      merged.push({ first, last });
    }
  }
  return merged;
}

/** How many numbers a set has. */
export function size(set: IntervalSet): bigint {
  return set.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
}

/** What both have. */
export function intersection(a: IntervalSet, b: IntervalSet): IntervalSet {
  const [small, large] = a.length <= b.length ? [a, b] : [b, a];
  const common: Interval[] = [];
  for (const { first, last } of small) {
    for (let index = firstReaching(large, first); index < large.length; index++) {
      const other = large[index]!;
      if (other.first > last) break;
      common.push({
        first: first > other.first ? first : other.first,
        last: last < other.last ? last : other.last,
      });
    }
  }
  return common;
}

/** What `a` has and `b` doesn't. */
export function difference(a: IntervalSet, b: IntervalSet): IntervalSet {
  const left: Interval[] = [];
  for (const interval of a) {
    let first = interval.first;
    for (let index = firstReaching(b, first); index < b.length; index++) {
      const taken = b[index]!;
      if (taken.first > interval.last) break;
      if (taken.first > first) left.push({ first, last: taken.first - 1n });
      first = taken.last + 1n;
    }
    if (first <= interval.last) left.push({ first, last: interval.last });
  }
  return left;
}

/** Whether they have anything in common. Cheap when either is small. */
export function overlaps(a: IntervalSet, b: IntervalSet): boolean {
  const [small, large] = a.length <= b.length ? [a, b] : [b, a];
  for (const { first, last } of small) {
    const other = large[firstReaching(large, first)];
    if (other && other.first <= last) return true;
  }
  return false;
}

/** The index of the first interval that ends at `value` or later. */
function firstReaching(set: IntervalSet, value: bigint): number {
  let low = 0;
  let high = set.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (set[middle]!.last < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
