import { AWS_ACCESS, awsJsonServer, listen, stop, urlOf } from "./local-server";

/** A build as CodeBuild tells of it, as much as is looked at. */
export interface FakeBuild {
  id: string;
  buildStatus: string;
  environment: Record<string, string>;
  phases: object[];
}

interface Question {
  projectName?: string;
  ids?: string[];
  idempotencyToken?: string;
  environmentVariablesOverride?: { name: string; value: string }[];
}

/**
 * As much of AWS CodeBuild as starting runs takes, on a real socket: its JSON 1.1 protocol with StartBuild,
 * which refuses a second build at a time, and BatchGetBuilds (API reference).
 */
export class CodeBuild {
  readonly builds: FakeBuild[] = [];
  private readonly tokens = new Map<string | undefined, FakeBuild>();

  private readonly server = awsJsonServer("CodeBuild_20161006", (action, question) =>
    this.answer(action, question as Question),
  );

  static async start(): Promise<CodeBuild> {
    const codebuild = new CodeBuild();
    await listen(codebuild.server);
    return codebuild;
  }

  stop(): Promise<void> {
    return stop(this.server);
  }

  /** What the AWS SDK needs to find it, and nothing of the machine's own AWS settings. */
  get env(): Record<string, string> {
    return { AWS_ENDPOINT_URL_CODEBUILD: urlOf(this.server), ...AWS_ACCESS };
  }

  private answer(action: string, question: Question): object {
    if (action === "BatchGetBuilds") {
      const builds = this.builds.filter(({ id }) => question.ids?.includes(id));
      return { builds: builds.map(({ id, buildStatus, phases }) => ({ id, buildStatus, phases })) };
    }
    if (action !== "StartBuild") return { __type: "UnknownOperationException" };
    const known = this.tokens.get(question.idempotencyToken);
    if (known !== undefined) return { build: started(known) };
    if (this.builds.some(({ buildStatus }) => buildStatus === "IN_PROGRESS")) {
      const message = "Cannot have more than 1 builds in queue for the account";
      return { __type: "AccountLimitExceededException", message };
    }
    const build: FakeBuild = {
      id: `${question.projectName}:${this.builds.length + 1}`,
      buildStatus: "IN_PROGRESS",
      environment: Object.fromEntries(
        (question.environmentVariablesOverride ?? []).map(({ name, value }) => [name, value]),
      ),
      phases: [],
    };
    this.builds.push(build);
    this.tokens.set(question.idempotencyToken, build);
    return { build: started(build) };
  }
}

/** With the project's own limits. */
function started({ id }: FakeBuild): object {
  return { id, queuedTimeoutInMinutes: 30, timeoutInMinutes: 60 };
}
