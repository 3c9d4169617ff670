import { groupText } from "../panos/evaluated";
import type { PushedRules, Rulebase } from "../panos/policy";
import { INTERZONE_DEFAULT } from "../declaration/cleanup-rule";
import { ownerTag } from "../declaration/names";
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
    ownerId,
  }: MappingOptions,
): string[] {
  const missing = (setting: string, kind: string, name: string | undefined, existing: string[]) =>
    name === undefined || existing.includes(name)
      ? []
      : [
          `aws-panos-rules:${setting}: the firewall has no ${kind} ${JSON.stringify(name)}; ` +
            `it has ${existing.slice(0, 20).join(", ") || "none"}${existing.length > 20 ? ", …" : ""}` +
            notRead(pushed),
        ];
  const names = rules.map(({ name }) => name);
  return [
    // The predefined one is always there.
    ...(cleanupRule === INTERZONE_DEFAULT
      ? []
      : (pushedCleanup(pushed, cleanupRule, names) ?? missing("cleanupRule", "rule", cleanupRule, names))),
    ...(quarantine?.before !== undefined && !names.includes(quarantine.before)
      ? (pushedBefore(pushed, quarantine.before) ??
        missing("quarantine.before", "rule", quarantine.before, names))
      : []),
    ...tooLow(names, cleanupRule, quarantine?.before),
    ...missing("untrustZone", "zone", untrustZone, zones),
    ...missing("trustZone", "zone", trustZone, zones),
    ...takenTag(pushed, ownerTag(ownerId)),
    ...zonesIn(mapped).flatMap((zone) => missing("zones", "zone", zone, zones)),
    ...missing("profileGroup", "profile group", profileGroup, profileGroups),
    ...missing("logSetting", "log forwarding profile", logSetting, logSettings),
    ...policies.flatMap((policy, index) => [
      ...missing(`policies[${index}].profileGroup`, "profile group", policy.profileGroup, profileGroups),
      ...missing(`policies[${index}].logSetting`, "log forwarding profile", policy.logSetting, logSettings),
    ]),
  ];
}

/** What an answer leaves open where what Panorama has pushed isn't known: all of it, or all but the rules' names. */
function notRead(pushed: PushedRules | undefined): string {
  if (pushed === undefined || (pushed.unread === undefined && pushed.rules !== undefined)) return "";
  return (
    ". What Panorama has pushed to it isn't read" + (pushed.unread === undefined ? "" : `: ${pushed.unread}`)
  );
}

/** Of a rule that only Panorama has pushed: why it is no cleanup rule, or nothing; undefined: none is called so. */
function pushedCleanup(
  pushed: PushedRules | undefined,
  cleanupRule: string,
  names: readonly string[],
): string[] | undefined {
  if (names.includes(cleanupRule)) return undefined;
  // Ours stand at the end of the local rulebase then.
  if (pushed?.below.includes(cleanupRule) === true) return [];
  if (pushed?.above.includes(cleanupRule) !== true) return undefined;
  const loc = pushed.rules?.above.find(({ name }) => name === cleanupRule)?.panorama ?? "";
  return [
    `aws-panos-rules:cleanupRule: ${JSON.stringify(cleanupRule)} is a rule that Panorama has pushed` +
      `${by(loc)} above the local rulebase, so every rule of ours would stand below it: name one of the local ` +
      `rulebase or of Panorama's post-rulebase, or ${INTERZONE_DEFAULT}`,
  ];
}

/** The same for the rule above which isolation denies. */
function pushedBefore(pushed: PushedRules | undefined, before: string): string[] | undefined {
  if (pushed === undefined || ![...pushed.above, ...pushed.below].includes(before)) return undefined;
  return [
    `aws-panos-rules:quarantine.before: ${JSON.stringify(before)} is a rule that Panorama has pushed, and no local ` +
      "rule can stand directly above it: name one of the local rulebase, or none",
  ];
}

/** Nothing local can be written over what Panorama has pushed. */
function takenTag(pushed: PushedRules | undefined, tag: string): string[] {
  const loc = pushed?.tags?.[tag];
  if (loc === undefined) return [];
  return [
    `aws-panos-rules:ownerId: Panorama has pushed a tag ${tag}${by(loc)}, and the firewall takes no local one of that ` +
      "name beside it: rename it in Panorama",
  ];
}

function by(loc: string): string {
  return loc === "" ? "" : ` (${groupText(loc)})`;
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
