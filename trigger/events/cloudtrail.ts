import { cloudTrailRecord } from "../../aws/cloudtrail/record";
import { isRecord } from "../../lib/records";
import { CHANGES_BY_CALL, EC2_SOURCE, SERVICE_CALLS, isServiceCall } from "./names";
import { callerText } from "./principal";
import { subjectsOf } from "./subjects";
import type { Verdict, Watch } from "./verdict";

/** Calls that take permissions from a security group. */
const TAKING_CALLS = ["RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress", "ModifySecurityGroupRules"];

/**
 * What a record of CloudTrail comes to: an event's `detail` in EventBridge, one of `Records` in a log file.
 */
export function readCloudTrailRecord(
  record: unknown,
  { ownRoles, tagKeys, services = false }: Watch,
): Verdict {
  if (!isRecord(record)) return { malformed: "a CloudTrail record that is no object" };
  // About the number of calls, and no call (CloudTrail documentation, Insights events' record contents).
  if (isInsight(record)) return { dropped: "an Insights event" };
  const found = cloudTrailRecord(record);
  const { id, at, source, name, account, region, error, isReadOnly, principal, request, response } = found;
  // Of other services' codes it is not known which of them are refusals.
  const isUncertain = found.isUncertain && source === EC2_SOURCE;
  if (source === undefined) return { malformed: "a CloudTrail record without eventSource" };
  const isService = services && Object.hasOwn(SERVICE_CALLS, source);
  if (source !== EC2_SOURCE && !isService) return { dropped: "another service" };
  if (name === undefined) return { malformed: "a CloudTrail record without eventName" };
  if (isReadOnly) return { dropped: "read-only" };
  const kind = isService ? isServiceCall(source, name) && "service" : CHANGES_BY_CALL.get(name);
  if (kind === undefined || kind === false) return { dropped: "not watched" };
  // A dry run never succeeds: Client.DryRunOperation says that it would have.
  if (error !== undefined && !isUncertain)
    return { dropped: error === "Client.DryRunOperation" ? "dry run" : "failed call" };
  if (ownRoles.includes(principal.roleArn ?? "")) return { dropped: "own role" };
  if (kind === "tags" && !touches(request, tagKeys)) return { dropped: "tag not watched" };
  if (id === undefined) return { malformed: `${name} without a usable eventID` };
  if (at === undefined) return { malformed: `${name} without a usable eventTime` };
  const subjects = subjectsOf(name, request, response, found.serviceDetails);
  const isTaking = TAKING_CALLS.includes(name) && !isUncertain;
  const revoked = isTaking ? subjects.filter((each) => each.startsWith("sg-")) : [];
  return {
    change: {
      id,
      at,
      what: name,
      principal: callerText(principal),
      account: account ?? "",
      region: region ?? "",
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
