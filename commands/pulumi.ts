/**
 * What runs Pulumi for a command. The one place that chooses, and the one of the product that knows what stands in for
 * the CLI where there is none.
 */
import { automation } from "../lib/pulumi/automation";
import type { Engines } from "../lib/pulumi/engine";
import { findCli } from "../lib/pulumi/find-cli";
import { standIn } from "../packages/pulumi/engine";
import type { Executable } from "../packages/pulumi/stack";
import { lines, type Terminal } from "./framework";

/** What was asked for: `--engine` and `--cli` of the command line. */
interface Wanted {
  /** The stand-in, whatever there is. */
  engine?: boolean;
  /** The CLI, or an error. */
  cli?: boolean;
}

/** The CLI where it is found, unless something else is wanted. */
export function chooseExecutable(
  { engine = false, cli = false }: Wanted,
  environment: NodeJS.ProcessEnv = process.env,
): Executable {
  if (engine) return { kind: "engine" };
  const found = findCli(environment);
  if (found !== undefined) return { kind: "cli", path: found };
  if (cli) {
    throw new Error("--cli: no pulumi on PATH or in ~/.pulumi; install the Pulumi CLI, or use --engine");
  }
  return { kind: "engine" };
}

/** What runs stacks by such an executable. @param hasOwnProcesses of the stand-in: each run, as with the CLI */
export function enginesOf(executable: Executable, hasOwnProcesses = false): Engines {
  return executable.kind === "cli"
    ? { isStandIn: false, at: (place) => automation(executable.path, place) }
    : { isStandIn: true, at: (place) => standIn(place, { hasOwnProcesses }) };
}

/** What runs a report's preview. That it is the stand-in is said: it isn't what updates the stack. */
export function enginesOfPreview(wanted: Wanted, { environment, errors }: Terminal): Engines {
  const engines = enginesOf(chooseExecutable(wanted, environment));
  if (engines.isStandIn) lines(errors)("(previewed with the stand-in for the Pulumi CLI)\n");
  return engines;
}
