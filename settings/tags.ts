/** Tags that settings name, and whether whoever asks AWS can see them. */
import type { MappingOptions } from "../mapping/types";
import { tagParts } from "../mapping/tags";
import { PROJECT } from "./configuration";
import { isRecord } from "../lib/records";
import type { GuardrailSettings } from "./guardrails";
import type { Report } from "./problems";

/** A tag as a setting names it, "key=value" or a key alone, and where. */
export interface NamedTag {
  setting: string;
  tag: string;
}

/** The tags that decide something on one firewall. */
export function namedTags(
  { zones, policies = [], quarantine, applicationsByTag = {}, expiry, recertify }: Partial<MappingOptions>,
  { exclude, approvalTag }: Pick<GuardrailSettings, "exclude" | "approvalTag">,
): NamedTag[] {
  const all = (setting: string, tags: readonly string[]): NamedTag[] =>
    tags.map((tag) => ({ setting: `${PROJECT}:${setting}`, tag }));
  return [
    ...Object.entries(exclude).flatMap(([kind, tags]) => all(`guardrails.exclude.${kind}`, tags)),
    ...all("guardrails.approvalTag", approvalTag === undefined ? [] : [approvalTag]),
    ...all("expiryTag", expiry === undefined ? [] : [expiry.tag]),
    ...all("recertify.tag", recertify === undefined ? [] : [recertify.tag]),
    ...all("zones.tags", Object.keys(zones?.tags ?? {})),
    ...all(
      "policies",
      policies.map(({ tag }) => tag),
    ),
    ...all("quarantine.tags", Object.keys(quarantine?.tags ?? {})),
    ...all("applicationsByTag", Object.keys(applicationsByTag)),
  ];
}

/**
 * Reports the tags that nobody will ever see: AWS's own, which an inventory leaves out because the data sources hide
 * them, and what `aws:ignoreTags` hides from the data sources where these may be asked.
 */
export function reportUnseenTags(
  named: readonly NamedTag[],
  ignored: { value: unknown; environment: NodeJS.ProcessEnv } | undefined,
  report: Report,
): void {
  const hides = ignored && hiding(ignored.value, ignored.environment);
  for (const { setting, tag } of named) {
    const { key } = tagParts(tag);
    // In any spelling: AWS reserves them all (EC2 user guide, tag restrictions).
    if (/^aws:/i.test(key)) {
      report(setting, `names ${tag}, one of AWS's own tags, which are not read`, "a tag of your own");
    } else if (hides?.(key) === true) {
      report(
        setting,
        `names ${tag}, which aws:ignoreTags (or TF_AWS_IGNORE_TAGS_…) hides from the data sources`,
        "take it off aws:ignoreTags, or set aws-panos-rules:inventory: ec2",
      );
    }
  }
}

/** Which keys the AWS provider leaves out: `keys` and `keyPrefixes`, or the variables of Terraform's provider. */
function hiding(value: unknown, environment: NodeJS.ProcessEnv): (key: string) => boolean {
  const { keys, keyPrefixes } = isRecord(value) ? value : {};
  const listed = (list: unknown, variable: string): string[] => [
    ...(Array.isArray(list) ? list.map(String) : []),
    ...(environment[variable] ?? "").split(",").filter((each) => each !== ""),
  ];
  const exact = listed(keys, "TF_AWS_IGNORE_TAGS_KEYS");
  const prefixes = listed(keyPrefixes, "TF_AWS_IGNORE_TAGS_KEY_PREFIXES");
  return (key) => exact.includes(key) || prefixes.some((prefix) => key.startsWith(prefix));
}
