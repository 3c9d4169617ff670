import type { Answers } from "./answers";
import * as aws from "./data-sources";
import { LISTS_TO_ENDPOINTS, PROPAGATING, TO_ENDPOINTS, leadingTo, type Listed } from "./hidden";
import type { LookupReader } from "./reader";
import { isGateways } from "./routing";

/** Where data sources ask; the AWS provider's own region where absent. */
export interface Place {
  region?: string;
}

export type Network = Pick<Answers, "vpcs" | "subnetIds" | "subnets" | "routeTables" | "region">;

/**
 * VPCs, subnets and route tables of a region, and which tables hide something.
 * @param wanted.everySubnet what subnets say is wanted of all of them
 * @param wanted.endpoints the configured firewall's
 */
export async function readNetwork(
  reader: LookupReader,
  at: Place,
  accountId: string | undefined,
  wanted: { everySubnet: boolean; endpoints: readonly string[] },
): Promise<{ network: Network; listed: Listed }> {
  const [vpcList, tableList] = await Promise.all([reader.ask(aws.vpcs, at), reader.ask(aws.routeTables, at)]);
  reader.expect(aws.oneVpc, vpcList.ids.length, accountId);
  reader.expect(aws.oneRouteTable, vpcList.ids.length + tableList.ids.length, accountId);
  const endpoints = wanted.endpoints.length === 0 ? undefined : leadingTo(wanted.endpoints);
  const [vpcs, subnetIds, routeTables, suspects, leading] = await Promise.all([
    all(vpcList.ids, (id) => reader.find(aws.oneVpc, { ...at, id })),
    all(vpcList.ids, async (vpcId) => {
      const filters = [{ name: "vpc-id", values: [vpcId] }];
      return [vpcId, (await reader.ask(aws.subnets, { ...at, filters })).ids] as const;
    }),
    all(tableList.ids, (routeTableId) => reader.find(aws.oneRouteTable, { ...at, routeTableId })),
    suspectTables(reader, at),
    endpoints && reader.ask(aws.routeTables, { ...at, filters: endpoints }),
  ]);
  const byVpc = new Map(subnetIds);
  const region = vpcList.region ?? at.region;
  const subnets = await all(subnetsToRead(byVpc, routeTables, wanted.everySubnet), (id) =>
    reader.find(aws.oneSubnet, { ...at, id }),
  );
  return {
    network: { ...(region === undefined ? {} : { region }), vpcs, subnetIds: byVpc, subnets, routeTables },
    listed: { suspects, leading: leading?.ids ?? [] },
  };
}

/** The tables that may have routes which data sources hide. */
async function suspectTables(reader: LookupReader, at: Place): Promise<string[]> {
  const [propagating, toEndpoints] = await Promise.all([
    reader.ask(aws.routeTables, { ...at, filters: PROPAGATING }),
    reader.ask(aws.routeTables, { ...at, filters: TO_ENDPOINTS }),
  ]);
  if (toEndpoints.ids.length === 0) return propagating.ids;
  // Most endpoints are a firewall's own. Where the narrower question isn't answered, each of them counts.
  const lists = await reader.tryAsk(aws.routeTables, { ...at, filters: LISTS_TO_ENDPOINTS });
  return [...propagating.ids, ...(lists ?? toEndpoints).ids];
}

/**
 * The subnets of VPCs in which a gateway has a route table: its destinations are whole subnets' CIDRs. Of the
 * others mostly nothing but ids is needed, and a lookup for each would cost more than it tells.
 */
function subnetsToRead(
  subnetIds: Map<string, string[]>,
  routeTables: Answers["routeTables"],
  everySubnet: boolean,
): string[] {
  if (everySubnet) return [...subnetIds.values()].flat();
  const vpcIds = new Set(routeTables.filter(isGateways).map(({ vpcId }) => vpcId));
  return [...vpcIds].flatMap((vpcId) => subnetIds.get(vpcId) ?? []);
}

/** Asks for each of them at once (the reader keeps the pace) and leaves out those that are gone. */
export async function all<T, Answer>(
  items: readonly T[],
  ask: (item: T) => Promise<Answer | undefined>,
): Promise<Answer[]> {
  return (await Promise.all(items.map(ask))).filter((answer) => answer !== undefined);
}
