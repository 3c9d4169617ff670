import type { Filters, NetworkAcl, NetworkAclEntry, PublicAccess, PublicAccessExclusion } from "./filters";
import { accountId, cidr, id, ownerId, region } from "./grammar";
import { anyText, boolean, integer, list, object, oneOf, set, text } from "./shape";

const networkAclEntry = object<NetworkAclEntry>(
  {
    ruleNumber: integer(1, 32768),
    egress: boolean,
    ruleAction: oneOf("allow", "deny"),
    protocol: text("a protocol's number, or -1 for all", "6", (value) => /^(-1|\d{1,3})$/.test(value)),
    cidrBlock: cidr(4),
    ipv6CidrBlock: cidr(6),
    portRange: object({ from: integer(0, 65535), to: integer(0, 65535) }),
    icmpTypeCode: object({ type: integer(-1, 255), code: integer(-1, 255) }),
  },
  ["cidrBlock", "ipv6CidrBlock", "portRange", "icmpTypeCode"],
  ({ cidrBlock, ipv6CidrBlock }, path, problems) => {
    if ((cidrBlock === undefined) === (ipv6CidrBlock === undefined))
      problems.add(path, "has not exactly one of cidrBlock and ipv6CidrBlock");
  },
);

export const networkAcl = object<NetworkAcl>(
  {
    id: id("acl"),
    ownerId,
    vpcId: id("vpc"),
    isDefault: boolean,
    subnetIds: set(id("subnet")),
    entries: list(networkAclEntry),
  },
  ["ownerId"],
);

const exclusion = object<PublicAccessExclusion>({
  resourceId: text("a VPC's or a subnet's id", "subnet-0123456789abcdef0", (value) =>
    /^(vpc|subnet)-[0-9a-z]+$/.test(value),
  ),
  mode: oneOf("allow-bidirectional", "allow-egress"),
});

export const publicAccess = object<PublicAccess>({
  accountId,
  region,
  mode: oneOf("off", "block-bidirectional", "block-ingress"),
  exclusions: list(exclusion),
});

export const filters = object<Filters>(
  { networkAcls: list(networkAcl), publicAccess: list(publicAccess), unread: list(anyText) },
  ["networkAcls", "publicAccess"],
);
