/** Which of many interval sets a set overlaps, without looking at each of them. */
import type { IntervalSet } from "./intervals";

interface Entry {
  first: bigint;
  last: bigint;
  item: number;
}

/** Finds the sets, by their numbers, that have something in common with one. */
export interface OverlapIndex {
  /** In ascending order, each once. */
  find(set: IntervalSet): number[];
}

/**
 * A search tree over all intervals, ordered by where they begin; each half knows how far it reaches. Building
 * takes n log n, a search log n and what it finds.
 */
export function overlapIndex(sets: readonly IntervalSet[]): OverlapIndex {
  const entries = sets
    .flatMap((set, item) => set.map(({ first, last }): Entry => ({ first, last, item })))
    .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
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

  return {
    find(set) {
      const found = new Set<number>();
      for (const { first, last } of set) {
        const search = (low: number, high: number): void => {
          if (low > high) return;
          const middle = (low + high) >>> 1;
          if (reach[middle]! < first) return;
          search(low, middle - 1);
          const entry = entries[middle]!;
          if (entry.first > last) return;
          if (entry.last >= first) found.add(entry.item);
          search(middle + 1, high);
        };
        search(0, entries.length - 1);
      }
      return [...found].sort((a, b) => a - b);
    },
  };
}
