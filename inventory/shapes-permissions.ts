import { OWNED, cidr, id, owned, ownerId, tags } from "./grammar";
import { anyText, boolean, integer, list, object, oneOf, set, text } from "./shape";
import type { PrefixList, ReferencedGroup, SecurityGroup, SecurityGroupRule, UnreadableRule } from "./types";

const SOURCES = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"] as const;
const protocol = text(
  'tcp, udp, icmp, icmpv6, another protocol\'s number as text, or "-1"',
  "tcp",
  (value) => /^(tcp|udp|icmp|icmpv6|-1|\d{1,3})$/.test(value) && !["1", "6", "17", "58"].includes(value),
);

const referencedGroup = object<ReferencedGroup>(
  { userId: ownerId, vpcId: id("vpc"), vpcPeeringConnectionId: id("pcx"), peeringStatus: anyText },
  ["userId", "vpcId", "vpcPeeringConnectionId", "peeringStatus"],
);

export const securityGroupRule = object<SecurityGroupRule>(
  {
    id: id("sgr"),
    ipProtocol: protocol,
    fromPort: integer(-1, 65535),
    toPort: integer(-1, 65535),
    cidrIpv4: cidr(4),
    cidrIpv6: cidr(6),
    prefixListId: id("pl"),
    referencedSecurityGroupId: text("a security group", "sg-0123456789abcdef0", (value) =>
      /^(\d{12}\/)?sg-[0-9a-z]+$/.test(value),
    ),
    referencedGroup,
    description: anyText,
    tags,
  },
  [...SOURCES, "referencedGroup", "description", "tags"],
  (value, path, problems) => {
    const sources = SOURCES.filter((name) => value[name] !== undefined);
    if (sources.length !== 1) {
      problems.add(path, `has ${sources.length} sources; give exactly one of ${SOURCES.join(", ")}`);
    }
    const fault = portFault(value);
    if (fault !== null) problems.add(path, fault);
  },
);

/** What is wrong with a rule's ports, in the terms of its protocol (EC2 API reference, IpPermission). */
function portFault({ ipProtocol, fromPort, toPort }: SecurityGroupRule): string | null {
  const ports = `fromPort ${fromPort}, toPort ${toPort}`;
  switch (ipProtocol) {
    case "tcp":
    case "udp":
      return fromPort >= 0 && fromPort <= toPort
        ? null
        : `${ports} is not a range of ports; e.g. 8000 and 8100`;
    case "icmp":
    case "icmpv6":
      return fromPort <= 255 && toPort <= 255 && (fromPort !== -1 || toPort === -1)
        ? null
        : `${ports} is not a type and a code; e.g. 8 and -1 (-1 stands for all)`;
    default:
      return fromPort === -1 && toPort === -1 ? null : `protocol ${ipProtocol} has no ports; give -1 and -1`;
  }
}

const anyPort = integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

const unreadableRule = object<UnreadableRule>({
  id: anyText,
  isEgress: boolean,
  ipProtocol: anyText,
  fromPort: anyPort,
  toPort: anyPort,
  fault: anyText,
});

export const securityGroup = object<SecurityGroup>(
  {
    id: id("sg"),
    ...owned,
    name: anyText,
    vpcId: id("vpc"),
    associatedVpcIds: set(id("vpc")),
    ingress: list(securityGroupRule),
    egress: list(securityGroupRule),
    unreadableRules: list(unreadableRule),
    tags,
  },
  [...OWNED, "associatedVpcIds", "egress", "unreadableRules", "tags"],
);

export const prefixList = object<PrefixList>(
  {
    id: id("pl"),
    ...owned,
    name: anyText,
    addressFamily: oneOf("IPv4", "IPv6"),
    entries: list(
      object<PrefixList["entries"][number]>(
        { cidr: text("a CIDR", "203.0.113.0/24", () => true), description: anyText },
        ["description"],
      ),
    ),
    version: integer(0, Number.MAX_SAFE_INTEGER),
  },
  [...OWNED, "version"],
  (value, path, problems) => {
    const family = cidr(value.addressFamily === "IPv4" ? 4 : 6);
    value.entries.forEach((entry, index) => family(entry.cidr, `${path}.entries[${index}].cidr`, problems));
  },
);
