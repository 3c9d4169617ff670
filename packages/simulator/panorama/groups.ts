import { groupHierarchy, lineage, parentOf } from "../schema/hierarchy";
import { element, XmlElement } from "../xml/element";

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

/** Puts a device group below another one, or below shared. */
export function setParent(config: XmlElement, group: string, parent: string | undefined): void {
  let here = config;
  for (const step of [
    "readonly",
    "devices",
    "entry:localhost.localdomain",
    "device-group",
    `entry:${group}`,
  ]) {
    const there = here.at(step);
    if (there) here = there;
    else if (step.startsWith("entry:")) here = here.add(new XmlElement("entry", { name: step.slice(6) }));
    else here = here.add(new XmlElement(step));
  }
  const old = here.child("parent-dg");
  if (old) here.remove(old);
  if (parent !== undefined) here.add(element("parent-dg", parent));
}

/** Has the groups of one configuration stand as they do in another; those that it hasn't any more stand nowhere. */
export function takeHierarchy(to: XmlElement, from: XmlElement): void {
  const groups = groupNames(to);
  for (const place of groupHierarchy(to)?.entries() ?? [])
    if (!groups.includes(place.name ?? "")) place.parent?.remove(place);
  const known = groupNames(from);
  for (const group of groups) {
    const parent = parentOf(from, group);
    const isThere = parent === undefined || groups.includes(parent);
    if (known.includes(group) && isThere) setParent(to, group, parent);
  }
}

function groups(config: XmlElement): XmlElement | undefined {
  return config.child("devices")?.entries()[0]?.child("device-group");
}
