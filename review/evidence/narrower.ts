/** Permissions that could be narrowed to what was seen: changes of security groups to copy, never made here. */
import type { Inventory, SecurityGroup, SecurityGroupRule } from "../../inventory/types";
import {
  cidrsOf,
  isInside,
  parseBlock,
  parseCidr,
  type Cidr,
  type Family,
  type Interval,
} from "../../lib/net/cidr";
import { intersection, setOf, size, type IntervalSet } from "../../lib/net/intervals";
import { describeTraffic, meets, normalised, trafficOf, type Traffic } from "../../lib/net/protocols";
import { grouped } from "../../lib/grouped";
import type { Direction } from "../../mapping/types";
import { doubtsOf, spanOf } from "./completeness";
import type { EvidenceGiven } from "./judged";
import { directionsOf, trafficSeen } from "./fates";
import { networkAt } from "./networks";
import { summaryOf, type SeenSummary } from "./summary";
import type { Observed, SeenFlow } from "./types";
import { carriersOf, type RuleUse } from "./uses";

/** A security-group rule, and what of it was seen. */
export interface Narrower {
  /** "sgr-…". */
  rule: string;
  group: { id: string; name: string };
  direction: Direction;
  /** "TCP ports 8000 to 8100". */
  traffic: string;
  /** Where it lets in from, or out to. */
  cidr: string;
  /** How long everything was watched that carries the group. */
  watched: { from: string; to: string };
  /** Absent: nothing of it was seen, so nothing takes its place. */
  seen?: SeenSummary;
  /** What would take its place: "TCP port 443 from 203.0.113.9/32". */
  instead: string[];
  /** Why what was seen may not be all, one sentence each. */
  doubts: string[];
  /** Commands of AWS's CLI, in their order: first what is allowed is added. */
  commands: string[];
}

/** A proposal of more rules than that would be no simpler to judge than the logs; a group has 60 by default. */
const MOST_BLOCKS = 10;
const MOST_RULES = 20;

type Given = Pick<EvidenceGiven, "inventory" | "facts">;

/**
 * What of the permissions that declared rules mirror could be narrowed. A group guards its interfaces against traffic
 * that never comes to the firewall, too: what everything that carries it was seen with counts, wherever it is.
 */
export function narrowerThan(
  observed: Observed,
  { inventory, facts }: Given,
  uses: readonly RuleUse[],
): Narrower[] {
  // Who else carries a group, only an inventory of everything says.
  if (inventory.complete !== true) return [];
  const carriers = carriersOf(inventory, () => true);
  const byInterface = grouped(observed.flows.map((flow) => [flow.interfaceId, flow] as const));
  const groups = new Map(inventory.securityGroups.map((group) => [group.id, group]));
  const mirrored = uses.flatMap(({ rule }) => {
    const permission = facts.wanted.permissions[rule];
    return permission === undefined ? [] : [permission];
  });
  const done = new Set<string>();
  const found = mirrored.flatMap(({ securityGroupId, direction, ruleIds }) => {
    const group = groups.get(securityGroupId);
    const ids = carriers.get(securityGroupId) ?? [];
    const watched = ids.length === 0 ? undefined : spanOf(observed, ids);
    // Carried elsewhere, too, where nobody looks.
    const isShared = (group?.associatedVpcIds ?? []).length > 0;
    if (group === undefined || watched === undefined || isShared) return [];
    const doubts = doubtsOf(observed, ids);
    const flows = ids.flatMap((id) => byInterface.get(id) ?? []);
    return (group[direction] ?? [])
      .filter(({ id }) => ruleIds.includes(id) && !done.has(id))
      .flatMap((rule) => {
        done.add(rule.id);
        const found = narrowed(rule, group, direction, flows);
        if (found === undefined || (found.instead.length === 0 && doubts.length > 0)) return [];
        return [{ ...found, watched, doubts, commands: commandsFor(found, rule, group, inventory) }];
      });
  });
  // What is narrowed needs more thought than what goes.
  return found.sort((a, b) => Number(b.seen !== undefined) - Number(a.seen !== undefined));
}

/** What would take a rule's place. */
interface Replacement {
  ipProtocol: string;
  fromPort: number;
  toPort: number;
  cidr: Cidr;
}

type Found = Omit<Narrower, "watched" | "doubts" | "commands"> & { replacements: Replacement[] };

/** Undefined: it isn't wider than what was seen, or too much was seen to name. */
function narrowed(
  rule: SecurityGroupRule,
  group: SecurityGroup,
  direction: Direction,
  flows: readonly SeenFlow[],
): Found | undefined {
  const permission = normalised(rule);
  const permitted = trafficOf(permission);
  const cidr = parseCidr(rule.cidrIpv4 ?? rule.cidrIpv6 ?? "");
  if (permitted === undefined || cidr === undefined || !rule.id.startsWith("sgr-")) return undefined;
  const seen = flows.filter(
    (flow) =>
      directionsOf(flow).includes(direction) &&
      trafficSeen(flow, direction).some((traffic) => meets(permitted, traffic)) &&
      clipped(flow.peer, cidr) !== undefined,
  );
  const told = {
    rule: rule.id,
    group: { id: group.id, name: group.name },
    direction,
    cidr: cidr.text,
    traffic: describeTraffic(permission),
  };
  if (seen.length === 0) return { ...told, instead: [], replacements: [] };
  const blocks = blocksOf(seen, cidr);
  const ports = portsOf(seen, permitted, direction) ?? [permission];
  const replacements = ports.flatMap((each) => blocks.map((block) => ({ ...each, cidr: block })));
  const isNarrower =
    blocks.some((block) => block.text !== cidr.text) ||
    JSON.stringify(ports) !== JSON.stringify([permission]);
  if (!isNarrower || replacements.length > MOST_RULES) return undefined;
  const word = direction === "egress" ? "to" : "from";
  const ends = blocks.map(({ text }) => text).join(", ");
  const instead = ports.map((each) => `${describeTraffic(each)} ${word} ${ends}`);
  return { ...told, seen: summaryOf(seen), instead, replacements };
}

