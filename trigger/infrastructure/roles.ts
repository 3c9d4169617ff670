import { Role, RolePolicy } from "@pulumi/aws/iam";
import type { LogGroup } from "@pulumi/aws/cloudwatch";
import { all, interpolate } from "@pulumi/pulumi";
import type { Storage } from "./bucket";
import { arn, type Context } from "./context";
import { policy, trustOf, type Statement } from "./policy";
import type { Queues } from "./queue";
import { readActions } from "./reads";
import type { Secrets } from "./secrets";
import { trailFolders } from "../settings/trail";
import { tellStatements, type AlarmTopic } from "./topic";

/** What the statements speak of. */
export interface Parts {
  storage: Storage;
  secrets: Secrets;
  queues: Queues;
  topic: AlarmTopic;
}

/** A role of ours and its one policy. */
export function roleFor(
  name: string,
  service: string,
  description: string,
  statements: Statement[],
  trusted?: string,
) {
  const role = new Role(name, {
    description,
    assumeRolePolicy:
      trusted === undefined
        ? // Who passes a role to Lambda needs iam:PassRole on it, which AWS only grants within one account.
          policy([
            { Sid: "TakenOnByTheService", Principal: { Service: service }, Action: ["sts:AssumeRole"] },
          ])
        : trustOf(service, trusted),
  });
  const attached = new RolePolicy(name, { role: role.name, policy: policy(statements) });
  return { role, attached };
}

/** Of the place where `pulumi up` runs: the Lambda function, or the build. */
export function runStatements(
  context: Context,
  { storage, secrets }: Parts,
  memberRoles: string[],
): Statement[] {
  const { settings } = context;
  const { bucketArn, statePrefix } = storage;
  const roles = [...new Set([...settings.main.roles, ...memberRoles])];
  return [
    {
      Sid: "ReadTheInventory",
      Action: readActions(settings.main.inventory),
      // EC2 knows no resources for these actions ("Actions, resources, and condition keys for Amazon EC2").
      Resource: "*",
    },
    ...(roles.length > 0
      ? [{ Sid: "ReadTheOtherAccounts", Action: ["sts:AssumeRole"], Resource: roles }]
      : []),
    ...(statePrefix !== undefined
      ? [
          {
            // Deletes its locks and replaces its checkpoints. Versions, the way back, it can't delete.
            Sid: "KeepTheState",
            Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            Resource: interpolate`${bucketArn}/${statePrefix}.pulumi/*`,
          },
        ]
      : []),
    ...(secrets.arns.length > 0
      ? [
          {
            Sid: "ReadTheRunsSecrets",
            Action: ["secretsmanager:GetSecretValue"],
            Resource: all(secrets.arns),
          },
        ]
      : []),
    ...guardReading(context),
    ...(settings.kmsKeyArn !== undefined
      ? [
          {
            // The stack's own secrets: encrypted anew when the state is written.
            Sid: "ReadTheStacksSecrets",
            Action: ["kms:Decrypt", "kms:Encrypt"],
            Resource: settings.kmsKeyArn,
          },
        ]
      : []),
  ];
}

/** Of the program where permissions wait for an approval: what the guard keeps. */
function guardReading(context: Context): Statement[] {
  const { guard } = context.settings.main;
  if (guard === undefined) return [];
  const [, bucket, prefix = ""] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(guard.approvals) ?? [];
  const table = (name: string) => arn(context, "dynamodb", `table/${name}`);
  const inBucket = `arn:${context.partition}:s3:::${bucket}`;
  return [
    ...(guard.table === undefined
      ? []
      : [{ Sid: "ReadTheGuardsRecords", Action: ["dynamodb:BatchGetItem"], Resource: table(guard.table) }]),
    ...(bucket === undefined
      ? [{ Sid: "ReadApprovals", Action: ["dynamodb:Scan"], Resource: table(guard.approvals) }]
      : [
          { Sid: "ReadApprovals", Action: ["s3:GetObject"], Resource: `${inBucket}/${prefix}*` },
          { Sid: "FindApprovals", Action: ["s3:ListBucket"], Resource: inBucket },
        ]),
  ];
}

/** Of handler and runs: the ledger, and what a run leaves beside it for the next one to see. */
export function ledgerStatements({ storage: { bucketArn, ledgerFolder } }: Parts): Statement[] {
  return [
    {
      Sid: "KeepTheLedger",
      Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      Resource: interpolate`${bucketArn}/${ledgerFolder}*`,
    },
    {
      // Names only. Without it S3 calls what isn't there yet forbidden, not missing; and Pulumi lists from the
      // backend's root to see what kind of state there is.
      Sid: "SeeWhatIsThere",
      Action: ["s3:ListBucket"],
      Resource: bucketArn,
    },
  ];
}

/** Of the handler: what waits, who is told, and what comes later. */
export function handlerStatements({ settings, partition }: Context, parts: Parts): Statement[] {
  const { queues, topic } = parts;
  const { trail } = settings;
  return [
    ...ledgerStatements(parts),
    {
      // The first three for the mapping, the last for a second look and for retries.
      Sid: "TakeAndPostponeChanges",
      Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:SendMessage"],
      Resource: queues.urgentQueue ? all([queues.queue.arn, queues.urgentQueue.arn]) : queues.queue.arn,
    },
    { Sid: "SetAsideTheIllegible", Action: ["sqs:SendMessage"], Resource: queues.deadLetters.arn },
    ...tellStatements("TellAPerson", topic),
    ...(trail !== undefined
      ? [
          {
            Sid: "ReadTheTrailsFiles",
            Action: ["s3:GetObject"],
            Resource: trailFolders(trail).map((folder) => `arn:${partition}:s3:::${trail.bucket}/${folder}*`),
          },
        ]
      : []),
    ...(trail?.kmsKeyArn !== undefined
      ? [{ Sid: "DecryptTheTrailsFiles", Action: ["kms:Decrypt"], Resource: trail.kmsKeyArn }]
      : []),
  ];
}

/** Of what starts builds: this one project, and nothing of it but to start and to look. */
export function starterStatements(context: Context): Statement[] {
  return [
    {
      Sid: "StartRunsAndSeeHowTheyEnd",
      Action: ["codebuild:StartBuild", "codebuild:BatchGetBuilds"],
      Resource: arn(context, "codebuild", `project/${context.name}`),
    },
  ];
}

/** Of whoever writes a log: into its own group, which exists already. */
export function logStatement(group: LogGroup): Statement {
  return {
    Sid: "WriteItsOwnLog",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: interpolate`${group.arn}:*`,
  };
}
