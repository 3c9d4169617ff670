import type { StackInstances } from "@pulumi/aws/cloudformation";
import { LogGroup, MetricAlarm, type MetricAlarmArgs } from "@pulumi/aws/cloudwatch";
import { Table } from "@pulumi/aws/dynamodb";
import { EventSourceMapping, Function as LambdaFunction, Invocation } from "@pulumi/aws/lambda";
import { Schedule, ScheduleGroup } from "@pulumi/aws/scheduler";
import { Role, RolePolicy } from "@pulumi/aws/iam";
import { Queue } from "@pulumi/aws/sqs";
import { all, jsonStringify, type Input } from "@pulumi/pulumi";
import { warn } from "@pulumi/pulumi/log";
import { REFRESH_MESSAGE } from "../../guard/arrivals";
import type { GuardEnvironment } from "../../guard/environment";
import { approverRights } from "../../guard/approvals/rights";
import { editorRights } from "../../guard/editors";
import { stops } from "../../guard/policy/evaluate";
import { denyOnMarked } from "../../guard/isolate";
import { roleIn, type Reach } from "../../guard/reach";
import { isSecret } from "../../guard/webhook";
import { guardRights } from "../../guard/rights";
import type { DeployedGuard } from "../settings/guard";
import { arn, type Context } from "./context";
import type { TriggerImage } from "./image";
import type { Member } from "./members";
import { policy, trustOf, type Statement } from "./policy";
import { letRulesIn } from "./queue";
import { logStatement, roleFor } from "./roles";
import { guardRulesToQueue, type Hub } from "./rules";
import { tellStatements, type AlarmTopic } from "./topic";

const RESTORABLE = {
  billingMode: "PAY_PER_REQUEST",
  pointInTimeRecovery: { enabled: true },
  serverSideEncryption: { enabled: true },
};
const PLAIN_WEBHOOK =
  "aws-panos-trigger:guard.webhook is an address in plain text: whoever may read the function's settings may post " +
  "there. Keep it in Secrets Manager, and set the secret's ARN";
const SECONDS = 60;
const RETENTION_SECONDS = 14 * 24 * 3600;

/** What the guard shares with the trigger. */
export interface GuardParts {
  image: TriggerImage;
  topic: AlarmTopic;
  hub: Hub | undefined;
  members: readonly Member[];
}

/**
 * Deploys the guard: its tables, rules and a queue of its own, and a function from the trigger's image, with
 * a role that may change groups of the policy's scope and nothing else in EC2, and take on the same in members.
 */
