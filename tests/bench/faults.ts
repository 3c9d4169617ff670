import type { Executable } from "../../packages/pulumi/stack";
import type { Effect, Fault } from "../../packages/simulator";
import { spread, type Spread } from "./statistics";
import { Trial } from "./trial";

/** First updates under faults against ones without, in the same rounds. */
export interface FaultsResult {
  rules: number;
  /** Requests of each update without faults. */
  requests: number[];
  /** How many requests faults hit, and in how many runs until one succeeded. */
  faults: number[];
  runs: number[];
  seconds: { clean: number[]; faulty: number[] };
  ratio: Spread;
}

const SHARE = 0.01;
const MOST_RUNS = 5;
const EFFECTS: readonly Effect[] = [
  { do: "drop", when: "before" },
  { do: "drop", when: "after" },
  { do: "http-error", status: 503, when: "before" },
  { do: "http-error", status: 503, when: "after" },
];

/**
 * Times a first update, and the same one where one request in a hundred, and at least one, is not answered; it is
 * repeated until it succeeds, and all its runs count. Which requests those are only depends on the round.
 */
export async function measureFaults(
  rules: number,
  rounds: number,
  executable: Executable,
  progress: (text: string) => void,
): Promise<FaultsResult> {
  const result = { requests: [] as number[], faults: [] as number[], runs: [] as number[] };
  const seconds = { clean: [] as number[], faulty: [] as number[] };
  for (let round = 1; round <= rounds; round++) {
    const clean = await update(rules, executable, []);
    const faulty = await update(rules, executable, faultsAt(clean.requests, round));
    result.requests.push(clean.requests);
    result.faults.push(faulty.faults);
    result.runs.push(faulty.runs);
    seconds.clean.push(clean.seconds);
    seconds.faulty.push(faulty.seconds);
    progress(
      `round ${round}/${rounds}: up ${clean.seconds.toFixed(1)} s, with ${faulty.faults} of ${clean.requests} requests ` +
        `hit ${faulty.seconds.toFixed(1)} s in ${faulty.runs} runs`,
    );
  }
  const ratio = spread(seconds.faulty.map((of, round) => of / (seconds.clean[round] ?? NaN)));
  return { rules, ...result, seconds, ratio };
}

/** One fault for each hundred requests, spread over them; each round begins with another place and effect. */
function faultsAt(requests: number, round: number): Fault[] {
  const count = Math.max(1, Math.round(requests * SHARE));
  return Array.from({ length: count }, (_, index) => ({
    nth: 1 + ((round * 17 + Math.floor((index * requests) / count)) % requests),
    effect: EFFECTS[(round + index) % EFFECTS.length]!,
  }));
}

async function update(rules: number, executable: Executable, faults: readonly Fault[]) {
  const trial = await Trial.rules(rules, { executable, skipCheckpoints: true });
  try {
    for (const fault of faults) trial.firewall?.addFault(fault);
    let seconds = 0;
    let runs = 0;
    for (let isDone = false; !isDone; runs++) {
      if (runs === MOST_RUNS) throw new Error(`no run of ${MOST_RUNS} succeeded`);
      const run = await trial.attempted("up");
      seconds += run.seconds;
      isDone = run.result.code === 0;
    }
    const { requests = [], firedFaults = [] } = trial.firewall ?? {};
    return { seconds, runs, requests: requests.length, faults: firedFaults.length };
  } finally {
    await trial.close();
  }
}
