import { createRequire } from "node:module";
import path from "node:path";
import type { LineTaker, NodeProcess, StartNode } from "./processes";
import type { Project, StackConfig } from "./project";

export interface ProgramOptions {
  project: Project;
  stack: string;
  config: StackConfig;
  environment: NodeJS.ProcessEnv;
  dryRun: boolean;
  parallel: number;
  monitorAddress: string;
  engineAddress: string;
  startNode: StartNode;
}

/** The exit code of a program whose errors were all logged (SDK, `cmd/run/index.ts`). */
export const loggedErrorsExitCode = 32;

/** Runs the program as the CLI's nodejs language host does (`pulumi-language-nodejs/main.go`). */
export function startProgram(options: ProgramOptions, line: LineTaker): NodeProcess {
  const { project, config } = options;
  const script = createRequire(path.join(project.programDirectory, "package.json")).resolve(
    "@pulumi/pulumi/cmd/run",
  );
  const args = [
    ...["--monitor", options.monitorAddress],
    ...["--engine", options.engineAddress],
    ...["--organization", "organization"],
    ...["--project", project.name],
    ...["--root-directory", project.root],
    ...["--stack", options.stack],
    ...["--pwd", project.programDirectory],
    ...(options.dryRun ? ["--dry-run"] : []),
    ...["--parallel", String(options.parallel)],
    project.entryPoint,
  ];
  const env = { ...options.environment, ...configEnvironment(config) };
  if (project.typescript) env["PULUMI_NODEJS_TYPESCRIPT"] = "true";
  const { nodeargs, programDirectory: cwd } = project;
  return options.startNode({ nodeargs, script, args, cwd, env }, line);
}

/** The configuration as the SDK reads it, secrets in clear: keys in the old style, as the language host passes them. */
function configEnvironment(config: StackConfig): Record<string, string> {
  const oldStyle = (key: string): string => key.replace(":", ":config:");
  const values = Object.fromEntries([...config].map(([key, { value }]) => [oldStyle(key), value]));
  const secretKeys = [...config].filter(([, { secret }]) => secret).map(([key]) => key);
  return { PULUMI_CONFIG: JSON.stringify(values), PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secretKeys) };
}
