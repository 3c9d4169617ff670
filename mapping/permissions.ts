/** Which permissions let something through the firewall, and from or to where. */
import type { Inventory, SecurityGroup, SecurityGroupRule } from "../inventory/types";
import { FAMILIES, compareCidrs } from "../lib/net/cidr";
import type { Cidr, Family } from "../lib/net/cidr";
import { permissionLabel } from "./describe";
import type { ZonedCarriers } from "./destinations";
import { elsewhere } from "./elsewhere";
import { overlaps } from "../lib/net/intervals";
import { compareTexts } from "../lib/order";
import { groupOfList, parseAll, prefixListsOf } from "./prefix-lists";
import type { PrefixLists } from "./prefix-lists";
import { familyOf, normalised } from "../lib/net/protocols";
import { referenceReader } from "./references";
import type { ReferenceReader } from "./references";
import type { Direction, MappedPrefixList, MappingOptions, Permission, Withheld } from "./types";
import { hasTag } from "./zones";
import type { Zones } from "./zones";

/** A permission with what of it crosses the firewall between two zones. */
export interface RelevantPermission {
  permission: Permission;
  /** The zone of the instances, and the one beyond the firewall. */
  zones: { inside: string; outside: string };
  /** Per family, sorted and each once; a family that no carrier has has none either. */
  remotes: Record<Family, Cidr[]>;
  /** Those of large prefix lists, which become address groups. Sorted by the groups' names. */
  prefixLists: MappedPrefixList[];
  /** Those of `remotes` that the rule has to name itself. */
  named: Cidr[];
  carriers: ZonedCarriers;
  /** The security-group rules behind `remotes`, sorted by id. */
  groupRules: SecurityGroupRule[];
  /** Overrides of the application table, as they are for this group. */
  applications: Record<string, string | null>;
}

/**
 * The permissions that let something through the firewall, one per (security group, direction, protocol,
 * port range or ICMP type and code) and pair of zones. Left out: what doesn't cross the firewall (sources
 * inside the VPC, unless a route leads them through it), references to groups unless they are expanded, and
 * sources of a family that no carrier has.
 */
export function relevantPermissions(
  inventory: Inventory,
  groups: Map<string, ZonedCarriers[]>,
  zones: Zones,
  options: MappingOptions,
): { permissions: RelevantPermission[]; withheld: Withheld[]; warnings: string[] } {
  const { directions = ["ingress"], references = "skip" } = options;
  const scope: Scope = {
    zones,
    options,
    prefixLists: prefixListsOf(inventory.prefixLists, options),
    expanded: references === "expand" ? referenceReader(inventory) : undefined,
    collected: new Map(),
  };
  const withheld: Withheld[] = [];
  const unread: string[] = [];
  for (const group of inventory.securityGroups) {
    const carriers = groups.get(group.id);
    if (!carriers) continue;
    const applications = applicationsFor(group, options);
    for (const direction of directions) {
      const groupRules = group[direction];
      if (!groupRules) unread.push(group.id);
      for (const groupRule of groupRules ?? []) {
        const permission = permissionOf(group, groupRule, direction);
        withheld.push(...collect(scope, { permission, applications }, groupRule, carriers));
      }
    }
  }
  return {
    permissions: [...scope.collected.values()].map((each) =>
      finished(each, scope.prefixLists, options.ownerId),
    ),
    withheld,
    warnings: [...(scope.expanded ? incompleteness(inventory) : []), ...unreadRules(unread)],
  };
}

/** What all permissions are judged by, and where they are collected. */
interface Scope {
  zones: Zones;
  options: MappingOptions;
  prefixLists: PrefixLists;
  expanded: ReferenceReader | undefined;
  collected: Map<string, Collected>;
}

