import type { Report } from "../../settings/problems";
import { reportUnlessKnown } from "../../settings/keys";
import { isRecord } from "../../lib/records";

/** The project that deploys the trigger, and the namespace of its settings. */
export const TRIGGER_PROJECT = "aws-panos-trigger";

/** A list of texts of one form; empty where nothing is set. */
export function texts(
  value: unknown,
  key: string,
  pattern: RegExp,
  example: string,
  report: Report,
): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    report(key, "is not a list", JSON.stringify([example]));
    return [];
  }
  return value.flatMap((each: unknown) => {
    const text = typeof each === "number" ? String(each) : each;
    if (typeof text === "string" && pattern.test(text)) return [text];
    report(key, `${JSON.stringify(each)} is not a valid value`, JSON.stringify([example]));
    return [];
  });
}

/** An object of known keys; anything else is reported. */
export function record(
  value: unknown,
  key: string,
  known: readonly string[],
  example: string,
  report: Report,
): Record<string, unknown> {
  if (!isRecord(value)) {
    report(key, value === undefined ? "is missing" : "is not an object", example);
    return {};
  }
  for (const name of Object.keys(value)) reportUnlessKnown(name, `${key}.${name}`, known, report);
  return value;
}

/** A text of one form inside a structured setting; undefined where it isn't set. */
export function text(
  value: unknown,
  key: string,
  pattern: RegExp,
  example: string,
  report: Report,
): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" && pattern.test(value)) return value;
  report(key, `${JSON.stringify(value)} is not a valid value`, example);
  return undefined;
}