function clipped(peer: string, within: Cidr): Interval | undefined {
  const block = parseBlock(peer);
  if (block?.family !== within.family) return undefined;
  return intersection([block], [within])[0];
}

/** Peers as few blocks: each by itself, or the networks around them; where even these are too many, all. */
function blocksOf(seen: readonly SeenFlow[], cidr: Cidr): Cidr[] {
  for (const step of [0, 1]) {
    const parts = seen.flatMap(({ peer }) => {
      const network = peer.includes("/") ? peer : networkAt(peer, step);
      return clipped(network, cidr) ?? [];
    });
    const all = setOf(parts);
    const blocks = all.flatMap((interval) => cidrsOf(cidr.family, interval));
    if (blocks.length <= MOST_BLOCKS && size(all) < size([cidr])) return blocks;
  }
  return [cidr];
}

type Ports = Omit<Replacement, "cidr">;

/** The ports that were seen; undefined: no fewer can be told. */
function portsOf(seen: readonly SeenFlow[], permitted: Traffic, direction: Direction): Ports[] | undefined {
  if (permitted.protocol !== "tcp" && permitted.protocol !== "udp" && permitted.protocol !== "all")
    return undefined;
  const ranges = new Map<string, Interval[]>();
  const traffics = seen.flatMap((flow) => trafficSeen(flow, direction).map((traffic) => ({ flow, traffic })));
  for (const { flow, traffic } of traffics) {
    const isPorted = traffic.protocol === "tcp" || traffic.protocol === "udp";
    const { ipProtocol, fromPort, toPort } = isPorted
      ? { ipProtocol: traffic.protocol, fromPort: traffic.fromPort, toPort: traffic.toPort }
      : normalised({ ipProtocol: String(flow.protocol), fromPort: -1, toPort: -1 });
    const known = ranges.get(ipProtocol) ?? [];
    known.push({ first: BigInt(fromPort), last: BigInt(toPort) });
    ranges.set(ipProtocol, known);
  }
  const bounds: IntervalSet =
    permitted.protocol === "all"
      ? [{ first: -1n, last: 65_535n }]
      : [{ first: BigInt(permitted.fromPort), last: BigInt(permitted.toPort) }];
  const ports = [...ranges].flatMap(([ipProtocol, all]) =>
    intersection(setOf(all), bounds).map(({ first, last }) => ({
      ipProtocol,
      fromPort: Number(first),
      toPort: Number(last),
    })),
  );
  return ports.length <= MOST_BLOCKS ? ports : undefined;
}

function commandsFor(
  { replacements, direction, rule: ruleId, group: { id } }: Found,
  rule: SecurityGroupRule,
  group: SecurityGroup,
  { region }: Inventory,
): string[] {
  const place = group.region ?? region;
  const isPlain = (text: string) => /^[a-z0-9-]+$/.test(text);
  // They are pasted into a shell.
  if (![id, ruleId, place ?? "a"].every(isPlain)) return [];
  const common = `${place === undefined ? "" : ` --region ${place}`} --group-id ${id}`;
  // AWS refuses one that is there already.
  const missing = replacements.filter((each) => !isThere(each, rule, group[direction] ?? []));
  const byPorts = grouped(
    missing.map((each) => [JSON.stringify([each.ipProtocol, each.fromPort, each.toPort]), each] as const),
  );
  const permissions = [...byPorts.values()].map((some) => {
    const { ipProtocol, fromPort, toPort } = some[0]!;
    const of = (family: Family) =>
      some.filter(({ cidr }) => cidr.family === family).map(({ cidr }) => cidr.text);
    const [ipv4, ipv6] = [of("IPv4"), of("IPv6")];
    return {
      IpProtocol: ipProtocol,
      ...((ipProtocol !== "-1" && fromPort >= 0) || ipProtocol.startsWith("icmp")
        ? { FromPort: fromPort, ToPort: toPort }
        : {}),
      ...(ipv4.length > 0 && { IpRanges: ipv4.map((CidrIp) => ({ CidrIp })) }),
      ...(ipv6.length > 0 && { Ipv6Ranges: ipv6.map((CidrIpv6) => ({ CidrIpv6 })) }),
    };
  });
  return [
    ...(permissions.length === 0
      ? []
      : [
          `aws ec2 authorize-security-group-${direction}${common} --ip-permissions '${JSON.stringify(permissions)}'`,
        ]),
    `aws ec2 revoke-security-group-${direction}${common} --security-group-rule-ids ${ruleId}`,
  ];
}

/** Whether another rule of the group says the same. */
function isThere(wanted: Replacement, but: SecurityGroupRule, rules: readonly SecurityGroupRule[]): boolean {
  return rules.some((rule) => {
    const block = parseCidr(rule.cidrIpv4 ?? rule.cidrIpv6 ?? "");
    const { ipProtocol, fromPort, toPort } = normalised(rule);
    return (
      rule.id !== but.id &&
      block?.family === wanted.cidr.family &&
      isInside(block, wanted.cidr) &&
      isInside(wanted.cidr, block) &&
      ipProtocol === wanted.ipProtocol &&
      fromPort === wanted.fromPort &&
      toPort === wanted.toPort
    );
  });
}
