/** Which of many interval sets a set overlaps, without looking at each of them. */
import { addBit, addBits, noBits } from "./bits";
import type { Bits } from "./bits";
import type { Interval } from "./cidr";
import type { IntervalSet } from "./intervals";
import { onceEach } from "../once";

interface Entry extends Interval {
  item: number;
}

/** Finds the sets, by their numbers, that have something in common with one. */
export interface OverlapIndex {
  /** The same bits for the same set: they are not to be changed. */
  find(set: IntervalSet): Bits;
}

/**
 * A search tree over all intervals, ordered by where they begin; each half knows how far it reaches. Building
 * takes n log n, a search log n and what it finds. What spans all of them ("any") stands beside the tree, because
 * every search would find it.
 */
export function overlapIndex(sets: readonly IntervalSet[]): OverlapIndex {
  const all = sets.flatMap((set, item) => set.map(({ first, last }): Entry => ({ first, last, item })));
  const hull = all.reduce<Interval | undefined>((sum, each) => (sum ? wider(sum, each) : each), undefined);
  const spanning = noBits(sets.length);
  const isSpanning = (each: Interval) => each.first === hull?.first && each.last === hull.last;
  for (const each of all) if (isSpanning(each)) addBit(spanning, each.item);
  const search = searchIn(all.filter((each) => !isSpanning(each)));
  return {
    find: onceEach((set) => {
      const found = noBits(sets.length);
      for (const interval of set) {
        if (hull === undefined || interval.last < hull.first || interval.first > hull.last) continue;
        addBits(found, spanning);
        search(interval, found);
      }
      return found;
    }),
  };
}

function wider(a: Interval, b: Interval): Interval {
  return { first: a.first < b.first ? a.first : b.first, last: a.last > b.last ? a.last : b.last };
}

function searchIn(entries: Entry[]): (interval: Interval, found: Bits) => void {
  entries.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  // reach[m] of the middle m of a range: the furthest that anything in the range reaches.
  const reach: bigint[] = [];
  const build = (low: number, high: number): bigint => {
    if (low > high) return -1n;
    const middle = (low + high) >>> 1;
    const halves = [build(low, middle - 1), build(middle + 1, high)];
    reach[middle] = halves.reduce((most, each) => (each > most ? each : most), entries[middle]!.last);
    return reach[middle];
  };
  build(0, entries.length - 1);

  return ({ first, last }, found) => {
    const search = (low: number, high: number): void => {
      if (low > high) return;
      const middle = (low + high) >>> 1;
      if (reach[middle]! < first) return;
      search(low, middle - 1);
      const entry = entries[middle]!;
      if (entry.first > last) return;
      if (entry.last >= first) addBit(found, entry.item);
      search(middle + 1, high);
    };
    search(0, entries.length - 1);
  };
}
