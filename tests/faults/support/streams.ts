/**
 * Runs schedules, many at the same time, in a process of its own: `streams.ts SEED COUNT [fleet]`. Says what breaks.
 * With `fleet` they are about a device group on Panorama.
 */
import * as fc from "fast-check";
import { firewallConfig, ruleEntry } from "../../support/lab";
import { fleetHappens, fleetSchedules } from "./fleet-schedule";
import { happens, schedules } from "./schedule";
import { World, type WorldOptions } from "./world";

const CONFIG = firewallConfig([
  ruleEntry("partners", { source: "198.51.100.77", application: "ssl" }),
  ruleEntry("deny-telnet", { application: "telnet", action: "deny" }),
]);

/** So many at once: they wait more than they work. */
const STREAMS = 16;
/** Longer than any time-out in it: a schedule that has not ended by then hangs. */
const HANG_MS = 300_000;

const firewalls = fc.asyncProperty(schedules, (schedule) =>
  holds({ config: CONFIG, pair: schedule.pair, commitTimeoutSeconds: 2 }, (world) =>
    happens(schedule, world),
  ),
);
const fleets = fc.asyncProperty(fleetSchedules, (schedule) =>
  holds({ fleet: true, pair: schedule.pair, commitTimeoutSeconds: 2 }, (world) =>
    fleetHappens(schedule, world),
  ),
);

async function holds(options: WorldOptions, happen: (world: World) => Promise<string[]>): Promise<void> {
  const world = await World.open(options);
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<string[]>((resolve) => {
    timer = setTimeout(() => resolve(["it hangs"]), HANG_MS);
  });
  try {
    const wrong = await Promise.race([happen(world), hang]);
    if (wrong.length > 0) throw new Error([...new Set(wrong)].join("\n"));
  } finally {
    clearTimeout(timer);
    await world.close();
  }
}

async function main([seed = "1", count = "1", kind]: string[]): Promise<void> {
  const numRuns = Math.ceil(Number(count) / STREAMS);
  const endOnFailure = process.env["FAULT_SHRINK"] === "no";
  const run = (stream: number) => ({ numRuns, endOnFailure, seed: Number(seed) + stream });
  const streams = Array.from({ length: STREAMS }, (_, stream) =>
    kind === "fleet" ? fc.assert(fleets, run(stream)) : fc.assert(firewalls, run(stream)),
  );
  const failures = (await Promise.allSettled(streams)).flatMap((stream) =>
    stream.status === "rejected" ? [stream.reason as Error] : [],
  );
  for (const { message, cause } of failures)
    console.error(`${message}\n${cause instanceof Error ? cause.message : ""}\n`);
  process.exit(failures.length > 0 ? 1 : 0);
}

void main(process.argv.slice(2));
