import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { TriggerEnvironment } from "../environment";
import { automation } from "../../lib/pulumi/automation";
import { isRecord } from "../../lib/records";
import { CodeBuildRunner } from "./codebuild";
import { RunnerError } from "./error";
import { LocalRunner } from "./local";
import type { Runner } from "./runner";

const PROJECT_DIR = join(__dirname, "..", "..");

/**
 * The runner that an environment asks for.
 * @throws RunnerError `BAD_SETTING` that names the variable
 */
export function runnerFrom(environment: NodeJS.ProcessEnv): Runner {
  const kind = required(environment, "TRIGGER_RUNNER");
  if (kind === "lambda") return localRunnerFrom(environment);
  if (kind === "codebuild") {
    const project = required(environment, "TRIGGER_CODEBUILD_PROJECT");
    return new CodeBuildRunner({ project, ledger: required(environment, "TRIGGER_LEDGER") });
  }
  throw new RunnerError(
    "BAD_SETTING",
    `TRIGGER_RUNNER is ${JSON.stringify(kind)}: it takes lambda or codebuild`,
  );
}

/**
 * What runs in this process's machine, with the Pulumi CLI on PATH.
 * @throws RunnerError `BAD_SETTING` that names the variable
 */
export function localRunnerFrom(
  environment: NodeJS.ProcessEnv,
  write: (line: string) => void = console.log,
): LocalRunner {
  const stack = required(environment, "TRIGGER_STACK");
  return new LocalRunner({
    engine: automation("pulumi", { stack, projectDir: PROJECT_DIR }),
    project: projectName(),
    stack: stack.slice(stack.lastIndexOf("/") + 1),
    backend: required(environment, "PULUMI_BACKEND_URL"),
    ledger: required(environment, "TRIGGER_LEDGER"),
    secrets: secretsIn(required(environment, "TRIGGER_SECRETS")),
    write,
  });
}

/** @throws RunnerError `BAD_SETTING` */
export function required(environment: NodeJS.ProcessEnv, name: keyof TriggerEnvironment): string {
  const value = environment[name];
  if (value) return value;
  throw new RunnerError("BAD_SETTING", `${name} is not set: the deployment sets it`);
}

function secretsIn(text: string): Record<string, string> {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    found = undefined;
  }
  const isMap = (value: unknown): value is Record<string, string> =>
    isRecord(value) &&
    Object.entries(value).every(([name, arn]) => /^[A-Z_][A-Z0-9_]*$/i.test(name) && typeof arn === "string");
  if (isMap(found)) return found;
  throw new RunnerError(
    "BAD_SETTING",
    'TRIGGER_SECRETS is no JSON object of variables and ARNs, like {"PULUMI_CONFIG_PASSPHRASE": "arn:aws:…"}',
  );
}

function projectName(): string {
  const { name } = parse(readFileSync(join(PROJECT_DIR, "Pulumi.yaml"), "utf8")) as { name: string };
  return name;
}
