import type { Answers } from "./answers";
import { assemble } from "./assemble";
import * as aws from "./data-sources";
import { InventoryError } from "./errors";
import { systemClock } from "./pace";
import type { Clock } from "./pace";
import { LookupReader } from "./reader";
import { effectiveRouteTables, firewallRoutes } from "./routing";
import type { Inventory } from "./types";
import { checkInventory } from "./validate";

/** EC2 accepts this many values in one filter (EC2 user guide, filtering). */
const MAX_FILTER_VALUES = 200;

/**
 * Reads the inventory with data sources of @pulumi/aws; works inside a Pulumi program only. All VPCs,
 * subnets, route tables and instances of the region are in it; interfaces only of running or pending
 * instances in subnets that some firewall could stand before, security groups only those of these
 * interfaces. No data source tells an instance's name within one call, so none has one.
 * @param region the AWS provider's own region where absent
 * @param mostCalls how often one API action may be called; judged by lists, of all the region's rules too
 * @param withStopped interfaces of stopped instances too: whoever lets in to an instance again when it
 *   starts needs to know them
 * @throws InventoryError, or TooManyLookups
 */
export async function readLookups(
  { region, mostCalls, withStopped }: { region?: string; mostCalls?: number; withStopped?: boolean },
  clock: Clock = systemClock,
): Promise<Inventory> {
  const reader = new LookupReader(clock, mostCalls);
  const at = region === undefined ? {} : { region };
  const answers = await collect(reader, at, mostCalls !== undefined, withStopped ?? false);
  const checked = checkInventory(assemble(answers));
  if ("inventory" in checked) return checked.inventory;
  throw new InventoryError(
    "LOOKUP_FAILED",
    `AWS inventory: the answers don't fit together. Run again; if it stays, report it with these lines:\n` +
      checked.problems.map((problem) => `  ${problem}`).join("\n"),
    { problems: checked.problems },
  );
}

async function collect(
  reader: LookupReader,
  at: { region?: string },
  isLimited: boolean,
  withStopped: boolean,
): Promise<Answers> {
  const identity = await reader.ask(aws.callerIdentity, {});
  const [existing, instanceIds, network] = await Promise.all([
    withStopped ? existingInstances(reader, at) : [],
    instancesByState(reader, at),
    vpcsAndRoutes(reader, at, identity.accountId),
  ]);
  const interfaceIds = await interfacesThatMatter(reader, at, network, [
    ...new Set([...existing, ...instanceIds.pending, ...instanceIds.running]),
  ]);
  reader.expect(aws.oneNetworkInterface, interfaceIds.length, identity.accountId);
  if (isLimited) {
    // Which rules matter is known when the interfaces are read. That would be a minute too late.
    const { ids } = await reader.ask(aws.securityGroupRules, at);
    reader.expect(aws.oneSecurityGroupRule, ids.length, identity.accountId);
  }
  const networkInterfaces = await readInterfaces(reader, at, interfaceIds);
  const groupIds = unique(networkInterfaces.flatMap((each) => each.securityGroups ?? []));
  reader.expect(aws.oneSecurityGroup, groupIds.length, identity.accountId);
  const [securityGroups, securityGroupRules] = await Promise.all([
    all(groupIds, (id) =>
      reader.find(aws.oneSecurityGroup, { ...at, filters: [{ name: "group-id", values: [id] }] }),
    ),
    rulesOf(reader, at, groupIds),
  ]);
  const routes = network.routeTables.flatMap(firewallRoutes);
  const listIds = unique([
    ...securityGroupRules.map((rule) => rule.prefixListId),
    ...routes.map((route) => route.destinationPrefixListId),
  ]);
  const prefixLists = await all(listIds, (id) => reader.find(aws.onePrefixList, { ...at, id }));
  return {
    ...(identity.accountId === undefined ? {} : { accountId: identity.accountId }),
    instanceIds,
    ...network,
    networkInterfaces,
    securityGroups,
    securityGroupRules,
    prefixLists,
  };
}

/** Instances that are there, in whatever state, from one answer: none is missed that changes its state now. */
async function existingInstances(reader: LookupReader, at: { region?: string }): Promise<string[]> {
  const instanceStateNames = ["pending", "running", "stopping", "stopped"];
  return (await reader.ask(aws.instances, { ...at, instanceStateNames })).ids;
}

/**
 * Pending ones first: an instance that starts running between the two requests is then in at least one of
 * the answers.
 */
async function instancesByState(
  reader: LookupReader,
  at: { region?: string },
): Promise<Answers["instanceIds"]> {
  const pending = await reader.ask(aws.instances, { ...at, instanceStateNames: ["pending"] });
  const running = await reader.ask(aws.instances, { ...at, instanceStateNames: ["running"] });
  return { pending: pending.ids, running: running.ids };
}

type Network = Pick<Answers, "vpcs" | "subnetIds" | "subnets" | "routeTables" | "region">;

