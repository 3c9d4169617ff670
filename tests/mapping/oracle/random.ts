/** Random choices that a number repeats, on any machine. */
export interface Random {
  /** A whole number from 0 to below. */
  below: (limit: number) => number;
  /** True once in so many times. */
  oneIn: (times: number) => boolean;
  pick: <T>(from: readonly T[]) => T;
  /** Each with an even chance, in their order. */
  some: <T>(from: readonly T[]) => T[];
  times: <T>(most: number, make: (index: number) => T) => T[];
}

/** The choices of one case: mulberry32, whose state is a single number. */
export function randomOf(seed: number, index: number): Random {
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick: (from) => from[below(from.length)]!,
    some: (from) => from.filter(() => below(2) === 0),
    times: (most, make) => Array.from({ length: below(most + 1) }, (_, index) => make(index)),
  };
}
