import { CONNECTION_ENVIRONMENT } from "../panos/connection";
import {
  firewallConfigurations,
  FIREWALLS,
  listedEntries,
  type FirewallConfigurations,
} from "./configuration";
import { isRecord } from "../lib/records";
import type { Common } from "./common";
import { firewallSettings } from "./firewall-settings";
import { reportUnlessKnown } from "./keys";
import { FIREWALL_KEYS, SETTINGS } from "./table";
import { groupsBeside, panoramaSettings } from "./panorama";
import type { Report } from "./problems";
import type { FirewallSettings } from "./types";

const EXAMPLE = SETTINGS.firewalls.example;

/** The firewalls to declare, checked for what only the whole list can get wrong. */
export function configuredFirewalls(
  get: (key: string) => string | undefined,
  environment: NodeJS.ProcessEnv,
  report: Report,
): FirewallConfigurations {
  const entries = listedEntries(get);
  const found = firewallConfigurations(get, environment);
  if (entries === undefined) return found;

  if (entries.length === 0) report(FIREWALLS, "is not a list of firewalls, or an empty one", EXAMPLE);
  if (get("panos:name") !== undefined) {
    report("panos:name", `is set beside ${FIREWALLS}, whose entries have names of their own`, EXAMPLE);
  }
  entries.forEach((entry, index) => {
    if (!isRecord(entry)) return report(`${FIREWALLS}[${index}]`, "is not an object", EXAMPLE);
    if (typeof entry["name"] !== "string") report(`${FIREWALLS}[${index}].name`, "is missing", "edge-a");
    if (!["undefined", "boolean"].includes(typeof entry["remove"])) {
      report(`${FIREWALLS}[${index}].remove`, "is neither true nor false", "true");
    }
    for (const name of Object.keys(entry)) {
      reportUnlessKnown(name, `${FIREWALLS}[${index}].${name}`, FIREWALL_KEYS, report);
    }
  });
  if (entries.length > 1) {
    for (const variable of Object.values(CONNECTION_ENVIRONMENT)) {
      if (!environment[variable]) continue;
      report(
        FIREWALLS,
        `lists ${entries.length} firewalls, but ${variable} is set, which would be for all of them`,
        `unset ${variable}`,
      );
    }
  }
  const unique = (what: string, values: string[]) => {
    for (const value of new Set(values.filter((each, index) => values.indexOf(each) !== index))) {
      report(FIREWALLS, `has ${what} ${JSON.stringify(value)} twice`, EXAMPLE);
    }
  };
  unique(
    "the name",
    found.firewalls.map(({ name }) => name),
  );
  // Two vsys of one device share its commit and, here, an administrator: neither could commit alone. Of Panorama a
  // commit of ours is one device group's. One that goes may be another under its old name.
  unique(
    "the hostname",
    found.firewalls
      .filter(({ remove }) => !remove)
      .map(({ get: own }) => {
        const group = panoramaSettings(own("panos:panorama"))?.deviceGroup;
        const host = `${own("panos:hostname")}:${own("panos:port") ?? ""}`;
        return group === undefined ? host : `${host} with the device group ${group}`;
      }),
  );
  reportFullCommits(found, report);
  return found;
}

/**
 * A full commit of Panorama takes what is staged for every device group, and Pulumi stages all of a stack before the first
 * commit: each group's would be part of the other's, which is looked at by none.
 */
function reportFullCommits({ firewalls }: FirewallConfigurations, report: Report): void {
  for (const { name, get, keyOf } of firewalls) {
    const others = groupsBeside(firewalls, name);
    if (get("panos:commitScope") !== "full" || others.length === 0) continue;
    const group = panoramaSettings(get("panos:panorama"))?.deviceGroup;
    report(
      keyOf("panos:commitScope"),
      `is full: that would commit what is staged for the device group ${others.join(", ")} of the same Panorama with that of ` +
        `${group}, unchecked. Where Panorama commits nothing but everything, have somebody commit everything on it once`,
      "own",
    );
  }
}

/**
 * What is said of each that is to be declared, and of each that leaves, but for those whose connection isn't known, which
 * is reported.
 */
export function firewallsOf(
  { firewalls, listed }: FirewallConfigurations,
  common: Common,
  report: Report,
): { declared: FirewallSettings[]; leaving: FirewallSettings[] } {
  const all = firewalls.flatMap((firewall) => {
    const settings = firewallSettings(firewall, listed, common, report);
    return settings === undefined ? [] : [{ leaves: firewall.remove, settings }];
  });
  const those = (leave: boolean) =>
    all.filter(({ leaves }) => leaves === leave).map(({ settings }) => settings);
  return { declared: those(false), leaving: those(true) };
}
