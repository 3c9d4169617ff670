import type { Answers } from "./answers";
import { checkedInventory } from "./checked";
import * as aws from "./data-sources";
import { hiddenFromLookups, hiddenPrefixes } from "./hidden";
import { all, readNetwork, type Network, type Place } from "./lookup-network";
import { systemClock } from "../lib/pace";
import type { Clock } from "../lib/pace";
import { readableLists } from "./readable-lists";
import { LookupReader } from "./reader";
import { behindSomeFirewall, firewallRoutes } from "./routing";
import { silent, type Tell } from "./tell";
import type { Inventory } from "./types";

/** EC2 accepts this many values in one filter (EC2 user guide, filtering). */
const MAX_FILTER_VALUES = 200;

/** What to ask data sources for, and how much. */
export interface LookupOptions extends Place {
  /** How often one API action may be called; judged by lists, of all the region's rules too. */
  mostCalls?: number;
  /** Interfaces of stopped instances too: whoever lets in to one again when it starts needs to know them. */
  withStopped?: true;
  /** Interfaces too that are no instance's: of load balancers, databases, functions and the like. */
  withoutInstance?: boolean;
  /** What every subnet says; otherwise only of those whose packets a gateway's table may route. */
  withSubnets?: boolean;
  /** The configured firewall: what it is made of is read wherever it is. */
  firewall?: { networkInterfaceIds: readonly string[]; vpcEndpointIds: readonly string[] };
  /** Hears what is hidden and matters; may throw. */
  onHidden?: (reasons: string[], accountId: string | undefined) => void;
}

/**
 * Reads the inventory with data sources of the AWS provider; works inside a Pulumi program only. All VPCs,
 * subnets, route tables and instances of the region are in it; interfaces only of running or pending
 * instances (or of whatever uses one) in subnets that some firewall could stand before, security groups only
 * those of these interfaces. No data source tells an instance's name within one call, so none has one.
 * @param tell hears what is waited for, and what can't be seen
 * @throws InventoryError, or BeyondLookups where an action would be called too often
 */
export async function readLookups(
  options: LookupOptions,
  clock: Clock = systemClock,
  tell: Tell = silent,
): Promise<Inventory> {
  const reader = new LookupReader(clock, options.mostCalls, tell);
  try {
    return checkedInventory(await collect(reader, options, tell), "lookups", tell);
  } finally {
    reader.close();
  }
}

async function collect(reader: LookupReader, options: LookupOptions, tell: Tell): Promise<Answers> {
  const { region, mostCalls, withStopped, withoutInstance = false } = options;
  const { withSubnets = false, firewall, onHidden } = options;
  const at = region === undefined ? {} : { region };
  const { accountId } = await reader.ask(aws.callerIdentity, {});
  const [existing, instanceIds, { network, listed }] = await Promise.all([
    withStopped ? existingInstances(reader, at) : [],
    instancesByState(reader, at),
    readNetwork(reader, at, accountId, {
      everySubnet: withSubnets,
      endpoints: firewall?.vpcEndpointIds ?? [],
    }),
  ]);
  const hidden = hiddenFromLookups(network, listed);
  if (hidden.length > 0) onHidden?.(hidden, accountId);
  const { interfaceIds, inUse } = await interfacesThatMatter(reader, at, network, {
    instanceIds: [...new Set([...existing, ...instanceIds.pending, ...instanceIds.running])],
    firewallIds: firewall?.networkInterfaceIds ?? [],
    withoutInstance,
  });
  reader.expect(aws.oneNetworkInterface, interfaceIds.size, accountId);
  if (mostCalls !== undefined) {
    // Which rules matter is known when the interfaces are read. That would be too late.
    const { ids } = await reader.ask(aws.securityGroupRules, at);
    reader.expect(aws.oneSecurityGroupRule, ids.length, accountId);
  }
  const read = await readInterfaces(reader, at, interfaceIds);
  const prefixes = hiddenPrefixes(read);
  if (prefixes.length > 0) onHidden?.(prefixes, accountId);
  const networkInterfaces = read.map((each) => (inUse.has(each.id) ? { ...each, status: IN_USE } : each));
  const groupIds = unique(networkInterfaces.flatMap((each) => each.securityGroups ?? []));
  reader.expect(aws.oneSecurityGroup, groupIds.length, accountId);
  const [securityGroups, securityGroupRules] = await Promise.all([
    all(groupIds, (id) =>
      reader.find(aws.oneSecurityGroup, { ...at, filters: [{ name: "group-id", values: [id] }] }),
    ),
    rulesOf(reader, at, groupIds),
  ]);
  // Routes that lead elsewhere take a list's destinations away from the firewall, so every route's list counts.
  const routes = network.routeTables.flatMap((table) => table.routes ?? []);
  const listIds = unique([...securityGroupRules, ...routes.map(routedList)].map((each) => each.prefixListId));
  const lists = await Promise.all(
    listIds.map(async (id) => [id, await reader.findReadable(aws.onePrefixList, { ...at, id })] as const),
  );
  const { prefixLists, unreadable } = readableLists(lists);
  for (const warning of unreadable.values()) tell.warn(warning);
  return {
    ...(accountId === undefined ? {} : { accountId }),
    ...(withoutInstance && { withoutInstance: true as const }),
    instanceIds,
    ...network,
    networkInterfaces,
    securityGroups,
    securityGroupRules,
    prefixLists,
  };
}

