import path from "node:path";
import { getStack } from "@pulumi/pulumi/metadata";
import { allConfig } from "@pulumi/pulumi/runtime/config";
import { REGION } from "../settings/table/forms";
import { reportUnlessKnown } from "../settings/keys";
import { collector, SettingsError, type Report } from "../settings/problems";
import { reader, type Get } from "../settings/reader";
import { stateBackend, type StateBackend } from "./settings/backend";
import { guardSettings, type DeployedGuard } from "./settings/guard";
import { readMainStack, type MainStack } from "./settings/main-stack";
import { memberSettings, type Members } from "./settings/members";
import { secretSettings, type RunSecret } from "./settings/secrets";
import { TRIGGER_PROJECT, texts } from "./settings/texts";
import { trailSettings, type Trail } from "./settings/trail";

/** Everything that the configuration of the trigger's stack says, validated. docs/trigger.md has the table. */
export interface TriggerSettings {
  /** The stack that is run: its name, or organization/name. */
  stack: string;
  /** What the trigger needs to know of that stack's own configuration. */
  main: MainStack;
  backend: StateBackend;
  runner: "lambda" | "codebuild";
  mode: "up" | "preview";
  /** CloudTrail's files, where they are the source; otherwise EventBridge is. */
  trail: Trail | undefined;
  /** The regions that are watched; undefined: the one that the trigger is deployed to. */
  regions: string[] | undefined;
  members: Members | undefined;
  /** The guard of security groups; undefined: none is deployed. */
  guard: DeployedGuard | undefined;
  tagKeys: string[];
  batchSeconds: number;
  secondLookSeconds: number;
  scheduleMinutes: number;
  /** The age of the oldest unapplied change that raises the alarm. */
  staleMinutes: number;
  emails: string[];
  secrets: RunSecret[];
  /** The key that the stack's secrets are encrypted with, where it is one of AWS KMS. */
  kmsKeyArn: string | undefined;
  memory: number;
  ephemeralStorage: number;
  /** 0: none is reserved. */
  reservedConcurrency: number;
  architecture: "x86_64" | "arm64";
  buildMinutes: number;
  /** An image that somebody else builds; undefined: it is built from here. */
  imageUri: string | undefined;
  /** The checksum of Pulumi's AWS plugin, where the image has it. */
  awsPluginSha256: string | undefined;
  /** Where the runner gets an interface; empty: outside of any VPC. */
  subnetIds: string[];
  /** Where the firewalls' management is, for the runner's security group. */
  managementCidrs: string[];
  logRetentionDays: number;
}

const KEYS = [
  "stack",
  "backend",
  "runner",
  "mode",
  "source",
  "trail",
  "regions",
  "members",
  "guard",
  "tagKeys",
  "batchSeconds",
  "secondLookSeconds",
  "scheduleMinutes",
  "staleMinutes",
  "emails",
  "secrets",
  "kmsKeyArn",
  "memory",
  "ephemeralStorage",
  "reservedConcurrency",
  "architecture",
  "buildMinutes",
  "imageUri",
  "awsPluginSha256",
  "subnetIds",
  "managementCidrs",
  "logRetentionDays",
];

