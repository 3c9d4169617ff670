/** What the configuration says of one firewall. */
import { INTERZONE_DEFAULT, INTRAZONE_DEFAULT } from "../declaration/cleanup-rule";
import { CONNECTION_ENVIRONMENT, connectionFrom } from "../panos/connection";
import { groupLocation, type DeviceGroup } from "../panos/location";
import { PROJECT, type FirewallConfiguration } from "./configuration";
import { withKeyReader } from "../aws/secrets/key-reader";
import { reportAuditComment } from "./audit-comment";
import type { Common } from "./common";
import { type Report } from "./problems";
import { panoramaSettings, reportPanorama } from "./panorama";
import { policySettings } from "./policies";
import { zoneOptions } from "./mapping";
import { tableReader } from "./reader";
import { SETTINGS } from "./table";
import { PANOS_NAME } from "./table/forms";
import type { FirewallSettings } from "./types";

/** What is said of one firewall; undefined where its connection isn't known, which has been reported. */
export function firewallSettings(
  { name, get, keyOf, environment }: FirewallConfiguration,
  listed: boolean,
  common: Common,
  report: Report,
): FirewallSettings | undefined {
  const { ownerId, stack, mapping, skipAlreadyAllowed, allowApplicationShift, acceptRename } = common;
  const { maxRemovals } = common.removals;
  const read = tableReader(get, report, keyOf);
  const { connection, problems } = connectionFrom((key) => get(`panos:${key}`), environment);
  for (const { key, problem, example } of problems) {
    report(listed ? keyOf(key.replace(/ \(or .*/, "")) : key, problem, example);
  }
  read.text("panos:name");
  read.boolean("panos:takeLock");
  read.wholeNumber("panos:lockTimeout");
  read.wholeNumber("panos:commitTimeout");
  const commitScope = read.choice("panos:commitScope");
  reportAuditComment(keyOf("panos:auditComment"), get("panos:auditComment"), report);
  const sessions = read.choice("sessions");
  const cleanupRule = read.text("cleanupRule") ?? "";
  if (cleanupRule === INTRAZONE_DEFAULT) {
    report(
      keyOf(`${PROJECT}:cleanupRule`),
      "allows what stays in a zone, so it cleans up nothing",
      INTERZONE_DEFAULT,
    );
  }
  const untrustZone = read.text("untrustZone") ?? "";
  const trustZone = read.text("trustZone") ?? "";
  const zones = zoneOptions(read.json("zones"), keyOf(`${PROJECT}:zones`), report);
  const profileGroup = read.text("profileGroup");
  const logSetting = read.text("logSetting");
  const policies = policySettings(read.json("policies"), keyOf(`${PROJECT}:policies`), report);
  const panorama = panoramaOf({ get, keyOf, environment }, mapping, report);
  const adopt = ruleNames(keyOf(`${PROJECT}:adopt`), read.json("adopt"), report);
  const anchor = mapping.quarantine?.before;
  if (anchor !== undefined && adopt.includes(anchor)) {
    report(
      keyOf(`${PROJECT}:adopt`),
      `has ${JSON.stringify(anchor)}, the rule that quarantine.before names, and takes it away`,
      "another rule there",
    );
  }
  if (connection === undefined) return undefined;
  const { hostname } = connection;
  const location = panorama === undefined ? { vsys: connection.vsys } : groupLocation(panorama);
  const { vsys } = location;
  return {
    connection: { ...withKeyReader(connection, get), ...location },
    cleanupRule,
    commitScope,
    coverage: { cleanupRule, enabled: skipAlreadyAllowed, adopt, allowApplicationShift },
    mapping: {
      ...mapping,
      untrustZone,
      trustZone,
      ...(zones && { zones }),
      ...(profileGroup !== undefined && { profileGroup }),
      ...(logSetting !== undefined && { logSetting }),
      ...(policies.length > 0 && { policies }),
    },
    declared: { name, vsys, hostname, ownerId, cleanupRule, stack, acceptRename, maxRemovals },
    committing: { commitScope, sessions },
  };
}

/** The device group that rules go into; undefined: they go onto a firewall. */
function panoramaOf(
  { get, keyOf, environment }: Pick<FirewallConfiguration, "get" | "keyOf" | "environment">,
  mapping: Common["mapping"],
  report: Report,
): DeviceGroup | undefined {
  const text = get("panos:panorama");
  if (text === undefined) return undefined;
  const key = keyOf("panos:panorama");
  reportPanorama(key, text, report);
  const { vsys: variable } = CONNECTION_ENVIRONMENT;
  const isNot: [unsupported: boolean, problem: string, instead: string][] = [
    [
      get("panos:vsys") !== undefined || Boolean(environment[variable]),
      `is set beside panos:vsys (or ${variable}): a device group has none`,
      "remove panos:vsys",
    ],
    [
      mapping.quarantine?.deny === true && panoramaSettings(text)?.rulebase === "post-rulebase",
      "has rulebase: post-rulebase beside quarantine.deny: rules of the firewalls themselves would come before what denies",
      "rulebase: pre-rulebase",
    ],
  ];
  for (const [unsupported, problem, instead] of isNot) if (unsupported) report(key, problem, instead);
  return panoramaSettings(text);
}

/** A list of names of rules. */
function ruleNames(key: string, value: unknown, report: Report): string[] {
  if (value === undefined) return [];
  const names: unknown[] = Array.isArray(value) ? value : [];
  if (!Array.isArray(value)) report(key, "is not a list of rules' names", SETTINGS.adopt.example);
  for (const name of names) {
    if (typeof name === "string" && PANOS_NAME.test(name)) continue;
    report(key, `${JSON.stringify(name)} is not a rule's name`, '["allow-web"]');
  }
  return names.flatMap((name) => (typeof name === "string" ? name : []));
}
