import type { Answers, NetworkInterfaceAnswer, SubnetAnswer, VpcAnswer } from "./answers";
import { networkOf } from "./cidr";
import { instancesOf, stoppedOf } from "./instances";
import { securityGroupsOf } from "./group-rules";
import { place } from "./place";
import { routeTable } from "./route-tables";
import { effectiveRouteTables } from "./routing";
import { sorted } from "./validate";
import { given } from "../lib/records";
import type { Transit } from "./transit";
import type { Inventory, NetworkInterface, PrefixList, Subnet, Vpc } from "./types";

/**
 * One inventory from the answers to many questions. AWS goes on changing between two of them, so what names
 * something that was not there any more is left out: a subnet without a route table; an interface without
 * its subnet stands apart (`unrouted`). Less is allowed then, never more, and the next run sees it all. A rule stays
 * without its prefix list, which may be no longer shared, or not for us to read: what it asks for has to be withheld
 * by name. So does an interface with its groups, for what one that can't be seen permits has to be told of.
 */
export function assemble(answers: Answers): Inventory {
  const vpcs = answers.vpcs.map(vpc);
  const vpcIds = new Set(vpcs.map(({ id }) => id));
  const routeTables = answers.routeTables.filter((table) => vpcIds.has(table.vpcId)).map(routeTable);
  const subnets = subnetsOf(answers, new Map(routeTables.map(({ id, vpcId }) => [id, vpcId])));
  const vpcOfSubnet = new Map(subnets.map(({ id, vpcId }) => [id, vpcId]));
  const { accountId, region, accounts = [{ accountId, region }] } = answers;
  const ours = new Set(accounts.map((each) => ofRegion(each.accountId, each.region)));
  const interfaces = answers.networkInterfaces.map((each) =>
    networkInterface(each, (owner) => ours.has(ofRegion(owner, each.readIn ?? region))),
  );
  const isRouted = ({ subnetId, vpcId }: NetworkInterface) => vpcOfSubnet.get(subnetId) === vpcId;
  return sorted({
    format: 1,
    ...given({
      region: answers.region,
      accountId: answers.accountId,
      accounts: answers.accounts,
      denied: answers.denied,
      complete: answers.complete,
      withoutInstance: answers.withoutInstance,
    }),
    vpcs,
    subnets,
    routeTables,
    instances: instancesOf(answers),
    ...given({ stopped: answers.stopped && stoppedOf(answers, answers.stopped) }),
    networkInterfaces: interfaces.filter(isRouted),
    ...(interfaces.every(isRouted) ? {} : { unrouted: interfaces.filter((each) => !isRouted(each)) }),
    securityGroups: securityGroupsOf(answers),
    prefixLists: answers.prefixLists.map((list) => ({
      id: list.id,
      ...place(list),
      ...given({ version: list.version || undefined }),
      name: list.name,
      addressFamily: list.addressFamily === "IPv6" ? ("IPv6" as const) : ("IPv4" as const),
      entries: (list.entries ?? []).map(prefixListEntry),
    })),
    ...given({ vpcPeeringConnections: answers.vpcPeeringConnections, filters: answers.filters }),
    ...transit(answers),
  });
}

function transit(answers: Transit) {
  const { transitGatewayAttachments, transitGatewayRouteTables } = answers;
  const { gatewayLoadBalancerEndpoints, endpointServices } = answers;
  const ofGateways = { transitGatewayAttachments, transitGatewayRouteTables };
  return given({ ...ofGateways, gatewayLoadBalancerEndpoints, endpointServices });
}

/** CIDRs that are being associated or disassociated don't count: their addresses aren't the VPC's. */
function vpc(answer: VpcAnswer): Vpc {
  const isAssociated = ({ state }: { state: string }) => state === "associated";
  const ipv4 = (answer.cidrBlockAssociations ?? []).filter(isAssociated).map((each) => each.cidrBlock);
  const ipv6 = answer.ipv6CidrBlockAssociations?.filter(isAssociated).map((each) => each.ipv6CidrBlock);
  return {
    id: answer.id,
    ...place(answer),
    ...given({ name: answer.tags?.["Name"] || undefined }),
    cidrBlocks: networks([answer.cidrBlock, ...ipv4]),
    ipv6CidrBlocks: networks(ipv6 ?? [answer.ipv6CidrBlock]),
    tags: answer.tags ?? {},
  };
}

