import { groupLocation, type DeviceGroup } from "../panos/location";
import { startPanorama, type PanoramaLab, type PanoramaOptions } from "../packages/simulator";

/** What the demo with Panorama writes to. */
export const GROUP: DeviceGroup = { deviceGroup: "cloud", rulebase: "pre-rulebase" };
export const GROUP_LOCATION = groupLocation(GROUP);

/** What of the demo's firewall belongs to the device group: in the file it stands at these places. */
const OF_THE_GROUP = [
  /^ {10}<(tag|address|address-group|service|profile-group)>[^]*?^ {10}<\/\1>\n/gm,
  /^ {4}<(log-settings)>[^]*?^ {4}<\/\1>\n/gm,
];
const RULES = /^ {10}<rulebase>([^]*?)^ {10}<\/rulebase>\n/m;

/**
 * A Panorama with three firewalls in a device group. What the demo's firewall has of rules and objects is the group's;
 * zones are the firewalls' own.
 * @param config the demo's firewall
 */
export function startFleet(config: string, options: PanoramaOptions): Promise<PanoramaLab> {
  const objects = OF_THE_GROUP.flatMap((pattern) => config.match(pattern) ?? []);
  const [, rules = ""] = RULES.exec(config) ?? [];
  const content = `${objects.join("")}<pre-rulebase>${rules}</pre-rulebase>`;
  const firewall = [...OF_THE_GROUP, RULES].reduce((text, pattern) => text.replace(pattern, ""), config);
  return startPanorama({
    ...options,
    firewall: { config: firewall },
    groups: (serials) => [{ name: "all-sites" }, { name: "cloud", parent: "all-sites", serials, content }],
  });
}

/** The firewalls behind the demo's Panorama. */
export class DemoFleet {
  constructor(readonly lab: PanoramaLab) {}

  /** Which firewalls have other rules than these, in their order, by name. */
  otherThan(rules: readonly string[]): string[] {
    return this.names().filter((_, at) => {
      const held = this.lab.pushedRules(this.lab.serials[at]!, "pre-rulebase");
      return held.join("\n") !== rules.join("\n");
    });
  }

  names(): string[] {
    return this.lab.serials.map((_, at) => `fw${at + 1}`);
  }

  /** Cuts a firewall's connection to Panorama, or has it again. */
  connect(name: string, isConnected: boolean): void {
    this.lab.connect(this.serial(name), isConnected);
  }

  serial(name: string): string {
    return this.lab.serials[this.names().indexOf(name)]!;
  }
}
