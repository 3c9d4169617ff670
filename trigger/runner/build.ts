import { localRunnerFrom, required } from "./index";
import { RunnerError } from "./error";
import { Outcomes, requireRunId } from "./outcomes";
import { failedBy, type RunOutcome, type RunRequest } from "./runner";

/** Kept of a build's time for writing down how the run ended. */
const TIME_TO_SETTLE = 60_000;

type Write = (line: string) => void;

/** What CodeBuild runs: one run, for which it was started, and then a file that says how it ended. */
export async function build(environment: NodeJS.ProcessEnv, write: Write = console.log): Promise<RunOutcome> {
  const request = requestFrom(environment);
  const outcomes = new Outcomes(required(environment, "TRIGGER_LEDGER"));
  const outcome = await run(request, environment, write);
  await outcomes.write(request.id, outcome);
  write(JSON.stringify(outcome));
  return outcome;
}

async function run(request: RunRequest, environment: NodeJS.ProcessEnv, write: Write): Promise<RunOutcome> {
  try {
    return await localRunnerFrom(environment, write).start(request);
  } catch (error) {
    return failedBy(error);
  }
}

function requestFrom(environment: NodeJS.ProcessEnv): RunRequest {
  const { TRIGGER_RUN_ID: id, TRIGGER_RUN_CAUSE: cause = "", TRIGGER_RUN_MODE: mode } = environment;
  if (!id || (mode !== "up" && mode !== "preview")) {
    throw new RunnerError(
      "BAD_SETTING",
      "TRIGGER_RUN_ID or TRIGGER_RUN_MODE is missing: a build is started by the function that handles events",
    );
  }
  requireRunId(id);
  const minutes = Number(required(environment, "TRIGGER_BUILD_MINUTES"));
  if (!(minutes > 0)) throw new RunnerError("BAD_SETTING", "TRIGGER_BUILD_MINUTES is no number of minutes");
  // When CodeBuild started the build, in milliseconds (CodeBuild documentation, "Environment variables in build
  // environments").
  const began = Number(environment["CODEBUILD_START_TIME"]) || Date.now();
  const revoked = (environment["TRIGGER_RUN_REVOKED"] ?? "").split(",").filter((each) => each !== "");
  return { id, cause, mode, revoked, deadline: began + minutes * 60_000 - TIME_TO_SETTLE };
}

if (require.main === module) {
  build(process.env).then(
    // What stopped in good order is no failed build.
    ({ result }) => (process.exitCode = result === "failed" ? 1 : 0),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    },
  );
}
