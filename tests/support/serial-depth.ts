import type { RequestRecord } from "../../packages/simulator";

/**
 * How many requests came one after the other, each only when another's answer was there: what a far firewall costs in
 * round trips.
 * @param delayMs how long the firewall held each answer back
 */
export function serialDepth(requests: readonly Pick<RequestRecord, "time">[], delayMs: number): number {
  const answered = requests.map(({ time }) => Date.parse(time)).sort((a, b) => a - b);
  const depths: number[] = [];
  for (const time of answered) {
    const before = depths.filter((_, index) => (answered[index] ?? Infinity) <= time - delayMs);
    depths.push(1 + Math.max(0, ...before));
  }
  return Math.max(0, ...depths);
}
