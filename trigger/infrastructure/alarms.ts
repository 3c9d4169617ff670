import { MetricAlarm, type MetricAlarmArgs } from "@pulumi/aws/cloudwatch";
import type { Function as LambdaFunction } from "@pulumi/aws/lambda";
import type { Context } from "./context";
import { METRICS, METRIC_NAMESPACE } from "../metrics";
import type { Queues } from "./queue";
import type { AlarmTopic } from "./topic";

/**
 * Makes alarms of what should never be: each tells the topic when it begins and when it is over.
 * @param period in seconds, unless an alarm says another
 */
export function alarmMaker({ name }: Context, topic: AlarmTopic, period: number) {
  return (label: string, alarmDescription: string, args: Partial<MetricAlarmArgs>) =>
    new MetricAlarm(label, {
      name: `${name}-${label}`,
      alarmDescription,
      evaluationPeriods: 1,
      period,
      threshold: 0,
      treatMissingData: "notBreaching",
      comparisonOperator: "GreaterThanThreshold",
      alarmActions: [topic.arn],
      okActions: [topic.arn],
      ...args,
    });
}

/** What goes wrong without anybody looking. Each tells the topic when it begins and when it is over. */
export function alarms(context: Context, queues: Queues, handler: LambdaFunction, topic: AlarmTopic): void {
  const { settings } = context;
  const minutes = 60;
  const alarm = alarmMaker(context, topic, 5 * minutes);
  const ours = (metricName: string) => ({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensions: { Stack: settings.stack },
  });
  const ofFunction = (metricName: string) => ({
    namespace: "AWS/Lambda",
    metricName,
    dimensions: { FunctionName: handler.name },
  });

  alarm(
    "dead-letters",
    "Messages that nobody could handle: each says why. Then: redrive or purge the queue",
    {
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: queues.deadLetters.name },
      statistic: "Maximum",
    },
  );
  alarm("stale", `A change in AWS is not on the firewall after ${settings.staleMinutes} minutes`, {
    ...ours(METRICS.oldestChangeAge),
    statistic: "Maximum",
    // Measured in seconds.
    threshold: settings.staleMinutes * minutes,
  });
  alarm("failed-runs", "Runs fail again and again: the topic has the reason in words", {
    ...ours(METRICS.runsGivenUp),
    statistic: "Sum",
  });
  alarm("errors", "The function ends with errors: its log has them", {
    ...ofFunction("Errors"),
    statistic: "Sum",
  });
  alarm("throttles", "The function is throttled: the account's concurrency is used up", {
    ...ofFunction("Throttles"),
    statistic: "Sum",
  });
  // The schedule comes every scheduleMinutes, so twice that and some without a sign of life is none.
  alarm("silence", "The function doesn't run, although the schedule should have made it", {
    ...ours(METRICS.heartbeat),
    statistic: "SampleCount",
    comparisonOperator: "LessThanThreshold",
    threshold: 1,
    ...silence(settings.scheduleMinutes),
    treatMissingData: "breaching",
  });
}

/**
 * Twice the schedule's period and a quarter of an hour for a run, in periods that CloudWatch takes: up to an
 * hour each, and together no more than a day.
 */
function silence(scheduleMinutes: number): { period: number; evaluationPeriods: number } {
  const period = 3600;
  return { period, evaluationPeriods: Math.min(24, Math.ceil((2 * scheduleMinutes + 15) / 60)) };
}
