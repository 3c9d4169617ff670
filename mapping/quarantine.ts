/**
 * Instances that a tag isolates. Their addresses go from every rule of ours, as destinations and as sources;
 * where the options say so, denials at the top of the rulebase keep out what administrators' rules allow.
 */
import type { Inventory, NetworkInterface } from "../inventory/types";
import type { DynamicAddressGroup } from "../panos/policy";
import { isRegistrable } from "./address-groups";
import { cidrsOf, parseCidr, sortedBlocks } from "../lib/net/cidr";
import type { Cidr } from "../lib/net/cidr";
import { permissionLabel } from "./describe";
import { listed } from "../lib/text";
import { difference, overlaps, setOf } from "../lib/net/intervals";
import {
  QUARANTINE,
  QUARANTINE_PARTS,
  addressGroupName,
  memberTag,
  ownerTag,
  quarantineRuleName,
} from "../declaration/names";
import { denials } from "./quarantine-rules";
import { compareTexts } from "../lib/order";
import type { RelevantPermission } from "./permissions";
import { addressTexts, nearTexts } from "./routing";
import type { ProtectedInterface } from "./routing";
import type {
  IsolatedInstance,
  Isolation,
  MappingOptions,
  Permission,
  QuarantineOptions,
  Withheld,
} from "./types";
import type { Zones } from "./zones";
import { bearerOf, isIsolated } from "./marks";
import type { Marks } from "./marks";

/** Whether rules stay as they are when an instance is isolated, because it leaves their address groups instead. */
export function leavesGroups({ destinations }: MappingOptions): boolean {
  return destinations === "dynamic";
}

/**
 * The zones, where nothing that comes from isolated instances comes from outside: their addresses are cut out
 * of the sources in the zones that they come from, and public ones, which packets have that come through the internet.
 * Not where a group's members are denied at the very top, so that isolating changes no rule; nor public ones where
 * denials stand there.
 * @param behind the interfaces whose addresses are that group's members once they are marked. Others' packets may
 * reach the firewall as well, on their way to what is behind it
 * @param onCut called where that makes a difference to what is asked of the zones
 */
export function withoutIsolated(
  zones: Zones,
  inventory: Inventory,
  marks: Marks,
  behind: ReadonlySet<string>,
  options: MappingOptions,
  onCut: () => void,
): Zones {
  const { quarantine, destinations } = options;
  const isDeniedFirst = quarantine?.deny === true && quarantine.before === undefined;
  const isDenied = (each: NetworkInterface) =>
    isDeniedFirst && marks.get(bearerOf(each))?.isMarked === true && behind.has(each.id);
  const known = inventory.networkInterfaces
    .filter((each) => isIsolated(each, marks))
    .flatMap((each): Isolated[] => {
      const areMembers = isDenied(each) && destinations === "dynamic";
      const own = areMembers ? [] : sortedBlocks(nearTexts(each));
      // A public one would be cut out of every source that is everybody.
      const translated = isDenied(each)
        ? []
        : sortedBlocks((each.publicIps ?? []).map(({ publicIp }) => publicIp));
      return [
        ...own.map((block) => ({ block, zone: zones.inside(each) })),
        ...translated.map((block) => ({ block })),
      ];
    });
  if (known.length === 0) return zones;
  return {
    ...zones,
    outside: (remote, near, direction) => {
      const pieces = zones.outside(remote, near, direction);
      if (direction === "egress") return pieces;
      const here = known.filter(({ block }) => block.family === remote.family && overlaps([block], [remote]));
      if (here.length === 0) return pieces;
      const comesFrom = here.map((each) => ({ ...each, zones: zonesFrom(each, zones, near) }));
      return pieces.flatMap((piece) => {
        const { family } = piece.remote;
        const without = setOf(
          comesFrom.flatMap((each) => (each.zones.includes(piece.zone) ? [each.block] : [])),
        );
        if (!overlaps(without, [piece.remote])) return [piece];
        onCut();
        return difference([piece.remote], without)
          .flatMap((left) => cidrsOf(family, left))
          .flatMap((left) => zones.outside(left, near, direction))
          .filter(({ zone }) => zone === piece.zone);
      });
    },
  };
}

/** Addresses of an isolated interface, and the zone that these have behind the firewall; none: they are public. */
interface Isolated {
  block: Cidr;
  zone?: string;
}

/**
 * The zones that packets from an isolated interface come from: its own, or, where its VPC counts as beyond the
 * firewall for a VPC of those who are asked about, what that one takes such an address for. Then whoever else has it there, on the
 * other side of a gateway, is cut off as well: which of them a packet is from can't be told.
 */
function zonesFrom({ block, zone }: Isolated, zones: Zones, near: Parameters<Zones["outside"]>[1]): string[] {
  const { crossings, vpcIds } = near;
  return vpcIds.flatMap((vpcId) => {
    const found = zones.outside(block, { crossings, vpcIds: [vpcId] }, "ingress").map((each) => each.zone);
    if (zone === undefined) return found;
    return found.includes(zone) ? [zone] : [zone, ...found];
  });
}

/**
 * What of permissions is withheld from isolated instances, each permission once.
 * @param permissions what would let something through to or from them
 */
