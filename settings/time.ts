/** `expiryTag`, `expiryNotice` and `recertify`: what ends by itself, and what has to be confirmed again and again. */
import { textOf } from "../lib/text";
import type { Expiry, Recertification } from "../mapping/types";
import { isRecord } from "../lib/records";
import { PROJECT } from "./configuration";
import { reportUnlessKnown } from "./keys";
import type { Report } from "./problems";
import type { TableReader } from "./reader";
import { SETTINGS } from "./table";
import { RECERTIFY_KEYS, RECERTIFY_TAG } from "./table/structures";

/** The tag that confirms, unless another is named. */
const CONFIRMED = "firewall-confirmed";

/** When permissions end; undefined: none does by itself. */
export function expirySettings(read: TableReader, now = Date.now()): Expiry | undefined {
  const tag = read.text("expiryTag");
  const noticeDays = read.wholeNumber("expiryNotice") ?? SETTINGS.expiryNotice.default;
  return tag === undefined ? undefined : { tag, now, noticeDays };
}

/** How often rules have to be confirmed; undefined: never. */
export function recertifySettings(read: TableReader, report: Report): Recertification | undefined {
  const key = `${PROJECT}:recertify`;
  const { example } = SETTINGS.recertify;
  const value = read.json("recertify");
  if (value === undefined) return undefined;
  if (!isRecord(value)) {
    report(key, "is not an object of days and tag", example);
    return undefined;
  }
  for (const name of Object.keys(value)) reportUnlessKnown(name, `${key}.${name}`, RECERTIFY_KEYS, report);
  const { days, tag = CONFIRMED } = value;
  if (!Number.isInteger(days) || Number(days) < 1) {
    report(`${key}.days`, `${JSON.stringify(days) ?? "nothing"} is not a whole number from 1`, "180");
  }
  if (typeof tag !== "string" || !RECERTIFY_TAG.test(tag)) {
    report(`${key}.tag`, `${JSON.stringify(tag)} is not a tag's key`, CONFIRMED);
  }
  return { days: Number(days), tag: textOf(tag) };
}
