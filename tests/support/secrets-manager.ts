import { randomUUID } from "node:crypto";
import { AWS_ACCESS, awsJsonServer, listen, stop, urlOf } from "./local-server";

/** A secret's versions, the current one last. */
type Secret = { versions: string[]; refuse?: string };

/** What the AWS SDK needs to find AWS Secrets Manager here, and nothing of the machine's own AWS settings. */
export interface AwsEnvironment extends Record<string, string> {
  AWS_ENDPOINT_URL_SECRETS_MANAGER: string;
}

/**
 * As much of AWS Secrets Manager as keeping a key takes, on a real socket: its JSON 1.1 protocol with
 * GetSecretValue, DescribeSecret and PutSecretValue (API reference).
 */
export class SecretsManager {
  readonly secrets = new Map<string, Secret>();
  /** The actions asked for, each with the region that it was signed for. */
  readonly requests: { action: string; region: string }[] = [];

  private readonly server = awsJsonServer("secretsmanager", (action, question, { headers }) => {
    const scope = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? "");
    this.requests.push({ action, region: scope?.[1] ?? "" });
    return this.answer(action, question as { SecretId: string; SecretString?: string });
  });

  static async start(): Promise<SecretsManager> {
    const manager = new SecretsManager();
    await listen(manager.server);
    return manager;
  }

  stop(): Promise<void> {
    return stop(this.server);
  }

  get env(): AwsEnvironment {
    return { AWS_ENDPOINT_URL_SECRETS_MANAGER: urlOf(this.server), ...AWS_ACCESS };
  }

  /** A secret, its value as its current version; none: it has been made, but has no value yet. */
  set(id: string, ...versions: string[]): void {
    this.secrets.set(id, { versions });
  }

  current(id: string): string | undefined {
    return this.secrets.get(id)?.versions.at(-1);
  }

  private answer(
    action: string,
    { SecretId, SecretString }: { SecretId: string; SecretString?: string },
  ): object {
    const secret = this.secrets.get(SecretId);
    const refused = (type: string, message: string) => ({ __type: type, message });
    if (secret?.refuse === action)
      return refused("AccessDeniedException", `not authorized to perform ${action}`);
    if (secret === undefined)
      return refused("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    const stages = secret.versions.map((_, index, { length }) => [
      String(index),
      [index === length - 1 ? "AWSCURRENT" : "AWSPREVIOUS"],
    ]);
    switch (action) {
      case "DescribeSecret":
        return { Name: SecretId, VersionIdsToStages: Object.fromEntries(stages) as unknown };
      case "GetSecretValue":
        return secret.versions.length === 0
          ? refused(
              "ResourceNotFoundException",
              "can't find the specified secret value for staging label: AWSCURRENT",
            )
          : { Name: SecretId, SecretString: secret.versions.at(-1) };
      case "PutSecretValue":
        secret.versions.push(SecretString ?? "");
        return { Name: SecretId, VersionId: randomUUID(), VersionStages: ["AWSCURRENT"] };
      default:
        return refused("UnknownOperationException", action);
    }
  }
}
