/** The environment variables of the deployed function and build. The deployment writes them. */
export interface TriggerEnvironment {
  /** The stack to run: its name, or organization/name. */
  TRIGGER_STACK: string;
  /** Pulumi's state backend: s3://bucket?region=…, or https://api.pulumi.com. */
  PULUMI_BACKEND_URL: string;
  /** Where the ledger of waiting changes and runs is: s3://bucket/key. */
  TRIGGER_LEDGER: string;
  /** The queue that events arrive by; also for messages to itself, later. */
  TRIGGER_QUEUE_URL: string;
  TRIGGER_DEAD_LETTER_QUEUE_URL: string;
  /** SNS topic for what a person has to know. */
  TRIGGER_TOPIC_ARN: string;
  TRIGGER_RUNNER: "lambda" | "codebuild";
  /** With `codebuild`: the project's name. */
  TRIGGER_CODEBUILD_PROJECT?: string;
  /** With `codebuild`: how many minutes a build may take. */
  TRIGGER_BUILD_MINUTES?: string;
  TRIGGER_MODE: "up" | "preview";
  /** How long after a change to look again, for EC2's eventual consistency. "0": not at all. */
  TRIGGER_SECOND_LOOK_SECONDS: string;
  /** JSON list of role ARNs that are this program's own: what they do in EC2 is no change. */
  TRIGGER_OWN_ROLES: string;
  /** JSON list of the tag keys whose changes count. */
  TRIGGER_TAG_KEYS: string;
  /** JSON object: an environment variable of the run, and the ARN of the secret that holds its value. */
  TRIGGER_SECRETS: string;
}

/** Those of a build beside that, which say what its run is: whoever starts it overrides the project's environment with it. */
export interface BuildEnvironment {
  TRIGGER_RUN_ID: string;
  TRIGGER_RUN_CAUSE: string;
  TRIGGER_RUN_MODE: "up" | "preview";
  /** Ids of security groups, with commas between. */
  TRIGGER_RUN_REVOKED: string;
}
