/** Which ingress permissions let something through the firewall, and from where. */
import type { Inventory, PrefixList, SecurityGroup, SecurityGroupRule } from "../inventory/types";
import { FAMILIES, compareCidrs, isInside, parseCidr } from "./cidr";
import type { Cidr, Family } from "./cidr";
import { permissionLabel } from "./describe";
import type { GroupDestinations } from "./destinations";
import { compareTexts } from "./order";
import { familyOf, normalised } from "./protocols";
import type { IngressPermission, Withheld } from "./types";

/** A permission with what of it crosses the firewall. */
export interface RelevantPermission {
  permission: IngressPermission;
  /** Per family, sorted and each once; a family without destinations has no sources either. */
  sources: Record<Family, Cidr[]>;
  destinations: GroupDestinations;
  /** The security-group rules behind `sources`, sorted by id. */
  groupRules: SecurityGroupRule[];
}

/**
 * The permissions that let something through the firewall, one per (security group, protocol, port range
 * or ICMP type and code). Left out: references to groups and sources inside the VPC, which never cross
 * the firewall, and sources of a family that no destination has.
 */
export function relevantPermissions(
  inventory: Inventory,
  groups: Map<string, GroupDestinations>,
): { permissions: RelevantPermission[]; withheld: Withheld[] } {
  const prefixLists = parsedPrefixLists(inventory.prefixLists);
  const collected = new Map<string, Collected>();
  const withheld: Withheld[] = [];
  for (const group of inventory.securityGroups) {
    const destinations = groups.get(group.id);
    if (!destinations) continue;
    for (const groupRule of group.ingress) {
      const permission = permissionOf(group, groupRule);
      const found = sourcesOf(groupRule, prefixLists);
      if (typeof found === "string") {
        withheld.push({
          permission,
          reason: `${permissionLabel(permission)} is not opened in full: ${found}`,
        });
        continue;
      }
      const crossing = found.filter((source) => crossesFirewall(source, destinations[source.family]));
      const family = familyOf(permission.ipProtocol);
      const sources = crossing.filter((source) => family === undefined || source.family === family);
      if (sources.length < crossing.length) {
        withheld.push({
          permission,
          reason: `${permissionLabel(permission)} is not opened in full: ${wrongFamily(permission, groupRule)}`,
        });
      }
      if (sources.length > 0) add(collected, permission, groupRule, sources, destinations);
    }
  }
  return { permissions: [...collected.values()].map(finished), withheld };
}

interface Collected {
  permission: IngressPermission;
  sources: Map<string, Cidr>;
  groupRules: Map<string, SecurityGroupRule>;
  destinations: GroupDestinations;
}

function add(
  collected: Map<string, Collected>,
  permission: IngressPermission,
  groupRule: SecurityGroupRule,
  sources: Cidr[],
  destinations: GroupDestinations,
): void {
  const { securityGroupId, ipProtocol, fromPort, toPort } = permission;
  const key = JSON.stringify([securityGroupId, ipProtocol, fromPort, toPort]);
  let entry = collected.get(key);
  if (!entry) {
    entry = { permission, sources: new Map(), groupRules: new Map(), destinations };
    collected.set(key, entry);
  }
  for (const source of sources) entry.sources.set(source.text, source);
  entry.groupRules.set(groupRule.id, groupRule);
}

function finished({ permission, sources, groupRules, destinations }: Collected): RelevantPermission {
  const sorted = [...groupRules.values()].sort((a, b) => compareTexts(a.id, b.id));
  const [IPv4, IPv6] = FAMILIES.map((family) =>
    [...sources.values()].filter((source) => source.family === family).sort(compareCidrs),
  ) as [Cidr[], Cidr[]];
  return {
    permission: { ...permission, ruleIds: sorted.map(({ id }) => id) },
    sources: { IPv4, IPv6 },
    destinations,
    groupRules: sorted,
  };
}

function permissionOf(group: SecurityGroup, groupRule: SecurityGroupRule): IngressPermission {
  return {
    securityGroupId: group.id,
    securityGroupName: group.name,
    ...normalised(groupRule),
    ruleIds: [groupRule.id],
  };
}

/** The CIDRs that a security-group rule lets in, none for a reference; or why that can't be said. */
function sourcesOf(groupRule: SecurityGroupRule, prefixLists: PrefixLists): Cidr[] | string {
  const { id, cidrIpv4, cidrIpv6, prefixListId } = groupRule;
  if (prefixListId !== undefined) {
    const list = prefixLists(prefixListId);
    if (list === undefined) {
      return `rule ${id} names the prefix list ${prefixListId}, which the inventory doesn't have.`;
    }
    return "cidrs" in list ? list.cidrs : `the prefix list ${prefixListId} of rule ${id} ${list.fault}`;
  }
  const parsed = parseAll([cidrIpv4, cidrIpv6].filter((text) => text !== undefined));
  return "cidrs" in parsed ? parsed.cidrs : `rule ${id} ${parsed.fault}`;
}

type Parsed = { cidrs: Cidr[] } | { fault: string };
type PrefixLists = (id: string) => Parsed | undefined;

/** The prefix lists by id. Each is parsed once, however many rules name it. */
function parsedPrefixLists(lists: PrefixList[]): PrefixLists {
  const byId = new Map(lists.map((list) => [list.id, list]));
  const parsed = new Map<string, Parsed>();
  return (id) => {
    const list = byId.get(id);
    if (list && !parsed.has(id)) parsed.set(id, parseAll(list.entries.map((entry) => entry.cidr)));
    return parsed.get(id);
  };
}

function parseAll(texts: string[]): Parsed {
  const cidrs: Cidr[] = [];
  for (const text of texts) {
    const cidr = parseCidr(text);
    if (!cidr) return { fault: `has the source ${JSON.stringify(text)}, which is no CIDR block.` };
    cidrs.push(cidr);
  }
  return { cidrs };
}

/** A source inside the VPC of every destination reaches them without the firewall. */
function crossesFirewall(source: Cidr, { addresses, vpcs }: GroupDestinations[Family]): boolean {
  return addresses.length > 0 && !vpcs.every((cidrs) => cidrs.some((cidr) => isInside(source, cidr)));
}

function wrongFamily(permission: IngressPermission, groupRule: SecurityGroupRule): string {
  const [has, needs] = permission.ipProtocol === "icmp" ? ["IPv6", "icmpv6"] : ["IPv4", "icmp"];
  return `rule ${groupRule.id} has ${has} sources, whose packets never carry this protocol (theirs is ${needs}), so they are left out.`;
}
