/** Which of many interval sets a set overlaps, without looking at each of them. */
import { addBit, addBits, commonNumbers, noBits } from "./bits";
import type { Bits } from "./bits";
import type { Interval } from "./cidr";
import type { IntervalSet } from "./intervals";
import { onceEach } from "../once";

/** An interval, and which distinct sets have it. */
interface Entry extends Interval {
  sets: number[];
}

/** Finds the sets, by their numbers, that have something in common with one. */
export interface OverlapIndex {
  /** The same bits for the same set: they are not to be changed. */
  find(set: IntervalSet): Bits;
}

/**
 * A search tree over the distinct intervals of distinct sets, ordered by where they begin; each half knows how far it
 * reaches. Building takes n log n, a search log n and what it finds: thousands of rules that share some lists of
 * addresses, as one object each, cost no more than the lists. What spans all of them ("any") stands beside the tree,
 * because every search would find it.
 */
export function overlapIndex(sets: readonly IntervalSet[]): OverlapIndex {
  const items = new Map<IntervalSet, number[]>();
  for (const [item, set] of sets.entries()) {
    const known = items.get(set);
    if (known) known.push(item);
    else items.set(set, [item]);
  }
  const distinct = [...items.keys()];
  const itemsOf = [...items.values()];
  const all = entriesOf(distinct);
  const hull = all.reduce<Interval | undefined>((sum, each) => (sum ? wider(sum, each) : each), undefined);
  const isSpanning = (each: Interval) => each.first === hull?.first && each.last === hull.last;
  const spanning = noBits(sets.length);
  const spanningSets = all.filter(isSpanning).flatMap((each) => each.sets);
  for (const set of spanningSets) addAll(spanning, itemsOf[set]!);
  const search = searchIn(all.filter((each) => !isSpanning(each)));
  return {
    find: onceEach((wanted) => {
      const found = noBits(sets.length);
      const met = noBits(distinct.length);
      for (const interval of wanted) {
        if (hull === undefined || interval.last < hull.first || interval.first > hull.last) continue;
        addBits(found, spanning);
        search(interval, met);
      }
      for (const set of commonNumbers(met)) addAll(found, itemsOf[set]!);
      return found;
    }),
  };
}

function entriesOf(distinct: readonly IntervalSet[]): Entry[] {
  const entries: Entry[] = [];
  const known = new Map<bigint, Map<bigint, Entry>>();
  for (const [set, intervals] of distinct.entries()) {
    for (const { first, last } of intervals) {
      let beginning = known.get(first);
      if (beginning === undefined) known.set(first, (beginning = new Map<bigint, Entry>()));
      const entry = beginning.get(last);
      if (entry !== undefined) {
        entry.sets.push(set);
        continue;
      }
      const made: Entry = { first, last, sets: [set] };
      beginning.set(last, made);
      entries.push(made);
    }
  }
  return entries;
}

function addAll(bits: Bits, numbers: readonly number[]): void {
  for (const number of numbers) addBit(bits, number);
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
      if (entry.last >= first) addAll(found, entry.sets);
      search(middle + 1, high);
    };
    search(0, entries.length - 1);
  };
}
