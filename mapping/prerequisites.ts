import type { Rulebase } from "../panos/policy";
import type { MappingOptions, ZoneOptions } from "./types";

/**
 * What our rules refer to and the firewall doesn't have: one sentence each, with the setting to look at.
 * @param rulebase the candidate, which is what our rules would be written into
 */
export function missingPrerequisites(
  { rules, zones, profileGroups, logSettings }: Rulebase,
  cleanupRule: string,
  { untrustZone, trustZone, zones: mapped = {}, profileGroup, logSetting }: MappingOptions,
): string[] {
  const missing = (setting: string, kind: string, name: string | undefined, existing: string[]) =>
    name === undefined || existing.includes(name)
      ? []
      : [
          `aws-panos-rules:${setting}: the firewall has no ${kind} ${JSON.stringify(name)}; ` +
            `it has ${existing.slice(0, 20).join(", ") || "none"}${existing.length > 20 ? ", …" : ""}`,
        ];
  return [
    ...missing(
      "cleanupRule",
      "rule",
      cleanupRule,
      rules.map(({ name }) => name),
    ),
    ...missing("untrustZone", "zone", untrustZone, zones),
    ...missing("trustZone", "zone", trustZone, zones),
    ...zonesIn(mapped).flatMap((zone) => missing("zones", "zone", zone, zones)),
    ...missing("profileGroup", "profile group", profileGroup, profileGroups),
    ...missing("logSetting", "log forwarding profile", logSetting, logSettings),
  ];
}

function zonesIn({ subnets = {}, vpcs = {}, tags = {}, sources = {} }: ZoneOptions): string[] {
  return [...new Set([subnets, vpcs, tags, sources].flatMap((byPlace) => Object.values(byPlace)))];
}
