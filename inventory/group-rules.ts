/** Security groups with their rules, from what AWS answered. */
import type { Answers, SecurityGroupAnswer, SecurityGroupRuleAnswer } from "./answers";
import { networkOf } from "./cidr";
import { place } from "./place";
import { faultOf } from "./shape";
import { securityGroupRule as readableRule } from "./shapes-permissions";
import { given } from "../lib/records";
import type { SecurityGroup, SecurityGroupRule, UnreadableRule } from "./types";

/** The groups, each with its rules. One that can't be read stands apart: it stops nothing else from being read. */
export function securityGroupsOf({
  securityGroups,
  securityGroupRules,
  accountId,
}: Pick<Answers, "securityGroups" | "securityGroupRules" | "accountId">): SecurityGroup[] {
  const groups = new Map(securityGroups.map((answer) => [answer.id, securityGroup(answer)]));
  for (const rule of securityGroupRules) {
    const group = groups.get(rule.securityGroupId);
    if (group === undefined) continue;
    const read = securityGroupRule(rule, accountId);
    const fault = faultOf(readableRule, read);
    if (fault === undefined) group[rule.isEgress ? "egress" : "ingress"].push(read);
    else (group.unreadableRules ??= []).push(unreadable(rule, fault));
  }
  return [...groups.values()];
}

/** What can be said of it in any case. */
function unreadable(
  { id, isEgress, ipProtocol, fromPort, toPort }: SecurityGroupRuleAnswer,
  fault: string,
): UnreadableRule {
  const port = (value: number | undefined) => (Number.isSafeInteger(value) ? value! : -1);
  return { id, isEgress, ipProtocol, fromPort: port(fromPort), toPort: port(toPort), fault };
}

function securityGroup(answer: SecurityGroupAnswer): SecurityGroup & Required<Pick<SecurityGroup, "egress">> {
  const { id, arn, name, vpcId, associatedVpcIds, tags } = answer;
  const ownerId = answer.ownerId || /^arn:[^:]*:ec2:[^:]*:(\d{12}):/.exec(arn ?? "")?.[1];
  const rules = { ingress: [] as SecurityGroupRule[], egress: [] as SecurityGroupRule[] };
  return {
    id,
    ...place({ ...answer, ...given({ ownerId }) }),
    name,
    vpcId,
    ...given({ associatedVpcIds }),
    ...rules,
    tags: tags ?? {},
  };
}

/** Protocols that EC2 has names for; some answers give their numbers (EC2 API reference, IpPermission). */
const PROTOCOL_NAMES: Record<string, string> = { "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6" };

function securityGroupRule(
  answer: SecurityGroupRuleAnswer,
  accountId: string | undefined,
): SecurityGroupRule {
  const { id, cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId, description } = answer;
  const ipProtocol = PROTOCOL_NAMES[answer.ipProtocol] ?? answer.ipProtocol;
  // Protocols without ports mean all of the protocol, whatever range the answer carries.
  const hasPorts = Object.values(PROTOCOL_NAMES).includes(ipProtocol);
  return {
    id,
    ipProtocol,
    fromPort: hasPorts ? (answer.fromPort ?? -1) : -1,
    toPort: hasPorts ? (answer.toPort ?? -1) : -1,
    ...given({
      cidrIpv4: cidrIpv4 ? networkOf(cidrIpv4) : undefined,
      cidrIpv6: cidrIpv6 ? networkOf(cidrIpv6) : undefined,
      prefixListId: prefixListId || undefined,
      referencedSecurityGroupId: referencedSecurityGroupId
        ? withoutAccount(referencedSecurityGroupId, accountId)
        : undefined,
      referencedGroup: answer.referencedGroup,
      description: description || undefined,
    }),
    tags: answer.tags ?? {},
  };
}

/** A provider that doesn't know its own account writes it before every referenced group. */
function withoutAccount(groupId: string, accountId: string | undefined): string {
  return accountId !== undefined && groupId.startsWith(`${accountId}/`)
    ? groupId.slice(accountId.length + 1)
    : groupId;
}
