import type { StackInstances } from "@pulumi/aws/cloudformation";
import { Invocation, type Function as LambdaFunction } from "@pulumi/aws/lambda";
import type { Queue } from "@pulumi/aws/sqs";
import { REFRESH_MESSAGE } from "../../guard/arrivals";
import { alarmMaker } from "./alarms";
import type { Context } from "./context";
import { sendOnSchedule } from "./schedule";
import type { AlarmTopic } from "./topic";

/** The schedule by which the guard looks at every group again. */
export function lookAgain(context: Context, queue: Queue): void {
  sendOnSchedule(context, queue, {
    label: { group: "guard", role: "guard-schedule", schedule: "guard" },
    name: `${context.name}-guard`,
    description: "Looks at every group: a record that nobody has looked at for an hour counts as too old",
    scheduleExpression: "rate(15 minutes)",
    message: REFRESH_MESSAGE,
  });
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

/** Says when the guard can't do its work. */
export function guardAlarms(
  context: Context,
  made: LambdaFunction,
  deadLetters: Queue,
  topic: AlarmTopic,
): void {
  const alarm = alarmMaker(context, topic, 60);
  alarm(
    "guard-dead-letters",
    "Changes that the guard could not judge: look at them by hand, then redrive or purge",
    {
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      statistic: "Maximum",
      dimensions: { QueueName: deadLetters.name },
    },
  );
  alarm("guard-errors", "The guard ends with errors: its log has them", {
    namespace: "AWS/Lambda",
    metricName: "Errors",
    statistic: "Sum",
    dimensions: { FunctionName: made.name },
  });
}
