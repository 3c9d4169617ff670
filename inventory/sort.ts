import { given } from "../lib/records";
import type {
  Inventory,
  NetworkInterface,
  PeeredVpc,
  PrefixList,
  Route,
  RouteTable,
  SecurityGroup,
  SecurityGroupRule,
  Subnet,
  Tags,
  VpcPeeringConnection,
} from "./types";

/**
 * The same inventory in one fixed order: objects by id, sets by text, tags by key, fields as `types.ts` lists
 * them. Only the order of an interface's IPv4 addresses means something (the primary one is first), so it
 * stays.
 */
export function sorted(inventory: Inventory): Inventory {
  return given({
    format: inventory.format,
    region: inventory.region,
    accountId: inventory.accountId,
    accounts:
      inventory.accounts &&
      by(
        inventory.accounts.map(({ accountId, region }) => ({ accountId, region })),
        ({ accountId, region }) => `${accountId} ${region}`,
      ),
    unread:
      inventory.unread &&
      by(
        inventory.unread.map(({ accountId, region, reason }) => ({ accountId, region, reason })),
        ({ accountId, region }) => `${accountId} ${region}`,
      ),
    complete: inventory.complete,
    vpcs: byId(inventory.vpcs).map((vpc) =>
      given({
        id: vpc.id,
        ...place(vpc),
        name: vpc.name,
        cidrBlocks: vpc.cidrBlocks.toSorted(),
        ipv6CidrBlocks: vpc.ipv6CidrBlocks.toSorted(),
        tags: tags(vpc.tags),
      }),
    ),
    subnets: byId(inventory.subnets).map(subnet),
    routeTables: byId(inventory.routeTables).map(routeTable),
    instances: byId(inventory.instances).map((each) =>
      given({ id: each.id, ...place(each), name: each.name, state: each.state, tags: tags(each.tags) }),
    ),
    networkInterfaces: byId(inventory.networkInterfaces).map(networkInterface),
    securityGroups: byId(inventory.securityGroups).map(securityGroup),
    prefixLists: byId(inventory.prefixLists).map(prefixList),
    vpcPeeringConnections:
      inventory.vpcPeeringConnections && byId(inventory.vpcPeeringConnections).map(peering),
  });
}

function place({ ownerId, region }: { ownerId?: string; region?: string }) {
  return { ownerId, region };
}

function subnet(each: Subnet): Subnet {
  return given({
    id: each.id,
    ...place(each),
    vpcId: each.vpcId,
    routeTableId: each.routeTableId,
    cidrBlock: each.cidrBlock,
    ipv6CidrBlocks: each.ipv6CidrBlocks?.toSorted(),
    tags: tags(each.tags),
  });
}

function routeTable(each: RouteTable): RouteTable {
  return given({
    id: each.id,
    ...place(each),
    vpcId: each.vpcId,
    routes: by(each.routes.map(route), (one) => JSON.stringify(one)),
    gatewayIds: each.gatewayIds?.toSorted(),
    tags: tags(each.tags),
  });
}

function route(each: Route): Route {
  return given({
    destinationCidrBlock: each.destinationCidrBlock,
    destinationIpv6CidrBlock: each.destinationIpv6CidrBlock,
    destinationPrefixListId: each.destinationPrefixListId,
    carrierGatewayId: each.carrierGatewayId,
    coreNetworkArn: each.coreNetworkArn,
    egressOnlyInternetGatewayId: each.egressOnlyInternetGatewayId,
    gatewayId: each.gatewayId,
    instanceId: each.instanceId,
    localGatewayId: each.localGatewayId,
    natGatewayId: each.natGatewayId,
    networkInterfaceId: each.networkInterfaceId,
    odbNetworkArn: each.odbNetworkArn,
    transitGatewayId: each.transitGatewayId,
    vpcEndpointId: each.vpcEndpointId,
    vpcPeeringConnectionId: each.vpcPeeringConnectionId,
    state: each.state,
    origin: each.origin,
  });
}

function networkInterface(each: NetworkInterface): NetworkInterface {
  return given({
    id: each.id,
    ...place(each),
    instanceId: each.instanceId,
    attachmentStatus: each.attachmentStatus,
    subnetId: each.subnetId,
    vpcId: each.vpcId,
    privateIpAddresses: each.privateIpAddresses,
    ipv6Addresses: each.ipv6Addresses.toSorted(),
    ipv4Prefixes: each.ipv4Prefixes?.toSorted(),
    ipv6Prefixes: each.ipv6Prefixes?.toSorted(),
    publicIps:
      each.publicIps &&
      by(
        each.publicIps.map(({ privateIpAddress, publicIp }) => ({ privateIpAddress, publicIp })),
        ({ privateIpAddress, publicIp }) => `${privateIpAddress} ${publicIp}`,
      ),
    securityGroupIds: each.securityGroupIds.toSorted(),
    interfaceType: each.interfaceType,
    sourceDestCheck: each.sourceDestCheck,
    tags: tags(each.tags),
  });
}

function securityGroup(each: SecurityGroup): SecurityGroup {
  return given({
    id: each.id,
    ...place(each),
    name: each.name,
    vpcId: each.vpcId,
    associatedVpcIds: each.associatedVpcIds?.toSorted(),
    ingress: byId(each.ingress).map(securityGroupRule),
    egress: each.egress && byId(each.egress).map(securityGroupRule),
    tags: tags(each.tags),
  });
}

function securityGroupRule(each: SecurityGroupRule): SecurityGroupRule {
  const { referencedGroup } = each;
  return given({
    id: each.id,
    ipProtocol: each.ipProtocol,
    fromPort: each.fromPort,
    toPort: each.toPort,
    cidrIpv4: each.cidrIpv4,
    cidrIpv6: each.cidrIpv6,
    prefixListId: each.prefixListId,
    referencedSecurityGroupId: each.referencedSecurityGroupId,
    referencedGroup:
      referencedGroup &&
      given({
        userId: referencedGroup.userId,
        vpcId: referencedGroup.vpcId,
        vpcPeeringConnectionId: referencedGroup.vpcPeeringConnectionId,
        peeringStatus: referencedGroup.peeringStatus,
      }),
    description: each.description,
    tags: tags(each.tags),
  });
}

function prefixList(each: PrefixList): PrefixList {
  return given({
    id: each.id,
    ...place(each),
    name: each.name,
    addressFamily: each.addressFamily,
    entries: by(
      each.entries.map(({ cidr, description }) => given({ cidr, description })),
      (entry) => JSON.stringify(entry),
    ),
    version: each.version,
  });
}

function peering(each: VpcPeeringConnection): VpcPeeringConnection {
  const side = (vpc: PeeredVpc): PeeredVpc =>
    given({
      vpcId: vpc.vpcId,
      ...place(vpc),
      cidrBlocks: vpc.cidrBlocks.toSorted(),
      ipv6CidrBlocks: vpc.ipv6CidrBlocks.toSorted(),
    });
  const { id, status, requester, accepter } = each;
  return { id, status, requester: side(requester), accepter: side(accepter) };
}

function tags(each: Tags | undefined): Tags | undefined {
  return each && Object.fromEntries(by(Object.entries(each), ([key]) => key));
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