/** Collects what of one security-group rule crosses the firewall. @returns what of it doesn't become a rule */
function collect(
  { zones, options, prefixLists, expanded, collected }: Scope,
  collecting: Pick<Collecting, "permission" | "applications">,
  groupRule: SecurityGroupRule,
  carriers: readonly ZonedCarriers[],
): Withheld[] {
  const { permission } = collecting;
  const { direction } = permission;
  const withheld: Withheld[] = [];
  const narrowed = (why: string) =>
    withheld.push({ permission, reason: `${permissionLabel(permission)} is not opened in full: ${why}` });
  const found = remotesOf(groupRule, carriers, prefixLists, expanded, narrowed);
  const crossing = found.filter((remote) => carriers.some((each) => crosses(remote, each, direction)));
  const family = familyOf(permission.ipProtocol);
  const remotes = crossing.filter((remote) => family === undefined || remote.family === family);
  if (remotes.length < crossing.length) narrowed(wrongFamily(permission, groupRule));
  const guarded = new Set<string>();
  let isOpened = false;
  for (const each of carriers) {
    for (const remote of remotes) {
      if (!crosses(remote, each, direction)) continue;
      const { crossings, vpcIds } = each.families[remote.family];
      for (const piece of zones.outside(remote, { crossings: crossings[direction], vpcIds }, direction)) {
        // The account's own interfaces have ingress permissions of their own, which this one must not widen.
        if (direction === "egress" && zones.isGuarded(piece.zone, piece.remote)) {
          guarded.add(piece.remote.text);
          continue;
        }
        isOpened = true;
        add(collected, { ...collecting, carriers: each }, groupRule, piece, prefixLists);
      }
    }
  }
  if (guarded.size > 0) narrowed(guardedDestinations(groupRule, [...guarded].sort(compareTexts)));
  if (!isOpened && withheld.length === 0) {
    if (remotes.length > 0) narrowed(onlyIsolated(groupRule));
    else withheld.push(elsewhere(permission, groupRule, found, carriers, options));
  }
  return withheld;
}

type Collecting = Pick<RelevantPermission, "permission" | "applications" | "carriers">;

interface Collected extends Collecting {
  outside: string;
  /** By the large prefix list that they are of; "" for all others. By text. */
  remotes: Map<string, Map<string, Cidr>>;
  groupRules: Map<string, SecurityGroupRule>;
}

function add(
  collected: Map<string, Collected>,
  collecting: Collecting,
  groupRule: SecurityGroupRule,
  { zone, remote }: { zone: string; remote: Cidr },
  prefixLists: PrefixLists,
): void {
  const { permission, carriers } = collecting;
  const { securityGroupId, direction, ipProtocol, fromPort, toPort } = permission;
  const key = JSON.stringify([
    securityGroupId,
    direction,
    ipProtocol,
    fromPort,
    toPort,
    carriers.zone,
    carriers.policy?.tag,
    zone,
  ]);
  let entry = collected.get(key);
  if (!entry) {
    entry = { ...collecting, outside: zone, remotes: new Map(), groupRules: new Map() };
    collected.set(key, entry);
  }
  const { prefixListId = "" } = groupRule;
  const list = prefixLists(prefixListId);
  const source = list !== undefined && "cidrs" in list && list.isLarge ? prefixListId : "";
  const remotes = entry.remotes.get(source) ?? new Map<string, Cidr>();
  entry.remotes.set(source, remotes.set(remote.text, remote));
  entry.groupRules.set(groupRule.id, groupRule);
}

function finished(
  { outside, remotes, groupRules, ...collecting }: Collected,
  prefixLists: PrefixLists,
  ownerId: string,
): RelevantPermission {
  const sorted = [...groupRules.values()].sort((a, b) => compareTexts(a.id, b.id));
  const all = new Map([...remotes.values()].flatMap((each) => [...each]));
  const [IPv4, IPv6] = FAMILIES.map((family) => ofFamily(all, family)) as [Cidr[], Cidr[]];
  const listed = [...remotes].flatMap(([id, crossing]): MappedPrefixList[] => {
    const list = prefixLists(id);
    if (list === undefined || !("cidrs" in list)) return [];
    const blocks = FAMILIES.flatMap((family) => ofFamily(crossing, family));
    return [groupOfList(id, blocks, list.cidrs, { ...collecting, outside }, ownerId)];
  });
  return {
    ...collecting,
    permission: { ...collecting.permission, ruleIds: sorted.map(({ id }) => id) },
    zones: { inside: collecting.carriers.zone, outside },
    remotes: { IPv4, IPv6 },
    prefixLists: listed.sort((a, b) => compareTexts(a.name, b.name)),
    named:
      listed.length === 0
        ? [...IPv4, ...IPv6]
        : FAMILIES.flatMap((family) => ofFamily(remotes.get("") ?? new Map<string, Cidr>(), family)),
    groupRules: sorted,
  };
}

function ofFamily(remotes: ReadonlyMap<string, Cidr>, family: Family): Cidr[] {
  return [...remotes.values()].filter((remote) => remote.family === family).sort(compareCidrs);
}

