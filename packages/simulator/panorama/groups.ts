import { lineage } from "../schema/hierarchy";
import type { XmlElement } from "../xml/element";

/** A firewall's virtual system as a member of a device group. */
export interface Member {
  serial: string;
  vsys: string;
  group: string;
}

export function groupNames(config: XmlElement): string[] {
  return (groups(config)?.entries() ?? []).map(({ name = "" }) => name);
}

export function groupNode(config: XmlElement, group: string): XmlElement | undefined {
  return groups(config)?.entry(group);
}

/** The firewalls that are directly in a group; those of the groups below it are not. */
export function membersOf(config: XmlElement, group: string): Member[] {
  return (groupNode(config, group)?.child("devices")?.entries() ?? []).flatMap((device) => {
    const { name: serial = "" } = device;
    const slots = device.child("vsys")?.entries() ?? [];
    // Without one it is a firewall that has no more than one.
    const names = slots.length > 0 ? slots.map((slot) => slot.name ?? "vsys1") : ["vsys1"];
    return names.map((vsys) => ({ serial, vsys, group }));
  });
}

export function allMembers(config: XmlElement): Member[] {
  return groupNames(config).flatMap((group) => membersOf(config, group));
}

/** The places whose rules and objects a group's firewalls get, the nearest first: its own, those above, shared. */
export function sources(config: XmlElement, group: string): { loc: string; node: XmlElement }[] {
  const own = lineage(config, group).map((loc) => ({ loc, node: groupNode(config, loc) }));
  return [...own, { loc: "shared", node: config.child("shared") }].flatMap(({ loc, node }) =>
    node ? [{ loc, node }] : [],
  );
}

function groups(config: XmlElement): XmlElement | undefined {
  return config.child("devices")?.entries()[0]?.child("device-group");
}
