import type { Inventory, Route } from "./types";

/**
 * The same inventory in one fixed order: objects by id, sets by text, fields as `types.ts` lists them. Only
 * the order of an interface's IPv4 addresses means something (the primary one is first), so it stays.
 */
export function sorted(inventory: Inventory): Inventory {
  return {
    format: inventory.format,
    ...given(inventory, "region", "accountId"),
    vpcs: byId(inventory.vpcs).map((vpc) => ({
      id: vpc.id,
      ...given(vpc, "name"),
      cidrBlocks: vpc.cidrBlocks.toSorted(),
      ipv6CidrBlocks: vpc.ipv6CidrBlocks.toSorted(),
    })),
    subnets: byId(inventory.subnets).map(({ id, vpcId, routeTableId }) => ({ id, vpcId, routeTableId })),
    routeTables: byId(inventory.routeTables).map(({ id, vpcId, routes }) => ({
      id,
      vpcId,
      routes: by(routes.map(fieldsOfRoute), (each) => JSON.stringify(each)),
    })),
    instances: byId(inventory.instances).map((each) => ({
      id: each.id,
      ...given(each, "name"),
      state: each.state,
    })),
    networkInterfaces: byId(inventory.networkInterfaces).map((each) => ({
      id: each.id,
      ...given(each, "instanceId"),
      subnetId: each.subnetId,
      vpcId: each.vpcId,
      privateIpAddresses: each.privateIpAddresses,
      ipv6Addresses: each.ipv6Addresses.toSorted(),
      securityGroupIds: each.securityGroupIds.toSorted(),
    })),
    securityGroups: byId(inventory.securityGroups).map(({ id, name, vpcId, ingress }) => ({
      id,
      name,
      vpcId,
      ingress: byId(ingress).map((rule) => ({
        id: rule.id,
        ipProtocol: rule.ipProtocol,
        fromPort: rule.fromPort,
        toPort: rule.toPort,
        ...given(rule, "cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId", "description"),
      })),
    })),
    prefixLists: byId(inventory.prefixLists).map(({ id, name, addressFamily, entries }) => ({
      id,
      name,
      addressFamily,
      entries: by(
        entries.map((entry) => ({ cidr: entry.cidr, ...given(entry, "description") })),
        (entry) => JSON.stringify(entry),
      ),
    })),
  };
}

function fieldsOfRoute(route: Route): Route {
  return given(
    route,
    "destinationCidrBlock",
    "destinationIpv6CidrBlock",
    "destinationPrefixListId",
    "gatewayId",
    "instanceId",
    "natGatewayId",
    "networkInterfaceId",
    "transitGatewayId",
    "vpcEndpointId",
    "state",
  );
}

/** Those of the named fields that are there, in the order of their names. */
function given<T extends object, K extends keyof T>(from: T, ...names: K[]): Pick<T, K> {
  return Object.fromEntries(
    names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]),
  ) as Pick<T, K>;
}

function byId<T extends { id: string }>(items: T[]): T[] {
  return by(items, (item) => item.id);
}

/** Sorted by code units, never by locale: two machines must write the same bytes. */
function by<T>(items: T[], key: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, key: key(item) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item);
}
