import type { Place } from "../aws/place";
import { PROJECT } from "./configuration";
import { isRecord } from "../lib/records";
import { reportUnlessKnown } from "./keys";
import type { Report } from "./problems";
import { type Get } from "./reader";

/** Where approvals are kept: a table's name, or s3://bucket/prefix. */
export const APPROVALS_PLACE = /^(s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[^\s]*)?|[\w.-]{3,255})$/;

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
const KEYS = ["policy", "table", "approvals"];
const EXAMPLE =
  '{"policy": "guard.yaml", "table": "aws-panos-prod-guard", "approvals": "aws-panos-prod-approvals"}';

/** `guard`: what waits for an approval although a security group allows it. */
export function guardSettings(value: unknown, get: Get, report: Report): GuardSettings | undefined {
  if (value === undefined) return undefined;
  if (!isRecord(value)) {
    report(KEY, "is not an object", EXAMPLE);
    return undefined;
  }
  for (const key of Object.keys(value)) reportUnlessKnown(key, `${KEY}.${key}`, KEYS, report);
  const { policy = "guard.yaml", table, approvals } = value;
  if (typeof policy !== "string" || policy === "")
    report(`${KEY}.policy`, "is not a file's name", "guard.yaml");
  if (table !== undefined && !(typeof table === "string" && /^[\w.-]{3,255}$/.test(table))) {
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
    policy: String(policy),
    table: typeof table === "string" ? table : undefined,
    approvals: typeof approvals === "string" ? approvals : "",
  };
}
