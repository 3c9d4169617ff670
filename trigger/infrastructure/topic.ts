import { Key } from "@pulumi/aws/kms";
import { Topic, TopicPolicy, TopicSubscription } from "@pulumi/aws/sns";
import type { Output } from "@pulumi/pulumi";
import { arn, type Context } from "./context";
import { policy, tlsOnly, type Statement } from "./policy";

/** Where a person hears of what only a person can settle, and the key that its messages are kept with. */
export interface AlarmTopic {
  arn: Output<string>;
  keyArn: Output<string>;
}

/**
 * The topic. Messages name people, groups and addresses, so they are encrypted at rest, and with a key of our own:
 * AWS's for SNS lets no alarm of CloudWatch in (Amazon SNS documentation, "Enable compatibility between event
 * sources from AWS services and encrypted topics").
 */
export function topic(context: Context): AlarmTopic {
  const { settings, name } = context;
  const key = new Key("alarms", {
    description: `Encrypts what ${name} tells people`,
    enableKeyRotation: true,
    deletionWindowInDays: 30,
    policy: policy(keyStatements(context)),
  });
  const made = new Topic("alarms", { displayName: name, kmsMasterKeyId: key.arn });
  new TopicPolicy("alarms", {
    arn: made.arn,
    policy: policy([
      { Sid: "OurAlarmsPublish", Action: ["sns:Publish"], Resource: made.arn, ...ourAlarms(context) },
      tlsOnly(["sns:Publish"], made.arn),
    ]),
  });
  settings.emails.forEach((endpoint, index) => {
    new TopicSubscription(`email-${index}`, { topic: made.arn, protocol: "email", endpoint });
  });
  return { arn: made.arn, keyArn: key.arn };
}

/** CloudWatch, for the alarms of this deployment alone. */
function ourAlarms(context: Context): Pick<Statement, "Principal" | "Condition"> {
  return {
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Condition: {
      StringEquals: { "aws:SourceAccount": context.account },
      ArnLike: { "aws:SourceArn": arn(context, "cloudwatch", `alarm:${context.name}-*`) },
    },
  };
}

/** What SNS does with a key in the name of whoever publishes. */
const ENCRYPT = ["kms:Decrypt", "kms:GenerateDataKey"];

/** Of whoever publishes with a role. */
export function tellStatements(Sid: string, topic: AlarmTopic): Statement[] {
  return [
    { Sid, Action: ["sns:Publish"], Resource: topic.arn },
    { Sid: `${Sid}Encrypted`, Action: ENCRYPT, Resource: topic.keyArn },
  ];
}

/** In a key's policy every resource means the key. */
function keyStatements(context: Context): Statement[] {
  const { partition, account } = context;
  return [
    {
      // Who in this account may manage it, and use it, their own policies say.
      Sid: "ThisAccountManages",
      Principal: { AWS: [`arn:${partition}:iam::${account}:root`] },
      Action: [
        ...["kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy", "kms:UpdateKeyDescription"],
        ...["kms:EnableKey", "kms:DisableKey", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"],
        ...["kms:GetKeyRotationStatus", "kms:EnableKeyRotation", "kms:DisableKeyRotation"],
        ...["kms:ListResourceTags", "kms:TagResource", "kms:UntagResource", "kms:ListGrants"],
        ...ENCRYPT,
      ],
      Resource: "*",
    },
    { Sid: "OurAlarmsEncrypt", Action: ENCRYPT, Resource: "*", ...ourAlarms(context) },
  ];
}