const CIDR = /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$|^[0-9a-f:]+\/\d{1,3}$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const KMS_KEY = /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/;
const IMAGE = /^\d{12}\.dkr\.ecr\.[\w.-]+\/[\w./-]+(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/;
/** What CloudWatch Logs offers. */
const RETENTIONS = ["90", "1", "3", "5", "7", "14", "30", "60", "120", "180", "365", "400", "731"] as const;

/**
 * Reads the configuration of the stack that runs, and of the one that it is to run.
 * @throws SettingsError
 */
export async function readTriggerSettings(): Promise<TriggerSettings> {
  return triggerSettingsFrom(allConfig(), getStack(), path.join(__dirname, ".."));
}

/**
 * Validates configuration values.
 * @param values by full key, `namespace:key`, as text; structured ones as JSON
 * @param ownStack the name of the trigger's own stack
 * @param folder the root project's, with its stack files
 * @throws SettingsError with every problem at once
 */
export async function triggerSettingsFrom(
  values: Readonly<Record<string, string>>,
  ownStack: string,
  folder: string,
): Promise<TriggerSettings> {
  const { problems, report } = collector();
  for (const key of Object.keys(values)) {
    const [namespace, name = ""] = key.split(":", 2);
    if (namespace === TRIGGER_PROJECT) reportUnlessKnown(name, key, KEYS, report);
  }
  const get: Get = (key) => values[key];
  const read = reader(get, report);
  const at = (name: string) => `${TRIGGER_PROJECT}:${name}`;
  const list = (name: string, pattern: RegExp, example: string) =>
    texts(read.json(at(name)), at(name), pattern, example, report);
  const between = (name: string, least: number, most: number, byDefault: number) => {
    const number = read.wholeNumber(at(name), least) ?? byDefault;
    if (number > most) report(at(name), `${number} is more than ${most}`, String(byDefault));
    return number;
  };

  const stack = read.text(at("stack"), /^([\w.-]+\/)?[\w.-]{1,40}$/, "prod", "optional") ?? ownStack;
  const main = await readMainStack(folder, stack.split("/").at(-1) ?? stack, at("stack"), report);
  const backend = stateBackend(read.text(at("backend"), /^/, "", "optional"), at("backend"), report);
  const regions = list("regions", REGION, "eu-central-1");
  const subnetIds = list("subnetIds", /^subnet-[0-9a-f]+$/, "subnet-0123456789abcdef0");
  const source = read.choice(at("source"), ["eventbridge", "s3"] as const);
  const kmsKeyArn = read.text(
    at("kmsKeyArn"),
    KMS_KEY,
    "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-…",
    "optional",
  );
  const managementCidrs = list("managementCidrs", CIDR, "10.0.0.10/32");
  const settings: TriggerSettings = {
    stack,
    main,
    backend,
    regions: regions.length > 0 ? regions : undefined,
    subnetIds,
    kmsKeyArn,
    runner: read.choice(at("runner"), ["lambda", "codebuild"] as const),
    mode: read.choice(at("mode"), ["up", "preview"] as const),
    trail: trailFor(source, read.json(at("trail")), at("trail"), report),
    members: memberSettings(read.json(at("members")), at("members"), report),
    guard: await guardSettings(read.json(at("guard")), at("guard"), folder, report),
    tagKeys: [
      ...new Set([...list("tagKeys", /^[^\p{Cc}]{1,128}$/u, "firewall-approved"), ...main.expiryKeys]),
    ],
    // SQS's and Lambda's own limits: windows up to 5 minutes, delays up to 15.
    batchSeconds: between("batchSeconds", 0, 300, 10),
    secondLookSeconds: between("secondLookSeconds", 0, 900, 90),
    scheduleMinutes: between("scheduleMinutes", 1, 24 * 60, 15),
    staleMinutes: between("staleMinutes", 1, 24 * 60, 30),
    emails: list("emails", EMAIL, "network@example.com"),
    secrets: secretSettings(read.json(at("secrets")), at("secrets"), { backend, main }, report),
    memory: between("memory", 512, 10_240, 2048),
    ephemeralStorage: between("ephemeralStorage", 512, 10_240, 1024),
    reservedConcurrency: between("reservedConcurrency", 0, 1000, 5),
    architecture: read.choice(at("architecture"), ["x86_64", "arm64"] as const),
    buildMinutes: between("buildMinutes", 5, 480, 60),
    imageUri: read.text(
      at("imageUri"),
      IMAGE,
      "123456789012.dkr.ecr.eu-central-1.amazonaws.com/panos@sha256:…",
      "optional",
    ),
    awsPluginSha256: read.text(at("awsPluginSha256"), /^[0-9a-f]{64}$/, "0123…", "optional"),
    managementCidrs: managementCidrs.length > 0 ? managementCidrs : (main.managementCidrs ?? []),
    logRetentionDays: Number(read.choice(at("logRetentionDays"), RETENTIONS)),
  };
  reportContradictions(settings, at, report);
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

function trailFor(
  source: "eventbridge" | "s3",
  value: unknown,
  key: string,
  report: Report,
): Trail | undefined {
  if (source === "s3") return trailSettings(value, key, report);
  if (value !== undefined) report(key, "is only read with source: s3", `${TRIGGER_PROJECT}:source: s3`);
  return undefined;
}

/** What is right by itself and not together. */
function reportContradictions(settings: TriggerSettings, at: (name: string) => string, report: Report) {
  const { main, reservedConcurrency } = settings;
  // Lambda advises to reserve more than the mappings use: less would throttle batches into the dead-letter queue.
  if (reservedConcurrency > 0 && reservedConcurrency < 5) {
    report(
      at("reservedConcurrency"),
      "is less than 5, while the two queues may run 2 each at a time",
      "5 (or 0: none)",
    );
  }
  if (settings.subnetIds.length > 0 && settings.managementCidrs.length === 0) {
    report(
      at("managementCidrs"),
      "is missing: the firewall's management is given by name, and the security group needs its address",
      '["10.0.0.10/32"]',
    );
  }
  if (main.secretsProvider === "awskms" && settings.kmsKeyArn === undefined) {
    report(
      at("kmsKeyArn"),
      `is missing: the secrets of ${settings.stack} are encrypted with AWS KMS`,
      "arn:aws:kms:…",
    );
  }
  const isBuiltHere = settings.imageUri === undefined && main.inventory !== "snapshot";
  if (isBuiltHere && main.inventory !== "ec2" && settings.awsPluginSha256 === undefined) {
    report(
      at("awsPluginSha256"),
      `is missing: with inventory: ${main.inventory} the image gets Pulumi's AWS plugin, which has to be what its ` +
        `release publishes for ${settings.architecture}. Or set inventory: ec2 in ${settings.stack}, which needs no plugin`,
      "the line of pulumi-resource-aws-…-linux-amd64.tar.gz in its checksums",
    );
  }
  const { guard } = settings;
  if (guard !== undefined && main.guard !== undefined && main.guard.policy !== guard.file) {
    report(
      at("guard.policy"),
      `is not the ${main.guard.policy} of ${settings.stack}'s own guard`,
      main.guard.policy,
    );
  }
  if (main.inventory === "snapshot") {
    report(at("stack"), "is a stack that reads a recorded account, where no event changes anything", "prod");
  }
}
