/** CloudTrail's records of calls on security groups, in the shapes that it writes them in. */
import { ruleContent, type GroupRule, type RuleContent } from "../../../guard/rules";

export const ACCOUNT = "123456789012";
export const REGION = "us-east-1";

export interface Caller {
  /** The session's name. */
  who?: string;
  role?: string;
}

let count = 0;

/** A record; every one has an id of its own unless it is told one. */
export function record(
  eventName: string,
  requestParameters: object,
  responseElements: object,
  {
    at = "2026-11-21T02:14:07Z",
    who = "mallory",
    role = "admin",
    ...more
  }: Caller & { at?: string } & Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    eventVersion: "1.10",
    userIdentity: {
      type: "AssumedRole",
      principalId: `AROA${role.toUpperCase()}:${who}`,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${who}`,
      accountId: ACCOUNT,
      sessionContext: {
        sessionIssuer: { type: "Role", userName: role, arn: `arn:aws:iam::${ACCOUNT}:role/${role}` },
      },
    },
    eventTime: at,
    eventSource: "ec2.amazonaws.com",
    eventName,
    awsRegion: REGION,
    sourceIPAddress: "198.51.100.77",
    userAgent: "aws-cli/2.31",
    requestParameters,
    responseElements,
    requestID: "request",
    eventID: `event-${++count}`,
    readOnly: false,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    ...more,
  };
}

/** A group that a rule names, and whose it is. */
function referenced({ referencedSecurityGroupId: reference }: RuleContent) {
  if (reference === undefined) return undefined;
  const [groupId, userId = ACCOUNT] = reference.split("/").reverse();
  return { groupId, userId };
}

/** One rule's content as an item of `ipPermissions`; empty lists are empty objects. */
export function permissionItem(content: RuleContent): object {
  const { ipProtocol, fromPort, toPort, cidrIpv4, cidrIpv6, prefixListId, description } = content;
  const text = description === undefined ? {} : { description };
  const items = (item: object | undefined) => (item === undefined ? {} : { items: [{ ...item, ...text }] });
  return {
    ipProtocol,
    ...(ipProtocol === "-1" ? {} : { fromPort, toPort }),
    groups: items(referenced(content)),
    ipRanges: items(cidrIpv4 === undefined ? undefined : { cidrIp: cidrIpv4 }),
    ipv6Ranges: items(cidrIpv6 === undefined ? undefined : { cidrIpv6 }),
    prefixListIds: items(prefixListId === undefined ? undefined : { prefixListId }),
  };
}

/** A rule as an answer lists it. */
export function answerItem(groupId: string, rule: GroupRule): object {
  const { id, direction, ipProtocol, fromPort, toPort, cidrIpv4, cidrIpv6, prefixListId, description } = rule;
  const referencedGroupInfo = referenced(rule);
  return {
    ...{ groupOwnerId: ACCOUNT, groupId, securityGroupRuleId: id, isEgress: direction === "egress" },
    ...{ ipProtocol, fromPort, toPort },
    ...(cidrIpv4 !== undefined && { cidrIpv4 }),
    ...(cidrIpv6 !== undefined && { cidrIpv6 }),
    ...(prefixListId !== undefined && { prefixListId }),
    ...(referencedGroupInfo && { referencedGroupInfo }),
    ...(description !== undefined && { description }),
  };
}

/** A rule as ModifySecurityGroupRules takes it, in its own case. */
export function modificationItem({ id, ...content }: GroupRule): object {
  const { ipProtocol, fromPort, toPort, cidrIpv4, cidrIpv6, prefixListId, description } = content;
  const { groupId } = referenced(content) ?? {};
  return {
    SecurityGroupRuleId: id,
    SecurityGroupRule: {
      ...{ IpProtocol: ipProtocol, FromPort: fromPort, ToPort: toPort },
      ...(cidrIpv4 !== undefined && { CidrIpv4: cidrIpv4 }),
      ...(cidrIpv6 !== undefined && { CidrIpv6: cidrIpv6 }),
      ...(prefixListId !== undefined && { PrefixListId: prefixListId }),
      ...(groupId !== undefined && { ReferencedGroupId: groupId }),
      ...(description !== undefined && { Description: description }),
    },
  };
}

/** A rule that lets TCP port 22 in from everywhere, with changes. */
export function content(changes: Partial<RuleContent> = {}): RuleContent {
  const isEnd = changes.cidrIpv6 ?? changes.prefixListId ?? changes.referencedSecurityGroupId;
  return ruleContent({
    ...{ direction: "ingress", ipProtocol: "tcp", fromPort: 22, toPort: 22 },
    ...(isEnd === undefined && { cidrIpv4: "0.0.0.0/0" }),
    ...changes,
  });
}
