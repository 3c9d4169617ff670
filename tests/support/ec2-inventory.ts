import type { Inventory, NetworkInterface, Route, SecurityGroupRule, Tags } from "../../inventory/types";
import type { Ec2Item, Ec2Request } from "./ec2-server";
import { transitLists } from "./ec2-transit";

/** An object of an account, and what EC2's filters know it by. */
export interface Filtered {
  item: Ec2Item;
  by: Record<string, (string | undefined)[]>;
}

const OWNER = "123456789012";

/** What EC2 lists of an account that is known as an inventory, filtered as a request asks. */
export function ec2Of(inventory: Inventory): (request: Ec2Request) => Map<string, Ec2Item[]> {
  const listed = new Map<string, Filtered[]>([
    ["DescribeVpcs", vpcs(inventory)],
    ["DescribeSubnets", subnets(inventory)],
    ["DescribeRouteTables", routeTables(inventory)],
    ["DescribeInstances", instances(inventory)],
    ["DescribeNetworkInterfaces", inventory.networkInterfaces.map(networkInterface)],
    ["DescribeSecurityGroups", securityGroups(inventory)],
    ["DescribeSecurityGroupRules", rules(inventory)],
    ["DescribeManagedPrefixLists", prefixLists(inventory)],
  ]);
  const asked = ec2Lists(listed);
  return (request) => {
    const transit = transitLists(inventory, request);
    return transit.has(request.action) ? transit : asked(request);
  };
}

/** What EC2 lists of these objects, filtered as a request asks. */
export function ec2Lists(
  listed: ReadonlyMap<string, readonly Filtered[]>,
): (request: Ec2Request) => Map<string, Ec2Item[]> {
  return ({ action, form }) => {
    const wanted = filtersOf(form);
    const found = (listed.get(action) ?? []).filter(({ by }) =>
      wanted.every(({ name, values }) => values.some((value) => (by[name] ?? []).some(matches(value)))),
    );
    return new Map([[action, found.map(({ item }) => item)]]);
  };
}

/** The entries of an account's prefix lists, by their id. */
export function entriesOf({ prefixLists }: Inventory): Map<string, Ec2Item[]> {
  return new Map(prefixLists.map(({ id, entries }) => [id, entries.map(({ cidr }) => ({ cidr }))]));
}

/** `Filter.1.Name` with its values; ids that are asked for by themselves are a filter, too. */
function filtersOf(form: URLSearchParams): { name: string; values: string[] }[] {
  const filters = new Map<string, { name: string; values: string[] }>();
  const of = (key: string) => {
    const known = filters.get(key) ?? { name: "", values: [] };
    filters.set(key, known);
    return known;
  };
  for (const [key, value] of form) {
    const [, number = "", part = ""] = /^Filter\.(\d+)\.(Name|Value)/.exec(key) ?? [];
    const [, id] = /^(\w+Id)\.\d+$/.exec(key) ?? [];
    if (part === "Name") of(number).name = value;
    else if (part === "Value") of(number).values.push(value);
    else if (id !== undefined) Object.assign(of(id), { name: "id", values: [...of(id).values, value] });
  }
  return [...filters.values()];
}

