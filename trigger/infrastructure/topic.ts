import { Topic, TopicPolicy, TopicSubscription } from "@pulumi/aws/sns";
import { arn, type Context } from "./context";
import { policy, tlsOnly } from "./policy";

/** Where a person hears of what only a person can settle. The runner publishes with its role. */
export function topic(context: Context): Topic {
  const { settings, account, name } = context;
  const made = new Topic("alarms", { displayName: name });
  new TopicPolicy("alarms", {
    arn: made.arn,
    policy: policy([
      {
        Sid: "OurAlarmsPublish",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: ["sns:Publish"],
        Resource: made.arn,
        Condition: {
          StringEquals: { "aws:SourceAccount": account },
          ArnLike: { "aws:SourceArn": arn(context, "cloudwatch", `alarm:${name}-*`) },
        },
      },
      tlsOnly(["sns:Publish"], made.arn),
    ]),
  });
  settings.emails.forEach((endpoint, index) => {
    new TopicSubscription(`email-${index}`, { topic: made.arn, protocol: "email", endpoint });
  });
  return made;
}
