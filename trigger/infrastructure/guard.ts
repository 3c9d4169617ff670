import {
  EventRule as Rule,
  EventTarget,
  LogGroup,
  MetricAlarm,
  type MetricAlarmArgs,
} from "@pulumi/aws/cloudwatch";
import { Table } from "@pulumi/aws/dynamodb";
import { EventSourceMapping, Function as LambdaFunction, Invocation } from "@pulumi/aws/lambda";
import { Schedule, ScheduleGroup } from "@pulumi/aws/scheduler";
import { Role, RolePolicy } from "@pulumi/aws/iam";
import { Queue, QueuePolicy } from "@pulumi/aws/sqs";
import type { Topic } from "@pulumi/aws/sns";
import { all, jsonStringify, type Input } from "@pulumi/pulumi";
import { REFRESH_MESSAGE } from "../../guard/arrivals";
import type { GuardEnvironment } from "../../guard/environment";
import { GUARDED_CALLS } from "../../guard/event/read";
import { denyOnMarked, ISOLATION_CALLS } from "../../guard/isolate";
import { guardRights } from "../../guard/rights";
import type { DeployedGuard } from "../settings/guard";
import { arn, type Context } from "./context";
import type { TriggerImage } from "./image";
import { policy, tlsOnly, trustOf, type Statement } from "./policy";
import { logStatement, roleFor } from "./roles";

const RESTORABLE = {
  billingMode: "PAY_PER_REQUEST",
  pointInTimeRecovery: { enabled: true },
  serverSideEncryption: { enabled: true },
};
const SECONDS = 60;
const RETENTION_SECONDS = 14 * 24 * 3600;

/**
 * Deploys the guard: its tables, a rule and a queue of its own, and a function from the trigger's image, with
 * a role that may change groups of the policy's scope and nothing else in EC2.
 * @returns outputs
 */
export function deployGuard(context: Context, guard: DeployedGuard, image: TriggerImage, topic: Topic) {
  const { settings, name, account, region, partition } = context;
  const records = new Table("guard", {
    ...{ name: `${name}-guard`, hashKey: "id", ...RESTORABLE },
    attributes: [{ name: "id", type: "S" }],
  });
  const approvals = approvalsOf(context, guard);
  const deadLetters = new Queue("guard-dead-letters", {
    messageRetentionSeconds: RETENTION_SECONDS,
    sqsManagedSseEnabled: true,
  });
  const queue = new Queue("guard", {
    messageRetentionSeconds: RETENTION_SECONDS,
    visibilityTimeoutSeconds: 6 * SECONDS,
    redrivePolicy: jsonStringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: 5 }),
    sqsManagedSseEnabled: true,
  });

  const isolates = Object.keys(guard.quarantineGroups).length > 0;
  const rule = new Rule("guard", {
    description: `Changes of security groups${isolates ? " and of instances' tags" : ""}, for the guard of ${name}`,
    eventPattern: JSON.stringify({
      source: ["aws.ec2"],
      "detail-type": ["AWS API Call via CloudTrail"],
      detail: {
        eventSource: ["ec2.amazonaws.com"],
        errorCode: [{ exists: false }],
        eventName: [...GUARDED_CALLS, ...(isolates ? ISOLATION_CALLS : [])],
      },
    }),
  });
  new EventTarget("guard", { rule: rule.name, arn: queue.arn, deadLetterConfig: { arn: deadLetters.arn } });
  for (const [label, to] of Object.entries({ guard: queue, "guard-dead-letters": deadLetters })) {
    new QueuePolicy(label, {
      queueUrl: to.url,
      policy: policy([
        {
          Sid: "OurRuleSends",
          Principal: { Service: "events.amazonaws.com" },
          Action: ["sqs:SendMessage"],
          Resource: to.arn,
          Condition: { ArnEquals: { "aws:SourceArn": rule.arn } },
        },
        tlsOnly(["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"], to.arn),
      ]),
    });
  }

  const called = `${name}-guard`;
  const logs = new LogGroup("guard", {
    name: `/aws/lambda/${called}`,
    retentionInDays: settings.logRetentionDays,
  });
  const rights = guardRights(
    guard.policy,
    { partition, region, account },
    Object.values(guard.quarantineGroups),
  );
  const { role, attached } = roleFor(
    "guard",
    "lambda.amazonaws.com",
    `Guards security groups for ${name}: undoes what its policy forbids`,
    [
      ...rights.map(({ Sid, Action, Resource, Condition }): Statement => ({
        ...{ Sid, Action, Resource },
        ...(Condition && { Condition }),
      })),
      {
        Sid: "KeepRecords",
        Action: [
          ...["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Scan"],
          ...["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
        ],
        Resource: records.arn,
      },
      ...approvals.uses,
      {
        Sid: "TakeItsMessages",
        Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        Resource: queue.arn,
      },
      { Sid: "SetAsideTheIllegible", Action: ["sqs:SendMessage"], Resource: deadLetters.arn },
      { Sid: "TellPeople", Action: ["sns:Publish"], Resource: topic.arn },
      logStatement(logs),
    ],
  );
  const told: Record<keyof GuardEnvironment, Input<string>> = {
    GUARD_POLICY: guard.file,
    GUARD_TABLE: records.name,
    GUARD_APPROVALS: approvals.address,
    GUARD_ACCOUNT: account,
    GUARD_DEAD_LETTER_QUEUE_URL: deadLetters.url,
    GUARD_TOPIC_ARN: topic.arn,
    GUARD_OWN_ROLES: jsonStringify(all([role.arn])),
    GUARD_QUARANTINE_GROUPS: JSON.stringify(guard.quarantineGroups),
    GUARD_QUARANTINE_TAGS: JSON.stringify(guard.quarantineTags),
    GUARD_WEBHOOK: guard.webhook ?? "",
  };
  const made = new LambdaFunction(
    "guard",
    {
      name: called,
      description: `Guards security groups: ${guard.policy.mode}`,
      packageType: "Image",
      imageUri: image.uri,
      imageConfig: { commands: ["guard/lambda.handler"] },
      architectures: [settings.architecture],
      role: role.arn,
      timeout: SECONDS,
      memorySize: 1024,
      environment: { variables: told },
      loggingConfig: { logFormat: "Text", logGroup: logs.name },
    },
    { dependsOn: attached },
  );
  new EventSourceMapping("guard", {
    eventSourceArn: queue.arn,
    functionName: made.arn,
    // Each second counts.
    ...{ batchSize: 10, maximumBatchingWindowInSeconds: 0 },
    functionResponseTypes: ["ReportBatchItemFailures"],
  });
  // The records begin before the first event that needs one.
  new Invocation("guard-seed", { functionName: made.name, input: JSON.stringify(REFRESH_MESSAGE) });
  lookAgain(context, queue);
  guardAlarms(context, made, deadLetters, topic);
  const exempt = role.arn.apply((own) => [own, ...guard.responders]);
  return {
    guardFunctionName: made.name,
    guardTable: records.name,
    approvals: approvals.address,
    approverPolicy: policy([approvals.make]),
    ...(isolates && {
      quarantinePolicy: exempt.apply((arns) => JSON.stringify(denyOnMarked(guard.quarantineTags, arns))),
    }),
  };
}