function matches(value: string): (text: string | undefined) => boolean {
  const pattern = new RegExp(`^${value.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
  return (text) => text !== undefined && pattern.test(text);
}

function tagSet(tags: Tags | undefined): Ec2Item[] {
  return Object.entries(tags ?? {}).map(([key, value]) => ({ key, value }));
}

function vpcs(inventory: Inventory): Filtered[] {
  return inventory.vpcs.map(({ id, cidrBlocks, ipv6CidrBlocks, tags }) => ({
    by: { id: [id] },
    item: {
      ...{ vpcId: id, ownerId: OWNER, cidrBlock: cidrBlocks[0], tagSet: tagSet(tags) },
      cidrBlockAssociationSet: cidrBlocks.map((cidrBlock) => ({
        cidrBlock,
        cidrBlockState: { state: "associated" },
      })),
      ipv6CidrBlockAssociationSet: ipv6CidrBlocks.map((ipv6CidrBlock) => ({
        ipv6CidrBlock,
        ipv6CidrBlockState: { state: "associated" },
      })),
    },
  }));
}

function subnets(inventory: Inventory): Filtered[] {
  return inventory.subnets.map(({ id, vpcId, cidrBlock, ipv6CidrBlocks = [], tags }) => ({
    by: { id: [id], "vpc-id": [vpcId] },
    item: {
      ...{ subnetId: id, ownerId: OWNER, vpcId, cidrBlock, tagSet: tagSet(tags) },
      ipv6CidrBlockAssociationSet: ipv6CidrBlocks.map((ipv6CidrBlock) => ({
        ipv6CidrBlock,
        ipv6CidrBlockState: { state: "associated" },
      })),
    },
  }));
}

/** The first table of a VPC that is no gateway's is its main one. */
function routeTables(inventory: Inventory): Filtered[] {
  const mains = new Set(
    inventory.vpcs.map(
      ({ id }) =>
        inventory.routeTables.find(({ vpcId, gatewayIds = [] }) => vpcId === id && gatewayIds.length === 0)
          ?.id,
    ),
  );
  return inventory.routeTables.map(({ id, vpcId, routes, gatewayIds = [] }) => {
    const own = inventory.subnets.filter(({ routeTableId }) => routeTableId === id && !mains.has(id));
    const state = { associationState: { state: "associated" } };
    return {
      by: {
        id: [id],
        "vpc-id": [vpcId],
        "association.main": mains.has(id) ? ["true"] : [],
        "route.destination-prefix-list-id": routes.map(
          ({ destinationPrefixListId }) => destinationPrefixListId,
        ),
        "route.gateway-id": routes.map(({ gatewayId, vpcEndpointId }) => gatewayId ?? vpcEndpointId),
      },
      item: {
        ...{ routeTableId: id, ownerId: OWNER, vpcId, routeSet: routes.map(route) },
        associationSet: [
          ...(mains.has(id) ? [{ main: true, ...state }] : []),
          ...own.map(({ id: subnetId }) => ({ main: false, subnetId, ...state })),
          ...gatewayIds.map((gatewayId) => ({ main: false, gatewayId, ...state })),
        ],
      },
    };
  });
}

function route(each: Route): Ec2Item {
  const { vpcEndpointId, gatewayId, origin = "CreateRoute", state = "active" } = each;
  return {
    destinationCidrBlock: each.destinationCidrBlock,
    destinationIpv6CidrBlock: each.destinationIpv6CidrBlock,
    destinationPrefixListId: each.destinationPrefixListId,
    gatewayId: gatewayId ?? vpcEndpointId,
    instanceId: each.instanceId,
    networkInterfaceId: each.networkInterfaceId,
    transitGatewayId: each.transitGatewayId,
    vpcPeeringConnectionId: each.vpcPeeringConnectionId,
    egressOnlyInternetGatewayId: each.egressOnlyInternetGatewayId,
    ...{ origin, state },
  };
}

/** Those that an inventory only names, on their interfaces, are stopped. */
function instances({ instances: known, networkInterfaces }: Inventory): Filtered[] {
  const ids = new Set(known.map(({ id }) => id));
  const stopped = networkInterfaces.flatMap(({ instanceId }) =>
    instanceId === undefined || ids.has(instanceId) ? [] : [instanceId],
  );
  const all = [...known, ...[...new Set(stopped)].map((id) => ({ id, state: "stopped", tags: undefined }))];
  return all.map(({ id, state, tags }) => ({
    by: { id: [id], "instance-state-name": [state] },
    item: {
      ...{ reservationId: `r-${id}`, ownerId: OWNER },
      instancesSet: [{ instanceId: id, instanceState: { name: state }, tagSet: tagSet(tags) }],
    },
  }));
}

function networkInterface(each: NetworkInterface): Filtered {
  const { id, instanceId, vpcId, subnetId, privateIpAddresses, publicIps = [], status = "in-use" } = each;
  const publicIp = (address: string) =>
    publicIps.find(({ privateIpAddress }) => privateIpAddress === address);
  const association = (address = "") => {
    const found = publicIp(address);
    return found === undefined ? {} : { association: { publicIp: found.publicIp } };
  };
  const [primary] = privateIpAddresses;
  return {
    by: {
      ...{ id: [id], status: [status], "vpc-id": [vpcId], "subnet-id": [subnetId] },
      "attachment.instance-id": [instanceId],
    },
    item: {
      ...{ networkInterfaceId: id, ownerId: OWNER, vpcId, subnetId, privateIpAddress: primary, status },
      ...association(primary),
      privateIpAddressesSet: privateIpAddresses.map((address) => ({
        privateIpAddress: address,
        primary: address === primary,
        ...association(address),
      })),
      ipv6AddressesSet: each.ipv6Addresses.map((ipv6Address) => ({ ipv6Address })),
      ipv4PrefixSet: (each.ipv4Prefixes ?? []).map((ipv4Prefix) => ({ ipv4Prefix })),
      ipv6PrefixSet: (each.ipv6Prefixes ?? []).map((ipv6Prefix) => ({ ipv6Prefix })),
      groupSet: each.securityGroupIds.map((groupId) => ({ groupId })),
      ...((instanceId ?? each.instanceOwnerId) !== undefined && {
        attachment: {
          ...{ instanceId, instanceOwnerId: each.instanceOwnerId ?? OWNER },
          status: each.attachmentStatus ?? "attached",
        },
      }),
      ...{ description: each.description, requesterId: each.requesterId },
      ...{ interfaceType: each.interfaceType ?? "interface", sourceDestCheck: true },
      tagSet: tagSet(each.tags),
    },
  };
}

function securityGroups(inventory: Inventory): Filtered[] {
  return inventory.securityGroups.map(({ id, name, vpcId, tags }) => ({
    by: { id: [id], "group-id": [id] },
    item: { groupId: id, groupName: name, ownerId: OWNER, vpcId, tagSet: tagSet(tags) },
  }));
}

function rules({ securityGroups }: Inventory): Filtered[] {
  const all = (groupId: string, of: SecurityGroupRule[], isEgress: boolean): Filtered[] =>
    of.map((rule) => ({
      by: { id: [rule.id], "group-id": [groupId] },
      item: ruleItem(groupId, rule, isEgress),
    }));
  return securityGroups.flatMap(({ id, ingress, egress = [] }) => [
    ...all(id, ingress, false),
    ...all(id, egress, true),
  ]);
}

function ruleItem(groupId: string, rule: SecurityGroupRule, isEgress: boolean): Ec2Item {
  const [userId = OWNER, referenced] = rule.referencedSecurityGroupId?.includes("/")
    ? rule.referencedSecurityGroupId.split("/")
    : [OWNER, rule.referencedSecurityGroupId];
  return {
    ...{ securityGroupRuleId: rule.id, groupId, groupOwnerId: OWNER, isEgress },
    ...{ ipProtocol: rule.ipProtocol, fromPort: rule.fromPort, toPort: rule.toPort },
    ...{ cidrIpv4: rule.cidrIpv4, cidrIpv6: rule.cidrIpv6, prefixListId: rule.prefixListId },
    ...(referenced !== undefined && { referencedGroupInfo: { groupId: referenced, userId } }),
    tagSet: tagSet(rule.tags),
  };
}

function prefixLists(inventory: Inventory): Filtered[] {
  return inventory.prefixLists.map(({ id, name, addressFamily }) => ({
    by: { id: [id] },
    item: { prefixListId: id, ownerId: OWNER, prefixListName: name, addressFamily, version: 1 },
  }));
}
