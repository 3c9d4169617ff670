import { Role, RolePolicy } from "@pulumi/aws/iam";
import { Schedule, ScheduleGroup } from "@pulumi/aws/scheduler";
import { SCHEDULE_MESSAGE } from "../events/arrival";
import { arn, type Context } from "./context";
import { policy, trustOf } from "./policy";
import type { Queues } from "./queue";

/**
 * The safety net: CloudTrail and EventBridge deliver as well as they can, and no event tells of an AWS-managed
 * prefix list that changed. What comes due while a run is under way is merged with the next.
 */
export function schedule(context: Context, { queue }: Queues): void {
  const { settings, account, name } = context;
  const { scheduleMinutes } = settings;
  const group = new ScheduleGroup("schedules", { name });
  const role = new Role("schedule", {
    description: `Lets the schedule of ${name} send to its queue`,
    // EventBridge Scheduler documentation: the source is the group, not the schedule.
    assumeRolePolicy: trustOf(
      "scheduler.amazonaws.com",
      account,
      arn(context, "scheduler", `schedule-group/${name}`),
    ),
  });
  new RolePolicy("schedule", {
    role: role.name,
    policy: policy([{ Sid: "ToTheQueue", Action: ["sqs:SendMessage"], Resource: queue.arn }]),
  });
  new Schedule("safety-net", {
    groupName: group.name,
    description: "Looks whether firewall and AWS still agree, also where no event came",
    scheduleExpression: `rate(${scheduleMinutes} ${scheduleMinutes === 1 ? "minute" : "minutes"})`,
    flexibleTimeWindow: { mode: "OFF" },
    target: {
      arn: queue.arn,
      roleArn: role.arn,
      input: JSON.stringify(SCHEDULE_MESSAGE),
    },
  });
}