export function deployGuard(context: Context, guard: DeployedGuard, parts: GuardParts) {
  const { settings, name, account, watched, partition } = context;
  const { image, topic, hub, members } = parts;
  const records = new Table("guard", {
    ...{ name: `${name}-guard`, hashKey: "id", ...RESTORABLE },
    attributes: [{ name: "id", type: "S" }],
  });
  const approvals = approvalsOf(context, guard);
  if (guard.policy.approvers === undefined && guard.policy.rules.some(({ then }) => stops(then)))
    void warn(`${guard.file} doesn't say who may approve (approvers): no approval counts`);
  const reach = reachOf(context, members);
  for (const each of accountsOutOfReach(guard, [account, ...reach.members])) void warn(each);
  if (guard.webhook !== undefined && !isSecret(guard.webhook)) void warn(PLAIN_WEBHOOK);
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
  const ruleArns = guardRulesToQueue(context, guard, { queue, deadLetters }, hub);
  letRulesIn("guard", queue, ruleArns);
  letRulesIn("guard-dead-letters", deadLetters, ruleArns);
  const called = `${name}-guard`;
  const logs = new LogGroup("guard", {
    name: `/aws/lambda/${called}`,
    retentionInDays: settings.logRetentionDays,
  });
  const rights = guardRights(
    guard.policy,
    { partition, account, regions: watched },
    Object.values(guard.quarantineGroups),
  );
  const memberRoles = reach.members.map((member) => roleIn(member, reach));
  const { role, attached } = roleFor(
    "guard",
    "lambda.amazonaws.com",
    `Guards security groups for ${name}: undoes what its policy forbids`,
    [
      ...rights.map(({ Sid, Action, Resource, Condition }): Statement => ({
        ...{ Sid, Action, Resource },
        ...(Condition && { Condition }),
      })),
      ...(memberRoles.length > 0
        ? [{ Sid: "GuardTheMembers", Action: ["sts:AssumeRole"], Resource: memberRoles }]
        : []),
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
      ...tellStatements("TellPeople", topic),
      ...(isSecret(guard.webhook)
        ? [{ Sid: "ReadWhereToPost", Action: ["secretsmanager:GetSecretValue"], Resource: guard.webhook }]
        : []),
      logStatement(logs),
    ],
  );
  const told: Record<keyof GuardEnvironment, Input<string>> = {
    GUARD_POLICY: guard.file,
    GUARD_TABLE: records.name,
    GUARD_APPROVALS: approvals.address,
    GUARD_ACCOUNT: account,
    GUARD_REACH: JSON.stringify(reach),
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
  lookAgain(context, queue);
  guardAlarms(context, made, deadLetters, topic);
  const exempt = role.arn.apply((own) => [own, ...memberRoles, ...guard.responders]);
  const outputs = {
    guardFunctionName: made.name,
    guardTable: records.name,
    approvals: approvals.address,
    ...(approvals.make.length > 0 && { approverPolicy: policy(approvals.make) }),
    editorPolicy: policy(
      editorRights(
        guard.policy,
        [...settings.tagKeys, ...settings.main.approvalKeys],
        partition,
      ) as Statement[],
    ),
    ...(isolates && {
      quarantinePolicy: exempt.apply((arns) => JSON.stringify(denyOnMarked(guard.quarantineTags, arns))),
    }),
  };
  return { role, made, outputs };
}

/**
 * Begins the records, before the first event that needs one.
 * @param stacks with the roles in the members
 */
export function seedGuard(made: LambdaFunction, stacks: StackInstances | undefined): void {
  new Invocation(
    "guard-seed",
    { functionName: made.name, input: JSON.stringify(REFRESH_MESSAGE) },
    { dependsOn: stacks === undefined ? [] : [stacks] },
  );
}

/** Rules of the policy that name accounts which the guard hears nothing of. The program may withhold by them. */
export function accountsOutOfReach(
  { file, policy: { rules } }: Pick<DeployedGuard, "file" | "policy">,
  reached: readonly string[],
): string[] {
  return rules.flatMap(({ name, line, when }) => {
    const others = (when.account ?? []).filter((account) => !reached.includes(account));
    if (others.length === 0) return [];
    return [
      `${file}:${line} ${name} names ${others.join(", ")}, where the guard sees no change: it reaches its own ` +
        "account and those of aws-panos-trigger:members",
    ];
  });
}

/** What the trigger watches. */
function reachOf({ settings, watched, partition }: Context, members: readonly Member[]): Reach {
  const { guardRoleName = "", externalId } = settings.members ?? {};
  return {
    ...{ regions: watched, members: members.map(({ account }) => account) },
    memberRole: `arn:${partition}:iam::*:role/${guardRoleName}`,
    ...(externalId !== undefined && { externalId }),
  };
}

/** Where approvals are: what the guard may do there, and what whoever approves may, in no name but their own. */
function approvalsOf({ name, partition }: Context, guard: DeployedGuard) {
  const { approvers } = guard.policy;
  if (guard.approvals !== undefined) {
    const { bucket, prefix } = guard.approvals;
    const inBucket = `arn:${partition}:s3:::${bucket}`;
    // It has no right to make one: what approvals were used for is among its records.
    const uses: Statement[] = [
      { Sid: "FindApprovals", Action: ["s3:ListBucket"], Resource: inBucket },
      { Sid: "ReadApprovals", Action: ["s3:GetObject"], Resource: `${inBucket}/${prefix}*` },
    ];
    const make = approverRights<string>(approvers, { objects: `${inBucket}/${prefix}` }, partition);
    return { address: `s3://${bucket}/${prefix}`, uses, make: make as Statement[] };
  }
  const table = new Table("approvals", {
    ...{ name: `${name}-approvals`, hashKey: "by", rangeKey: "id", ...RESTORABLE },
    attributes: [
      { name: "by", type: "S" },
      { name: "id", type: "S" },
    ],
    ttl: { attributeName: "expires", enabled: true },
  });
  const uses: Statement[] = [{ Sid: "ReadApprovals", Action: ["dynamodb:Scan"], Resource: table.arn }];
  const make: Statement[] = approverRights(approvers, { table: table.arn }, partition);
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

function guardAlarms({ name }: Context, made: LambdaFunction, deadLetters: Queue, topic: AlarmTopic): void {
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