export function withheldFrom(
  interfaces: readonly ProtectedInterface[],
  marks: Marks,
  permissions: readonly RelevantPermission[],
): Withheld[] {
  const byPermission = new Map<string, Permission>();
  for (const { permission } of permissions) {
    const { securityGroupId, direction, ipProtocol, fromPort, toPort } = permission;
    const key = JSON.stringify([securityGroupId, direction, ipProtocol, fromPort, toPort]);
    const ruleIds = [...(byPermission.get(key)?.ruleIds ?? []), ...permission.ruleIds];
    byPermission.set(key, { ...permission, ruleIds: [...new Set(ruleIds)].sort(compareTexts) });
  }
  return [...byPermission.values()].map((permission) => {
    const carriers = interfaces.filter(
      ({ networkInterface }) =>
        isIsolated(networkInterface, marks) &&
        networkInterface.securityGroupIds.includes(permission.securityGroupId),
    );
    const reasons = carriers.map(({ networkInterface }) => marks.get(bearerOf(networkInterface))!.reason);
    const unique = [...new Set(reasons)].sort(compareTexts);
    const more = unique.length > 5 ? `; and ${unique.length - 5} more` : "";
    return {
      permission,
      reason: `${permissionLabel(permission)} is withheld: of its instances, ${unique.slice(0, 5).join("; ")}${more} (quarantine).`,
    };
  });
}

/**
 * What isolates the instances behind the firewall.
 * @param interfaces those behind the firewall
 * @param everywhere the account's: marked instances that are not behind it, or not yet, are no responders
 * @param excused rules that differ only because instances are marked
 */
export function isolationOf(
  interfaces: readonly ProtectedInterface[],
  everywhere: readonly NetworkInterface[],
  marks: Marks,
  options: MappingOptions,
  excused: readonly string[],
): Isolation | undefined {
  const { quarantine } = options;
  if (quarantine === undefined) return undefined;
  const byInstance = new Map<string, IsolatedInstance>();
  for (const { networkInterface } of interfaces) {
    const id = bearerOf(networkInterface);
    const mark = marks.get(id);
    if (mark === undefined) continue;
    const { addresses = [] } = byInstance.get(id) ?? {};
    byInstance.set(id, {
      id,
      ...mark,
      addresses: sorted([...addresses, ...addressTexts(networkInterface)]),
    });
  }
  const instances = [...byInstance.values()].sort((a, b) => compareTexts(a.id, b.id));
  const marked = instances.filter(({ isMarked }) => isMarked);
  const addresses = sorted(marked.flatMap((instance) => instance.addresses));
  const group = options.destinations === "dynamic" ? groupOf(options.ownerId) : undefined;
  const responders = respondersOf(quarantine, interfaces, everywhere, marks);
  const rules = quarantine.deny ? denials(responders, addresses, marked, options, group) : [];
  return {
    instances,
    addresses,
    responders,
    rules,
    ...(group && {
      memberTag: memberTag(options.ownerId, QUARANTINE),
      members: addresses.filter(isRegistrable),
    }),
    ...(group && rules.length > 0 && { addressGroup: group }),
    excused: [...excused, ...QUARANTINE_PARTS.map((part) => quarantineRuleName(options.ownerId, part))],
  };
}

/** Who is isolated, why and how, one sentence each. */
export function isolatedMessages(isolation: Isolation | undefined): string[] {
  const denials = isolation?.rules.filter(({ action }) => action === "deny").map(({ name }) => name) ?? [];
  return (isolation?.instances ?? []).map(({ reason, isMarked, addresses }) => {
    const denied = isMarked && denials.length > 0 ? `, and ${denials.join(" and ")} deny them` : "";
    return `${reason}: ${listed(addresses)} are in no rule of ours${denied}`;
  });
}

/**
 * The responders' blocks without the addresses of marked instances that the denials don't name. Those may reach
 * the firewall even so, from where it is not their way out.
 */
function respondersOf(
  { responders }: QuarantineOptions,
  interfaces: readonly ProtectedInterface[],
  everywhere: readonly NetworkInterface[],
  marks: Marks,
): string[] {
  const denied = new Set(interfaces.map(({ networkInterface }) => networkInterface.id));
  const others = everywhere.filter(
    (each) => !denied.has(each.id) && marks.get(bearerOf(each))?.isMarked === true,
  );
  const gone = sortedBlocks(others.flatMap(addressTexts));
  return sortedBlocks(responders).flatMap((block) => {
    const { family } = block;
    const without = setOf(gone.filter((each) => each.family === family));
    if (!overlaps(without, [block])) return [block.text];
    return difference([block], without)
      .flatMap((left) => cidrsOf(family, left))
      .map(({ text }) => text);
  });
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(sortedBlocks(texts).map(({ text }) => text))];
}

function groupOf(ownerId: string): DynamicAddressGroup {
  const filter = `'${memberTag(ownerId, QUARANTINE)}'`;
  return { name: addressGroupName(ownerId, QUARANTINE), filter, tag: [ownerTag(ownerId)] };
}

/** Whether a text is responders' addresses as they have to be written: a block, not of all addresses there are. */
export function isResponder(text: string): boolean {
  const cidr = parseCidr(text);
  return cidr?.text === text && cidr.prefixLength > 0;
}
