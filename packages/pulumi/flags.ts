import { parseArgs } from "node:util";
import { EngineError } from "./errors";

/** The command line, with the names the CLI uses. */
export interface Flags {
  command: string[];
  cwd: string;
  stack: string | undefined;
  configFile: string | undefined;
  skipPreview: boolean;
  /** Undefined: as the project says. */
  refresh: boolean | undefined;
  targets: string[];
  targetDependents: boolean;
  continueOnError: boolean;
  parallel: number | undefined;
  diff: boolean;
  json: boolean;
  secret: boolean;
  force: boolean;
  eventLog: string | undefined;
  /** What `stack import` reads. */
  file: string | undefined;
}

/** Throws `bad-arguments`. */
export function parseFlags(argv: string[], environment: NodeJS.ProcessEnv): Flags {
  let parsed;
  // The one flag whose absence says something else than its being false (`pkg/cmd/pulumi/operations/up.go`).
  const refused = argv.includes("--refresh=false");
  try {
    parsed = parseArgs({
      args: argv.filter((word) => word !== "--refresh=false"),
      allowPositionals: true,
      options: {
        cwd: { type: "string", short: "C", default: "." },
        stack: { type: "string", short: "s" },
        "config-file": { type: "string" },
        yes: { type: "boolean", short: "y" },
        "skip-preview": { type: "boolean", short: "f" },
        refresh: { type: "boolean", short: "r" },
        target: { type: "string", short: "t", multiple: true },
        "target-dependents": { type: "boolean" },
        "continue-on-error": { type: "boolean" },
        parallel: { type: "string", short: "p" },
        diff: { type: "boolean" },
        json: { type: "boolean", short: "j" },
        secret: { type: "boolean" },
        force: { type: "boolean" },
        "event-log": { type: "string" },
        file: { type: "string" },
        // These are taken because the CLI takes them; they have nothing to change here.
        "non-interactive": { type: "boolean" },
        "suppress-progress": { type: "boolean" },
        "suppress-outputs": { type: "boolean" },
        color: { type: "string" },
        "secrets-provider": { type: "string" },
        "no-select": { type: "boolean" },
        "show-secrets": { type: "boolean" },
      },
    });
  } catch (error) {
    throw new EngineError("bad-arguments", error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  return {
    command: positionals,
    cwd: values.cwd,
    stack: values.stack,
    configFile: values["config-file"],
    // -f is short for --force with `stack rm`.
    skipPreview: values["skip-preview"] ?? false,
    refresh: refused ? false : values.refresh,
    targets: values.target ?? [],
    targetDependents: values["target-dependents"] ?? false,
    continueOnError: values["continue-on-error"] ?? environment["PULUMI_CONTINUE_ON_ERROR"] === "true",
    parallel: parallelism(values.parallel ?? environment["PULUMI_PARALLEL"]),
    diff: values.diff ?? false,
    json: values.json ?? false,
    secret: values.secret ?? false,
    force: (values.force ?? false) || (values["skip-preview"] ?? false),
    eventLog: values["event-log"],
    file: values.file,
  };
}

function parallelism(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const number = Number(text);
  if (!Number.isInteger(number)) {
    throw new EngineError("bad-arguments", `--parallel takes a whole number, not "${text}"`);
  }
  return number;
}
