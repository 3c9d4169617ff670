import { lines, type Outcome } from "../commands/framework";

/** Says why something isn't done here; where that is as expected, as in a fork's job, it is no failure. */
export function notDone(
  { problem, isExpected }: { problem: string; isExpected: boolean },
  what: string,
  output: NodeJS.WritableStream,
): Outcome {
  if (!isExpected) throw new Error(`${what}: ${problem}`);
  lines(output)(`${what}: ${problem}`);
  return "fine";
}
