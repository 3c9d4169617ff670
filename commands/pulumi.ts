/** How commands reach the Pulumi CLI, or what stands in for it. All that they know of packages/pulumi. */
import { chooseExecutable, type Executable } from "../packages/pulumi/stack";

export { findCli } from "../packages/pulumi/findCli";
export { Stack } from "../packages/pulumi/stack";
export type { Executable, StackOptions } from "../packages/pulumi/stack";

/** What the flags `--engine` and `--cli` choose. */
export function chosenExecutable({ engine, cli }: { engine: boolean; cli: boolean }): Executable {
  return chooseExecutable([...(engine ? ["--engine"] : []), ...(cli ? ["--cli"] : [])]);
}
