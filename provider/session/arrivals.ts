import { engineCommand } from "./engine-command";

// Pulumi checks and diffs resources one after the other, and has as many creates, updates and deletes under way as its
// parallelism allows, in one process for all firewalls.

let underWay = 0;
let last = 0;
let most: number | undefined;

/** Notes that Pulumi has just asked something: as long as it does, a change may follow. */
export function noteArrival(): void {
  last = Date.now();
}

/** Runs a create's, an update's or a delete's work, which occupies one of those that Pulumi may have under way. */
export async function arrived<T>(work: () => Promise<T>): Promise<T> {
  underWay++;
  noteArrival();
  try {
    return await work();
  } finally {
    underWay--;
  }
}

/** When Pulumi last asked something, in milliseconds since 1970. */
export function lastArrival(): number {
  return last;
}

/** Whether Pulumi sends nothing more before something ends; false where its parallelism isn't known. */
export function nothingMoreCanArrive(): boolean {
  most ??= engineCommand().parallel ?? Infinity;
  return underWay >= most;
}
