import type { HeldRequest } from "../http/holds";
import type { Fault, FaultMatch } from "./fault";

/** A fault with its counters: it says of each request, in the order they come, whether it fires. */
export class ArmedFault {
  /** Matching requests so far. */
  seen = 0;
  fired = 0;
  private readonly draw: () => number;

  constructor(
    readonly name: string,
    readonly fault: Fault,
  ) {
    this.draw = chance(fault.seed ?? 1);
  }

  isDue(request: HeldRequest): boolean {
    const { match = {}, nth = 1, probability, count } = this.fault;
    if (!(typeof match === "function" ? match(request) : matches(match, request))) return false;
    this.seen++;
    // One draw for each matching request, whatever else decides: the sequence stays the seed's.
    const drawn = probability === undefined || this.draw() < probability;
    const limit = count ?? (probability === undefined ? 1 : Infinity);
    if (!drawn || this.seen < nth || this.fired >= limit) return false;
    this.fired++;
    return true;
  }
}

function matches(match: FaultMatch, request: HeldRequest): boolean {
  const equals = (wanted: FaultMatch["type"], value = ""): boolean =>
    wanted === undefined || [wanted].flat().includes(value);
  const contains = (wanted: FaultMatch["type"], value = ""): boolean =>
    wanted === undefined || [wanted].flat().some((part) => value.includes(part));
  return (
    equals(match.type, request.type) &&
    equals(match.action, request.action) &&
    equals(match.admin, request.admin) &&
    contains(match.xpath, request.xpath) &&
    contains(match.cmd, request.cmd) &&
    contains(match.element, request.element)
  );
}

/** Numbers from 0 to 1 that only depend on the seed (mulberry32). */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
