import type { Pushed, Side } from "../pushed/pushed";
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

/** What a device has: its own, and what Panorama has pushed, which counts too. */
interface Holding {
  config: XmlElement;
  pushed: Pushed;
}

const SIDES: readonly Side[] = ["pre-rulebase", "post-rulebase"];

/**
 * What a commit, or a push, would have more of than the device takes, as detail lines of its job (PAN-OS's own text is
 * documented nowhere). A device that runs with too many already may keep them, or have fewer.
 */
export function capacityFaults(next: Holding, running: Holding, capacity: Capacity): string[] {
  return Object.entries(COUNTED).flatMap(([kind, { what, home }]) => {
    const most = capacity[kind as keyof Capacity];
    const count = counted(next, home);
    return count > most && count > counted(running, home)
      ? [`Number of ${what} (${count}) exceeds the maximum of this platform (${most})`]
      : [];
  });
}

function counted({ config, pushed }: Holding, home: readonly string[]): number {
  const systems = config.child("devices")?.entries()[0]?.child("vsys")?.entries() ?? [];
  const own = [config.child("shared"), ...systems].map((scope) => scope?.at(...home)?.entries().length ?? 0);
  const [first, ...rest] = home;
  const isRules = first === "rulebase";
  const homes = isRules ? SIDES.map((side) => [side, ...rest]) : [home];
  const served = pushed.places.flatMap((place) =>
    homes.map(
      (each) =>
        pushed
          .served(place)
          ?.at(...each)
          ?.entries().length ?? 0,
    ),
  );
  return [...own, ...served].reduce((sum, count) => sum + count, 0);
}