function routedList({ destinationPrefixListId }: { destinationPrefixListId?: string }) {
  return { prefixListId: destinationPrefixListId };
}

/** Instances that are there, in whatever state, from one answer: none is missed that changes its state now. */
async function existingInstances(reader: LookupReader, at: Place): Promise<string[]> {
  const instanceStateNames = ["pending", "running", "stopping", "stopped"];
  return (await reader.ask(aws.instances, { ...at, instanceStateNames })).ids;
}

/**
 * Pending ones first: an instance that starts running between the two requests is then in at least one of
 * the answers.
 */
async function instancesByState(reader: LookupReader, at: Place): Promise<Answers["instanceIds"]> {
  const pending = await reader.ask(aws.instances, { ...at, instanceStateNames: ["pending"] });
  const running = await reader.ask(aws.instances, { ...at, instanceStateNames: ["running"] });
  return { pending: pending.ids, running: running.ids };
}

/** Interfaces by id, with their VPCs as far as they are known before they are read. */
type Wanted = Map<string, string | undefined>;

/** Something uses it, an instance or a service. No data source's answer says it, but the list can be asked for those. */
const IN_USE = "in-use";
/** The states in which something does, or is about to: all but "available" and "detaching" (API reference, NetworkInterface). */
const USED = [IN_USE, "associated", "attaching"];

/**
 * The interfaces of these instances in subnets that some firewall may stand before, or all there that are in use; the
 * configured firewall's, and those that routes lead to (they tell which instance the firewall is).
 * @returns also which are known to be in use
 */
async function interfacesThatMatter(
  reader: LookupReader,
  at: Place,
  network: Network,
  {
    instanceIds,
    firewallIds,
    withoutInstance,
  }: { instanceIds: string[]; firewallIds: readonly string[]; withoutInstance: boolean },
): Promise<{ interfaceIds: Wanted; inUse: ReadonlySet<string> }> {
  const wanted: Wanted = new Map(firewallIds.map((id) => [id, undefined]));
  const inUse = new Set<string>();
  // One that is being attached to an instance is not in use yet.
  const parts = chunks(instanceIds).map((values) => ({ name: "attachment.instance-id", values }));
  if (withoutInstance) parts.push({ name: "status", values: USED });
  const lists = [...behindSomeFirewall(network).subnets].flatMap(([vpcId, subnets]) =>
    chunks(subnets).flatMap((values) =>
      parts.map(async (part) => {
        const filters = [{ name: "vpc-id", values: [vpcId] }, { name: "subnet-id", values }, part];
        const { ids } = await reader.ask(aws.networkInterfaces, { ...at, filters });
        for (const id of ids) {
          wanted.set(id, vpcId);
          if (part.name === "status") inUse.add(id);
        }
      }),
    ),
  );
  await Promise.all(lists);
  for (const table of network.routeTables) {
    for (const { networkInterfaceId } of firewallRoutes(table)) {
      if (!networkInterfaceId) continue;
      wanted.set(networkInterfaceId, wanted.get(networkInterfaceId) ?? table.vpcId);
    }
  }
  return { interfaceIds: wanted, inUse };
}

function readInterfaces(
  reader: LookupReader,
  at: Place,
  wanted: Wanted,
): Promise<Answers["networkInterfaces"]> {
  // The filter says nothing new, but makes it a filtered request, which has the larger bucket at EC2.
  const filters = (vpcId: string | undefined) =>
    vpcId === undefined ? {} : { filters: [{ name: "vpc-id", values: [vpcId] }] };
  return all([...wanted], ([id, vpcId]) =>
    reader.find(aws.oneNetworkInterface, { ...at, id, ...filters(vpcId) }),
  );
}

async function rulesOf(
  reader: LookupReader,
  at: Place,
  groupIds: string[],
): Promise<Answers["securityGroupRules"]> {
  const lists = await all(chunks(groupIds), (values) =>
    reader.ask(aws.securityGroupRules, { ...at, filters: [{ name: "group-id", values }] }),
  );
  return all(unique(lists.flatMap(({ ids }) => ids)), (securityGroupRuleId) =>
    reader.find(aws.oneSecurityGroupRule, { ...at, securityGroupRuleId }),
  );
}

function unique(ids: (string | undefined)[]): string[] {
  return [...new Set(ids.filter((id): id is string => Boolean(id)))];
}

function chunks(values: string[]): string[][] {
  return Array.from({ length: Math.ceil(values.length / MAX_FILTER_VALUES) }, (_, index) =>
    values.slice(index * MAX_FILTER_VALUES, (index + 1) * MAX_FILTER_VALUES),
  );
}
