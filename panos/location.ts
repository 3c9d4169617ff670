/** Where a rulebase and its objects live in the configuration tree: in a vsys, or in a device group on Panorama. */
export interface Location {
  /** The vsys; for a device group `GROUP:RULEBASE`, which no vsys can be called. */
  vsys: string;
  panorama?: DeviceGroup;
}

/** One of a device group's two rulebases: before the firewalls' own rules, or behind them. */
export interface DeviceGroup {
  deviceGroup: string;
  rulebase: PushedRulebase;
}

export const PUSHED_RULEBASES = ["pre-rulebase", "post-rulebase"] as const;
type PushedRulebase = (typeof PUSHED_RULEBASES)[number];

/** The location that `vsys` of one says, which is a part of a firewall's identity. */
export function locationOf(vsys: string): Location {
  const rulebase = PUSHED_RULEBASES.find((each) => vsys.endsWith(`:${each}`));
  if (rulebase === undefined) return { vsys };
  return { vsys, panorama: { deviceGroup: vsys.slice(0, -rulebase.length - 1), rulebase } };
}

export function groupLocation(panorama: DeviceGroup): Location {
  return { vsys: `${panorama.deviceGroup}:${panorama.rulebase}`, panorama };
}

/** What a request or a lock calls it: the vsys, or the device group. */
export function scopeOf({ vsys, panorama }: Location): string {
  return panorama?.deviceGroup ?? vsys;
}

const DEVICE = "/config/devices/entry[@name='localhost.localdomain']";

/**
 * A string literal for an XPath expression, whatever quotes it contains. XPath 1.0 knows no escapes, so a
 * text with both kinds of quotes is put together with concat().
 */
export function xpathLiteral(text: string): string {
  if (!text.includes("'")) return `'${text}'`;
  if (!text.includes('"')) return `"${text}"`;
  return `concat(${text
    .split("'")
    .map((part) => `'${part}'`)
    .join(`, "'", `)})`;
}

/** The xpath of the vsys, or of the device group, itself. */
export function vsysXpath({ vsys, panorama }: Location): string {
  return panorama === undefined
    ? `${DEVICE}/vsys/entry[@name=${xpathLiteral(vsys)}]`
    : groupXpath(panorama.deviceGroup);
}

/** The xpath of a device group on Panorama. */
export function groupXpath(group: string): string {
  return `${DEVICE}/device-group/entry[@name=${xpathLiteral(group)}]`;
}

export const SHARED_XPATH = "/config/shared";

/** The device's settings of sessions. */
export const SESSION_XPATH = `${DEVICE}/deviceconfig/setting/session`;

/** Where its scope has a container of objects, of ours or of others, by its elements; "rules" are security rules. */
export function containerPath(
  { panorama }: { panorama?: DeviceGroup | undefined },
  container: string,
): string[] {
  return container === "rules" ? [panorama?.rulebase ?? "rulebase", "security", "rules"] : [container];
}

/** The xpath of one of its containers. */
export function containerXpath(location: Location, container: string): string {
  return `${vsysXpath(location)}/${containerPath(location, container).join("/")}`;
}

/** The xpath of one entry in a container. */
export function entryXpath(location: Location, container: string, name: string): string {
  return `${containerXpath(location, container)}/entry[@name=${xpathLiteral(name)}]`;
}
