import { cut, plainText } from "../../lib/text";
import { optionalText, type Fields } from "./fields";
import { principalOf, type Principal } from "./principal";

/**
 * A record of CloudTrail: one of `Records` in a log file, or an event's `detail` in EventBridge. A field that is not of
 * its form is undefined, as one that is missing.
 * Source of the fields: CloudTrail documentation, record contents.
 */
export interface CloudTrailRecord {
  /** `eventID`: what arrives twice has the same. */
  id: string | undefined;
  /** `eventTime`: ISO 8601, UTC. */
  at: string | undefined;
  /** `eventSource`, such as ec2.amazonaws.com. */
  source: string | undefined;
  /** `eventName`: the call. */
  name: string | undefined;
  /** `recipientAccountId` and `awsRegion`: where it happened. */
  account: string | undefined;
  region: string | undefined;
  /** `errorCode`; undefined: it did what it says. */
  error: string | undefined;
  /** Whether it failed in a way that says nothing of what was done before: a look at EC2 tells. */
  isUncertain: boolean;
  isReadOnly: boolean;
  principal: Principal;
  sourceIp: string | undefined;
  userAgent: string | undefined;
  /** `requestParameters`, `responseElements` and `serviceEventDetails`, whose form is the call's own. */
  request: unknown;
  response: unknown;
  serviceDetails: unknown;
}

/**
 * EC2's codes of calls that it did nothing for: CloudTrail has "Client." before those that are the caller's fault, and
 * "Server." before its own, of which these say that there was no room or time (EC2 API reference, "Error codes").
 */
const REFUSED = /^Client\.|^(?:Server\.)?(?:Insufficient\w+|RequestLimitExceeded|BandwidthLimitExceeded)$/;

export function cloudTrailRecord(fields: Fields): CloudTrailRecord {
  const { eventSource, eventName, errorCode, readOnly } = fields;
  const hasSucceeded = errorCode === undefined || errorCode === null || errorCode === "";
  const error = hasSucceeded ? undefined : (optionalText(errorCode) ?? "unknown");
  return {
    id: identifier(fields["eventID"]),
    at: instant(fields["eventTime"]),
    source: typeof eventSource === "string" ? eventSource : undefined,
    name: typeof eventName === "string" ? eventName : undefined,
    account: word(fields["recipientAccountId"]),
    region: word(fields["awsRegion"]),
    error,
    isUncertain: error !== undefined && !REFUSED.test(error),
    isReadOnly: readOnly === true || readOnly === "true",
    principal: principalOf(fields["userIdentity"]),
    sourceIp: optionalText(fields["sourceIPAddress"]),
    userAgent: optionalText(fields["userAgent"]),
    request: fields["requestParameters"],
    response: fields["responseElements"],
    serviceDetails: fields["serviceEventDetails"],
  };
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

/** An account or a region. */
export function word(value: unknown): string | undefined {
  return optionalText(cut(plainText(optionalText(value) ?? ""), 32));
}