function networks(cidrs: (string | undefined)[]): string[] {
  return [...new Set(cidrs.flatMap((cidr) => (cidr ? [networkOf(cidr)] : [])))];
}

/** The subnets with an effective route table; `vpcOfTable` knows the tables that were read. */
function subnetsOf(answers: Answers, vpcOfTable: Map<string, string>): Subnet[] {
  const effective = effectiveRouteTables(answers.vpcs, answers.subnetIds, answers.routeTables);
  const read = new Map(answers.subnets.map((each) => [each.id, each]));
  return [...answers.subnetIds].flatMap(([vpcId, ids]) =>
    ids.flatMap((id) => {
      const routeTableId = effective.get(id);
      if (routeTableId === undefined || vpcOfTable.get(routeTableId) !== vpcId) return [];
      return [{ id, vpcId, routeTableId, ...subnetDetails(read.get(id)) }];
    }),
  );
}

function subnetDetails(answer: SubnetAnswer | undefined): Partial<Subnet> {
  if (answer === undefined) return {};
  return {
    ...place(answer),
    ...given({ cidrBlock: answer.cidrBlock ? networkOf(answer.cidrBlock) : undefined }),
    ipv6CidrBlocks: networks(answer.ipv6CidrBlocks ?? [answer.ipv6CidrBlock]),
    tags: answer.tags ?? {},
  };
}

function ofRegion(accountId = "", region = ""): string {
  return `${accountId} ${region}`;
}

/** @param isRead whether an account was read in this region: then its instances are known where they run */
function networkInterface(
  answer: NetworkInterfaceAnswer,
  isRead: (accountId: string) => boolean,
): NetworkInterface {
  const { id, subnetId, vpcId, privateIp, ownerId } = answer;
  const attachment = answer.attachments?.find(({ instanceId }) => instanceId) ?? answer.attachments?.[0];
  const { instanceId, instanceOwnerId } = attachment ?? {};
  const isOwnInstances =
    Boolean(instanceId) && (!instanceOwnerId || instanceOwnerId === ownerId || isRead(instanceOwnerId));
  const others = (answer.privateIps ?? []).filter((address) => address !== privateIp).toSorted();
  const publicIps = (answer.associations ?? []).flatMap(({ publicIp, privateIp: of = privateIp }) =>
    of && publicIp ? [{ privateIpAddress: of, publicIp }] : [],
  );
  return {
    id,
    ...place(answer),
    ...given({
      instanceId: instanceId || undefined,
      instanceOwnerId: isOwnInstances ? undefined : instanceOwnerId || undefined,
      attachmentStatus: attachment?.status as NetworkInterface["attachmentStatus"],
    }),
    subnetId,
    vpcId,
    privateIpAddresses: privateIp ? [privateIp, ...others] : others,
    ipv6Addresses: answer.ipv6Addresses ?? [],
    ...given({ ipv4Prefixes: answer.ipv4Prefixes, ipv6Prefixes: answer.ipv6Prefixes }),
    publicIps,
    securityGroupIds: answer.securityGroups ?? [],
    ...given({
      interfaceType: answer.interfaceType || undefined,
      ...(!isOwnInstances && {
        requesterId: answer.requesterId || undefined,
        description: answer.description || undefined,
        status: answer.status,
      }),
      sourceDestCheck: answer.sourceDestCheck,
    }),
    tags: answer.tags ?? {},
  };
}

function prefixListEntry({
  cidr,
  description,
}: PrefixList["entries"][number]): PrefixList["entries"][number] {
  return { cidr: networkOf(cidr), ...given({ description: description || undefined }) };
}
