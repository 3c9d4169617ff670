import type { Rulebase } from "../panos/policy";
import { INTERZONE_DEFAULT } from "./cleanup";
import type { MappingOptions, ZoneOptions } from "./types";

/**
 * What our rules refer to and the firewall doesn't have: one sentence each, with the setting to look at.
 * @param rulebase the candidate, which is what our rules would be written into
 */
export function missingPrerequisites(
  { rules, zones, profileGroups, logSettings }: Rulebase,
  cleanupRule: string,
  {
    untrustZone,
    trustZone,
    zones: mapped = {},
    profileGroup,
    logSetting,
    quarantine,
    policies = [],
  }: MappingOptions,
): string[] {
  const missing = (setting: string, kind: string, name: string | undefined, existing: string[]) =>
    name === undefined || existing.includes(name)
      ? []
      : [
          `aws-panos-rules:${setting}: the firewall has no ${kind} ${JSON.stringify(name)}; ` +
            `it has ${existing.slice(0, 20).join(", ") || "none"}${existing.length > 20 ? ", …" : ""}`,
        ];
  const names = rules.map(({ name }) => name);
  return [
    // The predefined one is always there.
    ...(cleanupRule === INTERZONE_DEFAULT ? [] : missing("cleanupRule", "rule", cleanupRule, names)),
    ...missing("quarantine.before", "rule", quarantine?.before, names),
    ...tooLow(names, cleanupRule, quarantine?.before),
    ...missing("untrustZone", "zone", untrustZone, zones),
    ...missing("trustZone", "zone", trustZone, zones),
    ...zonesIn(mapped).flatMap((zone) => missing("zones", "zone", zone, zones)),
    ...missing("profileGroup", "profile group", profileGroup, profileGroups),
    ...missing("logSetting", "log forwarding profile", logSetting, logSettings),
    ...policies.flatMap((policy, index) => [
      ...missing(`policies[${index}].profileGroup`, "profile group", policy.profileGroup, profileGroups),
      ...missing(`policies[${index}].logSetting`, "log forwarding profile", policy.logSetting, logSettings),
    ]),
  ];
}

/** Denials at the cleanup rule or below it would stand below everything that they are to deny. */
function tooLow(names: readonly string[], cleanupRule: string, before: string | undefined): string[] {
  if (before === undefined || !names.includes(before) || !names.includes(cleanupRule)) return [];
  if (names.indexOf(before) < names.indexOf(cleanupRule)) return [];
  return [
    `aws-panos-rules:quarantine.before: the rule ${JSON.stringify(before)} doesn't stand above the cleanup rule, so ` +
      "what administrators allow would not be denied to isolated instances: name one that does, or none",
  ];
}

function zonesIn({ subnets = {}, vpcs = {}, tags = {}, sources = {} }: ZoneOptions): string[] {
  return [...new Set([subnets, vpcs, tags, sources].flatMap((byPlace) => Object.values(byPlace)))];
}
