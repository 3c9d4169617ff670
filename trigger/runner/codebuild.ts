import {
  AccountLimitExceededException,
  BatchGetBuildsCommand,
  CodeBuildClient,
  StartBuildCommand,
  type Build,
} from "@aws-sdk/client-codebuild";
import type { BuildEnvironment } from "../environment";
import { Outcomes } from "./outcomes";
import type { Runner, RunningElsewhere, RunOutcome, RunRequest } from "./runner";

/** What a commit's description takes of a cause; all variables of a build together have 5,500 characters. */
const LONGEST_CAUSE = 512;
const MOST_REVOKED = 50;
/** The longest that a build may wait, and may take (CodeBuild documentation, "Quotas"). */
const MOST_MINUTES = 480;

export interface CodeBuildOptions {
  /** The CodeBuild project's name. */
  project: string;
  /** The ledger's URL: the build writes how it ended beside it. */
  ledger: string;
}

/**
 * Runs in CodeBuild, for fleets that outgrow a Lambda: a run's time there is the build's, not the request's.
 * What runs is build.ts, with the same runner as in Lambda.
 */
export class CodeBuildRunner implements Runner {
  private readonly outcomes: Outcomes;
  private readonly client = new CodeBuildClient({});

  constructor(private readonly options: CodeBuildOptions) {
    this.outcomes = new Outcomes(options.ledger);
  }

  async start({ id, cause, mode, revoked = [] }: RunRequest): Promise<RunOutcome | RunningElsewhere> {
    const { project } = this.options;
    const variables: BuildEnvironment = {
      TRIGGER_RUN_ID: id,
      TRIGGER_RUN_CAUSE: [...cause].slice(0, LONGEST_CAUSE).join(""),
      TRIGGER_RUN_MODE: mode,
      TRIGGER_RUN_REVOKED: revoked.slice(0, MOST_REVOKED).join(","),
    };
    try {
      const { build } = await this.client.send(
        new StartBuildCommand({
          projectName: project,
          // A request that is sent again, because its answer was lost, starts no second build.
          idempotencyToken: id,
          environmentVariablesOverride: Object.entries(variables).map(([name, value]: [string, string]) => ({
            name,
            value,
            type: "PLAINTEXT",
          })),
        }),
      );
      if (build?.id === undefined) throw new Error(`CodeBuild named no build of ${project}`);
      const { queuedTimeoutInMinutes: queued = MOST_MINUTES, timeoutInMinutes: minutes = MOST_MINUTES } =
        build;
      return { result: "started", handle: build.id, longest: (queued + minutes) * 60_000 };
    } catch (error) {
      // The project's concurrentBuildLimit refuses, it doesn't queue.
      if (!(error instanceof AccountLimitExceededException)) throw error;
      return { result: "busy", reason: `a build of ${project} is under way already: ${error.message}` };
    }
  }

  async outcome({ id }: RunRequest, handle: string): Promise<RunOutcome | undefined> {
    const { builds = [] } = await this.client.send(new BatchGetBuildsCommand({ ids: [handle] }));
    const [build] = builds;
    // While it is about to end it would keep the next one from starting.
    if (build?.buildStatus === "IN_PROGRESS") return undefined;
    return (await this.outcomes.read(id)) ?? { result: "failed", reason: unsaid(handle, build) };
  }
}

/** What is known of a build that ended without saying how. */
function unsaid(handle: string, build: Build | undefined): string {
  if (build === undefined) return `CodeBuild knows no build ${handle}, and it left no word of how it ended`;
  const { buildStatus = "ended", phases = [] } = build;
  const reasons = phases.flatMap(({ phaseType, phaseStatus, contexts = [] }) => {
    if (phaseStatus === undefined || phaseStatus === "SUCCEEDED") return [];
    const messages = contexts.flatMap(({ message }) => message ?? []);
    return [`${phaseType} ${phaseStatus}${messages.length > 0 ? ` (${messages.join("; ")})` : ""}`];
  });
  const because = reasons.length > 0 ? `: ${reasons.join(", ")}` : "";
  return `the build ${handle} ended as ${buildStatus} without saying how its run ended${because}. Look at its log`;
}
