import type { Executable } from "../../packages/pulumi/stack";
import { spread, type Spread } from "./statistics";
import { Trial } from "./trial";

/** Seconds of one program's first update and of a preview with nothing to change, in each round. */
export interface Times {
  program: "rules" | "floor" | "alike";
  skipCheckpoints: boolean;
  up: number[];
  preview: number[];
}

/** One program's time as a multiple of another's, round by round. */
interface Ratio {
  what: string;
  up: Spread;
  preview: Spread;
}

export interface TimesResult {
  rules: number;
  times: Times[];
  ratios: Ratio[];
}

/**
 * Times the program against the floor, and against resources like its rules that do nothing, one after the other in each round, so that whatever else the machine
 * does meets both.
 * @param both whether to run each with and without checkpoints, rather than each in its own way only
 */
export async function measureTimes(
  rules: number,
  rounds: number,
  both: boolean,
  executable: Executable,
  progress: (text: string) => void,
): Promise<TimesResult> {
  const variants: Times[] = [
    { program: "rules", skipCheckpoints: true, up: [], preview: [] },
    { program: "alike", skipCheckpoints: true, up: [], preview: [] },
    { program: "floor", skipCheckpoints: false, up: [], preview: [] },
  ];
  if (both) {
    variants.push({ program: "floor", skipCheckpoints: true, up: [], preview: [] });
    variants.push({ program: "rules", skipCheckpoints: false, up: [], preview: [] });
  }
  for (let round = 1; round <= rounds; round++) {
    for (const variant of variants) {
      const { program, skipCheckpoints } = variant;
      const trial = await Trial[program](rules, { executable, skipCheckpoints });
      try {
        const up = await trial.timed("up");
        const preview = await trial.timed("preview");
        variant.up.push(up.seconds);
        variant.preview.push(preview.seconds);
      } finally {
        await trial.close();
      }
      const [up = 0, preview = 0] = [variant.up.at(-1), variant.preview.at(-1)];
      progress(
        `round ${round}/${rounds}: ${label(variant)}: up ${up.toFixed(1)} s, preview ${preview.toFixed(1)} s`,
      );
    }
  }
  return { rules, times: variants, ratios: ratios(variants) };
}

/** How a variant is called in the output. */
export function label({ program, skipCheckpoints }: Pick<Times, "program" | "skipCheckpoints">): string {
  return `${program}, checkpoints ${skipCheckpoints ? "skipped" : "kept"}`;
}

/** The program over the floor: each in its own way first, then like with like where both were run. */
function ratios(variants: readonly Times[]): Ratio[] {
  const of = (program: Times["program"], skip: boolean) =>
    variants.find((variant) => variant.program === program && variant.skipCheckpoints === skip);
  const pairs = [
    [of("rules", true), of("alike", true)],
    [of("rules", true), of("floor", false)],
    [of("rules", true), of("floor", true)],
    [of("rules", false), of("floor", false)],
  ] as const;
  return pairs.flatMap(([ours, floor]) => {
    if (ours === undefined || floor === undefined) return [];
    const over = (phase: "up" | "preview") =>
      spread(ours[phase].map((seconds, round) => seconds / (floor[phase][round] ?? NaN)));
    return [{ what: `${label(ours)} : ${label(floor)}`, up: over("up"), preview: over("preview") }];
  });
}
