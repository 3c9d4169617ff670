import type { PushedRules, Rulebase } from "../panos/policy";
import { INTERZONE_DEFAULT } from "../declaration/cleanup-rule";
import type { MappingOptions, ZoneOptions } from "./types";

/**
 * What our rules refer to and the firewall doesn't have: one sentence each, with the setting to look at.
 * @param rulebase the candidate, which is what our rules would be written into
 */
export function missingPrerequisites(
  { rules, zones, profileGroups, logSettings, pushed }: Rulebase,
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
            `it has ${existing.slice(0, 20).join(", ") || "none"}${existing.length > 20 ? ", …" : ""}` +
            (pushed === undefined ? "" : ". What Panorama has pushed to it isn't read"),
        ];
  const names = rules.map(({ name }) => name);
  return [
    // The predefined one is always there.
    ...(cleanupRule === INTERZONE_DEFAULT
      ? []
      : (pushedCleanup(pushed, cleanupRule, names) ?? missing("cleanupRule", "rule", cleanupRule, names))),
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

/** Why a rule that only Panorama has pushed is no cleanup rule here; undefined: none of that name is. */
function pushedCleanup(
  pushed: PushedRules | undefined,
  cleanupRule: string,
  names: readonly string[],
): string[] | undefined {
  if (names.includes(cleanupRule)) return undefined;
  const said = `aws-panos-rules:cleanupRule: ${JSON.stringify(cleanupRule)} is a rule that Panorama has pushed`;
  if (pushed?.below.includes(cleanupRule) === true) {
    return [
      `${said} below the local rulebase, where no rule of ours can stand beside it: name ${INTERZONE_DEFAULT}, and ` +
        "ours stand at the end of the local rulebase, above everything that Panorama has pushed there",
    ];
  }
  if (pushed?.above.includes(cleanupRule) !== true) return undefined;
  return [
    `${said} above the local rulebase, so every rule of ours would stand below it: name one of the local rulebase, or ` +
      `${INTERZONE_DEFAULT}`,
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
