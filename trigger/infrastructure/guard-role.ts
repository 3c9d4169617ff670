import type { LogGroup } from "@pulumi/aws/cloudwatch";
import type { Table } from "@pulumi/aws/dynamodb";
import type { Queue } from "@pulumi/aws/sqs";
import { guardRights } from "../../guard/rights";
import { isSecret } from "../../guard/webhook";
import type { DeployedGuard } from "../settings/guard";
import type { Context } from "./context";
import type { Statement } from "./policy";
import { logStatement, roleFor } from "./roles";
import { tellStatements, type AlarmTopic } from "./topic";

interface Parts {
  records: Table;
  queue: Queue;
  deadLetters: Queue;
  logs: LogGroup;
  topic: AlarmTopic;
  /** The roles that it takes on in members. */
  memberRoles: readonly string[];
  /** What it may do with approvals. */
  uses: readonly Statement[];
}

/** The guard's role: what it may change in EC2 within the policy's scope, and what it needs for itself. */
export function guardRole(context: Context, guard: DeployedGuard, parts: Parts) {
  const { name, account, watched: regions, partition } = context;
  const { records, queue, deadLetters, logs, topic, memberRoles, uses } = parts;
  const rights = guardRights(
    guard.policy,
    { partition, account, regions },
    Object.values(guard.quarantineGroups),
  );
  return roleFor(
    "guard",
    "lambda.amazonaws.com",
    `Guards security groups for ${name}: undoes what its policy forbids`,
    [
      ...rights.map(({ Sid, Action, Resource, Condition }): Statement => ({
        Sid,
        Action,
        Resource,
        ...(Condition && { Condition }),
      })),
      ...(memberRoles.length > 0
        ? [{ Sid: "GuardTheMembers", Action: ["sts:AssumeRole"], Resource: [...memberRoles] }]
        : []),
      {
        Sid: "KeepRecords",
        Action: [
          ...["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Scan"],
          ...["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
        ],
        Resource: records.arn,
      },
      ...uses,
      {
        Sid: "TakeItsMessages",
        Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        Resource: queue.arn,
      },
      { Sid: "SetAsideTheIllegible", Action: ["sqs:SendMessage"], Resource: deadLetters.arn },
      ...tellStatements("TellPeople", topic),
      ...(isSecret(guard.webhook)
        ? [{ Sid: "ReadWhereToPost", Action: ["secretsmanager:GetSecretValue"], Resource: guard.webhook }]
        : []),
      logStatement(logs),
    ],
  );
}
