/** Which of several blocks, one inside another, sends an address: that of the longest prefix. */
import { compareCidrs } from "../lib/net/cidr";
import type { Cidr, Interval } from "../lib/net/cidr";
import { setOf } from "../lib/net/intervals";
import type { IntervalSet } from "../lib/net/intervals";

/** What has a block of its own. */
interface Destination {
  cidr: Cidr;
}

/** The addresses that each of these sends, all of one family and each block once; sorted, and disjoint. */
export function shares<T extends Destination>(destinations: readonly T[]): Map<T, Interval[]> {
  const sorted = destinations.toSorted((a, b) => compareCidrs(a.cidr, b.cidr));
  const found = new Map<T, Interval[]>();
  // Blocks lie inside one another or apart, so what is open at any address is a stack.
  const open: T[] = [];
  let next = 0n;
  const upTo = (last: bigint, destination: T) => {
    if (next <= last) {
      const own = found.get(destination) ?? [];
      own.push({ first: next, last });
      found.set(destination, own);
    }
    next = last + 1n;
  };
  const close = (before: bigint | undefined) => {
    for (let top = open.at(-1); top && (before === undefined || top.cidr.last < before); top = open.at(-1)) {
      upTo(top.cidr.last, top);
      open.pop();
    }
  };
  for (const destination of sorted) {
    const { first } = destination.cidr;
    close(first);
    const top = open.at(-1);
    if (top) upTo(first - 1n, top);
    next = first;
    open.push(destination);
  }
  close(undefined);
  return found;
}

/** The addresses that those send which lead where it is asked for; all of one family, and each block once. */
export function longestPrefixes<T extends Destination>(
  destinations: readonly T[],
  leads: (destination: T) => boolean,
): IntervalSet {
  return setOf([...shares(destinations)].flatMap(([destination, own]) => (leads(destination) ? own : [])));
}

/** Which of these sends an address. */
export function longestPrefix<T extends Destination>(
  destinations: readonly T[],
  address: bigint,
): T | undefined {
  let best: T | undefined;
  for (const each of destinations) {
    const { first, last, prefixLength } = each.cidr;
    if (
      first <= address &&
      address <= last &&
      (best === undefined || prefixLength > best.cidr.prefixLength)
    ) {
      best = each;
    }
  }
  return best;
}