/** The permission that one security-group rule is part of. */
export function permissionOf(
  group: SecurityGroup,
  groupRule: SecurityGroupRule,
  direction: Direction,
): Permission {
  return {
    direction,
    securityGroupId: group.id,
    securityGroupName: group.name,
    ...normalised(groupRule),
    ruleIds: [groupRule.id],
  };
}

/** The overrides that hold for a group: those of its tags, the first that fits before the others. */
function applicationsFor(group: SecurityGroup, options: MappingOptions): Record<string, string | null> {
  const byTag = Object.entries(options.applicationsByTag ?? {}).filter(([tag]) => hasTag(group.tags, tag));
  return Object.assign(
    {},
    options.applications,
    ...byTag.reverse().map(([, overrides]) => overrides),
  ) as Record<string, string | null>;
}

/**
 * The blocks that a security-group rule names, or stands for; none for a reference that isn't expanded.
 * @param narrowed told where something of it has to be left out
 */
function remotesOf(
  groupRule: SecurityGroupRule,
  carriers: readonly ZonedCarriers[],
  prefixLists: PrefixLists,
  expanded: ReferenceReader | undefined,
  narrowed: (why: string) => void,
): Cidr[] {
  const { id, cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId } = groupRule;
  if (referencedSecurityGroupId !== undefined) {
    if (!expanded) return [];
    const vpcIds = new Set(
      carriers.flatMap(({ families }) => FAMILIES.flatMap((family) => families[family].vpcIds)),
    );
    const { addresses, unconnected } = expanded(groupRule, [...vpcIds]);
    if (unconnected.length > 0) {
      narrowed(
        `rule ${id} refers to ${referencedSecurityGroupId}, whose interfaces in ${unconnected.join(", ")} are left out: no active peering is known between there and every VPC that this group is used in.`,
      );
    }
    return addresses;
  }
  if (prefixListId !== undefined) {
    const list = prefixLists(prefixListId);
    if (list !== undefined && "cidrs" in list) return list.cidrs;
    narrowed(
      list === undefined
        ? `rule ${id} names the prefix list ${prefixListId}, which can't be seen: it was deleted, is shared no longer, or may not be read.`
        : `the prefix list ${prefixListId} of rule ${id} ${list.fault}`,
    );
    return [];
  }
  const parsed = parseAll([cidrIpv4, cidrIpv6].filter((text) => text !== undefined));
  if ("cidrs" in parsed) return parsed.cidrs;
  narrowed(`rule ${id} ${parsed.fault}`);
  return [];
}

/** Whether packets between a remote block and some carrier cross the firewall. */
function crosses(remote: Cidr, { families }: ZonedCarriers, direction: Direction): boolean {
  const { addresses, crossings } = families[remote.family];
  return (
    addresses[direction].length > 0 && crossings[direction].some((crossing) => overlaps(crossing, [remote]))
  );
}

function wrongFamily(permission: Permission, groupRule: SecurityGroupRule): string {
  const [has, needs] = permission.ipProtocol === "icmp" ? ["IPv6", "icmpv6"] : ["IPv4", "icmp"];
  const ends = permission.direction === "egress" ? "destinations" : "sources";
  return `rule ${groupRule.id} has ${has} ${ends}, whose packets never carry this protocol (theirs is ${needs}), so they are left out.`;
}

function onlyIsolated({ id }: SecurityGroupRule): string {
  return `all that rule ${id} names are addresses of isolated instances (quarantine).`;
}

function guardedDestinations(groupRule: SecurityGroupRule, blocks: readonly string[]): string {
  return `in the same zone as destinations of rule ${groupRule.id} (${blocks.join(", ")}) are interfaces of this account, and only their own ingress permissions open the way to them.`;
}

function incompleteness({ complete }: Inventory): string[] {
  return complete === true
    ? []
    : [
        "With references expand the members of referenced groups may be missing: this inventory holds only interfaces that a firewall could stand before. inventory: ec2 reads them all.",
      ];
}

function unreadRules(groupIds: readonly string[]): string[] {
  if (groupIds.length === 0) return [];
  const some = groupIds.toSorted(compareTexts).slice(0, 10).join(", ");
  return [
    `The inventory has no egress rules of these security groups, so nothing of theirs is opened: ${some}${groupIds.length > 10 ? `, and ${groupIds.length - 10} more` : ""}.`,
  ];
}
