import { TopicSubscription } from "@pulumi/aws/sns";
import { Queue, QueuePolicy, RedriveAllowPolicy } from "@pulumi/aws/sqs";
import { jsonStringify, type Input } from "@pulumi/pulumi";
import { policy, tlsOnly, type Statement } from "./policy";

/** SQS keeps messages for at most 14 days. */
const RETENTION_SECONDS = 14 * 24 * 3600;

/** The queue that every change arrives by, and where messages go that nobody could handle. */
export interface Queues {
  queue: Queue;
  deadLetters: Queue;
}

/**
 * @param timeoutSeconds of the function that takes messages. Lambda's documentation asks for six times that,
 * so that a batch that was throttled and tried again is not delivered twice meanwhile. What a dead run leaves
 * doesn't wait for it: changes are in the ledger before the run starts, and the schedule comes sooner.
 */
export function queues(timeoutSeconds: number): Queues {
  const deadLetters = new Queue("dead-letters", {
    messageRetentionSeconds: RETENTION_SECONDS,
    sqsManagedSseEnabled: true,
  });
  const queue = new Queue("changes", {
    messageRetentionSeconds: RETENTION_SECONDS,
    visibilityTimeoutSeconds: 6 * timeoutSeconds,
    // Lambda advises at least 5: fewer send messages away that were only throttled.
    redrivePolicy: jsonStringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: 5 }),
    sqsManagedSseEnabled: true,
  });
  new RedriveAllowPolicy("dead-letters", {
    queueUrl: deadLetters.url,
    redriveAllowPolicy: jsonStringify({ redrivePermission: "byQueue", sourceQueueArns: [queue.arn] }),
  });
  return { queue, deadLetters };
}

/**
 * Who may send without an identity in this account: our rules (to both queues: what EventBridge couldn't
 * deliver goes to the dead letters), and the topic that tells of CloudTrail's files. The function and the
 * schedule send with their roles.
 */
export function queuePolicies({ queue, deadLetters }: Queues, ruleArns: Input<string>[], topicArn?: string) {
  const fromRules = (resource: Input<string>): Statement[] => [
    {
      Sid: "OurRulesSend",
      Principal: { Service: "events.amazonaws.com" },
      Action: ["sqs:SendMessage"],
      Resource: resource,
      Condition: { ArnEquals: { "aws:SourceArn": ruleArns } },
    },
    tlsOnly(["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"], resource),
  ];
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
  const letIn = new QueuePolicy("changes", {
    queueUrl: queue.url,
    policy: policy([...fromRules(queue.arn), ...fromTopic]),
  });
  new QueuePolicy("dead-letters", {
    queueUrl: deadLetters.url,
    policy: policy(fromRules(deadLetters.arn)),
  });
  if (topicArn !== undefined) {
    // SNS asks the queue for its consent when it is subscribed.
    new TopicSubscription(
      "trail",
      { region: topicArn.split(":")[3] ?? "", topic: topicArn, protocol: "sqs", endpoint: queue.arn },
      { dependsOn: letIn },
    );
  }
}
