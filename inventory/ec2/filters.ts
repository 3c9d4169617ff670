/** What AWS itself stops, in EC2's answers. */
import {
  DescribeVpcBlockPublicAccessExclusionsCommand,
  DescribeVpcBlockPublicAccessOptionsCommand,
  paginateDescribeNetworkAcls,
} from "@aws-sdk/client-ec2";
import type * as ec2 from "@aws-sdk/client-ec2";
import { given } from "../../lib/records";
import { networkOf } from "../cidr";
import type { InventoryError } from "../errors";
import type { Filters, NetworkAcl, NetworkAclEntry, PublicAccess, PublicAccessExclusion } from "../filters";
import { denied, unknown } from "./denied";
import { faultOf } from "../shape";
import { networkAcl as readableAcl, publicAccess as readableBlock } from "../shapes-filters";
import { PAGE, type Ec2Reader } from "./reader";

/** Nothing depends on it but what a person is told, so what can't be read is said and stops nothing. */
export async function filtersOf(
  reader: Ec2Reader,
  place: Pick<PublicAccess, "accountId" | "region">,
): Promise<Filters> {
  const [acls, access] = await Promise.all([
    reader.optionalList(
      { what: "network ACLs", action: "DescribeNetworkAcls" },
      paginateDescribeNetworkAcls,
      { input: {}, pageSize: PAGE, items: (page) => page.NetworkAcls },
    ),
    publicAccessOf(reader),
  ]);
  const unread = [
    ...unknown(denied(acls), `${OF_ACLS} is not known`),
    ...unknown(denied(access), `${OF_ACCESS} is not known`),
  ];
  return {
    ...(!(acls instanceof Error) && { networkAcls: readableAcls(acls.map(networkAcl), unread) }),
    ...(!(access instanceof Error) && { publicAccess: readableAccess({ ...place, ...access }, unread) }),
    unread,
  };
}

const OF_ACLS = "Whether a network ACL denies what a rule opens";
const OF_ACCESS = "Whether VPC Block Public Access stops what a rule opens";

/** Those of VPCs of which all can be read: the default ACL is no word on who has another one. */
function readableAcls(acls: readonly NetworkAcl[], unread: string[]): NetworkAcl[] {
  const odd = new Set<string>();
  for (const each of acls) {
    const fault = faultOf(readableAcl, each);
    if (fault === undefined) continue;
    odd.add(each.vpcId);
    unread.push(`${OF_ACLS} in ${each.vpcId} is not known. ${each.id} can't be read: ${fault}`);
  }
  return acls.filter(({ vpcId }) => !odd.has(vpcId));
}

function readableAccess(access: PublicAccess, unread: string[]): PublicAccess[] {
  const fault = faultOf(readableBlock, access);
  if (fault === undefined) return [access];
  unread.push(`${OF_ACCESS} is not known. It can't be read: ${fault}`);
  return [];
}

/** Its mode, and where it is on, what it leaves alone. */
async function publicAccessOf(
  reader: Ec2Reader,
): Promise<Pick<PublicAccess, "mode" | "exclusions"> | InventoryError> {
  const options = await reader.optionalList(
    { what: "VPC Block Public Access", action: "DescribeVpcBlockPublicAccessOptions" },
    async function* ({ client }, input: object, { abortSignal }) {
      yield await client.send(new DescribeVpcBlockPublicAccessOptionsCommand(input), { abortSignal });
    },
    {
      input: {},
      pageSize: 0,
      items: ({ VpcBlockPublicAccessOptions: found }) => (found === undefined ? [] : [found]),
    },
  );
  if (options instanceof Error) return options;
  const mode = options[0]?.InternetGatewayBlockMode ?? "off";
  if (mode === "off") return { mode, exclusions: [] };
  const exclusions = await reader.optionalList(
    { what: "exclusions of VPC Block Public Access", action: "DescribeVpcBlockPublicAccessExclusions" },
    async function* ({ client, pageSize }, input: { NextToken?: string }, { abortSignal }) {
      let NextToken = input.NextToken;
      do {
        const asked = { MaxResults: pageSize, ...given({ NextToken }) };
        const page = await client.send(new DescribeVpcBlockPublicAccessExclusionsCommand(asked), {
          abortSignal,
        });
        yield page;
        NextToken = page.NextToken || undefined;
      } while (NextToken !== undefined);
    },
    { input: {}, pageSize: PAGE, items: (page) => page.VpcBlockPublicAccessExclusions },
  );
  return exclusions instanceof Error ? exclusions : { mode, exclusions: exclusions.flatMap(exclusion) };
}

/** One holds once it was made, also while it is changed (EC2 API reference, VpcBlockPublicAccessExclusion). */
const IN_FORCE = ["create-complete", "update-in-progress", "update-complete", "update-failed"];

function exclusion({
  State,
  ResourceArn = "",
  InternetGatewayExclusionMode: mode,
}: ec2.VpcBlockPublicAccessExclusion): PublicAccessExclusion[] {
  const resourceId = /(?:vpc|subnet)-[0-9a-z]+$/.exec(ResourceArn)?.[0];
  return resourceId === undefined || mode === undefined || !IN_FORCE.some((each) => each === State)
    ? []
    : [{ resourceId, mode }];
}

/** What several accounts and regions answered, as one; undefined where nobody was asked. */
export function mergedFilters(
  parts: readonly { accountId: string; filters?: Filters }[],
): Filters | undefined {
  const asked = parts.flatMap(({ accountId, filters }) => (filters ? [{ accountId, ...filters }] : []));
  if (asked.length === 0) return undefined;
  const acls = new Map(
    asked.flatMap(({ networkAcls = [] }) => networkAcls.map((each) => [each.id, each] as const)),
  );
  const access = asked.flatMap(({ publicAccess = [] }) => publicAccess);
  return {
    ...(asked.some(({ networkAcls }) => networkAcls !== undefined) && { networkAcls: [...acls.values()] }),
    ...(access.length > 0 && { publicAccess: access }),
    unread: asked.flatMap(({ accountId, unread }) => unread.map((text) => `account ${accountId}: ${text}`)),
  };
}

function networkAcl(acl: ec2.NetworkAcl): NetworkAcl {
  return {
    id: acl.NetworkAclId ?? "",
    ...given({ ownerId: acl.OwnerId || undefined }),
    vpcId: acl.VpcId ?? "",
    isDefault: acl.IsDefault === true,
    subnetIds: [...new Set((acl.Associations ?? []).flatMap(({ SubnetId }) => SubnetId ?? []))],
    entries: (acl.Entries ?? []).map(entry),
  };
}

/** One that doesn't say that it allows denies. */
function entry({ PortRange, IcmpTypeCode, ...rest }: ec2.NetworkAclEntry): NetworkAclEntry {
  const { RuleNumber = 0, CidrBlock, Ipv6CidrBlock } = rest;
  return {
    ruleNumber: RuleNumber,
    egress: rest.Egress === true,
    ruleAction: rest.RuleAction === "allow" ? "allow" : "deny",
    protocol: rest.Protocol ?? "-1",
    ...given({
      cidrBlock: CidrBlock ? networkOf(CidrBlock) : undefined,
      ipv6CidrBlock: Ipv6CidrBlock ? networkOf(Ipv6CidrBlock) : undefined,
      portRange: PortRange && { from: PortRange.From ?? 0, to: PortRange.To ?? 65535 },
      icmpTypeCode: IcmpTypeCode && { type: IcmpTypeCode.Type ?? -1, code: IcmpTypeCode.Code ?? -1 },
    }),
  };
}
