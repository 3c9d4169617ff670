/**
 * Where a rulebase and its objects live in the configuration tree. One value that everything asks, so that
 * a second kind of place (a device group on Panorama) needs no change elsewhere.
 */
export interface Location {
  vsys: string;
}

/** The containers that hold objects of ours. */
export type Container = "rules" | "address" | "address-group" | "service" | "application" | "tag";

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

/** The xpath of the vsys itself. */
export function vsysXpath(location: Location): string {
  return `${DEVICE}/vsys/entry[@name=${xpathLiteral(location.vsys)}]`;
}

export const SHARED_XPATH = "/config/shared";

/** The device's settings of sessions. */
export const SESSION_XPATH = `${DEVICE}/deviceconfig/setting/session`;

/** The xpath of one of the vsys's containers, of objects of ours or of others. */
export function containerXpath(location: Location, container: string): string {
  const path = container === "rules" ? "rulebase/security/rules" : container;
  return `${vsysXpath(location)}/${path}`;
}

/** The xpath of one entry in a container. */
export function entryXpath(location: Location, container: Container, name: string): string {
  return `${containerXpath(location, container)}/entry[@name=${xpathLiteral(name)}]`;
}
