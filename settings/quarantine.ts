import { textOf } from "../lib/text";
import { isQuarantineRuleName, isRuleName } from "../declaration/names";
import { isResponder } from "../mapping/quarantine";
import { QUARANTINE_TAGS } from "../mapping/marks";
import type { QuarantineOptions } from "../mapping/types";
import { PROJECT } from "./configuration";
import { isRecord } from "../lib/records";
import { reportUnlessKnown } from "./keys";
import { SETTINGS } from "./table";
import { QUARANTINE } from "./table/structures";
import { PANOS_NAME } from "./table/forms";
import type { Report } from "./problems";

const KEY = `${PROJECT}:quarantine`;
const KEYS = Object.keys(QUARANTINE.properties);

/** `quarantine`: which instances are isolated, and how. Undefined where it isn't set: then none is. */
export function quarantineSettings(value: unknown, report: Report): QuarantineOptions | undefined {
  if (value === undefined) return undefined;
  if (!isRecord(value)) {
    report(KEY, "is not an object", SETTINGS.quarantine.example);
    return undefined;
  }
  for (const key of Object.keys(value)) {
    reportUnlessKnown(key, `${KEY}.${key}`, KEYS, report);
  }
  const { deny = false, only = false, before, responders } = value;
  if (typeof deny !== "boolean") report(`${KEY}.deny`, "is neither true nor false", "true");
  if (typeof only !== "boolean") report(`${KEY}.only`, "is neither true nor false", "true");
  for (const [key, part] of Object.entries({ before, responders, only: only === true || undefined })) {
    if (part === undefined || deny !== false) continue;
    report(`${KEY}.${key}`, "is about the rules that deny, and there are none", `${KEY}.deny: true`);
  }
  return {
    tags: tags(value["tags"], report),
    deny: deny === true,
    ...(only === true && { only }),
    ...(before !== undefined && { before: ruleName(before, report) }),
    responders: blocks(responders, report),
  };
}

function tags(value: unknown, report: Report): QuarantineOptions["tags"] {
  const key = `${KEY}.tags`;
  const example = '{"SecurityStatus": ["IR"]}';
  if (value === undefined) return QUARANTINE_TAGS;
  if (!isRecord(value) || Object.keys(value).length === 0) {
    report(key, "is not an object of lists of values by the tag's key", example);
    return {};
  }
  return Object.fromEntries(
    Object.entries(value).map(([tag, values]): [string, string[]] => {
      const list: unknown[] = Array.isArray(values) ? values : [];
      // EC2 user guide: keys have 1 to 128 characters, values up to 256.
      if (tag === "" || tag.length > 128) report(key, `${JSON.stringify(tag)} is not a tag's key`, example);
      const isValue = (text: unknown) => typeof text === "string" && text.length <= 256;
      if (list.length === 0 || !list.every(isValue)) {
        report(`${key}["${tag}"]`, "is not a list of the tag's values", example);
      }
      return [tag, list.map(textOf)];
    }),
  );
}

function ruleName(value: unknown, report: Report): string {
  const key = `${KEY}.before`;
  if (typeof value !== "string" || !PANOS_NAME.test(value)) {
    report(key, `${JSON.stringify(value)} is not a rule's name`, "allow-management");
  } else if (isRuleName(value) || isQuarantineRuleName(value)) {
    report(key, `${value} is a rule of this program, which may go`, "allow-management");
  }
  return textOf(value);
}

function blocks(value: unknown, report: Report): string[] {
  const key = `${KEY}.responders`;
  if (value === undefined) return [];
  const list: unknown[] = Array.isArray(value) ? value : [];
  if (!Array.isArray(value)) report(key, "is not a list of CIDR blocks", '["10.9.0.0/16"]');
  for (const text of list) {
    if (typeof text === "string" && isResponder(text)) continue;
    report(key, `${JSON.stringify(text)} is not a CIDR block as it has to be written`, "10.9.0.0/16");
  }
  return list.map(textOf);
}
