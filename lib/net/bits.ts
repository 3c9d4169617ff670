/** Sets of small numbers, such as places in a list, as one bit each: what several have in common costs next to nothing. */
export type Bits = Uint32Array;

/** The empty set, of numbers below `count`. */
export function noBits(count: number): Bits {
  return new Uint32Array((count + 31) >>> 5);
}

/** The numbers below `count` that pass. */
export function bitsWhere(count: number, passes: (number: number) => boolean): Bits {
  const bits = noBits(count);
  for (let number = 0; number < count; number++) if (passes(number)) addBit(bits, number);
  return bits;
}

export function addBit(bits: Bits, number: number): void {
  bits[number >>> 5]! |= 1 << (number & 31);
}

/** Adds everything that another one has, of the same count. */
export function addBits(bits: Bits, more: Bits): void {
  for (let word = 0; word < bits.length; word++) bits[word]! |= more[word]!;
}

/** What all of them have, of the same count, in ascending order. */
export function commonNumbers(first: Bits, ...others: Bits[]): number[] {
  const numbers: number[] = [];
  for (let word = 0; word < first.length; word++) {
    let left = first[word]!;
    for (const other of others) left &= other[word]!;
    while (left !== 0) {
      const lowest = left & -left;
      numbers.push((word << 5) + 31 - Math.clz32(lowest));
      left ^= lowest;
    }
  }
  return numbers;
}
