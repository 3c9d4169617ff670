import type { XmlElement } from "../xml/element";

/*
 * Where a device's rules and objects are, and which of its scopes see which: a firewall's virtual systems see
 * their own and what is shared; Panorama's device groups their own, those of the groups above them, and shared.
 */

/** Whether it is a configuration of Panorama: that has device groups, and no virtual systems. */
export function isPanorama(config: XmlElement): boolean {
  return device(config)?.child("device-group") !== undefined;
}

function device(config: XmlElement): XmlElement | undefined {
  return config.child("devices")?.entries()[0];
}

/** All virtual systems, or device groups. */
export function scopesOf(config: XmlElement): XmlElement[] {
  const devices = config.child("devices")?.entries() ?? [];
  return devices.flatMap((each) => (each.child("device-group") ?? each.child("vsys"))?.entries() ?? []);
}

export function scopeNode(config: XmlElement, name: string): XmlElement | undefined {
  const here = device(config);
  return (here?.child("device-group") ?? here?.child("vsys"))?.entry(name);
}

/** Where a configuration of Panorama keeps which device group is below which. */
export function groupHierarchy(config: XmlElement): XmlElement | undefined {
  return config.at("readonly", "devices", "entry:localhost.localdomain", "device-group");
}

/** The group directly above a device group; undefined: shared is. */
export function parentOf(config: XmlElement, group: string): string | undefined {
  const parent = groupHierarchy(config)?.entry(group)?.value("parent-dg");
  return parent === undefined || parent === "" ? undefined : parent;
}

/** A scope and the groups above it, the nearest first; without shared. */
export function lineage(config: XmlElement, scope: string): string[] {
  const found: string[] = [];
  for (let here: string | undefined = scope; here !== undefined && !found.includes(here);) {
    found.push(here);
    here = isPanorama(config) ? parentOf(config, here) : undefined;
  }
  return found;
}

/** Every rulebase of a scope, or on Panorama of shared. */
export function rulebasesOf(config: XmlElement): XmlElement[] {
  const places = [...scopesOf(config), config.child("shared")];
  return places.flatMap(
    (place) => place?.children.filter(({ tag }) => /^((pre|post)-)?rulebase$/.test(tag)) ?? [],
  );
}
