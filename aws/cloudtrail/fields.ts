/** Reading what CloudTrail wrote: the case of names, and how lists are wrapped, differ from call to call. */

import { isRecord } from "../../lib/records";

export type Fields = Record<string, unknown>;

/** An object, or an empty one for anything else. */
export function recordIn(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

/** A field by its name, also where it begins with a capital. */
export function field(fields: Fields, name: string): unknown {
  return fields[name] ?? fields[name.charAt(0).toUpperCase() + name.slice(1)];
}

/** A list in any of its wrappings: `{items: […]}`, `[…]`, one item alone; nothing for `{}` and what is absent. */
export function listIn(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value as unknown[];
  if (typeof value !== "object") return [value];
  const items = field(value as Fields, "items") ?? (value as Fields)["item"];
  if (items !== undefined) return listIn(items);
  return Object.keys(value).length === 0 ? [] : [value];
}

/** A text that is one and not empty. */
export function optionalText(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function optionalNumber(value: unknown): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) ? number : undefined;
}

/**
 * CloudTrail leaves out a request or an answer of more than 100 KB, and says so in its place: {"omitted": true,
 * "originalSize": …, "reason": "requestParameters too large"} (CloudTrail documentation, record contents).
 */
export function isOmitted(fields: Fields): boolean {
  return String(fields["omitted"]) === "true";
}
