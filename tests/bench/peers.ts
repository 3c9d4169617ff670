import type { Executable } from "../../packages/pulumi/stack";
import type { Fault } from "../../packages/simulator";
import { shown, spread, table, type Spread } from "./statistics";
import { declaredFor, TerraformTrial } from "./terraform";
import { Trial } from "./trial";

const UPDATES = ["all new", "one changed", "none changed"] as const;

/** Updates of ours against those of Terraform's provider, round by round, of the same rules. */
export interface PeersResult {
  rules: number;
  /** How long each request to the firewall takes longer. */
  delayMs: number;
  seconds: { ours: number[][]; terraform: number[][] };
  requests: { ours: number[]; terraform: number[] };
  /** Ours over theirs, of each update. */
  ratios: Spread[];
}

/** @throws Error where Terraform or its provider isn't there */
export async function measurePeers(
  rules: number,
  rounds: number,
  delayMs: number,
  executable: Executable,
  progress: (text: string) => void,
): Promise<PeersResult> {
  const faults: Fault[] = delayMs === 0 ? [] : [{ probability: 1, effect: { do: "delay", ms: delayMs } }];
  const seconds = { ours: [] as number[][], terraform: [] as number[][] };
  const requests = { ours: [] as number[], terraform: [] as number[] };
  for (let round = 1; round <= rounds; round++) {
    // Terraform first: where it isn't there, nothing is left running.
    const terraform = await TerraformTrial.start(faults);
    try {
      const row = await roundOf(rules, terraform, { faults, executable });
      seconds.ours.push(row.ours);
      seconds.terraform.push(row.terraform);
      Object.assign(requests, row.requests);
      const said = (each: number[]) => each.map((one) => one.toFixed(1)).join(", ");
      progress(`round ${round}/${rounds}: ours ${said(row.ours)} s, Terraform ${said(row.terraform)} s`);
    } finally {
      await terraform.close();
    }
  }
  const ratios = UPDATES.map((_, index) =>
    spread(seconds.ours.map((row, round) => row[index]! / (seconds.terraform[round]?.[index] ?? NaN))),
  );
  return { rules, delayMs, seconds, requests, ratios };
}

/** Seconds and requests of each update, ours and then theirs. */
async function roundOf(
  rules: number,
  terraform: TerraformTrial,
  { faults, executable }: { faults: readonly Fault[]; executable: Executable },
) {
  const trial = await Trial.rules(rules, { executable, skipCheckpoints: true, skipPreview: true });
  try {
    for (const fault of faults) trial.firewall?.addFault(fault);
    const [ours, theirs] = [[] as number[], [] as number[]];
    const requests = { ours: [] as number[], terraform: [] as number[] };
    for (const [index] of UPDATES.entries()) {
      if (index === 1) await trial.setAccount(rules, "source");
      const before = [trial.firewall!.requests.length, terraform.firewall.requests.length];
      ours.push((await trial.timed("up")).seconds);
      theirs.push(await terraform.apply(declaredFor(trial.firewall!)));
      requests.ours[index] = trial.firewall!.requests.length - before[0]!;
      requests.terraform[index] = terraform.firewall.requests.length - before[1]!;
    }
    return { ours: ours, terraform: theirs, requests };
  } finally {
    await trial.close();
  }
}

export function peersText(results: readonly PeersResult[]): string {
  const of = (rows: number[][], index: number) => shown(spread(rows.map((row) => row[index]!)), 1);
  const rows = results.flatMap(({ rules, delayMs, seconds, requests, ratios }) =>
    UPDATES.map((update, index) => [
      `${rules} rules, ${delayMs} ms more a request: ${update}`,
      of(seconds.ours, index),
      of(seconds.terraform, index),
      shown(ratios[index]!, 2),
      `${requests.ours[index]} : ${requests.terraform[index]}`,
    ]),
  );
  return (
    "An update against Terraform's, each with its commit, which takes no time\n" +
    table([["seconds: median (min–max)", "ours", "Terraform", "ratio", "requests"], ...rows])
  );
}
