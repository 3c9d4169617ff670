import type { XmlElement } from "../xml/element";

/** How many of each a device takes, over all its virtual systems. */
export interface Capacity {
  rules: number;
  addresses: number;
  addressGroups: number;
  services: number;
}

/** What each is called in `show system state` (cfg.general.*), and where it is counted. */
export const COUNTED: Record<keyof Capacity, { setting: string; what: string; home: readonly string[] }> = {
  addresses: { setting: "max-address", what: "address objects", home: ["address"] },
  addressGroups: { setting: "max-address-group", what: "address groups", home: ["address-group"] },
  rules: { setting: "max-policy-rule", what: "security rules", home: ["rulebase", "security", "rules"] },
  services: { setting: "max-service", what: "service objects", home: ["service"] },
};

/**
 * What a commit would have more of than the device takes, as detail lines of its job (PAN-OS's own text is
 * documented nowhere). A device that runs with too many already may keep them, or have fewer.
 */
export function capacityFaults(next: XmlElement, running: XmlElement, capacity: Capacity): string[] {
  return Object.entries(COUNTED).flatMap(([kind, { what, home }]) => {
    const most = capacity[kind as keyof Capacity];
    const count = counted(next, home);
    return count > most && count > counted(running, home)
      ? [`Number of ${what} (${count}) exceeds the maximum of this platform (${most})`]
      : [];
  });
}

function counted(config: XmlElement, home: readonly string[]): number {
  const systems = config.child("devices")?.entries()[0]?.child("vsys")?.entries() ?? [];
  return [config.child("shared"), ...systems].reduce(
    (sum, scope) => sum + (scope?.at(...home)?.entries().length ?? 0),
    0,
  );
}
