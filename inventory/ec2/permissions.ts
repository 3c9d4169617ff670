import type * as ec2 from "@aws-sdk/client-ec2";
import type { PrefixListAnswer, SecurityGroupAnswer, SecurityGroupRuleAnswer } from "../answers";
import { given } from "../../lib/records";
import { tagsOf } from "./tags";

/** EC2's words for security groups, their rules and prefix lists in those of the data sources. */

/** @param associations with further VPCs, of all groups; undefined where they could not be read */
export function securityGroupAnswer(
  group: ec2.SecurityGroup,
  associations: Map<string, string[]> | undefined,
): SecurityGroupAnswer {
  const id = group.GroupId ?? "";
  return given({
    id,
    ownerId: group.OwnerId,
    arn: group.SecurityGroupArn,
    name: group.GroupName ?? "",
    vpcId: group.VpcId ?? "",
    associatedVpcIds: associations && (associations.get(id) ?? []),
    tags: tagsOf(group.Tags),
  });
}

/** The VPCs that groups are associated with beside their own, by group; only where that is in force. */
export function associatedVpcs(associations: ec2.SecurityGroupVpcAssociation[]): Map<string, string[]> {
  const byGroup = new Map<string, string[]>();
  for (const { GroupId, VpcId, State } of associations) {
    if (GroupId === undefined || VpcId === undefined || State !== "associated") continue;
    byGroup.set(GroupId, [...(byGroup.get(GroupId) ?? []), VpcId]);
  }
  return byGroup;
}

/** @param accountId the account that asks: a group of another one is named with its account */
export function securityGroupRuleAnswer(
  rule: ec2.SecurityGroupRule,
  accountId: string,
): SecurityGroupRuleAnswer {
  const referenced = rule.ReferencedGroupInfo;
  const { GroupId, UserId } = referenced ?? {};
  const isForeign = UserId !== undefined && UserId !== "" && UserId !== accountId;
  return given({
    id: rule.SecurityGroupRuleId ?? "",
    ownerId: rule.GroupOwnerId,
    securityGroupId: rule.GroupId ?? "",
    isEgress: rule.IsEgress === true,
    ipProtocol: rule.IpProtocol ?? "",
    fromPort: rule.FromPort,
    toPort: rule.ToPort,
    cidrIpv4: rule.CidrIpv4,
    cidrIpv6: rule.CidrIpv6,
    prefixListId: rule.PrefixListId,
    referencedSecurityGroupId: GroupId && isForeign ? `${UserId}/${GroupId}` : GroupId,
    referencedGroup:
      referenced &&
      given({
        userId: UserId || undefined,
        vpcId: referenced.VpcId || undefined,
        vpcPeeringConnectionId: referenced.VpcPeeringConnectionId || undefined,
        peeringStatus: referenced.PeeringStatus || undefined,
      }),
    description: rule.Description,
    tags: tagsOf(rule.Tags),
  });
}

export function prefixListAnswer(
  list: ec2.ManagedPrefixList,
  entries: ec2.PrefixListEntry[],
): PrefixListAnswer {
  return given({
    id: list.PrefixListId ?? "",
    ownerId: list.OwnerId,
    name: list.PrefixListName ?? "",
    addressFamily: list.AddressFamily ?? "",
    // One without a block is of a kind that can't be read, and so then is the list.
    entries: entries.map(({ Cidr, Description }) => given({ cidr: Cidr ?? "", description: Description })),
    version: list.Version,
  });
}