async function vpcsAndRoutes(
  reader: LookupReader,
  at: { region?: string },
  accountId: string | undefined,
): Promise<Network> {
  const [vpcList, tableList] = await Promise.all([reader.ask(aws.vpcs, at), reader.ask(aws.routeTables, at)]);
  reader.expect(aws.oneVpc, vpcList.ids.length, accountId);
  reader.expect(aws.oneRouteTable, vpcList.ids.length + tableList.ids.length, accountId);
  const [vpcs, subnetIds, routeTables] = await Promise.all([
    all(vpcList.ids, (id) => reader.find(aws.oneVpc, { ...at, id })),
    all(vpcList.ids, async (vpcId) => {
      const { ids } = await reader.ask(aws.subnets, {
        ...at,
        filters: [{ name: "vpc-id", values: [vpcId] }],
      });
      return [vpcId, ids] as const;
    }),
    all(tableList.ids, (routeTableId) => reader.find(aws.oneRouteTable, { ...at, routeTableId })),
  ]);
  const region = vpcList.region ?? at.region;
  return {
    ...(region === undefined ? {} : { region }),
    vpcs,
    subnetIds: new Map(subnetIds),
    subnets: await subnetsBehindGateways(reader, at, new Map(subnetIds), routeTables),
    routeTables,
  };
}

/**
 * The subnets of VPCs in which a gateway has a route table: its destinations are whole subnets' CIDRs. Of the
 * others nothing but ids is needed, and a lookup for each would cost more than it tells.
 */
function subnetsBehindGateways(
  reader: LookupReader,
  at: { region?: string },
  subnetIds: Map<string, string[]>,
  routeTables: Answers["routeTables"],
): Promise<Answers["subnets"]> {
  const vpcIds = routeTables.flatMap(({ vpcId, associations }) =>
    (associations ?? []).some(({ gatewayId }) => gatewayId) ? [vpcId] : [],
  );
  const ids = unique(vpcIds).flatMap((vpcId) => subnetIds.get(vpcId) ?? []);
  return all(ids, (id) => reader.find(aws.oneSubnet, { ...at, id }));
}

/**
 * The interfaces of these instances in subnets whose effective route table could lead to a firewall, and
 * the interfaces that such routes lead to (they tell which instance the firewall is).
 */
async function interfacesThatMatter(
  reader: LookupReader,
  at: { region?: string },
  { vpcs, subnetIds, routeTables }: Network,
  instanceIds: string[],
): Promise<[id: string, vpcId: string][]> {
  const tables = new Map(routeTables.map((table) => [table.id, table]));
  const effective = effectiveRouteTables(vpcs, subnetIds, routeTables);
  const wanted = new Map<string, string>();
  const lists: Promise<void>[] = [];
  for (const [vpcId, subnets] of subnetIds) {
    const candidates = subnets.filter((subnet) => {
      const table = tables.get(effective.get(subnet) ?? "");
      return table !== undefined && firewallRoutes(table).length > 0;
    });
    for (const subnetChunk of chunks(candidates)) {
      for (const instanceChunk of chunks(instanceIds)) {
        const filters = [
          { name: "vpc-id", values: [vpcId] },
          { name: "subnet-id", values: subnetChunk },
          { name: "attachment.instance-id", values: instanceChunk },
        ];
        lists.push(
          reader.ask(aws.networkInterfaces, { ...at, filters }).then(({ ids }) => {
            for (const id of ids) wanted.set(id, vpcId);
          }),
        );
      }
    }
  }
  await Promise.all(lists);
  for (const table of routeTables) {
    for (const { networkInterfaceId } of firewallRoutes(table)) {
      if (networkInterfaceId) wanted.set(networkInterfaceId, table.vpcId);
    }
  }
  return [...wanted];
}

function readInterfaces(
  reader: LookupReader,
  at: { region?: string },
  wanted: [id: string, vpcId: string][],
): Promise<Answers["networkInterfaces"]> {
  // The filter says nothing new, but makes it a filtered request, which has the larger bucket at EC2.
  return all(wanted, ([id, vpcId]) =>
    reader.find(aws.oneNetworkInterface, { ...at, id, filters: [{ name: "vpc-id", values: [vpcId] }] }),
  );
}

async function rulesOf(
  reader: LookupReader,
  at: { region?: string },
  groupIds: string[],
): Promise<Answers["securityGroupRules"]> {
  const lists = await all(chunks(groupIds), (values) =>
    reader.ask(aws.securityGroupRules, { ...at, filters: [{ name: "group-id", values }] }),
  );
  return all(unique(lists.flatMap(({ ids }) => ids)), (securityGroupRuleId) =>
    reader.find(aws.oneSecurityGroupRule, { ...at, securityGroupRuleId }),
  );
}

/** Asks for each of them at once (the reader keeps the pace) and leaves out those that are gone. */
async function all<T, Answer>(items: T[], ask: (item: T) => Promise<Answer | undefined>): Promise<Answer[]> {
  return (await Promise.all(items.map(ask))).filter((answer) => answer !== undefined);
}

function unique(ids: (string | undefined)[]): string[] {
  return [...new Set(ids.filter((id): id is string => Boolean(id)))];
}

function chunks(values: string[]): string[][] {
  return Array.from({ length: Math.ceil(values.length / MAX_FILTER_VALUES) }, (_, index) =>
    values.slice(index * MAX_FILTER_VALUES, (index + 1) * MAX_FILTER_VALUES),
  );
}
