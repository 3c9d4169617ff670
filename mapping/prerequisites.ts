import { groupText } from "../panos/evaluated";
import type { PushedRules, Rulebase } from "../panos/policy";
import { INTERZONE_DEFAULT } from "../declaration/cleanup-rule";
import { isRuleNameOfAnyStack, ownerTag } from "../declaration/names";
import type { MappingOptions, ZoneOptions } from "./types";

/** Something of the firewall's that a setting names. */
interface Need {
  setting: string;
  kind: "rule" | "zone" | "profile group" | "log forwarding profile";
  name: string;
}

/** What rules of ours name, or stand above, by the settings that say so; the predefined rule is always there. */
function needsOf(cleanupRule: string, options: MappingOptions): Record<"rules" | "named", Need[]> {
  const { untrustZone, trustZone, zones = {}, profileGroup, logSetting, quarantine, policies = [] } = options;
  const need = (setting: string, kind: Need["kind"], name: string | undefined): Need[] =>
    name === undefined ? [] : [{ setting, kind, name }];
  return {
    rules: [
      ...need("cleanupRule", "rule", cleanupRule === INTERZONE_DEFAULT ? undefined : cleanupRule),
      ...need("quarantine.before", "rule", quarantine?.before),
    ],
    named: [
      ...need("untrustZone", "zone", untrustZone),
      ...need("trustZone", "zone", trustZone),
      ...zonesIn(zones).flatMap((zone) => need("zones", "zone", zone)),
      ...need("profileGroup", "profile group", profileGroup),
      ...need("logSetting", "log forwarding profile", logSetting),
      ...policies.flatMap((policy, index) => [
        ...need(`policies[${index}].profileGroup`, "profile group", policy.profileGroup),
        ...need(`policies[${index}].logSetting`, "log forwarding profile", policy.logSetting),
      ]),
    ],
  };
}

function existing({ rules, zones, profileGroups, logSettings }: Rulebase, kind: Need["kind"]): string[] {
  switch (kind) {
    case "rule":
      return rules.map(({ name }) => name);
    case "zone":
      return zones;
    case "profile group":
      return profileGroups;
    case "log forwarding profile":
      return logSettings;
  }
}

/**
 * What of that the candidate alone has: a commit of our own changes leaves it out, so that what we commit is refused by
 * the firewall, or stands where nothing says.
 */
export function uncommittedPrerequisites(
  { candidate, running }: { candidate: Rulebase; running: Rulebase },
  cleanupRule: string,
  options: MappingOptions,
): string[] {
  const { rules, named } = needsOf(cleanupRule, options);
  return [...rules, ...named].flatMap(({ setting, kind, name }) => {
    // A template's zones are in the candidate alone, wherever they are in force.
    const isUncommitted =
      kind === "zone"
        ? candidate.uncommittedZones?.includes(name) === true
        : existing(candidate, kind).includes(name) && !existing(running, kind).includes(name);
    if (!isUncommitted) return [];
    return [
      `aws-panos-rules:${setting}: the ${kind} ${JSON.stringify(name)} is in the candidate configuration alone: ` +
        "somebody has made it and not committed that, and our commit leaves it out. Have it committed, then run again",
    ];
  });
}

/**
 * What our rules refer to and the firewall doesn't have: one sentence each, with the setting to look at.
 * @param candidate what our rules would be written into
 */
export function missingPrerequisites(
  candidate: Rulebase,
  cleanupRule: string,
  options: MappingOptions,
): string[] {
  const { pushed } = candidate;
  const before = options.quarantine?.before;
  const missing = ({ setting, kind, name }: Need): string[] => {
    const found = existing(candidate, kind);
    if (found.includes(name)) return [];
    const some = found.slice(0, 20).join(", ") || "none";
    return [
      `aws-panos-rules:${setting}: the firewall has no ${kind} ${JSON.stringify(name)}; ` +
        `it has ${some}${found.length > 20 ? ", …" : ""}${notRead(pushed)}`,
    ];
  };
  const names = existing(candidate, "rule");
  const { rules, named } = needsOf(cleanupRule, options);
  const [zones, profiles] = [true, false].map((isZone) =>
    named.filter(({ kind }) => (kind === "zone") === isZone),
  );
  return [
    ...rules.flatMap((need) => {
      const { setting, name } = need;
      const known =
        setting === "cleanupRule" ? pushedCleanup(pushed, name, names) : pushedBefore(pushed, name, names);
      return known ?? missing(need);
    }),
    ...ofThisProgram(cleanupRule),
    ...tooLow(names, cleanupRule, before),
    ...zones!.flatMap(missing),
    ...takenTag(pushed, ownerTag(options.ownerId)),
    ...profiles!.flatMap(missing),
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
function pushedBefore(
  pushed: PushedRules | undefined,
  before: string,
  names: readonly string[],
): string[] | undefined {
  if (names.includes(before)) return undefined;
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

/** Rules of ours, of any stack, come and go, and each would have to stand above itself. */
function ofThisProgram(cleanupRule: string): string[] {
  if (!isRuleNameOfAnyStack(cleanupRule)) return [];
  return [
    `aws-panos-rules:cleanupRule: ${JSON.stringify(cleanupRule)} is a rule of this program, which may go: name an ` +
      `administrator's, or ${INTERZONE_DEFAULT}`,
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
