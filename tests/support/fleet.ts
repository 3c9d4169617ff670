import type { PanoramaLab, PanoramaOptions } from "../../packages/simulator";
import { groupLocation, type DeviceGroup } from "../../panos/location";
import { firewallConfig, Lab, PASSWORDS, type StackChoices } from "./lab";
import { Person } from "./person";
import { groupRules } from "./rules";
import { deviceGroup, GROUP } from "./targets";

const GROUPS = "/config/devices/entry[@name='localhost.localdomain']/device-group";

/**
 * A Panorama with three firewalls, for one test: the device group `cloud` has two of them, and one below it,
 * `cloud-eu`, the third; above it is `all-sites`.
 */
export class FleetLab {
  private readonly people: Person[] = [];

  private constructor(
    readonly lab: Lab,
    readonly fleet: PanoramaLab,
  ) {}

  static async open(options: PanoramaOptions = {}, rules = groupRules()): Promise<FleetLab> {
    const target = deviceGroup({
      firewall: { config: firewallConfig() },
      groups: ([first = "", second = "", third = ""]) => [
        { name: "all-sites" },
        { name: "cloud", parent: "all-sites", serials: [first, second], content: rules },
        { name: "cloud-eu", parent: "cloud", serials: [third] },
      ],
      ...options,
    });
    const lab = await Lab.open({ target });
    return new FleetLab(lab, lab.fleet!);
  }

  async close(): Promise<void> {
    await Promise.all(this.people.map((person) => person.leave()));
    await this.lab.close();
  }

  /** A stack whose target is the device group. */
  stack({ settings, ...choices }: StackChoices = {}, panorama: Record<string, unknown> = {}) {
    const target = { ...GROUP, ...panorama };
    return this.lab.stack({ ...choices, settings: { "panos:panorama": target, ...settings } });
  }

  /** Somebody who works on the device group by hand. */
  person(name: keyof typeof PASSWORDS = "admin", group: DeviceGroup = GROUP): Person {
    const person = new Person(this.fleet.panorama, name, PASSWORDS[name], groupLocation(group));
    this.people.push(person);
    return person;
  }

  /** Names of the rules that Panorama runs for the group, in order. */
  running(rulebase = "pre-rulebase", group = "cloud"): string[] {
    const rules = this.fleet.panorama.running(
      `${GROUPS}/entry[@name='${group}']/${rulebase}/security/rules/entry/@name/..`,
    );
    return [...rules.matchAll(/<entry name="([^"]*)"/g)].map(([, name = ""]) => name);
  }

  /** Names of the rules that each firewall has been pushed, by its place. */
  pushed(side: "pre-rulebase" | "post-rulebase" = "pre-rulebase"): string[][] {
    return this.fleet.serials.map((serial) => this.fleet.pushedRules(serial, side));
  }

  /** How many jobs of a kind Panorama has had. */
  jobs(type: string): number {
    return this.fleet.panorama.jobs.filter((job) => job.type === type).length;
  }
}
