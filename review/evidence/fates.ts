/** What becomes of each flow that was seen: whether it crosses the firewall, and what lets it through. */
import type { Inventory } from "../../inventory/types";
import { parseBlock, type Cidr, type Family } from "../../lib/net/cidr";
import { setOf, type IntervalSet } from "../../lib/net/intervals";
import { once } from "../../lib/once";
import type { Traffic } from "../../lib/net/protocols";
import { nearTexts, protectedInterfaces, type ProtectedInterface } from "../../mapping/routing";
import { lineOf } from "../../mapping/traffic";
import type { Direction, MappingOptions } from "../../mapping/types";
import { zonesOf } from "../../mapping/zones";
import type { Fate, Judge, Packets } from "./judge";
import type { SeenFlow } from "./types";

/** One reading of a flow: where its direction isn't known, or only likely, there are two. */
export interface Reading {
  direction: Direction;
  packets: Packets;
  /** For each pair of zones that it may pass between; none: it doesn't cross the firewall. */
  zones: { from: string; to: string }[];
}

/** @returns a flow's readings; undefined where its interface isn't behind the firewall now, or its peer can't be read */
type Reader = (flow: SeenFlow) => Reading[] | undefined;

export function readerOf(inventory: Inventory, options: MappingOptions): Reader {
  const behind = new Map(
    protectedInterfaces(inventory, options).interfaces.map((each) => [each.networkInterface.id, each]),
  );
  const zones = zonesOf(inventory, options);
  const near = once(
    ([id, family, direction]: [string, Family, Direction]) => ({
      set: nearSet(behind.get(id)!, family, direction, options),
    }),
    String,
  );
  return (flow) => {
    const found = behind.get(flow.interfaceId);
    const peer = parseBlock(flow.peer);
    if (found === undefined || peer === undefined) return undefined;
    const { networkInterface, crossing } = found;
    const inside = zones.inside(networkInterface);
    return directionsOf(flow).map((direction): Reading => {
      const { set } = near([flow.interfaceId, peer.family, direction]);
      const end = { crossings: [crossing[peer.family]], vpcIds: [networkInterface.vpcId] };
      const outside =
        set.length === 0 || crossing[peer.family].length === 0 ? [] : zones.outside(peer, end, direction);
      return {
        direction,
        packets: packetsOf(flow, peer, set, direction),
        zones: outside.map(({ zone }) =>
          direction === "ingress" ? { from: zone, to: inside } : { from: inside, to: zone },
        ),
      };
    });
  };
}

/** How a flow may be read, the likely way first. */
export function directionsOf({
  direction,
  otherPorts,
}: Pick<SeenFlow, "direction" | "otherPorts">): Direction[] {
  if (direction === "unknown") return ["ingress", "egress"];
  return otherPorts === undefined ? [direction] : [direction, opposite(direction)];
}

export function opposite(direction: Direction): Direction {
  return direction === "ingress" ? "egress" : "ingress";
}

/** A flow's packets, read one way. @param near the addresses that the interface may have in them */
export function packetsOf(flow: SeenFlow, peer: Cidr, near: IntervalSet, direction: Direction): Packets {
  const { family, first, last } = peer;
  return { direction, family, near, peer: { first, last }, traffic: trafficSeen(flow, direction) };
}

/** As the firewall sees it: where it translates public addresses, packets to an instance have that. */
function nearSet(
  { networkInterface }: ProtectedInterface,
  family: Family,
  direction: Direction,
  { destinationAddress }: MappingOptions,
): IntervalSet {
  const isPublic = destinationAddress === "public" && direction === "ingress" && family === "IPv4";
  const { publicIps = [] } = networkInterface;
  const texts = isPublic ? publicIps.map(({ publicIp }) => publicIp) : nearTexts(networkInterface);
  return setOf(texts.flatMap((text) => parseBlock(text) ?? []).filter((block) => block.family === family));
}

const LAST_PORT = 65_535;

/** What a flow may be traffic of, read one way: one of these; of a port that wasn't kept, all. */
export function trafficSeen(flow: SeenFlow, read: Direction): Traffic[] {
  const { protocol } = flow;
  switch (protocol) {
    case 6:
    case 17:
      return serverPorts(flow, read).map(([fromPort, toPort]) => ({
        protocol: protocol === 6 ? "tcp" : "udp",
        fromPort,
        toPort,
      }));
    // Flow logs have no types: any may be meant.
    case 1:
      return [{ protocol: "icmp", type: -1, code: -1 }];
    case 58:
      return [{ protocol: "icmpv6", type: -1, code: -1 }];
    default:
      return [{ protocol: "ip", number: protocol }];
  }
}

function serverPorts(
  { port, peerPort, otherPorts, direction }: SeenFlow,
  read: Direction,
): [number, number][] {
  if (direction !== "unknown" && read !== direction) return otherPorts ?? [];
  const server = direction === "unknown" && read === "egress" ? peerPort : port;
  return [[server ?? 0, server ?? LAST_PORT]];
}

/** The ports of some traffic. */
export function portsOf(traffic: readonly Traffic[]): IntervalSet {
  return setOf(traffic.flatMap(lineOf));
}

/** What becomes of one reading, in whichever zones. */
export function fateOf(judge: Judge, { packets, zones }: Reading): Fate {
  const fates = zones.map(({ from, to }) => judge(packets, from, to));
  const [first] = fates;
  if (first === undefined) return { what: "cut", unless: [], ours: [] };
  const isSame = fates.every(({ what }) => what === first.what);
  return {
    ...first,
    what: isSame ? first.what : "unsure",
    unless: [...new Set(fates.flatMap(({ unless }) => unless))],
    ours: fates.flatMap(({ ours }) => ours.map((each) => ({ ...each, isSure: each.isSure && isSame }))),
  };
}
