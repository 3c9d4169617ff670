/** The names of rules. */
import { digest, MAX_NAME, policyMark, QUARANTINE } from "./marks";

/**
 * The name of a permission's rule: `aws-<group id>[-out]-<protocol>[-<ports>]`, `out` for egress, and
 * `-z<8 hex digits>` behind it for each pair of zones that is not the usual one, `-p<8 hex digits>` for each
 * policy of instances' tags. What would pass 63 characters has `-h<10 hex digits>` of the whole in place of these
 * two, or of its traffic as well.
 * @param protocol "tcp", "udp", "icmp", "icmpv6", "all", or "ip" for a protocol by its number
 * @param ports "443", "8000-8100", an ICMP "8" or "3-1", a protocol's number, or "" where there is nothing to say
 */
export function ruleName(
  groupId: string,
  protocol: string,
  ports: string,
  more: {
    direction?: "ingress" | "egress";
    zones?: readonly [from: string, to: string];
    policy?: string;
  } = {},
): string {
  const direction = more.direction === "egress" ? "out" : "";
  const zones = more.zones ? zoneMark(more.zones) : "";
  const policy = policyMark(more.policy);
  const joined = (parts: string[]) => parts.filter((part) => part !== "").join("-");
  const traffic = ["aws", groupId, direction, protocol, ports];
  const name = joined([...traffic, zones, policy]);
  if (name.length <= MAX_NAME) return name;
  const mark = `h${digest(name, 10)}`;
  const shortened = joined([...traffic, mark]);
  return shortened.length <= MAX_NAME ? shortened : joined(["aws", groupId, direction, mark]);
}

/** Zones' names can hold anything, so a hash stands for them; it must not depend on what other zones there are. */
export function zoneMark(zones: readonly [string, string]): string {
  return `z${digest(JSON.stringify(zones), 8)}`;
}

/** The rules about isolated instances, as they stand from the top. */
export const QUARANTINE_PARTS = ["out", "responders", "in"] as const;

/**
 * The name of a rule about isolated instances: `aws-quarantine-<ownerId>-<part>`.
 * @param part nothing goes `out` of them, also where one is a responder; `responders` get through to them, and
 *   nothing else comes `in`
 */
export function quarantineRuleName(ownerId: string, part: (typeof QUARANTINE_PARTS)[number]): string {
  return `aws-${QUARANTINE}-${ownerId}-${part}`;
}

/** Which of the rules about isolated instances a name is of, for this owner or, without one, for any; undefined: none. */
export function quarantinePartIn(
  name: string,
  ownerId?: string,
): (typeof QUARANTINE_PARTS)[number] | undefined {
  const [, owner, found] = /^aws-quarantine-([a-z0-9]{4,16})-(out|responders|in)$/.exec(name) ?? [];
  if (owner === undefined || (ownerId !== undefined && owner !== ownerId)) return undefined;
  return QUARANTINE_PARTS.find((part) => part === found);
}

/** Whether `name` is one that `quarantineRuleName` can produce, for this owner or, without one, for any. */
export function isQuarantineRuleName(name: string, ownerId?: string): boolean {
  return quarantinePartIn(name, ownerId) !== undefined;
}

const RULE_NAME =
  /^aws-(?<groupId>sg-[0-9a-z]+)-(?<traffic>(?<out>out-)?(?<protocol>tcp|udp|icmp|icmpv6|ip|all)(-(?<first>\d+)(-(?<second>\d+))?)?)((-(?<zones>z[0-9a-f]{8}))?(-(?<policy>p[0-9a-f]{8}))?|-(?<short>h[0-9a-f]{10}))$/;
/** Of groups with ids longer than EC2 makes them. */
const HASHED_RULE_NAME = /^aws-(?<groupId>sg-[0-9a-z]+)-(?<traffic>(?<out>out-)?(?<short>h[0-9a-f]{10}))$/;

/** What a name of a permission's rule says. */
export interface NamedRule {
  groupId: string;
  direction: "ingress" | "egress";
  /** As the name has it: "out-tcp-443". */
  traffic: string;
  /** As `ruleName` takes it; absent where a hash stands for the traffic. */
  protocol?: string;
  /** A port, an ICMP type or a protocol's number, and the last port or an ICMP code; absent where it says none. */
  first?: number;
  second?: number;
}

/** What a name that `ruleName` can produce says; undefined: it is none. */
export function ruleNamed(name: string): NamedRule | undefined {
  const { groups } = RULE_NAME.exec(name) ?? HASHED_RULE_NAME.exec(name) ?? {};
  if (groups === undefined) return undefined;
  const { groupId = "", traffic = "", out, protocol, first, second } = groups;
  return {
    groupId,
    traffic,
    direction: out === undefined ? "ingress" : "egress",
    ...(protocol !== undefined && { protocol }),
    ...(first !== undefined && { first: Number(first) }),
    ...(second !== undefined && { second: Number(second) }),
  };
}

/**
 * What stands for zones and a policy in a name of a permission's rule, as `zoneMark` and `policyMark` make it; absent: it
 * is the usual one. "short": one hash stands for both.
 */
export function marksIn(name: string): { zones?: string; policy?: string } | "short" {
  const { zones, policy, short } = (RULE_NAME.exec(name) ?? HASHED_RULE_NAME.exec(name))?.groups ?? {};
  if (short !== undefined) return "short";
  return { ...(zones !== undefined && { zones }), ...(policy !== undefined && { policy }) };
}

/** Whether `name` is one that `ruleName` can produce and PAN-OS takes. */
export function isRuleName(name: string): boolean {
  return name.length <= MAX_NAME && (RULE_NAME.test(name) || HASHED_RULE_NAME.test(name));
}

/** Whether `name` is one of a rule that some stack can have made: of a permission, or about isolated instances. */
export function isRuleNameOfAnyStack(name: string): boolean {
  return isRuleName(name) || isQuarantineRuleName(name);
}

/** What a rule's name says of the traffic, as "out-tcp-443"; undefined: it is no name of a permission's rule. */
export function trafficIn(name: string): string | undefined {
  return ruleNamed(name)?.traffic;
}

/** The security group in the name of a rule or an address group of ours; undefined: it is about none. */
export function securityGroupIn(name: string): string | undefined {
  return /^aws-(?:[a-z0-9]{4,16}-)?(sg-[0-9a-z]+)(?:-|$)/.exec(name)?.[1];
}
