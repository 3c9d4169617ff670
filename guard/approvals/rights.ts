import { approvingIdentities, type Approvers } from "./people";
import { ATTRIBUTES } from "./read";

/** A statement of an IAM policy. @typeParam R how the table is named */
export interface ApproverRight<R> {
  Sid: string;
  Action: string[];
  Resource: R | string;
  Condition?: Record<string, Record<string, string | string[]>>;
}

/**
 * What lets people approve: to write approvals under their own identity, and in a table no other attributes than
 * approvals have. What an approval was used for is kept where these rights don't reach.
 * @param place the table's ARN, or the ARN that the objects' keys follow
 */
export function approverRights<R>(
  approvers: Approvers | undefined,
  place: { table: R } | { objects: string },
  partition: string,
): ApproverRight<R>[] {
  const writes = approvingIdentities(approvers).map(({ Sid, key, Condition }): ApproverRight<R> =>
    "table" in place
      ? {
          Sid,
          Action: ["dynamodb:PutItem"],
          Resource: place.table,
          Condition: {
            ...Condition,
            "ForAllValues:StringEquals": {
              "dynamodb:LeadingKeys": [key],
              "dynamodb:Attributes": [...ATTRIBUTES],
            },
            // ForAllValues holds of a request without any, too.
            Null: { "dynamodb:LeadingKeys": "false", "dynamodb:Attributes": "false" },
          },
        }
      : { Sid, Action: ["s3:PutObject"], Resource: `${place.objects}${key}/*`, Condition },
  );
  if (writes.length === 0) return [];
  return [
    ...writes,
    {
      // An approval of a prefix list is one of its blocks as they are then.
      Sid: "SeePrefixLists",
      Action: ["ec2:GetManagedPrefixListEntries"],
      Resource: `arn:${partition}:ec2:*:*:prefix-list/*`,
    },
  ];
}
