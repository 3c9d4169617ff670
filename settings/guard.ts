import { textOf } from "../lib/text";
import type { Place } from "../aws/place";
import { PROJECT } from "./configuration";
import { isRecord } from "../lib/records";
import { reportUnlessKnown } from "./keys";
import { SETTINGS } from "./table";
import { APPROVALS_PLACE, TABLE } from "./table/forms";
import { GUARD } from "./table/structures";
import type { Report } from "./problems";
import { type Get } from "./reader";

/** Where the guard's policy is, and what it keeps. */
export interface GuardSettings {
  /** guard.yaml, relative to the project's folder. */
  policy: string;
  /** DynamoDB table of records, which know who made a rule; undefined: nobody knows. */
  table: string | undefined;
  /** DynamoDB table of approvals, or s3://bucket/prefix. */
  approvals: string;
  place: Place;
}

const KEY = `${PROJECT}:guard`;

/** `guard`: what waits for an approval although a security group allows it. */
export function guardSettings(value: unknown, get: Get, report: Report): GuardSettings | undefined {
  if (value === undefined) return undefined;
  if (!isRecord(value)) {
    report(KEY, "is not an object", SETTINGS.guard.example);
    return undefined;
  }
  for (const key of Object.keys(value))
    reportUnlessKnown(key, `${KEY}.${key}`, Object.keys(GUARD.properties), report);
  const { policy = "guard.yaml", table, approvals } = value;
  if (typeof policy !== "string" || policy === "")
    report(`${KEY}.policy`, "is not a file's name", "guard.yaml");
  if (table !== undefined && !(typeof table === "string" && TABLE.test(table))) {
    report(`${KEY}.table`, `${JSON.stringify(table)} is not a table's name`, "aws-panos-prod-guard");
  }
  if (typeof approvals !== "string" || !APPROVALS_PLACE.test(approvals)) {
    report(
      `${KEY}.approvals`,
      "is neither a table's name nor s3://bucket/prefix",
      "aws-panos-prod-approvals",
    );
  }
  const [region, profile] = [get("aws:region"), get("aws:profile")];
  return {
    place: { ...(region && { region }), ...(profile && { profile }) },
    policy: textOf(policy),
    table: typeof table === "string" ? table : undefined,
    approvals: typeof approvals === "string" ? approvals : "",
  };
}
