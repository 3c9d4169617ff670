/** The ways of packets through tables that follow one another, hop by hop, and the hop where they lead elsewhere. */
import type { Inventory, NetworkInterface, RouteTable, Subnet } from "../../inventory/types";
import { parseAddress, parseCidr, type Cidr, type Family } from "../../lib/net/cidr";
import { onceEach } from "../../lib/once";
import { waysOf } from "../../mapping/routing";
import type { MappingOptions } from "../../mapping/types";
import { INTERNET } from "../../mapping/ways/places";
import type { Hop } from "../../mapping/ways/trace";
import type { Reason } from "./reason";

/** What decides which ways there are. */
interface Network {
  inventory: Inventory;
  options: MappingOptions;
}

const known = onceEach((inventory: Inventory) =>
  onceEach((options: MappingOptions) => ({ ways: waysOf(inventory, options) })),
);
const waysIn = ({ inventory, options }: Network) => known(inventory)(options).ways;

/** What the usual ways out of a table are, as far as other tables decide them. */
export function usualWays(
  network: Network,
  { id, routes }: RouteTable,
  families: readonly Family[],
): Reason[] {
  if (network.options.ways === "told") {
    const beyond = routes.flatMap(
      ({ transitGatewayId, coreNetworkArn }) => transitGatewayId ?? coreNetworkArn ?? [],
    );
    return [...new Set(beyond)].map((each) => ({ text: `where ${each} leads doesn't count: ways is told` }));
  }
  const ways = waysIn(network);
  return families.flatMap((family): Reason[] => {
    const hops = ways?.trace(id, family, INTERNET[family]) ?? [];
    if (hops.every(({ next, end }) => next.length === 0 && end !== "unknown")) return [];
    return [
      { text: `the way of ${family} packets to the internet, and of answers`, because: hops.map(reasonOf) },
    ];
  });
}

/**
 * The way between an interface and an address, out to it and in from it, as far as more than the interface's own table
 * decides it.
 */
export function waysBetween(network: Network, near: NetworkInterface, far: Cidr): Reason[] {
  const ways = waysIn(network);
  if (ways === undefined) return [];
  const { inventory } = network;
  const { family, first, last, prefixLength } = far;
  const remote = prefixLength === 0 ? INTERNET[family] : first + (last - first) / 2n;
  const subnet = inventory.subnets.find(({ id }) => id === near.subnetId);
  const own = (family === "IPv4" ? near.privateIpAddresses : near.ipv6Addresses)
    .map((text) => parseAddress(text)?.value)
    .find((value) => value !== undefined);
  if (subnet === undefined || own === undefined) return [];
  const source = subnetOf(inventory, family, remote);
  if (source?.vpcId === near.vpcId) return [];
  const into: Reason[] =
    source !== undefined
      ? ways.trace(source.routeTableId, family, own).map(reasonOf)
      : ways.sources(subnet, family, remote).map(({ attachment, tableId }) => ({
          id: attachment.id,
          text: `${attachment.resourceType} ${attachment.resourceId} by ${attachment.id}`,
          because: ways.trace(tableId, family, own).map(reasonOf),
        }));
  const out = ways.trace(subnet.routeTableId, family, remote).map(reasonOf);
  const said = (text: string, because: Reason[]) => (because.length === 0 ? [] : [{ text, because }]);
  return [
    ...said(`the way from ${far.text} to ${near.id}`, into),
    ...said(`the way from ${near.id} to ${far.text}`, out),
  ];
}

function subnetOf({ subnets }: Inventory, family: Family, address: bigint): Subnet | undefined {
  return subnets.find(({ cidrBlock, ipv6CidrBlocks = [] }) =>
    [cidrBlock ?? "", ...ipv6CidrBlocks].some((text) => {
      const block = parseCidr(text);
      return block?.family === family && block.first <= address && address <= block.last;
    }),
  );
}

const ENDINGS: Record<NonNullable<Hop["end"]>, string> = {
  firewall: "",
  elsewhere: ": here it leads elsewhere, and not to the firewall",
  nowhere: ": here it is lost",
  unread: ". Where transit gateways lead was not read: inventory ec2 does, with the rights for it",
  unknown: ". Where it leads from here is not known: protectedVpcs says that it comes to the firewall",
};

function reasonOf({ tableId, text, end, next }: Hop): Reason {
  return {
    id: tableId,
    text: `${tableId}: ${text}${end === undefined ? "" : ENDINGS[end]}`,
    ...(next.length > 0 && { because: next.map(reasonOf) }),
  };
}