/** Where approvals are: what the guard may do there, and what whoever approves may, in no name but their own. */
function approvalsOf({ name, partition }: Context, guard: DeployedGuard) {
  if (guard.approvals !== undefined) {
    const { bucket, prefix } = guard.approvals;
    const inBucket = `arn:${partition}:s3:::${bucket}`;
    const uses: Statement[] = [
      { Sid: "FindApprovals", Action: ["s3:ListBucket"], Resource: inBucket },
      { Sid: "ReadApprovals", Action: ["s3:GetObject"], Resource: `${inBucket}/${prefix}*` },
      // Uses up what is good once. To make one it has no right.
      { Sid: "UseApprovals", Action: ["s3:PutObject"], Resource: `${inBucket}/${prefix}used/*` },
    ];
    const make: Statement = {
      Sid: "ApproveInOnesOwnName",
      Action: ["s3:PutObject"],
      Resource: `${inBucket}/${prefix}\${aws:userid}/*`,
    };
    return { address: `s3://${bucket}/${prefix}`, uses, make };
  }
  const table = new Table("approvals", {
    ...{ name: `${name}-approvals`, hashKey: "by", rangeKey: "id", ...RESTORABLE },
    attributes: [
      { name: "by", type: "S" },
      { name: "id", type: "S" },
    ],
    ttl: { attributeName: "expires", enabled: true },
  });
  const uses: Statement[] = [
    // Uses up what is good once. To make one it has no right.
    {
      Sid: "ReadAndUseApprovals",
      Action: ["dynamodb:Scan", "dynamodb:UpdateItem"],
      Resource: table.arn,
    },
  ];
  const make: Statement = {
    Sid: "ApproveInOnesOwnName",
    Action: ["dynamodb:PutItem"],
    Resource: table.arn,
    Condition: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["${aws:userid}"] } },
  };
  return { address: table.name, uses, make };
}

function lookAgain(context: Context, queue: Queue): void {
  const { account, name } = context;
  const called = `${name}-guard`;
  const group = new ScheduleGroup("guard", { name: called });
  const role = new Role("guard-schedule", {
    description: `Lets the schedule of ${called} send to its queue`,
    assumeRolePolicy: trustOf(
      "scheduler.amazonaws.com",
      account,
      arn(context, "scheduler", `schedule-group/${called}`),
    ),
  });
  new RolePolicy("guard-schedule", {
    role: role.name,
    policy: policy([{ Sid: "ToTheQueue", Action: ["sqs:SendMessage"], Resource: queue.arn }]),
  });
  new Schedule("guard", {
    groupName: group.name,
    description: "Looks at every group: a record that nobody has looked at for an hour counts as too old",
    scheduleExpression: "rate(15 minutes)",
    flexibleTimeWindow: { mode: "OFF" },
    target: { arn: queue.arn, roleArn: role.arn, input: JSON.stringify(REFRESH_MESSAGE) },
  });
}

function guardAlarms({ name }: Context, made: LambdaFunction, deadLetters: Queue, topic: Topic): void {
  const alarm = (label: string, alarmDescription: string, args: Partial<MetricAlarmArgs>) =>
    new MetricAlarm(label, {
      name: `${name}-${label}`,
      alarmDescription,
      ...{ evaluationPeriods: 1, period: 60, threshold: 0, treatMissingData: "notBreaching" },
      comparisonOperator: "GreaterThanThreshold",
      alarmActions: [topic.arn],
      okActions: [topic.arn],
      ...args,
    });
  alarm(
    "guard-dead-letters",
    "Changes that the guard could not judge: look at them by hand, then redrive or purge",
    {
      ...{ namespace: "AWS/SQS", metricName: "ApproximateNumberOfMessagesVisible", statistic: "Maximum" },
      dimensions: { QueueName: deadLetters.name },
    },
  );
  alarm("guard-errors", "The guard ends with errors: its log has them", {
    ...{ namespace: "AWS/Lambda", metricName: "Errors", statistic: "Sum" },
    dimensions: { FunctionName: made.name },
  });
}
