import { readingsOf } from "../mapping/tags";
import type { GuardPolicy } from "./policy/types";

/** A right that the guard needs in EC2, and what for. */
export interface Right {
  Sid: string;
  /** Why it is asked for. */
  why: string;
  Action: string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

interface Where {
  partition: string;
  account: string;
  regions: readonly string[];
}

/**
 * What the guard does in EC2, in these regions, and nothing else. Changes are limited to groups of the policy's
 * scope, by tag and VPC (condition keys aws:ResourceTag and ec2:Vpc: "Actions, resources, and condition keys for
 * Amazon EC2").
 * @param quarantineGroups with isolation: the groups that interfaces are given
 */
export function guardRights(
  policy: Pick<GuardPolicy, "scope" | "egress" | "mode">,
  { partition, account, regions }: Where,
  quarantineGroups: readonly string[],
): Right[] {
  const arn: ArnOf = (resource, owner = account) => `arn:${partition}:ec2:*:${owner}:${resource}`;
  const rights: Right[] = [
    {
      Sid: "SeeGroups",
      why: "records, and what is there now; EC2 knows no resources for these",
      Action: ["ec2:DescribeSecurityGroups", "ec2:DescribeSecurityGroupRules"],
      Resource: "*",
    },
    {
      Sid: "SeePrefixLists",
      why: "how wide a prefix list is",
      Action: ["ec2:GetManagedPrefixListEntries"],
      Resource: prefixListsOf(arn),
    },
    ...(policy.mode === "notify" ? [] : undoRights(policy, arn)),
    ...(quarantineGroups.length === 0 ? [] : isolationRights(quarantineGroups, arn)),
  ];
  // Regions by condition: in every ARN, those of a dozen are more than IAM takes in a role (10,240 characters).
  return rights.map((right) => ({
    ...right,
    Condition: {
      ...right.Condition,
      StringEquals: { ...right.Condition?.["StringEquals"], "aws:RequestedRegion": [...regions] },
    },
  }));
}

/** The ARN of resources in the guard's partition, of its account unless another is given. */
type ArnOf = (resource: string, owner?: string) => string;

function prefixListsOf(arn: ArnOf): string {
  return arn("prefix-list/*", "*");
}

/** What undoes changes in groups of the policy's scope. */
function undoRights({ scope, egress }: Pick<GuardPolicy, "scope" | "egress">, arn: ArnOf): Right[] {
  // A VPC, and with it a group in it, may be shared by another account.
  const vpcs = scope.vpcs.map((vpc) => arn(`vpc/${vpc}`, "*"));
  // One statement for each tag: conditions of one statement have to hold together.
  const tagged = scope.tags.length === 0 ? [undefined] : scope.tags.flatMap(readingsOf);
  const changes = [
    "ec2:RevokeSecurityGroupIngress",
    "ec2:AuthorizeSecurityGroupIngress",
    ...(egress ? ["ec2:RevokeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupEgress"] : []),
    "ec2:ModifySecurityGroupRules",
  ];
  const limits = (tag: (typeof tagged)[number]): NonNullable<Right["Condition"]> => ({
    ...(tag && { StringLike: { [`aws:ResourceTag/${tag.key}`]: tag.value ?? "*" } }),
    ...(vpcs.length > 0 && { ArnEquals: { "ec2:Vpc": vpcs } }),
  });
  return [
    ...tagged.map((tag, index): Right => ({
      Sid: `UndoInGuardedGroups${index + 1}`,
      why: "undoes what the policy forbids",
      Action: changes,
      Resource: arn("security-group/*"),
      Condition: limits(tag),
    })),
    {
      Sid: "RulesAndListsBesideTheGroup",
      why: "the same calls also ask for the rules, and the prefix lists that they name",
      Action: changes,
      Resource: [arn("security-group-rule/*"), prefixListsOf(arn)],
    },
    {
      Sid: "TagWhatIsRestored",
      why: "a restored rule gets its tags again, in the call that makes it",
      Action: ["ec2:CreateTags"],
      Resource: arn("security-group-rule/*"),
      Condition: {
        StringEquals: {
          "ec2:CreateAction": ["AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress"],
        },
      },
    },
  ];
}

/** What swaps the groups of interfaces. */
function isolationRights(quarantineGroups: readonly string[], arn: ArnOf): Right[] {
  return [
    {
      Sid: "SeeInstances",
      why: "which are marked, and what their interfaces carry; EC2 knows no resources for it",
      Action: ["ec2:DescribeInstances"],
      Resource: "*",
    },
    {
      Sid: "SwapGroupsOfInterfaces",
      why: "isolates, and gives back the groups that it remembers, whichever they are",
      Action: ["ec2:ModifyNetworkInterfaceAttribute"],
      Resource: [
        ...["network-interface/*", "instance/*", "security-group/*"].map((each) => arn(each)),
        ...quarantineGroups.map((group) => arn(`security-group/${group}`, "*")),
      ],
    },
  ];
}
