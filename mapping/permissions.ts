/** Which permissions let something through the firewall, and from or to where. */
import type { Inventory, SecurityGroup, SecurityGroupRule } from "../inventory/types";
import { FAMILIES, compareCidrs } from "../lib/net/cidr";
import type { Cidr, Family } from "../lib/net/cidr";
import type { ZonedCarriers } from "./destinations";
import { elsewhere } from "./elsewhere";
import { forwardersByGroup } from "./forwarders";
import { overlaps } from "../lib/net/intervals";
import { compareTexts } from "../lib/order";
import { groupOfList, prefixListsOf } from "./prefix-lists";
import type { PrefixLists } from "./prefix-lists";
import { familyOf, normalised, type ProtocolAndPorts } from "../lib/net/protocols";
import { anybody, mayHaveMembers, referenceReader } from "./references";
import type { ReferenceReader } from "./references";
import { isUnseen, remotesOf } from "./remotes";
import type { Direction, MappedPrefixList, MappingOptions, Permission, Withheld } from "./types";
import { hasTag } from "./tags";
import type { Zones } from "./zones";
import {
  wrongFamily,
  forwardedMembers,
  onlyIsolated,
  forwardedSources,
  guardedDestinations,
  incompleteness,
  notInFull,
  unreadRules,
  unreadableRule,
} from "./permission-messages";

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

/** What of a group's permissions lets something through the firewall, and why what doesn't does not. */
interface GroupPermissions {
  permissions: RelevantPermission[];
  withheld: Withheld[];
  /** Whether the inventory has its rules in all directions that are asked for. */
  isRead: boolean;
}

/** @param carriers who carries the group behind the firewall */
export type PermissionReader = (
  group: SecurityGroup,
  carriers: readonly ZonedCarriers[],
  zones: Zones,
) => GroupPermissions;

/**
 * Finds the permissions of groups that let something through the firewall, one per (security group, direction,
 * protocol, port range or ICMP type and code) and pair of zones. Left out: what doesn't cross the firewall (sources
 * inside the VPC, unless a route leads them through it), references to groups unless they are expanded, and
 * sources of a family that no carrier has.
 */
export function permissionReader(inventory: Inventory, options: MappingOptions): PermissionReader {
  const { directions = ["ingress"], references = "skip" } = options;
  const prefixLists = prefixListsOf(inventory.prefixLists, options);
  const isExpanded = references === "expand";
  const isOpen = options.unknownCrosses === true && mayHaveMembers(inventory);
  const expanded = isExpanded ? (isOpen ? anybody : referenceReader(inventory)) : undefined;
  const forwarders = isExpanded ? forwardersByGroup(inventory, options) : new Map<string, string[]>();
  return (group, carriers, zones) => {
    const scope: Scope = { zones, options, prefixLists, expanded, forwarders, collected: new Map() };
    const applications = applicationsFor(group, options);
    const withheld = directions.flatMap((direction) => [
      ...(group[direction] ?? []).flatMap((groupRule) => {
        const permission = permissionOf(group, groupRule, direction);
        return collect(scope, { permission, applications }, groupRule, carriers);
      }),
      ...unreadable(group, direction),
    ]);
    const found = [...scope.collected.values()];
    return {
      permissions: found.map((each) => finished(each, prefixLists, options.ownerId)),
      withheld,
      isRead: directions.every((direction) => group[direction] !== undefined),
    };
  };
}

/** What a person should know of how permissions were read. @param unread groups whose rules the inventory lacks */
export function permissionWarnings(
  inventory: Inventory,
  unread: readonly string[],
  { references }: Pick<MappingOptions, "references">,
): string[] {
  return [...(references === "expand" ? incompleteness(inventory) : []), ...unreadRules(unread)];
}

/** What all permissions are judged by, and where they are collected. */
interface Scope {
  zones: Zones;
  options: MappingOptions;
  prefixLists: PrefixLists;
  expanded: ReferenceReader | undefined;
  /** Network load balancers' interfaces by the groups that they carry, where references mean them. */
  forwarders: ReadonlyMap<string, readonly string[]>;
  collected: Map<string, Collected>;
}

/** What of an open permission has sources that nobody knows, because network load balancers keep their clients' addresses. */
function forwardedFrom(
  direction: Direction,
  groupRule: SecurityGroupRule,
  carriers: readonly ZonedCarriers[],
  forwarders: ReadonlyMap<string, readonly string[]>,
): string[] {
  const referenced = groupRule.referencedSecurityGroupId?.split("/").at(-1) ?? "";
  const ids =
    direction === "egress" ? carriers.flatMap((each) => each.forwarders) : (forwarders.get(referenced) ?? []);
  if (ids.length === 0) return [];
  return [direction === "egress" ? forwardedSources(ids) : forwardedMembers(groupRule, ids)];
}

/** Collects what of one security-group rule crosses the firewall. @returns what of it doesn't become a rule */
function collect(
  { zones, options, prefixLists, expanded, forwarders, collected }: Scope,
  collecting: Pick<Collecting, "permission" | "applications">,
  groupRule: SecurityGroupRule,
  carriers: readonly ZonedCarriers[],
): Withheld[] {
  const { permission } = collecting;
  const { direction } = permission;
  const withheld: Withheld[] = [];
  const narrowed = (why: string) => withheld.push({ permission, reason: notInFull(permission, why) });
  const crossesAny = (remote: Cidr) => carriers.some((each) => crosses(remote, each, direction));
  const found =
    options.unknownCrosses && isUnseen(groupRule, prefixLists)
      ? anybody().addresses
      : remotesOf(groupRule, carriers, { prefixLists, expanded }, crossesAny, narrowed);
  const crossing = found.filter(crossesAny);
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
  if (isOpened) forwardedFrom(direction, groupRule, carriers, forwarders).forEach(narrowed);
  if (!isOpened && withheld.length === 0) {
    if (remotes.length > 0) narrowed(onlyIsolated(groupRule));
    else
      withheld.push(
        elsewhere(permission, groupRule, { blocks: found, lists: prefixLists }, carriers, options),
      );
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

/** What a group's rules that can't be read permit, as far as that can be said. */
function unreadable(group: SecurityGroup, direction: Direction): Withheld[] {
  return (group.unreadableRules ?? [])
    .filter(({ isEgress }) => isEgress === (direction === "egress"))
    .map((each) => {
      const permission = permissionOf(group, each, direction);
      return { permission, reason: notInFull(permission, unreadableRule(each)) };
    });
}

/** The permission that one security-group rule is part of. */
export function permissionOf(
  group: SecurityGroup,
  groupRule: ProtocolAndPorts & Pick<SecurityGroupRule, "id">,
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

/** Whether packets between a remote block and some carrier cross the firewall. */
function crosses(remote: Cidr, { families }: ZonedCarriers, direction: Direction): boolean {
  const { addresses, crossings } = families[remote.family];
  return (
    addresses[direction].length > 0 && crossings[direction].some((crossing) => overlaps(crossing, [remote]))
  );
}
