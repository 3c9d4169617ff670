import type { GuardPolicy } from "./policy/types";
import { decidingKeys } from "./scope";

/** A statement of an IAM policy. */
export interface EditorRight {
  Sid: string;
  Effect: "Allow" | "Deny";
  Action: string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/**
 * What who edits security groups needs, and may have: to change rules, and tags but for those that decide what is
 * guarded, allowed or approved. The guard undoes changes of rules; of tags it only tells, so that AWS has to keep
 * these.
 * @param otherKeys of the tags that the firewall's guardrails look at
 */
export function editorRights(
  policy: Pick<GuardPolicy, "scope" | "rules">,
  otherKeys: readonly string[],
  partition: string,
): EditorRight[] {
  const arn = (resource: string) => `arn:${partition}:ec2:*:*:${resource}`;
  const tagged = [arn("security-group/*"), arn("security-group-rule/*")];
  const keys = [...new Set([...decidingKeys(policy), ...otherKeys])].sort();
  return [
    {
      Sid: "SeeGroups",
      Effect: "Allow",
      Action: ["ec2:DescribeSecurityGroups", "ec2:DescribeSecurityGroupRules"],
      Resource: "*",
    },
    {
      Sid: "EditRules",
      Effect: "Allow",
      Action: [
        ...["ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress"],
        ...["ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress"],
        "ec2:ModifySecurityGroupRules",
        "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
        "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
      ],
      Resource: [...tagged, arn("prefix-list/*")],
    },
    { Sid: "TagThem", Effect: "Allow", Action: ["ec2:CreateTags", "ec2:DeleteTags"], Resource: tagged },
    ...(keys.length === 0
      ? []
      : [
          {
            Sid: "LeaveTheTagsThatDecide",
            Effect: "Deny" as const,
            Action: ["ec2:CreateTags", "ec2:DeleteTags"],
            Resource: tagged,
            Condition: { "ForAnyValue:StringEqualsIgnoreCase": { "aws:TagKeys": keys } },
          },
          {
            // A call that names no tag takes off all of them (API reference of EC2, DeleteTags).
            Sid: "TakeOffNoTagsUnnamed",
            Effect: "Deny" as const,
            Action: ["ec2:DeleteTags"],
            Resource: tagged,
            Condition: { Null: { "aws:TagKeys": "true" } },
          },
        ]),
  ];
}
