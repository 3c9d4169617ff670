import {
  startPanorama,
  startSimulator,
  type PanoramaLab,
  type PanoramaOptions,
  type Simulator,
  type SimulatorOptions,
} from "../../packages/simulator";
import { groupLocation, type Location } from "../../panos/location";
import { from, managed } from "./panorama";
import { configOf, overriddenIn, ruleEntry, rulesOf, type Given } from "./rules";

/** What stacks write to, and what packets go through then. */
interface Started {
  /** The firewall, or Panorama. */
  device: Simulator;
  /** Panorama with its firewalls, where the target is a device group. */
  fleet?: PanoramaLab;
}

/** A kind of place that a stack can write its rules to. */
export interface Target {
  /** For the titles of suites. */
  title: string;
  kind: "firewall" | "managed" | "device-group";
  location: Location;
  /** What makes it a stack's target, beside the address. */
  settings: Record<string, unknown>;
  /** What its devices have beside what is given, as far as their capacity goes. */
  besides: { rules: number; addresses: number };
  /** Device groups that what is committed is pushed to. */
  pushes?: readonly string[];
  /** Whether all of its firewalls can be reached throughout, so that each has to hold what a run declares. */
  isWhole?: boolean;
  start(options: SimulatorOptions, given: Given): Promise<Started>;
}

export const FIREWALL: Target = {
  title: "on a firewall",
  kind: "firewall",
  location: { vsys: "vsys1" },
  settings: {},
  besides: { rules: 0, addresses: 0 },
  start: async (options, given) => ({
    device: await startSimulator({ config: configOf(given), ...options }),
  }),
};

/** What Panorama has pushed to a firewall: nothing of it is about the traffic of the small account. */
const PUSHED = {
  above: [
    from("shared", ruleEntry("pano-monitoring", { destination: "10.250.0.1", application: "snmp" })),
    from(
      "all-sites",
      ruleEntry("pano-no-telnet", { destination: "10.250.0.0/16", application: "telnet", action: "deny" }),
    ),
  ],
  below: [
    from("cloud", ruleEntry("pano-partners", { source: "198.18.0.0/15", application: "ssl" })),
    from("shared", ruleEntry("pano-cleanup", { from: "any", to: "any", action: "deny" })),
  ],
  objects:
    '<address><entry name="pano-host" loc="cloud"><ip-netmask>10.250.0.1</ip-netmask></entry></address>' +
    '<service><entry name="pano-8080" loc="cloud"><protocol><tcp><port>8080</port></tcp></protocol></entry></service>' +
    '<tag><entry name="pano-tag" loc="shared"/></tag>' +
    '<profile-group><entry name="pano-profiles" loc="cloud"><virus><member>default</member></virus></entry></profile-group>',
};

/** Local rules on a firewall that Panorama manages, which is to change nothing for them. */
const MANAGED: Target = {
  ...FIREWALL,
  title: "on a firewall that Panorama manages",
  kind: "managed",
  besides: { rules: PUSHED.above.length + PUSHED.below.length, addresses: 1 },
  start: async (options, given) => {
    const config = managed(PUSHED, options.config ?? configOf(given));
    // Zones are a template's, as they mostly are.
    const fromTemplate = config.replaceAll(/<entry name="((un)?trust)"\/>/g, '<entry name="$1" src="tpl"/>');
    return { device: await startSimulator({ ...options, config: fromTemplate }) };
  },
};

export const GROUP = { deviceGroup: "cloud", rulebase: "pre-rulebase" } as const;

/** A device group that has nothing to do with it. */
export const BESIDE = "branches";

/** The rule of the device group above. */
export const ABOVE = "above";

/** A device group with two firewalls, the second one in a group below; above it is a group with a rule of its own. */
const DEVICE_GROUP: Target = {
  title: "on a device group",
  kind: "device-group",
  location: groupLocation(GROUP),
  settings: { "panos:panorama": GROUP },
  // The rule of the group above, and the firewall's own cleanup rule.
  besides: { rules: 2, addresses: 0 },
  pushes: [GROUP.deviceGroup, "cloud-eu"],
  isWhole: true,
  start: async ({ config, ...options }, given) => {
    const { shared = "", setting = "", objects = "" } = given;
    const above = ruleEntry(ABOVE, { destination: "10.250.0.1", application: "snmp" });
    const fleet = await startPanorama({
      ...options,
      firewalls: 2,
      firewall: { config: config ?? configOf({ setting }) },
      shared,
      groups: ([first = "", second = ""]) => [
        { name: "all-sites", content: `<pre-rulebase>${rulesOf({ cleanup: above })}</pre-rulebase>` },
        {
          ...{ name: "cloud", parent: "all-sites", serials: [first] },
          content:
            `${objects}<pre-rulebase>${rulesOf(given)}</pre-rulebase>` +
            `<post-rulebase>${overriddenIn(given)}</post-rulebase>`,
        },
        { name: "cloud-eu", parent: "cloud", serials: [second] },
        { name: BESIDE },
      ],
    });
    return { device: fleet.panorama, fleet };
  },
};

/** A device group as a test describes it. */
export function deviceGroup(options: PanoramaOptions): Target {
  const start: Target["start"] = async (given) => {
    const fleet = await startPanorama({ ...given, ...options });
    return { device: fleet.panorama, fleet };
  };
  const { title, kind, location, settings, besides } = DEVICE_GROUP;
  return { title, kind, location, settings, besides, start };
}

const ALL: readonly Target[] = [FIREWALL, MANAGED, DEVICE_GROUP];

/** Runs a suite on each kind of target that TEST_TARGETS asks for; on a firewall where it asks for none. */
export function onTargets(title: string, suite: (target: Target) => void): void {
  runOn([FIREWALL], title, suite);
}

/** The same for the suites that show most: on each kind also where TEST_TARGETS asks for none. */
export function onEveryTarget(title: string, suite: (target: Target) => void): void {
  runOn(ALL, title, suite);
}

function runOn(usual: readonly Target[], title: string, suite: (target: Target) => void): void {
  const asked = (process.env["TEST_TARGETS"] || undefined)?.split(",") ?? [];
  const odd = asked.find((each) => each !== "all" && !ALL.some(({ kind }) => kind === each));
  if (odd !== undefined)
    throw new Error(`TEST_TARGETS: "${odd}" is none of all, ${ALL.map(({ kind }) => kind).join(", ")}`);
  for (const target of ALL) {
    const isAsked = asked.includes("all") || asked.includes(target.kind);
    if (asked.length === 0 ? !usual.includes(target) : !isAsked) continue;
    describe(target === FIREWALL ? title : `${title}, ${target.title}`, function () {
      this.timeout(300_000);
      suite(target);
    });
  }
}
