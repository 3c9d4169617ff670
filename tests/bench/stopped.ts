import type { Executable } from "../../packages/pulumi/stack";
import { spread, type Spread } from "./statistics";
import { Trial } from "./trial";

export const DESTINATIONS = ["addresses", "dynamic"] as const;

/** How long it takes until an instance that stopped is out of policy. */
export interface StoppedResult {
  rules: number;
  /** For each round: from the start of the update's process. The firewall's commit takes no time here. */
  seconds: Record<(typeof DESTINATIONS)[number], number[]>;
  /** Dynamic over addresses, round by round. */
  ratio: Spread;
}

/** Times the update after one instance has stopped, in both modes one after the other in each round. */
export async function measureStopped(
  rules: number,
  rounds: number,
  executable: Executable,
  progress: (text: string) => void,
): Promise<StoppedResult> {
  const seconds: StoppedResult["seconds"] = { addresses: [], dynamic: [] };
  for (let round = 1; round <= rounds; round++) {
    for (const destinations of DESTINATIONS) {
      const trial = await Trial.rules(rules, { executable, skipCheckpoints: true, destinations });
      try {
        await trial.timed("up");
        await trial.setAccount(rules, "stopped");
        const inForce = await trial.secondsToForce();
        seconds[destinations].push(inForce);
        progress(`round ${round}/${rounds}: one instance stops, ${destinations}: ${inForce.toFixed(1)} s`);
      } finally {
        await trial.close();
      }
    }
  }
  const ratio = spread(seconds.dynamic.map((value, round) => value / (seconds.addresses[round] ?? NaN)));
  return { rules, seconds, ratio };
}
