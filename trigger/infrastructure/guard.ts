import { LogGroup } from "@pulumi/aws/cloudwatch";
import { Table } from "@pulumi/aws/dynamodb";
import { EventSourceMapping, Function as LambdaFunction } from "@pulumi/aws/lambda";
import { Queue } from "@pulumi/aws/sqs";
import { all, jsonStringify, type Input } from "@pulumi/pulumi";
import type { GuardEnvironment } from "../../guard/environment";
import { roleIn, type Reach } from "../../guard/reach";
import type { DeployedGuard } from "../settings/guard";
import type { Context } from "./context";
import { approvalsOf, RESTORABLE } from "./guard-approvals";
import { policiesFor } from "./guard-policies";
import { guardRole } from "./guard-role";
import { warnOf } from "./guard-warnings";
import { guardAlarms, lookAgain } from "./guard-watch";
import type { TriggerImage } from "./image";
import type { Member } from "./members";
import { letRulesIn } from "./queue";
import { guardRulesToQueue, type Hub } from "./rules";
import type { AlarmTopic } from "./topic";

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
  const { settings, name, account } = context;
  const { image, topic, hub, members } = parts;
  const records = new Table("guard", {
    name: `${name}-guard`,
    hashKey: "id",
    ...RESTORABLE,
    attributes: [{ name: "id", type: "S" }],
  });
  const approvals = approvalsOf(context, guard);
  const reach = reachOf(context, members);
  warnOf(guard, [account, ...reach.members]);
  const { queue, deadLetters } = queuesOf();
  const ruleArns = guardRulesToQueue(context, guard, { queue, deadLetters }, hub);
  letRulesIn("guard", queue, ruleArns);
  letRulesIn("guard-dead-letters", deadLetters, ruleArns);
  const called = `${name}-guard`;
  const logs = new LogGroup("guard", {
    name: `/aws/lambda/${called}`,
    retentionInDays: settings.logRetentionDays,
  });
  const memberRoles = reach.members.map((member) => roleIn(member, reach));
  const { role, attached } = guardRole(context, guard, {
    records,
    queue,
    deadLetters,
    logs,
    topic,
    memberRoles,
    uses: approvals.uses,
  });
  const variables: Record<keyof GuardEnvironment, Input<string>> = {
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
      environment: { variables },
      loggingConfig: { logFormat: "Text", logGroup: logs.name },
    },
    { dependsOn: attached },
  );
  new EventSourceMapping("guard", {
    eventSourceArn: queue.arn,
    functionName: made.arn,
    // Each second counts.
    batchSize: 10,
    maximumBatchingWindowInSeconds: 0,
    functionResponseTypes: ["ReportBatchItemFailures"],
  });
  lookAgain(context, queue);
  guardAlarms(context, made, deadLetters, topic);
  const exempt = role.arn.apply((own) => [own, ...memberRoles, ...guard.responders]);
  const outputs = {
    guardFunctionName: made.name,
    guardTable: records.name,
    approvals: approvals.address,
    ...policiesFor(context, guard, approvals.make, exempt),
  };
  return { role, made, outputs };
}

function queuesOf() {
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
  return { queue, deadLetters };
}

/** What the trigger watches. */
function reachOf({ settings, watched, partition }: Context, members: readonly Member[]): Reach {
  const { guardRoleName = "", externalId } = settings.members ?? {};
  return {
    regions: watched,
    members: members.map(({ account }) => account),
    memberRole: `arn:${partition}:iam::*:role/${guardRoleName}`,
    ...(externalId !== undefined && { externalId }),
  };
}
