import type { PanosError } from "./error";

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

/**
 * Whether to repeat a call, and when: exponential backoff with full jitter.
 * - `unreachable`, `busy`: the device did not carry it out, so anything may be repeated
 * - `ambiguous`: only what is the same done twice
 * @param attempt 0 for the first repetition
 * @param random from 0 to 1, for tests
 * @returns milliseconds to wait, or undefined not to repeat
 */
export function retryDelay(
  error: PanosError,
  attempt: number,
  repeatable: boolean,
  random: () => number = Math.random,
): number | undefined {
  const notCarriedOut = error.code === "BUSY" || error.code === "UNREACHABLE";
  if (!notCarriedOut && !(error.code === "AMBIGUOUS" && repeatable)) return undefined;
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt + 1));
  return Math.round(longest * (0.5 + random() / 2));
}
