import { TopicSubscription } from "@pulumi/aws/sns";
import { Queue, QueuePolicy, RedriveAllowPolicy } from "@pulumi/aws/sqs";
import { jsonStringify, type Input } from "@pulumi/pulumi";
import { policy, tlsOnly, type Statement } from "./policy";

/** SQS keeps messages for at most 14 days. */
const RETENTION_SECONDS = 14 * 24 * 3600;

/** The queue that every change arrives by, and where messages go that nobody could handle. */
export interface Queues {
  queue: Queue;
  /** For what must not wait until others are gathered; undefined where there is nothing such. */
  urgentQueue: Queue | undefined;
  deadLetters: Queue;
}

/**
 * @param busySeconds how long the function may be busy with a batch, gathering it included. What it hands back
 * comes again that much later. Lambda's documentation advises six times the function's time, so that nothing
 * arrives twice where batches are throttled; here what arrives twice does no harm, and comes sooner.
 * @param isUrgent whether anything must not wait
 */
export function queues(busySeconds: number, isUrgent: boolean): Queues {
  const deadLetters = new Queue("dead-letters", {
    messageRetentionSeconds: RETENTION_SECONDS,
    sqsManagedSseEnabled: true,
  });
  const arrivals = {
    messageRetentionSeconds: RETENTION_SECONDS,
    visibilityTimeoutSeconds: busySeconds + 30,
    // Five hours and more: what is illegible the handler sets aside itself, and what only couldn't be written
    // down, because S3 didn't answer or the function was throttled, is to get through.
    redrivePolicy: jsonStringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: 20 }),
    sqsManagedSseEnabled: true,
  };
  const queue = new Queue("changes", arrivals);
  const urgentQueue = isUrgent ? new Queue("urgent", arrivals) : undefined;
  const sources = [queue, ...(urgentQueue ? [urgentQueue] : [])].map(({ arn }) => arn);
  new RedriveAllowPolicy("dead-letters", {
    queueUrl: deadLetters.url,
    redriveAllowPolicy: jsonStringify({ redrivePermission: "byQueue", sourceQueueArns: sources }),
  });
  return { queue, urgentQueue, deadLetters };
}

/**
 * Who may send without an identity in this account: our rules (to every queue: what EventBridge couldn't
 * deliver goes to the dead letters), and the topic that tells of CloudTrail's files. The function and the
 * schedule send with their roles.
 */
export function queuePolicies(
  { queue, urgentQueue, deadLetters }: Queues,
  ruleArns: Input<string>[],
  topicArn?: string,
) {
  const fromTopic: Statement[] =
    topicArn === undefined
      ? []
      : [
          {
            Sid: "TheTrailsTopicSends",
            Principal: { Service: "sns.amazonaws.com" },
            Action: ["sqs:SendMessage"],
            Resource: queue.arn,
            Condition: { ArnEquals: { "aws:SourceArn": topicArn } },
          },
        ];
  const letIn = letRulesIn("changes", queue, ruleArns, fromTopic);
  letRulesIn("dead-letters", deadLetters, ruleArns);
  if (urgentQueue !== undefined) letRulesIn("urgent", urgentQueue, ruleArns);
  if (topicArn !== undefined) {
    // SNS asks the queue for its consent when it is subscribed.
    new TopicSubscription(
      "trail",
      { region: topicArn.split(":")[3] ?? "", topic: topicArn, protocol: "sqs", endpoint: queue.arn },
      { dependsOn: letIn },
    );
  }
}

/** Lets rules of ours send to a queue, and nobody without TLS do anything. @param more statements */
export function letRulesIn(
  name: string,
  { url, arn }: Queue,
  ruleArns: Input<string>[],
  more: Statement[] = [],
): QueuePolicy {
  const statements: Statement[] = [
    {
      Sid: "OurRulesSend",
      Principal: { Service: "events.amazonaws.com" },
      Action: ["sqs:SendMessage"],
      Resource: arn,
      Condition: { ArnEquals: { "aws:SourceArn": ruleArns } },
    },
    tlsOnly(["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"], arn),
    ...more,
  ];
  return new QueuePolicy(name, { queueUrl: url, policy: policy(statements) });
}
