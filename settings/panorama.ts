import { isRecord } from "../lib/records";
import { PUSHED_RULEBASES, type DeviceGroup } from "../panos/location";
import type { FirewallConfiguration } from "./configuration";
import { reportUnlessKnown } from "./keys";
import type { Report } from "./problems";
import { SETTINGS } from "./table";
import { GROUP_NAME } from "./table/forms";
import { PANORAMA } from "./table/structures";

/** A device group on Panorama as the target, and how what it has comes to its firewalls. */
export interface PanoramaSettings extends DeviceGroup {
  /** How a run ends where some firewall could not be reached. */
  onUnreachable: "fail" | "warn";
  /** Whose committed changes a push takes. */
  pushScope: "own" | "full";
}

const CHOICES = {
  rulebase: PUSHED_RULEBASES,
  onUnreachable: ["fail", "warn"],
  pushScope: ["own", "full"],
} as const;

/** What `panos:panorama` says, where it says it right; undefined where it isn't set. @param text as JSON */
export function panoramaSettings(text: string | undefined): PanoramaSettings | undefined {
  if (text === undefined) return undefined;
  const value = parsed(text);
  const { deviceGroup } = value;
  if (typeof deviceGroup !== "string") return undefined;
  const chosen = <K extends keyof typeof CHOICES>(key: K): (typeof CHOICES)[K][number] =>
    CHOICES[key].find((each) => each === value[key]) ?? CHOICES[key][0];
  const [rulebase, onUnreachable, pushScope] = [
    chosen("rulebase"),
    chosen("onUnreachable"),
    chosen("pushScope"),
  ];
  return { deviceGroup, rulebase, onUnreachable, pushScope };
}

/** The other device groups that a configuration describes on the Panorama of one, by its name in `firewalls`. */
export function groupsBeside(firewalls: readonly FirewallConfiguration[], name: string): string[] {
  const groups = firewalls.flatMap((each) => {
    const group = panoramaSettings(each.get("panos:panorama"))?.deviceGroup;
    if (group === undefined) return [];
    const hosts = ["panos:hostname", "panos:peerHostname"].flatMap((key) => each.get(key) ?? []);
    return [{ name: each.name, group, hosts }];
  });
  const own = groups.find((each) => each.name === name);
  return groups
    .filter(({ group, hosts }) => group !== own?.group && hosts.some((host) => own?.hosts.includes(host)))
    .map(({ group }) => group);
}

/** Reports what is wrong with `panos:panorama`. */
export function reportPanorama(key: string, text: string | undefined, report: Report): void {
  if (text === undefined) return;
  const { example } = SETTINGS["panos:panorama"];
  const value = parsed(text);
  if (Object.keys(value).length === 0) return report(key, "is not an object", example);
  for (const name of Object.keys(value)) {
    reportUnlessKnown(name, `${key}.${name}`, Object.keys(PANORAMA.properties), report);
  }
  const { deviceGroup } = value;
  if (deviceGroup === undefined) report(`${key}.deviceGroup`, "is missing", "cloud");
  else if (typeof deviceGroup !== "string" || !GROUP_NAME.test(deviceGroup)) {
    report(`${key}.deviceGroup`, `${JSON.stringify(deviceGroup)} is not a device group's name`, "cloud");
  }
  for (const [name, choices] of Object.entries(CHOICES)) {
    const chosen = value[name];
    if (chosen === undefined || (choices as readonly unknown[]).includes(chosen)) continue;
    report(`${key}.${name}`, `${JSON.stringify(chosen)} is none of ${choices.join(", ")}`, choices[0]);
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
