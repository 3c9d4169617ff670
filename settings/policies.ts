import { textOf } from "../lib/text";
import type { TagPolicy } from "../mapping/types";
import { reportUnlessKnown } from "./keys";
import { SETTINGS } from "./table";
import { POLICY_KEYS } from "./table/structures";
import { PANOS_NAME } from "./table/forms";
import type { Report } from "./problems";
import { isRecord } from "../lib/records";

const EXAMPLE = SETTINGS.policies.example;

/**
 * `policies`: profile groups and log settings by instances' tags.
 * @param key where the setting is, for messages
 */
export function policySettings(value: unknown, key: string, report: Report): TagPolicy[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    report(key, "is not a list of policies", EXAMPLE);
    return [];
  }
  const seen = new Set<string>();
  return value.map((entry: unknown, index): TagPolicy => {
    const place = `${key}[${index}]`;
    if (!isRecord(entry)) {
      report(place, "is not an object", EXAMPLE);
      return { tag: "" };
    }
    for (const name of Object.keys(entry)) {
      reportUnlessKnown(name, `${place}.${name}`, POLICY_KEYS, report);
    }
    const { tag, profileGroup, logSetting } = entry;
    if (tag === undefined) {
      report(`${place}.tag`, "is missing", "Tier=db");
    } else if (typeof tag !== "string" || !/^[^=]{1,128}(=.*)?$/su.test(tag)) {
      report(`${place}.tag`, `${JSON.stringify(tag)} is not a tag`, "Tier=db");
    } else if (seen.has(tag)) {
      report(`${place}.tag`, `${tag} has a policy above already`, "one for each tag");
    }
    seen.add(textOf(tag));
    const named = Object.entries({ profileGroup, logSetting }).filter(([, name]) => name !== undefined);
    for (const [name, text] of named) {
      if (typeof text === "string" && PANOS_NAME.test(text)) continue;
      report(`${place}.${name}`, `${JSON.stringify(text)} is not a profile's name`, "strict");
    }
    if (named.length === 0) report(place, "names neither a profile group nor a log setting", EXAMPLE);
    return { tag: textOf(tag), ...(Object.fromEntries(named) as Omit<TagPolicy, "tag">) };
  });
}
