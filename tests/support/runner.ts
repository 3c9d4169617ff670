import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { enginesOf } from "../../commands/pulumi";
import type { Executable } from "../../packages/pulumi/stack";
import { LocalRunner, type LocalRunnerOptions } from "../../trigger/runner/local";
import type { RunRequest } from "../../trigger/runner/runner";
import { PASSPHRASE, PASSWORDS, PROJECT_DIR, testExecutable } from "./lab";

/** Where a lab is, as another process can be told too. */
export interface LabPlace {
  directory: string;
  firewall: { port: number };
}

/** A runner for a lab's stack `dev`, and what it said. */
export interface LabRunner {
  runner: LocalRunner;
  log: string[];
}

/** The runner as it is deployed, with the lab's folder as backend and for the ledger. */
export function runnerFor(
  lab: LabPlace,
  {
    executable = testExecutable(),
    ...options
  }: Partial<LocalRunnerOptions> & { executable?: Executable } = {},
): LabRunner {
  const log: string[] = [];
  // It looks for the processes of a run, and kills them.
  const engine = enginesOf(executable, true).at({
    stack: "dev",
    projectDir: PROJECT_DIR,
    configFile: join(lab.directory, "Pulumi.dev.yaml"),
  });
  const backend = pathToFileURL(lab.directory).href;
  const runner = new LocalRunner({
    engine,
    project: "aws-panos-rules",
    stack: "dev",
    backend,
    ledger: `${backend}/automation/ledger.json`,
    secrets: {},
    environment: {
      PANOS_PORT: String(lab.firewall.port),
      PANOS_PASSWORD: PASSWORDS["aws-panos"],
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
    },
    write: (line) => log.push(line),
    ...options,
  });
  return { runner, log };
}

let runs = 0;

/** A request with time enough. */
export function request(change: Partial<RunRequest> = {}): RunRequest {
  const id = `run-${++runs}`;
  return { id, cause: "anna: RunInstances", mode: "up", deadline: Date.now() + 300_000, ...change };
}
