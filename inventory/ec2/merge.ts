import type { Answer, Answers } from "../answers";
import { mergedFilters } from "./filters";
import type { AccountRegion, VpcPeeringConnection } from "../types";
import { mergedTransit } from "./merge-transit";

/** Answers of one region of one account. */
export type RegionAnswers = Answers & { region: string; accountId: string };

/**
 * What several accounts and regions answered, as one. An object that several accounts see (a shared VPC, a
 * group associated with it, a prefix list) is its owner's: others see it without tags, and a shared VPC's
 * route tables in part.
 * @param isComplete nothing else was to be read
 */
export function merged(parts: RegionAnswers[], isComplete: boolean): Answers {
  const filters = mergedFilters(parts);
  const denied = parts.flatMap((part) => part.denied ?? []);
  const accounts = parts.map(({ accountId, region }): AccountRegion => ({ accountId, region }));
  const [first] = accounts;
  const one = (key: keyof AccountRegion) =>
    accounts.every((each) => each[key] === first?.[key]) ? first?.[key] : undefined;
  const [accountId, region] = [one("accountId"), one("region")];
  const states = (state: "pending" | "running") => unique(parts.flatMap((part) => part.instanceIds[state]));
  const objects = <T extends Answer>(list: (part: Answers) => T[] | undefined): T[] =>
    ownersFirst(
      parts.map((part) => ({ part, list: list(part) ?? [] })),
      region === undefined,
    );
  return {
    ...(region !== undefined && { region }),
    ...(accountId !== undefined && { accountId }),
    accounts,
    ...(denied.length > 0 && { denied }),
    ...(isComplete && { complete: parts.every(({ complete }) => complete === true) }),
    instanceIds: { pending: states("pending"), running: states("running") },
    instances: objects((part) => part.instances),
    ...(parts.every(({ stopped }) => stopped !== undefined) && {
      stopped: objects((part) => part.stopped),
    }),
    vpcs: objects((part) => part.vpcs),
    subnetIds: subnetIds(parts),
    subnets: objects((part) => part.subnets),
    routeTables: objects((part) => part.routeTables),
    networkInterfaces: objects((part) => part.networkInterfaces),
    securityGroups: objects((part) => part.securityGroups),
    securityGroupRules: objects((part) => part.securityGroupRules),
    prefixLists: objects((part) => part.prefixLists),
    ...mergedTransit(parts),
    vpcPeeringConnections: peerings(parts.flatMap((part) => part.vpcPeeringConnections ?? [])),
    ...(filters && { filters }),
  };
}

/** Each object once: as its owner answered, otherwise as whoever answered first. */
function ownersFirst<T extends Answer>(
  answered: { part: RegionAnswers; list: T[] }[],
  saysRegion: boolean,
): T[] {
  const known = new Map<string, { object: T; isOwners: boolean }>();
  for (const { part, list } of answered) {
    for (const each of list) {
      const isOwners = each.ownerId === part.accountId;
      const other = known.get(each.id);
      if (other !== undefined && (other.isOwners || !isOwners)) continue;
      known.set(each.id, { object: saysRegion ? { ...each, readIn: part.region } : each, isOwners });
    }
  }
  return [...known.values()].map(({ object }) => object);
}

function subnetIds(parts: RegionAnswers[]): Map<string, string[]> {
  const byVpc = new Map<string, string[]>();
  for (const [vpcId, ids] of parts.flatMap((part) => [...part.subnetIds])) {
    byVpc.set(vpcId, unique([...(byVpc.get(vpcId) ?? []), ...ids]));
  }
  return byVpc;
}

/** Both sides see a peering; while it isn't active, each may miss the other's CIDRs. */
function peerings(seen: VpcPeeringConnection[]): VpcPeeringConnection[] {
  const cidrs = ({ requester, accepter }: VpcPeeringConnection) =>
    [requester, accepter].reduce((sum, side) => sum + side.cidrBlocks.length + side.ipv6CidrBlocks.length, 0);
  const known = new Map<string, VpcPeeringConnection>();
  for (const each of seen) {
    const other = known.get(each.id);
    if (other === undefined || cidrs(each) > cidrs(other)) known.set(each.id, each);
  }
  return [...known.values()];
}

function unique(ids: string[]): string[] {
  return [...new Set(ids)];
}
