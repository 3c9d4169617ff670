import { cut, plainText } from "../../lib/text";
import { isRecord } from "../../lib/records";
import { CHANGES_BY_CALL, EC2_SOURCE } from "./names";
import { principalOf, roleOf } from "./principal";
import { subjectsOf } from "./subjects";
import type { Verdict, Watch } from "./verdict";

/** Calls that take permissions from a security group. */
const TAKING_CALLS = ["RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress", "ModifySecurityGroupRules"];

/**
 * What a record of CloudTrail comes to: an event's `detail` in EventBridge, one of `Records` in a log file.
 * Source of the fields: CloudTrail documentation, record contents.
 */
export function readCloudTrailRecord(record: unknown, { ownRoles, tagKeys }: Watch): Verdict {
  if (!isRecord(record)) return { malformed: "a CloudTrail record that is no object" };
  // About the number of calls, and no call (CloudTrail documentation, Insights events' record contents).
  if (isInsight(record)) return { dropped: "an Insights event" };
  const { eventSource, eventName, readOnly, errorCode, userIdentity } = record;
  if (typeof eventSource !== "string") return { malformed: "a CloudTrail record without eventSource" };
  if (eventSource !== EC2_SOURCE) return { dropped: "another service" };
  if (typeof eventName !== "string") return { malformed: "a CloudTrail record without eventName" };
  if (readOnly === true || readOnly === "true") return { dropped: "read-only" };
  const kind = CHANGES_BY_CALL.get(eventName);
  if (kind === undefined) return { dropped: "not watched" };
  if (errorCode !== undefined && errorCode !== null && errorCode !== "") {
    // A dry run never succeeds: Client.DryRunOperation says that it would have.
    return { dropped: errorCode === "Client.DryRunOperation" ? "dry run" : "failed call" };
  }
  if (ownRoles.includes(roleOf(userIdentity) ?? "")) return { dropped: "own role" };
  const { requestParameters, responseElements, serviceEventDetails } = record;
  if (kind === "tags" && !touches(requestParameters, tagKeys)) return { dropped: "tag not watched" };
  const { eventID, eventTime, recipientAccountId, awsRegion } = record;
  const id = identifier(eventID);
  if (id === undefined) return { malformed: `${eventName} without a usable eventID` };
  const at = instant(eventTime);
  if (at === undefined) return { malformed: `${eventName} without a usable eventTime` };
  const subjects = subjectsOf(eventName, requestParameters, responseElements, serviceEventDetails);
  const revoked = TAKING_CALLS.includes(eventName) ? subjects.filter((each) => each.startsWith("sg-")) : [];
  return {
    change: {
      id,
      at,
      what: eventName,
      principal: principalOf(userIdentity),
      account: word(recipientAccountId),
      region: word(awsRegion),
      subjects,
      ...(revoked.length > 0 && { revoked }),
    },
  };
}

function isInsight({ eventCategory, eventType, insightDetails }: Record<string, unknown>): boolean {
  return eventCategory === "Insight" || eventType === "AwsCloudTrailInsight" || insightDetails !== undefined;
}

/** Whether a call on tags is about one of these keys. DeleteTags without tags deletes them all. */
function touches(request: unknown, keys: readonly string[]): boolean {
  if (keys.length === 0) return false;
  const tagSet = isRecord(request) ? request["tagSet"] : undefined;
  const items = isRecord(tagSet) ? tagSet["items"] : undefined;
  if (!Array.isArray(items) || items.length === 0) return true;
  return items.some((item: unknown) => isRecord(item) && keys.some((key) => item["key"] === key));
}

/** An event's id: UUIDs in practice (CloudTrail documentation); undefined for anything that is none. */
export function identifier(value: unknown): string | undefined {
  return typeof value === "string" && /^[\w-]{1,64}$/.test(value) ? value : undefined;
}

/** A point in time in ISO 8601, UTC; undefined for anything else. */
export function instant(value: unknown): string | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT/.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** An account or a region: a word, or nothing. */
export function word(value: unknown): string {
  return typeof value === "string" ? cut(plainText(value), 32) : "";
}
