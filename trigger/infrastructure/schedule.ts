import { Role, RolePolicy } from "@pulumi/aws/iam";
import { Schedule, ScheduleGroup } from "@pulumi/aws/scheduler";
import type { Queue } from "@pulumi/aws/sqs";
import { SCHEDULE_MESSAGE } from "../events/arrival";
import { arn, type Context } from "./context";
import { policy, trustOf } from "./policy";
import type { Queues } from "./queue";

/**
 * The safety net: CloudTrail and EventBridge deliver as well as they can, and no event tells of an AWS-managed
 * prefix list that changed. What comes due while a run is under way is merged with the next.
 */
export function schedule(context: Context, { queue }: Queues): void {
  const { scheduleMinutes } = context.settings;
  sendOnSchedule(context, queue, {
    label: { group: "schedules", role: "schedule", schedule: "safety-net" },
    name: context.name,
    description: "Looks whether firewall and AWS still agree, also where no event came",
    scheduleExpression: `rate(${scheduleMinutes} ${scheduleMinutes === 1 ? "minute" : "minutes"})`,
    message: SCHEDULE_MESSAGE,
  });
}

interface Sent {
  /** Names of the resources in Pulumi. */
  label: { group: string; role: string; schedule: string };
  /** Of the group, in AWS. */
  name: string;
  description: string;
  scheduleExpression: string;
  message: object;
}

/** A message that comes to a queue again and again, and the right to send it. */
export function sendOnSchedule(
  context: Context,
  queue: Queue,
  { label, name, message, ...sent }: Sent,
): void {
  const group = new ScheduleGroup(label.group, { name });
  const role = new Role(label.role, {
    description: `Lets the schedule of ${name} send to its queue`,
    // EventBridge Scheduler documentation: the source is the group, not the schedule.
    assumeRolePolicy: trustOf(
      "scheduler.amazonaws.com",
      context.account,
      arn(context, "scheduler", `schedule-group/${name}`),
    ),
  });
  new RolePolicy(label.role, {
    role: role.name,
    policy: policy([{ Sid: "ToTheQueue", Action: ["sqs:SendMessage"], Resource: queue.arn }]),
  });
  new Schedule(label.schedule, {
    ...sent,
    groupName: group.name,
    flexibleTimeWindow: { mode: "OFF" },
    target: { arn: queue.arn, roleArn: role.arn, input: JSON.stringify(message) },
  });
}
