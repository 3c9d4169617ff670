/** Rules of a security group as the guard compares, restores and names them. */
import type * as ec2 from "@aws-sdk/client-ec2";
import { securityGroupRuleAnswer } from "../inventory/ec2/permissions";
import { given } from "../lib/records";
import { cut, plainText } from "../lib/text";
import type { SecurityGroupRule, Tags } from "../inventory/types";
import { parseCidr } from "../lib/net/cidr";
import { describeTraffic, normalised } from "../lib/net/protocols";
import type { Direction } from "../mapping/types";

/** What a rule lets through: `ipProtocol` and ports normalised, and exactly one end. */
export interface RuleContent extends Omit<SecurityGroupRule, "id" | "referencedGroup" | "tags"> {
  direction: Direction;
}

/** A rule as it is, or was, in a group. */
export interface GroupRule extends RuleContent {
  /** sgr-… */
  id: string;
  /** Without AWS's own, which nobody else can set. */
  tags?: Tags;
}

/** Protocol, ports and CIDR in the one way that EC2 keeps them, so that equal contents have equal keys. */
export function ruleContent(content: RuleContent): RuleContent {
  const { cidrIpv4, cidrIpv6 } = content;
  return {
    ...content,
    ...normalised(content),
    ...(cidrIpv4 !== undefined && { cidrIpv4: parseCidr(cidrIpv4)?.text ?? cidrIpv4 }),
    ...(cidrIpv6 !== undefined && { cidrIpv6: parseCidr(cidrIpv6)?.text ?? cidrIpv6 }),
  };
}

/** The end beyond the group: a CIDR, a prefix list's or a group's id; "" where an event names none. */
export function endOf(content: Omit<RuleContent, "direction">): string {
  const { cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId } = content;
  return cidrIpv4 ?? cidrIpv6 ?? prefixListId ?? referencedSecurityGroupId ?? "";
}

/** What EC2 tells a group's rules apart by: no group has two with the same. */
export function ruleKey(content: RuleContent): string {
  const { direction, ipProtocol, fromPort, toPort } = content;
  return `${direction} ${ipProtocol} ${fromPort} ${toPort} ${endOf(content)}`;
}

/** A rule as DescribeSecurityGroupRules gives it. @param accountId of the account that asks */
export function groupRule(rule: ec2.SecurityGroupRule, accountId: string): GroupRule {
  const answer = securityGroupRuleAnswer(rule, accountId);
  const { id, isEgress, ipProtocol, fromPort = -1, toPort = -1, description, tags } = answer;
  const { cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId } = answer;
  return {
    id,
    ...ruleContent({
      direction: isEgress ? "egress" : "ingress",
      ipProtocol,
      fromPort,
      toPort,
      ...given({ cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId, description }),
    }),
    ...(Object.keys(tags ?? {}).length > 0 && { tags: tags as Tags }),
  };
}

/** The same as a request's permission, description included. */
export function ipPermission(rule: RuleContent): ec2.IpPermission {
  const { ipProtocol, fromPort, toPort, cidrIpv4, cidrIpv6, prefixListId, description } = rule;
  const text = description === undefined ? {} : { Description: description };
  const pair = groupPair(rule);
  return {
    IpProtocol: ipProtocol,
    FromPort: fromPort,
    ToPort: toPort,
    ...(cidrIpv4 !== undefined && { IpRanges: [{ CidrIp: cidrIpv4, ...text }] }),
    ...(cidrIpv6 !== undefined && { Ipv6Ranges: [{ CidrIpv6: cidrIpv6, ...text }] }),
    ...(prefixListId !== undefined && { PrefixListIds: [{ PrefixListId: prefixListId, ...text }] }),
    ...(pair && { UserIdGroupPairs: [{ ...pair, ...text }] }),
  };
}

/** The same as ModifySecurityGroupRules takes it. */
export function ruleRequest(rule: RuleContent): ec2.SecurityGroupRuleRequest {
  const { ipProtocol, fromPort, toPort, cidrIpv4, cidrIpv6, prefixListId, description } = rule;
  return given({
    IpProtocol: ipProtocol,
    FromPort: fromPort,
    ToPort: toPort,
    CidrIpv4: cidrIpv4,
    CidrIpv6: cidrIpv6,
    PrefixListId: prefixListId,
    ReferencedGroupId: groupPair(rule)?.GroupId,
    Description: description,
  });
}

function groupPair({ referencedSecurityGroupId }: RuleContent): ec2.UserIdGroupPair | undefined {
  if (referencedSecurityGroupId === undefined) return undefined;
  const [owner, foreign] = referencedSecurityGroupId.split("/");
  return foreign === undefined
    ? { GroupId: referencedSecurityGroupId }
    : given({ UserId: owner, GroupId: foreign });
}

/** For people: "ingress TCP port 22 from 0.0.0.0/0". */
export function describeRule(content: RuleContent): string {
  const toFrom = content.direction === "egress" ? "to" : "from";
  return `${content.direction} ${describeTraffic(content)} ${toFrom} ${legible(endOf(content)) || "an unknown end"}`;
}

/** Text from AWS on one line, cut. */
export function legible(text: string, length = 200): string {
  return cut(plainText(text), length);
}
